// The command `check`: reads, checks, perhaps fixes, reports, and says with its exit code how it went.
import { compareStrings } from "../base/compare.ts";
import { LineIndex } from "../base/line-index.ts";
import { join, relative } from "../base/paths.ts";
import { plural } from "../base/plural.ts";
import { fromNative } from "../files/disk.ts";
import { finish, type AnalysisApi, type Counts } from "../engine/analysis.ts";
import type { AnalysisError, Finding } from "../engine/finding.ts";
import { countBySeverity } from "../features/counts.ts";
import type { Fix } from "../rules/define.ts";
import { EXIT, type Environment, type ExitCode } from "./environment.ts";
import { diffOf, fixProject, writeFixes, type FixedProject } from "./fix-project.ts";
import { formatConcise } from "./format/concise.ts";
import { colorDiff } from "./format/diff.ts";
import { formatJson } from "./format/json.ts";
import { formatPretty } from "./format/pretty.ts";
import { loadProjects, type Project } from "./load-project.ts";
import { readOptions, type CheckOptions, type RawOptions } from "./options.ts";

/** What the formats show. */
export interface Report {
  /** In order of file, offset, rule. */
  readonly findings: readonly ReportedFinding[];
  readonly errors: readonly AnalysisError[];
  /** Of all findings, those that `--quiet` hides included. */
  readonly counts: Counts;
  readonly files: number;
  readonly bytes: number;
  readonly unparsedBytes: number;
  readonly durationMs: number;
  /** Findings that were fixed in this run. */
  readonly fixed: number;
  /** The path as it is shown: relative to the working directory. */
  shownPath(path: string): string;
  /** The lines of a file; of an empty text where the file is not known. */
  linesOf(path: string): LineIndex;
}

export interface ReportedFinding extends Finding {
  readonly fixes: readonly Fix[];
}

/** Runs the command. Rejects with a UsageError for wrong arguments or configuration. */
export async function check(paths: readonly string[], raw: RawOptions, environment: Environment): Promise<ExitCode> {
  const started = performance.now();
  const options = readOptions(
    raw,
    paths,
    environment.rules.map((rule) => rule.meta.id),
  );
  const loaded = await loadProjects(paths, options, environment);
  try {
    const fixed = fixAll(loaded.projects, options);
    const written = options.fixing === "write" && options.stdinFilename === undefined;
    const writeErrors = written ? await writeAll(fixed, environment) : [];
    // A diff speaks about what is on the disk, so the report behind it does too.
    if (options.fixing === "diff") restore(fixed);
    const errors = [...loaded.errors, ...writeErrors];
    const report = makeReport(loaded.projects, errors, fixed, options, environment.cwd, started);
    for (const { path, message } of [...errors, ...loaded.notes]) {
      environment.stderr(`dextlint: ${relative(environment.cwd, path)}: ${message}\n`);
    }
    // A file that was named and is not looked at must not pass for a clean one.
    for (const given of paths) {
      const path = join(environment.cwd, fromNative(given));
      for (const { host, files } of loaded.projects) {
        if (!files.has(path)) continue;
        const { checked, reason } = host.snapshot().membership(path);
        if (!checked) environment.stderr(`dextlint: ${relative(environment.cwd, path)}: not checked: ${reason}\n`);
      }
    }
    print(report, fixed, options, environment);
    return exitCode(report, options);
  } finally {
    for (const { host } of loaded.projects) host.dispose();
  }
}

type Fixed = ReadonlyMap<Project, FixedProject>;

function fixAll(projects: readonly Project[], options: CheckOptions): Fixed {
  if (options.fixing === "none") return new Map();
  return new Map(projects.map((project) => [project, fixProject(project, options.unsafeFixes)]));
}

async function writeAll(fixed: Fixed, environment: Environment): Promise<AnalysisError[]> {
  const errors: AnalysisError[] = [];
  for (const [project, { texts }] of fixed) errors.push(...(await writeFixes(project, texts, environment)));
  return errors;
}

function restore(fixed: Fixed): void {
  for (const [{ host, files }, { texts }] of fixed) {
    host.apply([...texts.keys()].map((path) => ({ path, text: files.get(path)?.content.text })));
  }
}

