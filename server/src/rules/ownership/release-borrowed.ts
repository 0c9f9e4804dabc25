// release() on what Get… or a collection lent, or on a member that only borrows.
import { nodeAt } from "../../syntax/node.ts";
import { defineRule, functions } from "../define.ts";
import { releasedLoansOf, type KeptAt } from "./class-release-borrowed.ts";
import { retainBehind } from "./lenders.ts";
import { problemData, problemsOf } from "./problems.ts";

export default defineRule({
  meta: {
    id: "release-borrowed",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
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
  across(context) {
    return releasedLoansOf(context);
  },
  fixes(context, finding) {
    const kept = finding.context as KeptAt | undefined;
    const file = kept && context.syntax(kept.path);
    // Whether the release is one too many or a retain is missing is for the author to know.
    return kept && file ? retainBehind(kept.path, file.text, nodeAt(file.root, kept)) : [];
  },
});
