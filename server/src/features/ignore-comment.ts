// The edit that puts a suppression comment above a finding. What the comment means is decided in `engine/suppressions.ts`.
import { lineBreakOf } from "../base/decode.ts";
import type { Edit } from "../base/edit.ts";
import { LineIndex } from "../base/line-index.ts";
import { REASON_PLACEHOLDER } from "../engine/suppressions.ts";
import type { Finding } from "../engine/finding.ts";
import { documentKind } from "../project/file-kinds.ts";

/**
 * Inserts `// dextlint-ignore rule: <reason>` on a line of its own above the finding's line, indented like it. The placeholder does
 * not count as a reason, so the finding stays until a person has written one. Undefined where no comment can stand: in project files,
 * before an XML declaration, and on the continuation lines of a macro.
 */
export function ignoreComment(finding: Finding, text: string): Edit | undefined {
  const lines = new LineIndex(text);
  const { line } = lines.positionAt(finding.span.start);
  const kind = documentKind(finding.path, text);
  const xml = kind === "info-plist" || kind === "entitlements";
  if (!xml && kind !== "cpp" && kind !== "iig") return undefined;
  if (xml && line === 0) return undefined;
  if (line > 0 && lines.lineText(line - 1).endsWith("\\")) return undefined;
  const at = lines.lineStart(line);
  const indent = /^[ \t]*/.exec(lines.lineText(line))?.[0] ?? "";
  const directive = `dextlint-ignore ${finding.rule}: ${REASON_PLACEHOLDER}`;
  const comment = xml ? `<!-- ${directive} -->` : `// ${directive}`;
  return { span: { start: at, end: at }, newText: indent + comment + lineBreakOf(text) };
}