function makeReport(
  projects: readonly Project[],
  errors: readonly AnalysisError[],
  fixed: Fixed,
  options: CheckOptions,
  cwd: string,
  started: number,
): Report {
  const all: ReportedFinding[] = [];
  const allErrors = [...errors];
  const totals = { files: 0, bytes: 0, unparsedBytes: 0 };
  const analyses: AnalysisApi[] = [];
  for (const project of projects) {
    const analysis = project.host.snapshot();
    analyses.push(analysis);
    for (const path of project.reported) {
      const report = finish(analysis.check(path));
      all.push(...report.findings.map((finding) => ({ ...finding, fixes: fixesOf(analysis, finding) })));
      allErrors.push(...report.errors);
      if (!analysis.membership(path).checked) continue;
      const file = project.files.get(path);
      const share = report.unparsedCharacters / Math.max(1, file?.content.text.length ?? 0);
      totals.files++;
      totals.bytes += file?.bytes ?? 0;
      totals.unparsedBytes += Math.round((file?.bytes ?? 0) * share);
    }
  }
  const shown = new Map<string, string>();
  const shownPath = (path: string): string => {
    let name = shown.get(path);
    if (name === undefined) shown.set(path, (name = relative(cwd, path)));
    return name;
  };
  const lines = new Map<string, LineIndex>();
  return {
    findings: inOrder(all, shownPath).filter(({ severity }) => !options.quiet || severity === "error"),
    errors: allErrors.sort((a, b) => compareStrings(a.path, b.path) || compareStrings(a.rule, b.rule)),
    counts: countBySeverity(all),
    ...totals,
    durationMs: Math.round(performance.now() - started),
    fixed: [...fixed.values()].reduce((sum, { fixes }) => sum + fixes, 0),
    shownPath,
    linesOf: (path) => {
      let index = lines.get(path);
      if (!index) {
        const text = analyses.map((analysis) => analysis.text(path)).find((each) => each !== undefined);
        lines.set(path, (index = new LineIndex(text ?? "")));
      }
      return index;
    },
  };
}

function fixesOf(analysis: AnalysisApi, finding: Finding): readonly Fix[] {
  return finding.fixable === "none" ? [] : analysis.fixesOf(finding);
}

function inOrder(findings: ReportedFinding[], shownPath: (path: string) => string): ReportedFinding[] {
  return findings.sort(
    (a, b) =>
      compareStrings(shownPath(a.path), shownPath(b.path)) ||
      a.span.start - b.span.start ||
      compareStrings(a.rule, b.rule) ||
      a.span.end - b.span.end ||
      compareStrings(a.message, b.message),
  );
}

function print(report: Report, fixed: Fixed, options: CheckOptions, environment: Environment): void {
  if (options.fixing === "diff") {
    const diff = [...fixed].map(([project, { texts }]) => diffOf(project, texts, environment.cwd)).join("");
    environment.stdout(environment.color ? colorDiff(diff) : diff);
    const files = [...fixed.values()].reduce((sum, { texts }) => sum + texts.size, 0);
    const what = report.fixed === 0 ? "nothing to fix" : `would fix ${plural(report.fixed, "problem")}`;
    environment.stderr(`dextlint: ${what}${files > 0 ? ` in ${plural(files, "file")}` : ""}\n`);
    return;
  }
  const text = format(report, options, environment);
  if (options.stdinFilename !== undefined && options.fixing === "write") {
    // The mended text is what the caller wants to read; the report goes beside it.
    environment.stdout(fixedStdin(fixed, join(environment.cwd, options.stdinFilename)));
    environment.stderr(text);
  } else environment.stdout(text);
}

function format(report: Report, options: CheckOptions, environment: Environment): string {
  switch (options.format) {
    case "json":
      return formatJson(report, environment.version);
    case "concise":
      return formatConcise(report);
    case "pretty":
      return formatPretty(report, { color: environment.color, columns: environment.columns, quiet: options.quiet });
  }
}

function fixedStdin(fixed: Fixed, path: string): string {
  for (const [project, { texts }] of fixed) {
    const file = project.files.get(path);
    if (file) return texts.get(path) ?? file.content.text;
  }
  return "";
}

function exitCode({ counts, errors }: Report, options: CheckOptions): ExitCode {
  if (errors.length > 0) return EXIT.failure;
  return counts.error > 0 || counts.warning > options.maxWarnings ? EXIT.findings : EXIT.clean;
}
