// release() on what Get… or a collection lent.
import { defineRule, functions } from "../define.ts";
import { problemData, problemsOf } from "./problems.ts";

export default defineRule({
  meta: {
    id: "release-borrowed",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "An object that was only lent (+0) is released.",
    why: "The owner's reference is gone before the owner knows: its next use, or its own release, crashes the driver.",
    messages: { borrowed: "'{variable}' is borrowed (+0 from {source}); releasing it takes somebody else's reference" },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "release-borrowed").map((report) => ({
      message: "borrowed",
      data: problemData(report),
      span: report.problem.span,
      steps: report.steps,
    }));
  },
});
