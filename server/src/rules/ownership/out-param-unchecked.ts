// An out-parameter's object is dereferenced on the path on which the call has failed.
import { defineRule, functions } from "../define.ts";
import { problemData, problemsOf } from "./problems.ts";

export default defineRule({
  meta: {
    id: "out-param-unchecked",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "An out-object is used before the call's result is tested.",
    why: "When the call fails, the pointer is null or was never set, and using it crashes the driver.",
    messages: {
      failed: "'{variable}' is used where {source} has failed",
      unchecked: "'{variable}' is used before the result of {source} is tested",
    },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "out-param-unchecked").map((report) => ({
      message: report.problem.outcome === "known-failure" ? ("failed" as const) : ("unchecked" as const),
      data: problemData(report),
      span: report.problem.span,
      steps: [
        {
          path: context.file.path,
          span: report.problem.site.span,
          kind: "call",
          text: "set only when this call succeeds",
        },
        ...(report.problem.outcome === "known-failure" ? report.steps : []),
      ],
    }));
  },
});
