// An OSAction that is handed to a setter, which retains it, and then forgotten.
import { defineRule, functions } from "../define.ts";
import { problemData, problemsOf, releaseBeforeLastReturn } from "./problems.ts";
import { convertToSharedPtr } from "./shared-pointer.ts";

export default defineRule({
  meta: {
    id: "osaction-leak",
    area: "ownership",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "An OSAction from CreateAction… is neither released nor stored.",
    why: "SetHandler and the asynchronous calls retain the action themselves; the reference of CreateAction… is the caller's to release.",
    messages: {
      leak: "'{variable}' from {source} is neither released nor stored; whoever took it has a reference of its own",
    },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "osaction-leak").map((report) => {
      const { site, span } = report.problem;
      const last = {
        path: context.file.path,
        span,
        kind: "return" as const,
        text: "left without releasing the action",
      };
      return {
        message: "leak",
        data: problemData(report),
        span: site.span,
        steps: [...report.steps, last],
      };
    });
  },
  fixes(context, finding) {
    const { variable } = finding.data ?? {};
    const last = finding.steps?.at(-1);
    if (!variable || !last) return [];
    return [
      ...releaseBeforeLastReturn(context, finding.path, finding.span, last.span, variable),
      ...convertToSharedPtr(context, finding.path, finding.span, variable),
    ];
  },
});
