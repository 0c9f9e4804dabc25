// A +1 object that a path which succeeds neither releases nor hands on.
import type { Span } from "../../base/span.ts";
import { defineRule, functions } from "../define.ts";
import { problemData, problemsOf, releaseBeforeLastReturn } from "./problems.ts";
import { convertToSharedPtr } from "./shared-pointer.ts";

export default defineRule({
  meta: {
    id: "leaked-out-object",
    area: "ownership",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A local holds a +1 reference that is neither released nor handed on.",
    why: "Each call leaves one object behind for the life of the driver process; buffers and mappings stay wired in memory.",
    messages: {
      cast: "the +1 reference from {source} is lost where the cast that '{variable}' receives fails",
      return:
        "'{variable}' holds a +1 reference from {source} that is not released on the path through line {lastLine}",
      scope: "'{variable}' holds a +1 reference from {source} when it goes out of scope at line {lastLine}",
    },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "leaked-out-object").map((report) => {
      const { outcome, site, span } = report.problem;
      const message = outcome === "scope" || outcome === "cast" ? outcome : "return";
      const last = {
        path: context.file.path,
        span,
        kind: "return" as const,
        text: message === "scope" ? outOfScope(context.file.text, span) : "returned without releasing it",
      };
      return {
        message,
        data: problemData(report),
        span: site.span,
        steps: message === "cast" ? report.steps : [...report.steps, last],
      };
    });
  },
  fixes(context, finding) {
    const { variable } = finding.data ?? {};
    const last = finding.steps?.at(-1);
    if (!variable || !last) return [];
    // Releasing a map whose address lives on would trade the leak for a dangling pointer: the map has to be stored instead.
    if (finding.steps?.some((step) => step.kind === "note")) return [];
    return [
      ...(finding.message === "return"
        ? releaseBeforeLastReturn(context, finding.path, finding.span, last.span, variable)
        : []),
      ...convertToSharedPtr(context, finding.path, finding.span, variable),
    ];
  },
});

/** The last step of a loss at the end of a block, or where a jump leaves it. */
function outOfScope(text: string, { start, end }: Span): string {
  const jump = /^(?:continue|break|goto)\b/.exec(text.slice(start, end))?.[0];
  return `${jump === undefined ? "" : `${jump}: `}out of scope without releasing it`;
}
