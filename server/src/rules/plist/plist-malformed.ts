// A property list that is no well-formed XML, or XML that is no property list, or in a format that this tool does not read.
import type { PlistDocument } from "../../plist/document.ts";
import { documentKind } from "../../project/file-kinds.ts";
import { defineRule, documents, type RuleFinding } from "../define.ts";
import { isOurs } from "./own-plists.ts";

type Message = "problem" | "format" | "none" | "root";

export default defineRule({
  meta: {
    id: "plist-malformed",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "A property list with a mistake in its XML or in its structure.",
    why: "The build stops at it, or takes the file for empty: the driver then has no personalities, or is signed without entitlements.",
    messages: {
      problem: "{problem}",
      format: "{format}, which is not checked here; “plutil -convert xml1” makes it XML",
      none: "this is no property list",
      root: "{file} must be a dictionary at its top",
    },
  },
  trigger: documents("info-plist", "entitlements"),
  check(context) {
    const { document } = context;
    if (!isOurs(context)) return [];
    if (document.format !== "xml") return [otherFormat(document)];
    const { root, problems } = document;
    const findings = problems
      .filter(({ code }) => code !== "duplicate-key")
      .map(({ span, message }): RuleFinding<Message> => ({
        message: "problem",
        data: { problem: inMessageStyle(message) },
        span,
      }));
    if (findings.length === 0 && root && root.kind !== "dict") {
      const file =
        documentKind(document.path, document.text) === "entitlements" ? "an entitlements file" : "an Info.plist";
      findings.push({ message: "root", data: { file }, span: { start: root.span.start, end: root.contentSpan.start } });
    }
    return findings;
  },
});

/** A problem as the messages of rules are written: no capital at its start, no full stop at its end. */
function inMessageStyle(problem: string): string {
  return problem.replace(/\.$/, "").replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase());
}

/** Other formats that the system reads are only not looked at; anything else is a mistake. */
function otherFormat({ format, text }: PlistDocument): RuleFinding<Message> {
  const start = /[^\s\ufeff]/.exec(text)?.index ?? 0;
  const end = start + (/^\S{1,16}/.exec(text.slice(start))?.[0].length ?? 0);
  const span = { start, end };
  const name = format === "binary" ? "a binary property list" : textFormat(text.slice(start));
  if (name === undefined) return { message: "none", span };
  return { message: "format", data: { format: name }, span, severity: "info" };
}

/** Tells the formats by how they begin; a comment may stand anywhere. */
function textFormat(text: string): string | undefined {
  const head = text
    .slice(0, 4096)
    .replace(/\/\/[^\n]*|\/\*[^]*?\*\//g, " ")
    .trim();
  if (/^[{[]\s*("(\\.|[^"\\])*"\s*:|[}\]]$)/.test(head)) return "a property list written in JSON";
  const isOldStyle = /^\{\s*("(\\.|[^"\\])*"|[\w.$/:-]+)\s*=/.test(head);
  return isOldStyle ? "a property list in the old style" : undefined;
}
