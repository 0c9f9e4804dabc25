// Fills message templates and makes fingerprints: the two texts of a finding that must be stable.
import { clip } from "../base/clip.ts";
import { hash } from "../base/hash.ts";
import type { LineIndex } from "../base/line-index.ts";
import type { RuleFinding, RuleMeta } from "../rules/define.ts";

/** Of a value that a file gives, such as a bundle id, a message shows no more than this. */
const MAX_VALUE = 100;

/**
 * Replaces `{name}` by the finding's data, `{firstLine}` and `{lastLine}` by the 1-based lines of its first and last step.
 * Lines are worked out here because a rule's result is kept while the code above it moves. An unknown name stays as it is,
 * so that a mistake in a rule is visible. A long value is shown by its beginning and end.
 */
export function messageOf(meta: RuleMeta, finding: RuleFinding, lines: LineIndex): string {
  const template = meta.messages[finding.message] ?? finding.message;
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const step = name === "firstLine" ? finding.steps?.[0] : name === "lastLine" ? finding.steps?.at(-1) : undefined;
    if (step) return String(lines.positionAt(step.span.start).line + 1);
    const value = finding.data?.[name];
    return value === undefined ? whole : clip(value, MAX_VALUE);
  });
}

/**
 * A finding's identity across edits elsewhere: the rule, the scope around it ("Class::function" or ""), the code it stands on with
 * white space folded, and its number among those that are otherwise the same.
 */
export function fingerprintOf(rule: string, scope: string, code: string, ordinal: number): string {
  return hash([rule, scope, code.replace(/\s+/g, " ").trim(), String(ordinal)].join("\u0000"));
}
