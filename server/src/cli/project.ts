// The command `project`: shows the dexts, apps and files that the tool sees, or what Apple has to grant them. Checks nothing.
import { relative } from "../base/paths.ts";
import { finish } from "../engine/analysis.ts";
import { grantsReports } from "../features/grants-report.ts";
import { projectReport, type ReportSource } from "../features/project-report.ts";
import { EXIT, UsageError, type Environment, type ExitCode } from "./environment.ts";
import { loadProjects, type Project } from "./load-project.ts";
import { readOptions } from "./options.ts";
import { formatGrants } from "./project-grants.ts";
import { projectsJson } from "./project-json.ts";
import { formatTree } from "./project-tree.ts";

export const PROJECT_FORMATS = ["pretty", "json"] as const;

export interface ProjectOptions {
  readonly format?: string;
  readonly grants?: boolean;
}

/** Runs the command. Rejects with a UsageError for wrong arguments. Ends with 2 where a path cannot be read. */
export async function showProjects(
  paths: readonly string[],
  options: ProjectOptions,
  environment: Environment,
): Promise<ExitCode> {
  const format = PROJECT_FORMATS.find((each) => each === (options.format ?? "pretty"));
  if (!format) throw new UsageError(`unknown format “${options.format}”; known are ${PROJECT_FORMATS.join(", ")}`);
  const ids = environment.rules.map(({ meta }) => meta.id);
  const { projects, errors } = await loadProjects(paths, readOptions({}, paths, ids), environment);
  try {
    for (const { path, message } of errors) {
      environment.stderr(`dextlint: ${relative(environment.cwd, path)}: ${message}\n`);
    }
    environment.stdout(render(projects, format, options.grants ?? false, environment));
    return errors.length > 0 ? EXIT.failure : EXIT.clean;
  } finally {
    for (const { host } of projects) host.dispose();
  }
}

function render(
  projects: readonly Project[],
  format: (typeof PROJECT_FORMATS)[number],
  grants: boolean,
  environment: Environment,
): string {
  const { cwd, version } = environment;
  const options = { color: environment.color, columns: environment.columns, shownPath: shownIn(cwd) };
  const sources = projects.map((project) => ({ root: project.root, source: sourceOf(project) }));
  if (grants) {
    const reports = sources.flatMap(({ source }) => grantsReports(source));
    return format === "json" ? projectsJson("grants", reports, version, cwd) : formatGrants(reports, options);
  }
  const reports = sources.map(({ root, source }) => ({ root, ...projectReport(source) }));
  return format === "json" ? projectsJson("projects", reports, version, cwd) : formatTree(reports, options);
}

function sourceOf({ host }: Project): ReportSource {
  const analysis = host.snapshot();
  return {
    project: analysis.project,
    index: finish(analysis.index()),
    plist: (path) => analysis.plist(path),
  };
}

function shownIn(cwd: string): (path: string) => string {
  return (path) => relative(cwd, path) || ".";
}
