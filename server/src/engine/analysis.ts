// The façade. `AnalysisHost` takes changes, `Analysis` answers questions about one state of the files. Neither does I/O.
import type { Span } from "../base/span.ts";
import type { PlistDocument } from "../plist/document.ts";
import type { FileSummary, ProjectIndex } from "../semantics/model.ts";
import type { SyntaxFile } from "../syntax/node.ts";
import type { ProjectModel, Target } from "../project/model.ts";
import type { Fix, Severity } from "../rules/define.ts";
import type { Configuration } from "./config.ts";
import type { FileReport, Finding } from "./finding.ts";

export interface FileChange {
  readonly path: string;
  /** The new text; undefined when the file is gone. */
  readonly text: string | undefined;
  /** Open in an editor: its parse tree is kept for incremental parsing. */
  readonly open?: boolean;
}

/** Work that can be paused: the driver calls `next` until done, and may drop it at any point. Each step is a few milliseconds. */
export type Work<T> = Generator<void, T>;

/** What the host offers. One instance per workspace. */
export interface AnalysisHostApi {
  /** Adds, replaces or removes files. Cheap: everything is computed when asked for. */
  apply(changes: readonly FileChange[]): void;
  /** The configuration that holds for a file; asked once per file and configuration change. */
  configure(configurationFor: (path: string) => Configuration): void;
  /** The interface files of a DriverKit SDK, which add to the table what it does not have; none for no SDK. */
  useSdk(files: readonly { readonly path: string; readonly text: string }[]): void;
  /** A view of the current state. It stays valid until the next `apply`; afterwards its answers are stale and `isCurrent` is false. */
  snapshot(): AnalysisApi;
  /** Frees all parse trees. */
  dispose(): void;
  /** Counters for tests and the log. */
  readonly statistics: Statistics;
}

/** How much work was done since the host was made. */
export interface Statistics {
  readonly functionsAnalysed: number;
  readonly functionsGivenUp: number;
  readonly filesParsed: number;
  /** Runs of the rules that are not called for functions: one for each rule and file, class, document or target. */
  readonly ruleRuns: number;
}

export interface AnalysisApi {
  readonly isCurrent: boolean;
  /** The paths known, sorted. */
  readonly paths: readonly string[];
  readonly project: ProjectModel;
  targetsOf(path: string): readonly Target[];
  /** Checks one file. Findings are in order of offset, then rule. */
  check(path: string): Work<FileReport>;
  /** The fixes of a finding, safe ones first. Edits may be in other files. */
  fixesOf(finding: Finding): readonly Fix[];
  /** Hover, symbols and the like are in `features/`; they take an Analysis. */
  text(path: string): string | undefined;
  /** The syntax of a C++ or `.iig` file, the declarations of one, the document of a plist or entitlements file. */
  syntax(path: string): SyntaxFile | undefined;
  summary(path: string): FileSummary | undefined;
  plist(path: string): PlistDocument | undefined;
  /** The declarations of all files together. */
  index(): Work<ProjectIndex>;
  /** The control-flow graphs of the functions of that name in a file as Mermaid, with the states of each reference. */
  controlFlow(path: string, functionName: string): readonly string[];
  /** Findings of a file that overlap a span. */
  findingsAt(path: string, span: Span): readonly Finding[];
  /** Whether a file belongs to the analysis, and if not why. */
  membership(path: string): Membership;
}

/** What the status item says about a file. */
export interface Membership {
  readonly checked: boolean;
  /** One sentence for a person: "belongs to the dext “X” (project.pbxproj)", "no DriverKit header is included". */
  readonly reason: string;
  readonly targets: readonly string[];
}

/** Runs work to its end. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Counts by severity, for summaries. */
export type Counts = Readonly<Record<Severity, number>>;
