// A project file that cannot be read, or a build setting of a dext or its app that names no file or runs in a circle.
import { hostsOf } from "../../project/hosts.ts";
import type { Target } from "../../project/model.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";

export default defineRule({
  meta: {
    id: "project-setting-unresolved",
    area: "general",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "none",
    summary: "A project file that cannot be read, or a build setting that names a missing file or refers to itself.",
    why: "The build stops or fills in nothing, and what depends on the setting cannot be checked.",
    messages: {
      unreadable: "the project file cannot be read: {detail}",
      cycle: "{setting} of {target} refers to itself: {detail}",
      file: "{setting} of {target} names “{detail}”, and there is no such file",
    },
  },
  trigger: targets(),
  check({ target, project }) {
    const dexts = project.targets.filter(({ kind }) => kind === "dext");
    // What is not a dext's own is said with the first dext that it has to do with.
    const ownerOf = (where: Target | undefined): Target | undefined => {
      if (where === undefined) return dexts[0];
      return dexts.find((dext) => dext === where || hostsOf(dext, project).some(({ app }) => app === where));
    };
    return project.problems.flatMap((problem): RuleFinding<"unreadable" | "cycle" | "file">[] => {
      const { kind, path, span, setting = "", detail } = problem;
      if (ownerOf(problem.target) !== target) return [];
      const message = kind === "missing-file" ? "file" : kind;
      return [{ message, data: { setting, target: problem.target?.name ?? "", detail }, path, span }];
    });
  },
});
