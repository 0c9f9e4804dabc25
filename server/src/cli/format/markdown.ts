// Shows a rule's page in a terminal: headings bold, code indented, links as text. Knows the little Markdown that the pages use.
import { createColors } from "picocolors";
import { sanitize, widthOf, wrap } from "../text-width.ts";

/** The page, wrapped at `columns` (at most 100). */
export function renderMarkdown(
  markdown: string,
  options: { readonly color: boolean; readonly columns: number },
): string {
  const colors = createColors(options.color);
  const width = Math.max(40, Math.min(options.columns, 100));
  const out: string[] = [];
  let paragraph: string[] = [];
  let fence: string | undefined;
  let list = "";
  const flush = (): void => {
    if (paragraph.length === 0) return;
    const [first = "", ...rest] = wrapStyled(paragraph.join(" "), width - list.length, colors);
    const indent = list === "" ? "" : " ".repeat(list.length);
    out.push(list + first, ...rest.map((line) => indent + line));
    paragraph = [];
    list = "";
  };
  for (const raw of markdown.replace(/\r\n?/g, "\n").split("\n")) {
    const line = sanitize(raw);
    const mark = /^(```+|~~~+)\s*(.*)$/.exec(line);
    if (fence !== undefined) {
      if (mark && line.startsWith(fence)) fence = undefined;
      else out.push(line === "" ? "" : `    ${paintCode(line.replace(/\t/g, "    "), colors)}`);
      continue;
    }
    if (mark) {
      flush();
      fence = mark[1];
      const name = /\bfile=(\S+)/.exec(mark[2] ?? "")?.[1];
      if (name !== undefined) out.push(`    ${colors.dim(`-- ${name} --`)}`);
      continue;
    }
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = /^(\s*(?:[-*]|\d+\.))\s+(.*)$/.exec(line);
    if (heading) {
      flush();
      const text = plain(heading[2] ?? "");
      out.push(heading[1] === "#" ? colors.bold(colors.underline(text)) : colors.bold(text));
    } else if (line.trim() === "") {
      flush();
      if (out.length > 0 && out[out.length - 1] !== "") out.push("");
    } else if (/^\s*\|/.test(line)) {
      flush();
      if (!/^[\s|:-]+$/.test(line)) out.push(`  ${tableRow(line)}`);
    } else if (item) {
      flush();
      list = `${(item[1] ?? "-").replace("*", "-")} `;
      paragraph.push(item[2] ?? "");
    } else paragraph.push(line.trim());
  }
  flush();
  return `${out.join("\n").trimEnd()}\n`;
}

type Colors = ReturnType<typeof createColors>;

/** Marks of the page's own test stand as comments in its code; they are what the tool reports there. */
function paintCode(line: string, colors: Colors): string {
  const mark = /(\/\/|<!--) (error|warning|info|hint|step \d+): .*$/.exec(line);
  if (!mark) return line;
  return line.slice(0, mark.index) + colors.yellow(mark[0]);
}

function tableRow(line: string): string {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => plain(cell.trim()))
    .join("   ");
}

/** `[text](url)` as "text (url)", emphasis without its marks, code kept in backquotes. */
function plain(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replace(/\[([^\]]*)\]\(([^)]*)\)/g, (_, label: string, url: string) =>
              /^https?:/.test(url) && label !== url ? `${label} <${url}>` : label,
            )
            .replace(/(\*\*|__)(.+?)\1/g, "$2")
            .replace(/(^|\s)[*_]([^*_\s][^*_]*)[*_](?=\W|$)/g, "$1$2"),
    )
    .join("");
}

/** Wraps first, then colours the code, so that escape sequences do not count as width. */
function wrapStyled(text: string, width: number, colors: Colors): string[] {
  // A space inside code must not be a place to break the line at, or its colour would end there.
  const glued = plain(text).replace(/`[^`]*`/g, (code) =>
    widthOf(code) < width ? code.replace(/ /g, "\u0001") : code,
  );
  return wrap(glued, width).map((line) =>
    line.replace(/\u0001/g, " ").replace(/`([^`]*)`/g, (_, code: string) => colors.cyan(`\`${code}\``)),
  );
}
