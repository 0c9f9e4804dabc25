// NewUserClient: the +1 service from Create is lost where the cast to IOUserClient fails.
import { defineRule, functions } from "../define.ts";
import { problemData, problemsOf } from "./problems.ts";

export default defineRule({
  meta: {
    id: "newuserclient-leak",
    area: "ownership",
    severity: "info",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "NewUserClient leaks the service that Create made when it is no user client.",
    why: "The cast fails, the caller gets null together with success, and the service lives on unowned.",
    messages: { leak: "'{variable}' from {source} leaks where the cast to a user client fails" },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "newuserclient-leak").map((report) => ({
      message: "leak",
      data: problemData(report),
      span: report.problem.site.span,
      steps: [
        ...report.steps,
        { path: context.file.path, span: report.problem.span, kind: "return", text: "returned without releasing it" },
      ],
    }));
  },
});
