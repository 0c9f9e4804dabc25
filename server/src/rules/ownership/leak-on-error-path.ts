// A +1 object that is looked after when all goes well and lost when a later call fails.
import { defineRule, functions } from "../define.ts";
import { problemData, problemsOf, releaseBeforeReturn } from "./problems.ts";
import { convertToSharedPtr } from "./shared-pointer.ts";

export default defineRule({
  meta: {
    id: "leak-on-error-path",
    area: "ownership",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A failing path leaves without releasing what was acquired before.",
    why: "The error path is the one that runs again and again when a device misbehaves: every retry leaks another object.",
    messages: {
      leak: "leaving here leaks '{variable}', a +1 reference from {source} at line {firstLine}",
    },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "leak-on-error-path").map((report) => ({
      message: "leak",
      data: problemData(report),
      span: report.problem.span,
      steps: report.steps,
    }));
  },
  fixes(context, finding) {
    const { variable } = finding.data ?? {};
    if (!variable) return [];
    return [
      ...releaseBeforeReturn(context, finding.path, finding.span, variable),
      ...convertToSharedPtr(context, finding.path, finding.span, variable),
    ];
  },
});
