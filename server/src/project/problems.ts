// What is wrong with the build settings that name a target's files and its bundle id.
import { compareStrings } from "../base/compare.ts";
import { basename, dirname } from "../base/paths.ts";
import { cycleIn } from "./build-settings.ts";
import { isRelevant } from "./file-kinds.ts";
import type { ProjectProblem, Target, TargetConfiguration } from "./model.ts";
import type { PathIndex } from "./project-files.ts";

const SETTINGS = [
  "PRODUCT_BUNDLE_IDENTIFIER",
  "INFOPLIST_FILE",
  "CODE_SIGN_ENTITLEMENTS",
  "DRIVERKIT_DEPLOYMENT_TARGET",
] as const;

/** The problems of targets and those of files that are known already, each once for each place, in order of place. */
export function problemsOf(
  targets: readonly Target[],
  paths: PathIndex,
  known: readonly ProjectProblem[],
): ProjectProblem[] {
  const found = new Map<string, ProjectProblem>();
  const add = (problem: ProjectProblem): void => {
    const key = [problem.path, problem.span.start, problem.kind, problem.setting].join("\u0000");
    if (!found.has(key)) found.set(key, problem);
  };
  known.forEach(add);
  for (const target of targets) {
    for (const configuration of target.configurations) settingProblems(target, configuration, paths).forEach(add);
  }
  return [...found.values()].sort(
    (a, b) =>
      compareStrings(a.path, b.path) || a.span.start - b.span.start || compareStrings(a.setting ?? "", b.setting ?? ""),
  );
}

function settingProblems(target: Target, configuration: TargetConfiguration, paths: PathIndex): ProjectProblem[] {
  const { variables, places, infoPlist, entitlements } = configuration;
  const problems: ProjectProblem[] = [];
  for (const setting of SETTINGS) {
    const place = places.get(setting);
    if (!place) continue;
    const cycle = cycleIn(setting, variables);
    if (cycle) {
      const circle = cycle.slice(cycle.indexOf(cycle.at(-1) ?? ""));
      problems.push({
        ...place,
        kind: "cycle",
        target,
        setting,
        detail: circle.map((each) => `$(${each})`).join(" → "),
      });
    }
  }
  for (const [setting, file] of [
    ["INFOPLIST_FILE", infoPlist],
    ["CODE_SIGN_ENTITLEMENTS", entitlements],
  ] as const) {
    const place = places.get(setting);
    if (!place || place.generated || file === undefined || !isMissing(file, paths)) continue;
    problems.push({ ...place, kind: "missing-file", target, setting, detail: basename(file) });
  }
  return problems;
}

/** True for a file that would have been read if it were there: of a name that is looked at, in a folder that other files were read from. */
function isMissing(path: string, paths: PathIndex): boolean {
  return paths.resolve(path) === undefined && isRelevant(path) && paths.inFolder(dirname(path)).length > 0;
}
