// A local object pointer without initialiser is read where nothing has been stored in it.
import { defineRule, functions } from "../define.ts";
import { initialiseToNull, problemData, problemsOf } from "./problems.ts";

export default defineRule({
  meta: {
    id: "out-param-uninitialised",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "safe",
    summary: "A pointer without an initial value is read before anything is stored in it.",
    why: "What it holds is whatever lay on the stack: a test for null passes, and the release that follows crashes.",
    messages: { uninitialised: "'{variable}' has no initial value on this path" },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "out-param-uninitialised").map((report) => ({
      message: "uninitialised",
      data: problemData(report),
      span: report.problem.span,
      steps: report.steps.filter((step) => step.kind === "branch"),
    }));
  },
  fixes(context, finding) {
    const name = finding.data?.variable;
    const edit = name === undefined ? undefined : initialiseToNull(context, finding.path, finding.span, name);
    return edit
      ? [{ title: `Initialise '${name}' with nullptr`, safe: true, edits: [{ path: finding.path, edits: [edit] }] }]
      : [];
  },
});
