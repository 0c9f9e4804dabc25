// A variable, or a member that an earlier call has filled, holds the only +1 reference and receives another object.
import { defineRule, functions } from "../define.ts";
import { overwritesOf } from "./class-overwrite.ts";
import { problemData, problemsOf } from "./problems.ts";

export default defineRule({
  meta: {
    id: "leak-on-overwrite",
    area: "ownership",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "A variable that holds a +1 reference is given another object.",
    why: "The first object can no longer be reached: nobody will ever release it.",
    messages: {
      overwrite: "'{variable}' still holds a +1 reference from {source} when it is overwritten here",
      again: "what an earlier call left in '{variable}' is overwritten here and never released",
    },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "leak-on-overwrite").map((report) => ({
      message: "overwrite",
      data: problemData(report),
      span: report.problem.span,
      steps: report.steps,
    }));
  },
  across(context) {
    return overwritesOf(context);
  },
});
