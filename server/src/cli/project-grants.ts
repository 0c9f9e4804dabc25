// What Apple has to grant, for a terminal and for the clipboard: first the text for the request form, then each entitlements file.
import { createColors } from "picocolors";
import type { GrantsReport, GrantVerdict } from "../features/grants-report.ts";
import {
  clientNeedLines,
  legendOf,
  needLines,
  NO_FILES,
  NO_NEEDS,
  valueLines,
  VERDICTS,
  type LabelledLine,
} from "../features/grants-text.ts";
import type { TreeOptions } from "./project-tree.ts";
import { sanitize, widthOf, wrap } from "./text-width.ts";

const PAINTS: Readonly<Record<GrantVerdict, "red" | "green" | "yellow" | "dim">> = {
  covers: "green",
  partly: "yellow",
  not: "red",
  unlisted: "red",
  missing: "red",
  added: "dim",
  unused: "yellow",
  claimed: "dim",
};

/** The text for each dext. Contains no escape sequence unless colour is asked for. */
export function formatGrants(reports: readonly GrantsReport[], options: TreeOptions): string {
  if (reports.length === 0) return "No dext was found.\n";
  const sections = reports.map((report) => section(report, options)).join("\n");
  const { dim } = createColors(options.color);
  const legend = legendOf(reports).map((line) => `${dim(line)}\n`);
  return legend.length > 0 ? `${sections}\n${legend.join("")}` : sections;
}

function section(report: GrantsReport, options: TreeOptions): string {
  const colors = createColors(options.color);
  const width = Math.max(60, Math.min(options.columns, 100));
  const out = [...heading(report.dext, report.bundleIds, width, colors), ""];
  out.push(colors.bold("For the request form"));
  if (report.needs.length === 0) out.push(`  ${NO_NEEDS}`);
  for (const need of report.needs) out.push(...wrappedNeed(need.entitlement, needLines(need), width));
  for (const need of report.clientNeeds) out.push(...wrappedNeed(need.entitlement, clientNeedLines(need), width));
  for (const file of report.files) {
    out.push("", ...heading(options.shownPath(file.path), file.configurations, width, colors));
    const worded = file.claims.filter(({ verdict }) => VERDICTS[verdict].words !== "");
    const pad = Math.max(0, ...worded.map(({ entitlement }) => widthOf(entitlement)));
    for (const claim of file.claims) {
      const { sign, words } = VERDICTS[claim.verdict];
      const paint = colors[PAINTS[claim.verdict]];
      const name = sanitize(claim.entitlement);
      const line = `  ${paint(sign)} ${name}`;
      if (words === "") out.push(line);
      else if (4 + pad + 2 + words.length <= width) {
        out.push(`${line}${" ".repeat(Math.max(0, pad - widthOf(name)) + 2)}${paint(words)}`);
      } else out.push(line, `      ${paint(words)}`);
      for (const value of valueLines(claim)) {
        const [first = "", ...others] = wrap(sanitize(value), width - 8);
        out.push(colors.dim(`      ${first}`), ...others.map((other) => colors.dim(`        ${other}`)));
      }
    }
  }
  if (report.files.length === 0) out.push("", NO_FILES);
  return `${out.join("\n")}\n`;
}

/** A name with what belongs to it behind it, or below it where the line would be too long. */
function heading(
  name: string,
  more: readonly string[],
  width: number,
  colors: ReturnType<typeof createColors>,
): string[] {
  const shown = sanitize(name);
  const rest = sanitize(more.join(", "));
  if (rest === "") return [colors.bold(shown)];
  if (widthOf(shown) + 2 + widthOf(rest) <= width) return [`${colors.bold(shown)}  ${colors.dim(rest)}`];
  return [colors.bold(shown), ...wrap(rest, width - 2).map((line) => colors.dim(`  ${line}`))];
}

function wrappedNeed(entitlement: string, needed: readonly LabelledLine[], width: number): string[] {
  const lines = needed.flatMap(({ label, text }) => {
    const lead = `    ${label.padEnd(12)}`;
    const wrapped = wrap(sanitize(text), width - lead.length);
    return wrapped.map((line, at) => `${at === 0 ? lead : " ".repeat(lead.length)}${line}`);
  });
  return [`  ${entitlement}`, ...lines];
}
