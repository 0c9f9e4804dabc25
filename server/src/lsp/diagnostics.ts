// Computes the diagnostics of a file, for whoever asks: pull, push, status, validation. Keeps them as long as nothing changed.
import { DiagnosticSeverity, type CancellationToken, type Diagnostic } from "vscode-languageserver";
import { hash } from "../base/hash.ts";
import { LineIndex } from "../base/line-index.ts";
import { basename } from "../base/paths.ts";
import type { AnalysisApi } from "../engine/analysis.ts";
import type { Finding } from "../engine/finding.ts";
import { CONFIG_FILE } from "../files/find-root.ts";
import type { Folder } from "./folder.ts";
import type { Log } from "./platform.ts";
import type { Outcome, Priority, Scheduler } from "./scheduler.ts";
import { Emitter } from "./signal.ts";
import { SOURCE, toDiagnostic, toRange, type DiagnosticContext } from "./to-lsp.ts";
import { uriOfPath } from "./uris.ts";
import type { Workspace } from "./workspace.ts";

/** What is shown for a file. */
export interface FileDiagnostics {
  readonly path: string;
  readonly uri: string;
  /** Of the open document; null for a closed file. */
  readonly version: number | null;
  readonly findings: readonly Finding[];
  readonly items: readonly Diagnostic[];
  /** Equal for equal items. */
  readonly resultId: string;
}

export type ClientSupport = Pick<DiagnosticContext, "relatedInformation" | "codeDescription" | "tags">;

export class DiagnosticsService {
  /** Something was computed that differs from what was there before. */
  readonly updated = new Emitter<void>();
  private readonly cache = new WeakMap<AnalysisApi, Map<string, FileDiagnostics>>();
  private readonly lines = new WeakMap<AnalysisApi, Map<string, LineIndex>>();
  private readonly last = new Map<string, string>();
  private readonly reportedCrashes = new Set<string>();
  /** Files whose findings are shown although they are closed and only open files are: those that were validated. */
  private readonly validated = new Set<string>();

  constructor(
    private readonly workspace: Workspace,
    private readonly scheduler: Scheduler,
    private readonly support: ClientSupport,
    private readonly ruleLink: (rule: string) => string | undefined,
    private readonly log: Log,
  ) {}

  /** Checks a file. The folder must be loaded. */
  async compute(path: string, priority: Priority, token?: CancellationToken): Promise<Outcome<FileDiagnostics>> {
    const folder = this.workspace.folderOf(path);
    if (!folder) return { kind: "done", value: this.make(path, [], []) };
    const known = this.cache.get(folder.snapshot())?.get(path);
    if (known && known.version === this.versionOf(path)) return { kind: "done", value: known };
    let analysis = folder.snapshot();
    const start = (): { analysis: AnalysisApi; work: ReturnType<AnalysisApi["check"]> } => {
      analysis = folder.snapshot();
      return { analysis, work: analysis.check(path) };
    };
    const outcome = await this.scheduler.run({ priority, token, start });
    if (outcome.kind !== "done") return outcome;
    if (!analysis.isCurrent) return { kind: "stale" };
    this.reportCrashes(outcome.value.errors);
    const findings = folder.isIgnored(path) ? [] : outcome.value.findings;
    const context = this.contextOf(analysis);
    const items = findings.map((finding) => toDiagnostic(finding, context));
    const result = this.make(path, findings, [...items, ...this.configurationProblems(folder, path)]);
    let cached = this.cache.get(analysis);
    if (!cached) this.cache.set(analysis, (cached = new Map<string, FileDiagnostics>()));
    cached.set(path, result);
    if (this.last.get(path) !== result.resultId) {
      this.last.set(path, result.resultId);
      this.updated.fire();
    }
    return { kind: "done", value: result };
  }

  /** The files whose diagnostics are shown without being open, sorted; those of folders still being read are not among them. */
  closedFiles(): string[] {
    const paths: string[] = [];
    for (const folder of this.workspace.folders) {
      if (!folder.isLoaded) continue;
      const configurations = folder.configurationFiles
        .map(({ path }) => path)
        .filter((path) => this.workspace.folderOf(path) === folder);
      for (const path of [...folder.snapshot().paths, ...configurations]) {
        if (this.workspace.isOpen(path) || this.workspace.folderOf(path) !== folder) continue;
        if (folder.settings.scope === "dext" || this.validated.has(path)) paths.push(path);
      }
    }
    return [...new Set(paths)];
  }

  markValidated(paths: Iterable<string>): void {
    for (const path of paths) this.validated.add(path);
  }

  uriOf(path: string): string {
    return this.workspace.documents.get(path)?.uri ?? uriOfPath(path);
  }

  versionOf(path: string): number | null {
    return this.workspace.documents.get(path)?.version ?? null;
  }

  /** The lines of a file in a state of the analysis. */
  linesOf(analysis: AnalysisApi, path: string): LineIndex {
    let known = this.lines.get(analysis);
    if (!known) this.lines.set(analysis, (known = new Map<string, LineIndex>()));
    let lines = known.get(path);
    if (!lines) known.set(path, (lines = new LineIndex(analysis.text(path) ?? "")));
    return lines;
  }

  contextOf(analysis: AnalysisApi): DiagnosticContext {
    return {
      ...this.support,
      linesOf: (path) => this.linesOf(analysis, path),
      uriOf: (path) => this.uriOf(path),
      ruleLink: this.ruleLink,
    };
  }

  private make(path: string, findings: readonly Finding[], items: readonly Diagnostic[]): FileDiagnostics {
    const resultId = hash(JSON.stringify(items));
    return { path, uri: this.uriOf(path), version: this.versionOf(path), findings, items, resultId };
  }

  /** A wrong `dextlint.json` is left out as a whole; that must be seen where it can be mended. */
  private configurationProblems(folder: Folder, path: string): Diagnostic[] {
    if (basename(path) !== CONFIG_FILE) return [];
    const file = folder.configurationFiles.find((each) => each.path === path);
    if (!file) return [];
    const lines = new LineIndex(file.text);
    return file.problems.map(({ span, message }) => ({
      range: toRange(lines, span),
      severity: DiagnosticSeverity.Error,
      source: SOURCE,
      message: `${message} (the file is left out until this is mended)`,
    }));
  }

  private reportCrashes(
    errors: readonly { readonly rule: string; readonly path: string; readonly message: string }[],
  ): void {
    for (const { rule, path, message } of errors) {
      if (this.reportedCrashes.has(rule)) continue;
      this.reportedCrashes.add(rule);
      this.log.error(`the rule ${rule} crashed on ${path}: ${message}; further crashes of it are not logged`);
    }
  }
}
