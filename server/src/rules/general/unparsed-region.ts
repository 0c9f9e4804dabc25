// Parts of a file that the parser could not read, so that silence is not taken for approval.
import type { Span } from "../../base/span.ts";
import { contains } from "../../base/span.ts";
import { isInactive } from "../../semantics/preprocessor.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { nodeAt } from "../../syntax/node.ts";
import { defineRule, file, type RuleFinding } from "../define.ts";

/** Regions outside functions with less than this between them are one: a misread declaration often breaks in several places. */
const GAP = 200;

/** Beyond this, one finding stands for all: the file is of a kind that the parser does not know. */
const MANY = 10;

export default defineRule({
  meta: {
    id: "unparsed-region",
    area: "general",
    severity: "info",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "A part of the file could not be read, so nothing was checked there.",
    why: "No finding in a part that could not be read does not mean that it is correct: the function around it is left out.",
    messages: {
      function: "this part of '{function}' could not be read, so '{function}' is not checked",
      region: "this part could not be read and is not checked",
      file: "most of this file could not be read and is not checked",
      many: "{count} parts of this file could not be read and are not checked; this is the first",
    },
  },
  trigger: file(),
  check({ file: { root, text, errors }, fileSummary }) {
    const active = errors.filter((error) => !isInactive(nodeAt(root, error)));
    const first = active[0];
    if (!first) return [];
    const unread = active.reduce((sum, error) => sum + error.end - error.start, 0);
    if (unread > text.length / 2) return [{ message: "file", span: visible(first, text, true) }];
    const outer = fileSummary.functions.filter((fn) => !fn.outer);
    const findings: RuleFinding<"function" | "region" | "file" | "many">[] = [];
    let last: { readonly fn: FunctionInfo | undefined; readonly end: number } | undefined;
    for (const error of active) {
      const fn = outer.find((candidate) => contains(candidate.node, error));
      const merged = last !== undefined && last.fn === fn && (fn !== undefined || error.start - last.end < GAP);
      last = { fn, end: Math.max(error.end, merged ? (last?.end ?? 0) : 0) };
      if (merged) continue;
      const span = visible(error, text, false);
      if (fn && fn.form !== "top-level") findings.push({ message: "function", data: { function: nameOf(fn) }, span });
      else findings.push({ message: "region", span });
    }
    const [start] = findings;
    if (!start || findings.length <= MANY) return findings;
    return [{ message: "many", data: { count: String(findings.length) }, span: start.span }];
  },
});

function nameOf(fn: FunctionInfo): string {
  return fn.name === "" ? "this function" : fn.name;
}

/** The region without white space around it; one character for a missing token; the first line for a whole file. */
function visible(region: Span, text: string, firstLine: boolean): Span {
  let { start, end } = region;
  while (start < end && /\s/.test(text.charAt(start))) start++;
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  if (end === start) {
    // What is missing belongs behind the last thing that is there.
    while (start > 0 && /\s/.test(text.charAt(start - 1))) start--;
    return { start: Math.max(0, start - 1), end: Math.max(start, Math.min(1, text.length)) };
  }
  const line = text.slice(start, end).search(/[\r\n]/);
  return { start, end: firstLine && line > 0 ? start + line : end };
}
