// A pointer is used after release() gave up the only counted reference to it.
import { defineRule, functions } from "../define.ts";
import { problemData, problemsOf } from "./problems.ts";

export default defineRule({
  meta: {
    id: "use-after-release",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "An object is used after the function's only reference to it was released.",
    why: "The last release destroys the object and its kernel side: what follows works on freed memory.",
    messages: {
      member: "'{variable}' is used after the reference that it holds was released",
      use: "'{variable}' is used after its only reference, from {source}, was released",
    },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "use-after-release").map((report) => ({
      message: report.problem.site.how === "member" ? ("member" as const) : ("use" as const),
      data: problemData(report),
      span: report.problem.span,
      steps: report.steps,
    }));
  },
});
