// One line a finding, as compilers print it: editors' problem matchers and `grep` read it.
import { sanitize } from "../text-width.ts";
import type { Report } from "../check.ts";

/** `file:line:column: level: message [rule]`, 1-based, columns in UTF-16 units. What went wrong in the tool comes last. */
export function formatConcise({ findings, errors, shownPath, linesOf }: Report): string {
  const lines = findings.map(({ path, span, severity, message, rule }) => {
    const { line, character } = linesOf(path).positionAt(span.start);
    return `${shownPath(path)}:${line + 1}:${character + 1}: ${severity}: ${message} [${rule}]`;
  });
  for (const { path, message, rule } of errors) {
    if (rule !== "") lines.push(`${shownPath(path)}:1:1: error: the rule crashed: ${message} [${rule}]`);
  }
  return lines.map((line) => `${sanitize(line)}\n`).join("");
}
