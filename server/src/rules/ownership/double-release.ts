// Two releases on one path without a retain between them.
import { defineRule, functions } from "../define.ts";
import { doubleReleasesOf } from "./class-double-release.ts";
import { byFile, releaseAndNull } from "./edits.ts";
import { problemData, problemsOf } from "./problems.ts";

export default defineRule({
  meta: {
    id: "double-release",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A reference is released twice on one path.",
    why: "The second release takes a reference that belongs to somebody else, or runs on memory that is gone: the driver crashes, mostly elsewhere.",
    messages: {
      member: "'{member}' was released in Stop and not set to null; this releases it again",
      again: "'{variable}' is released again without being set to null or to another object",
      twice: "'{variable}' is released again; its +1 reference from {source} is already given up",
    },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "double-release").map((report) => ({
      message: report.problem.site.how === "member" ? ("again" as const) : ("twice" as const),
      data: problemData(report),
      span: report.problem.span,
      steps: report.steps,
    }));
  },
  across(context) {
    return doubleReleasesOf(context);
  },
  fixes(context, finding) {
    // A local variable is as good as gone; a member is looked at again.
    const first = finding.steps?.findLast((step) => step.kind === "release");
    if (finding.message === "twice" || !first) return [];
    const edits = [first, { path: finding.path, span: finding.span }].flatMap(({ path, span }) => {
      const file = context.syntax(path);
      const edit = file && releaseAndNull(file, span);
      return edit ? [{ path, edit }] : [];
    });
    // Through a local copy the member would not be the one that is set to null.
    if (edits.length < 2 || !edits[0]?.edit.newText.includes("->")) return [];
    return [
      {
        title: `Set '${finding.data?.member ?? finding.data?.variable ?? ""}' to null when it is released`,
        // Two references may have been taken elsewhere.
        safe: false,
        edits: byFile(edits),
      },
    ];
  },
});
