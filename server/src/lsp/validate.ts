// The requests about whole dexts: which there are, and checking one of them from end to end.
import {
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type WorkDoneProgressReporter,
} from "vscode-languageserver";
import { compareStrings } from "../base/compare.ts";
import { basename } from "../base/paths.ts";
import type { Finding } from "../engine/finding.ts";
import { countBySeverity } from "../features/counts.ts";
import { validationReport, type ValidatedDext } from "../features/report.ts";
import { entitlementsOf, infoPlistsOf, type Target } from "../project/model.ts";
import type { DextInfo, ValidationReport } from "../protocol.ts";
import { dextsOf } from "./dexts.ts";
import type { DiagnosticsService, FileDiagnostics } from "./diagnostics.ts";
import { PRIORITY } from "./scheduler.ts";
import type { Workspace } from "./workspace.ts";

/** Times a file is checked again because something changed meanwhile. */
const RETRIES = 20;

export class Validation {
  constructor(
    private readonly workspace: Workspace,
    private readonly service: DiagnosticsService,
    private readonly ruleLink: (rule: string) => string | undefined,
  ) {}

  async list(token: CancellationToken): Promise<DextInfo[]> {
    return (await dextsOf(this.workspace, token)).map(({ id, target }) => ({
      id,
      name: target.name,
      folderUri: this.service.uriOf(target.folder),
      definedInUri: this.service.uriOf(target.definedIn),
      sourceCount: target.sources.length,
    }));
  }

  /** Checks one dext, or all. Rejects when it is cancelled. */
  async validate(
    wanted: string | undefined,
    progress: WorkDoneProgressReporter | undefined,
    token: CancellationToken,
  ): Promise<ValidationReport> {
    const started = performance.now();
    const dexts = (await dextsOf(this.workspace, token)).filter(({ id }) => wanted === undefined || id === wanted);
    const files = new Map(dexts.map((dext) => [dext, filesOf(dext.target)]));
    const total = [...files.values()].reduce((sum, paths) => sum + paths.length, 0);
    const validated: ValidatedDext[] = [];
    const seen = new Map<string, readonly Finding[]>();
    let done = 0;
    for (const [{ folder, target }, paths] of files) {
      const findings: Finding[] = [];
      for (const path of paths) {
        progress?.report(Math.floor((done++ / Math.max(1, total)) * 100), `${target.name}: ${basename(path)}`);
        const result = await this.check(path, token);
        seen.set(path, result.findings);
        findings.push(...result.findings);
      }
      validated.push({ target, folder: folder.root, findings, errors: [] });
    }
    this.service.markValidated(seen.keys());
    this.workspace.changed.fire({ kind: "project" });
    const counts = countBySeverity([...seen.values()].flat());
    const links = {
      fileLink: (path: string, line: number) => `${this.service.uriOf(path)}#L${line}`,
      ruleLink: this.ruleLink,
    };
    const textOf = (path: string): string | undefined => this.workspace.folderOf(path)?.snapshot().text(path);
    return {
      markdown: validationReport(validated, links, textOf),
      counts: { errors: counts.error, warnings: counts.warning, infos: counts.info, hints: counts.hint },
      files: seen.size,
      durationMs: Math.round(performance.now() - started),
    };
  }

  private async check(path: string, token: CancellationToken): Promise<FileDiagnostics> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.service.compute(path, PRIORITY.request, token);
      if (outcome.kind === "done") return outcome.value;
      if (outcome.kind === "cancelled" || attempt >= RETRIES) {
        throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
      }
    }
  }
}

/** All files of a target, each once, in order: what defines it, its property lists, its sources. */
function filesOf(target: Target): string[] {
  const paths = [target.definedIn, ...infoPlistsOf(target), ...entitlementsOf(target), ...target.sources];
  return [...new Set(paths)].sort(compareStrings);
}
