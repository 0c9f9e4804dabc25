// Reads the projects around the paths that were given and sets up an analysis for each.
import { compareStrings } from "../base/compare.ts";
import { decode, type Decoded } from "../base/decode.ts";
import { dirname, isWithin, join, relative } from "../base/paths.ts";
import type { AnalysisHostApi } from "../engine/analysis.ts";
import { defaultConfiguration, isIgnored, overrideConfiguration, type Configuration } from "../engine/config.ts";
import type { AnalysisError } from "../engine/finding.ts";
import { Configurations, describeProblems } from "../files/configurations.ts";
import { fromNative } from "../files/disk.ts";
import { findRoot } from "../files/find-root.ts";
import { readSource, readTree, type SkippedFile, type SourceFile } from "../files/read-tree.ts";
import { readSdk, type SdkFile } from "../files/sdk.ts";
import { UsageError, type Environment } from "./environment.ts";
import type { CheckOptions } from "./options.ts";

/** One project: everything that is read, and what of it is reported on. */
export interface Project {
  readonly root: string;
  readonly host: AnalysisHostApi;
  readonly files: ReadonlyMap<string, LoadedFile>;
  /** The files that findings are reported for, sorted. */
  readonly reported: readonly string[];
}

export interface LoadedFile {
  readonly path: string;
  readonly content: Decoded;
  readonly bytes: number;
}

export interface LoadedProjects {
  readonly projects: readonly Project[];
  /** What makes the run a failure: paths that were named and cannot be read. */
  readonly errors: readonly AnalysisError[];
  /** What is worth saying, but no failure: files left out for their size. */
  readonly notes: readonly AnalysisError[];
}

interface Given {
  readonly path: string;
  readonly kind: "file" | "directory";
}

/** Reads what the command line names. Throws a UsageError for a wrong configuration. */
export async function loadProjects(
  paths: readonly string[],
  options: CheckOptions,
  environment: Environment,
): Promise<LoadedProjects> {
  const { cwd, fs } = environment;
  const errors: AnalysisError[] = [];
  const notes: AnalysisError[] = [];
  const given: Given[] = [];
  const stdin = await readStdin(options, environment);
  if (stdin) given.push({ path: stdin.path, kind: "file" });
  else {
    for (const each of paths.length > 0 ? paths : ["."]) {
      const path = join(cwd, fromNative(each));
      const kind = await environment.kindOf(path);
      if (kind === "file" || kind === "directory") given.push({ path, kind });
      else {
        const message = kind === "missing" ? "no such file or folder" : "neither a file nor a folder";
        errors.push({ rule: "", path, message });
      }
    }
  }
  const configurations = new Configurations(fs, knownRules(environment));
  const fixed = await namedConfiguration(configurations, options, environment);
  const sdk = await namedSdk(options, environment);
  const projects: Project[] = [];
  for (const root of await rootsOf(given, environment)) {
    const inside = given.filter(({ path }) => isWithin(root, path));
    const { files, skipped, truncated } = await readProject(root, inside, stdin, environment);
    if (truncated) notes.push({ rule: "", path: root, message: "too many files; only a part was read" });
    for (const skip of skipped) {
      const named = inside.some(({ path, kind }) => kind === "file" && path === skip.path);
      const wanted = inside.some(({ path }) => isWithin(path, skip.path));
      const list = named || (wanted && skip.why === "unreadable") ? errors : notes;
      list.push({ rule: "", path: skip.path, message: skip.message });
    }
    const configurationOf = await configurationsFor(files, fixed, configurations, options, environment);
    const host = await environment.createHost();
    host.configure(configurationOf);
    host.useSdk(sdk);
    host.apply([...files.values()].map(({ path, content }) => ({ path, text: content.text })));
    const reported = [...files.keys()].filter(
      (path) => inside.some((each) => isWithin(each.path, path)) && !isIgnored(configurationOf(path), path),
    );
    projects.push({ root, host, files, reported: reported.sort(compareStrings) });
  }
  return { projects, errors, notes };
}

function knownRules(environment: Environment): string[] {
  return environment.rules.map((rule) => rule.meta.id);
}

async function readStdin(options: CheckOptions, environment: Environment): Promise<LoadedFile | undefined> {
  if (options.stdinFilename === undefined) return undefined;
  const bytes = await environment.readStdin();
  const path = join(environment.cwd, fromNative(options.stdinFilename));
  return { path, content: decode(bytes), bytes: bytes.length };
}

/** Each path's project; a project within another one that is checked too belongs to the outer one. */
async function rootsOf(given: readonly Given[], { fs }: Environment): Promise<string[]> {
  const roots = new Set<string>();
  for (const { path, kind } of given) {
    const folder = kind === "directory" ? path : dirname(path);
    roots.add((await findRoot(fs, folder)).path);
  }
  const all = [...roots].sort(compareStrings);
  return all.filter((root) => !all.some((other) => other !== root && isWithin(other, root)));
}

async function readProject(
  root: string,
  given: readonly Given[],
  stdin: LoadedFile | undefined,
  { fs }: Environment,
): Promise<{ files: Map<string, LoadedFile>; skipped: readonly SkippedFile[]; truncated: boolean }> {
  const tree = await readTree(fs, root);
  const skipped = new Map(tree.skipped.map((skip) => [skip.path, skip]));
  const files = new Map<string, SourceFile>(tree.files.map((file) => [file.path, file]));
  for (const { path, kind } of given) {
    if (path === stdin?.path) continue;
    // What is named is read, also where a walk would not go: below `build`, or beyond a limit.
    if (kind === "file" && !files.has(path)) {
      const source = await readSource(fs, path);
      if (source && "why" in source) skipped.set(path, source);
      else if (source) files.set(path, source);
    } else if (kind === "directory" && ![...files.keys()].some((file) => isWithin(path, file))) {
      const below = await readTree(fs, path);
      for (const file of below.files) files.set(file.path, file);
      for (const skip of below.skipped) skipped.set(skip.path, skip);
    }
  }
  if (stdin) files.set(stdin.path, stdin);
  return { files, skipped: [...skipped.values()], truncated: tree.truncated };
}

async function namedConfiguration(
  configurations: Configurations,
  options: CheckOptions,
  { cwd }: Environment,
): Promise<Configuration | undefined> {
  if (options.config === undefined) return undefined;
  const path = join(cwd, fromNative(options.config));
  const file = await configurations.read(path);
  if (!file) throw new UsageError(`the configuration “${options.config}” cannot be read`);
  if (file.problems.length > 0) throw new UsageError(describeProblems(file, relative(cwd, path)).join("\n"));
  return file.configuration;
}

async function namedSdk(options: CheckOptions, { cwd, fs }: Environment): Promise<readonly SdkFile[]> {
  if (options.sdk === undefined) return [];
  const files = await readSdk(fs, join(cwd, fromNative(options.sdk)));
  if (files.length === 0) throw new UsageError(`--sdk: no .iig files in “${options.sdk}”`);
  return files;
}

async function configurationsFor(
  files: ReadonlyMap<string, LoadedFile>,
  fixed: Configuration | undefined,
  configurations: Configurations,
  options: CheckOptions,
  { cwd }: Environment,
): Promise<(path: string) => Configuration> {
  const over: Configuration = { rules: options.levels, ignore: [] };
  if (fixed) return () => overrideConfiguration(fixed, over);
  await configurations.prepare(files.keys());
  const problems = configurations.all.flatMap((file) => describeProblems(file, relative(cwd, file.path)));
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return (path) => overrideConfiguration(configurations.of(path)?.configuration ?? defaultConfiguration, over);
}
