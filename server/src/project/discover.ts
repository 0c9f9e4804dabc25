// Finds out which dexts and applications a workspace holds. Pure: texts in, the project model out.
import { compareStrings } from "../base/compare.ts";
import { basename } from "../base/paths.ts";
import type { PlistDocument } from "../plist/document.ts";
import { parsePlist } from "../plist/parse.ts";
import type { Parsers } from "../syntax/parsers.ts";
import { compareTargets, completeByFolders } from "./folder-targets.ts";
import type { ProjectModel, ProjectProblem, Target } from "./model.ts";
import { problemsOf } from "./problems.ts";
import { PathIndex, type ProjectFiles } from "./project-files.ts";
import { readXcodeProject } from "./xcode-project.ts";
import { isSpecName, readXcodeGen } from "./xcodegen.ts";

/**
 * The project model of a workspace: the targets of every project.pbxproj and of XcodeGen's project.yml, then the dexts and applications that only their plists
 * tell of. Never throws; what could not be decided is a note. The result depends on the set of files alone, not on their order.
 */
export function discoverProject(files: ProjectFiles, parsers: Parsers): ProjectModel {
  const paths = new PathIndex(files.paths);
  const parsed = new Map<string, PlistDocument | undefined>();
  const plist = (path: string): PlistDocument | undefined => {
    if (!parsed.has(path)) parsed.set(path, readPlist(files, parsers, path));
    return parsed.get(path);
  };
  const targets: Target[] = [];
  const notes: string[] = [];
  const problems: ProjectProblem[] = [];
  for (const path of paths.sorted) {
    if (basename(path) !== "project.pbxproj") continue;
    const project = readXcodeProject(path, files, paths);
    targets.push(...project.targets);
    notes.push(...project.notes);
    problems.push(...project.problems);
  }
  for (const path of paths.sorted) {
    if (!isSpecName(path)) continue;
    const project = readXcodeGen(path, files, paths, targets);
    targets.push(...project.targets);
    notes.push(...project.notes);
    problems.push(...project.problems);
  }
  const completed = completeByFolders(targets, paths, plist);
  notes.push(...completed.notes);
  const sorted = [...completed.targets].sort(compareTargets);
  return { targets: sorted, notes: notes.sort(compareStrings), problems: problemsOf(sorted, paths, problems) };
}

function readPlist(files: ProjectFiles, parsers: Parsers, path: string): PlistDocument | undefined {
  if (files.plist) return files.plist(path);
  const text = files.text(path);
  return text === undefined ? undefined : parsePlist(parsers, path, text);
}

const indexes = new WeakMap<ProjectModel, ReadonlyMap<string, readonly Target[]>>();

/** The targets that a file belongs to, as a source, a plist or the file that defines them; in the model's order. */
export function targetsOf(model: ProjectModel, path: string): readonly Target[] {
  let index = indexes.get(model);
  if (!index) {
    index = indexOf(model);
    indexes.set(model, index);
  }
  return index.get(path) ?? [];
}

function indexOf(model: ProjectModel): ReadonlyMap<string, readonly Target[]> {
  const index = new Map<string, Target[]>();
  for (const target of model.targets) {
    const paths = new Set([target.definedIn, ...target.sources]);
    for (const { infoPlist, entitlements } of target.configurations) {
      if (infoPlist !== undefined) paths.add(infoPlist);
      if (entitlements !== undefined) paths.add(entitlements);
    }
    for (const path of paths) {
      const list = index.get(path);
      if (list) list.push(target);
      else index.set(path, [target]);
    }
  }
  return index;
}
