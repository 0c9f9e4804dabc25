// Suppression comments that hold nothing back, or cannot. Only declared here: the engine alone knows which findings were held back.
import type { Edit } from "../../base/edit.ts";
import type { Span } from "../../base/span.ts";
import { defineRule, file } from "../define.ts";

export default defineRule({
  meta: {
    id: "unused-suppression",
    area: "general",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "safe",
    summary:
      "A dextlint-ignore comment that holds no finding back, is misspelt, names no known rule, or gives no reason.",
    why: "A comment that holds nothing back today hides the next mistake on that line, and tells readers of a problem that is gone.",
    messages: {
      unused: "`{rule}` finds nothing here, so this suppression can go",
      missingReason: "the suppression of `{rule}` does not count without a reason: write it after a colon",
      missingRule: "the suppression names no rule: write `dextlint-ignore rule-id: reason`",
      unknownDirective: "`{directive}` is no directive and holds nothing back{guess}",
      unknownRule: "the suppression names an unknown rule `{rule}`{guess}",
    },
  },
  trigger: file(),
  // `engine/suppressions.ts` makes the findings, after all other rules have run.
  check: () => [],
  fixes: (context, finding) => {
    const { directive, removal } = (finding.context ?? {}) as Wish;
    if (directive !== undefined) {
      const edits = [{ span: finding.span, newText: directive }];
      // From then on it holds findings back: that is for a person to say.
      return [{ title: `Write “${directive}”`, safe: false, edits: [{ path: finding.path, edits }] }];
    }
    if (!removal) return [];
    const text = context.syntax(finding.path)?.text ?? context.plist(finding.path)?.text;
    if (text === undefined) return [];
    const edits = [removeComment(text, removal)];
    return [{ title: "Remove the unused suppression", safe: true, edits: [{ path: finding.path, edits }] }];
  },
});

/** What the engine says that could be done. */
interface Wish {
  /** What to write for a directive that there is not. */
  readonly directive?: string;
  /** A comment that can go. */
  readonly removal?: Span;
}

/** Takes the white space before the comment along, and the line break where nothing else stands on the line. */
function removeComment(text: string, comment: Span): Edit {
  let { start, end } = comment;
  while (start > 0 && /[ \t]/.test(text.charAt(start - 1))) start--;
  const aloneBefore = start === 0 || /[\r\n]/.test(text.charAt(start - 1));
  let after = end;
  while (/[ \t]/.test(text.charAt(after))) after++;
  const aloneAfter = after === text.length || /[\r\n]/.test(text.charAt(after));
  if (aloneAfter) end = after;
  if (aloneBefore && aloneAfter) {
    if (text.charAt(end) === "\r") end++;
    if (text.charAt(end) === "\n") end++;
  } else if (aloneBefore) start = comment.start;
  return { span: { start, end }, newText: "" };
}
