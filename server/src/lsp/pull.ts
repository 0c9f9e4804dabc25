// Diagnostics for clients that ask for them: per document, and for the workspace by a request that is held until something changes.
import {
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type Connection,
  type DocumentDiagnosticReport,
  type WorkspaceDiagnosticParams,
  type WorkspaceDiagnosticReport,
  type WorkspaceDocumentDiagnosticReport,
} from "vscode-languageserver";
import type { DiagnosticsService, FileDiagnostics } from "./diagnostics.ts";
import { PRIORITY } from "./scheduler.ts";
import { delay, orCancelled } from "./signal.ts";
import { pathOfUri } from "./uris.ts";
import type { Workspace } from "./workspace.ts";

/** Quiet time after an edit before a document is checked, and before the rest of the project is. */
const DOCUMENT_QUIET_MS = 150;
const PROJECT_QUIET_MS = 500;
/** Reports in one partial result. */
const CHUNK = 20;

export class PullDiagnostics {
  /** Paths that once had diagnostics: the client may still show them, so their being gone is worth a report. */
  private readonly shown = new Set<string>();
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly workspace: Workspace,
    private readonly service: DiagnosticsService,
    private readonly canRefresh: boolean,
  ) {
    workspace.changed.on(({ kind }) => {
      if (kind === "project") this.refresh();
    });
  }

  /** Answers `textDocument/diagnostic`. Rejects with ServerCancelled when the text changed meanwhile. */
  async document(
    params: { readonly textDocument: { readonly uri: string }; readonly previousResultId?: string },
    token: CancellationToken,
  ): Promise<DocumentDiagnosticReport> {
    const path = pathOfUri(params.textDocument.uri);
    await this.quiet(DOCUMENT_QUIET_MS, token);
    await orCancelled(this.workspace.settled(), token);
    if (token.isCancellationRequested) throw cancelled();
    const outcome = await this.service.compute(path, PRIORITY.open, token);
    if (outcome.kind === "cancelled") throw cancelled();
    if (outcome.kind === "stale") throw superseded();
    const { items, resultId } = outcome.value;
    if (params.previousResultId === resultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
    if (items.length > 0) this.shown.add(path);
    return { kind: DocumentDiagnosticReportKind.Full, items: [...items], resultId };
  }

  /** Answers `workspace/diagnostic`: at once when something differs from what the client has, else when something does. */
  async workspaceReport(
    params: WorkspaceDiagnosticParams,
    token: CancellationToken,
    report: ((part: WorkspaceDiagnosticReport) => void) | undefined,
  ): Promise<WorkspaceDiagnosticReport> {
    const known = new Map(params.previousResultIds.map(({ uri, value }) => [pathOfUri(uri), value]));
    for (;;) {
      const next = this.workspace.changed.next();
      await this.quiet(PROJECT_QUIET_MS, token);
      await orCancelled(this.workspace.settled(), token);
      const reports = await this.changedFiles(known, token);
      if (token.isCancellationRequested) throw cancelled();
      if (reports === undefined) continue;
      if (reports.length > 0 && !report) return { items: reports };
      if (reports.length > 0 && report) {
        for (let at = 0; at < reports.length; at += CHUNK) report({ items: reports.slice(at, at + CHUNK) });
        return { items: [] };
      }
      await orCancelled(next, token);
    }
  }

  private refresh(): void {
    if (!this.canRefresh || this.refreshTimer !== undefined) return;
    this.refreshTimer = setTimeout(() => {
      this.refreshTimer = undefined;
      // A client that has gone away meanwhile is no error.
      this.connection.languages.diagnostics.refresh().catch(() => undefined);
    }, 200);
  }

  private async quiet(milliseconds: number, token: CancellationToken): Promise<void> {
    for (;;) {
      const wait = this.workspace.lastEdit + milliseconds - performance.now();
      if (wait <= 0 || token.isCancellationRequested) return;
      await delay(wait, token);
    }
  }

  /** The closed files whose diagnostics differ from what the client has; undefined when the files changed meanwhile. */
  private async changedFiles(
    known: Map<string, string>,
    token: CancellationToken,
  ): Promise<WorkspaceDocumentDiagnosticReport[] | undefined> {
    // An open document is answered for by its own requests; once closed it is reported anew.
    for (const { path } of this.workspace.documents.latestFirst) known.delete(path);
    const reports: WorkspaceDocumentDiagnosticReport[] = [];
    const closed = this.service.closedFiles();
    for (const path of closed) {
      const outcome = await this.service.compute(path, PRIORITY.background, token);
      if (outcome.kind === "stale") return undefined;
      if (outcome.kind === "cancelled") return [];
      const { resultId, items } = outcome.value;
      const before = known.get(path);
      if (before === resultId || (before === undefined && items.length === 0 && !this.shown.has(path))) continue;
      reports.push(full(outcome.value));
      known.set(path, resultId);
      if (items.length > 0) this.shown.add(path);
      else this.shown.delete(path);
    }
    const listed = new Set(closed);
    for (const path of new Set([...known.keys(), ...this.shown])) {
      if (listed.has(path) || this.workspace.isOpen(path)) continue;
      reports.push({
        kind: DocumentDiagnosticReportKind.Full,
        uri: this.service.uriOf(path),
        version: null,
        items: [],
      });
      known.delete(path);
      this.shown.delete(path);
    }
    return reports;
  }
}

function full({ uri, version, items, resultId }: FileDiagnostics): WorkspaceDocumentDiagnosticReport {
  return { kind: DocumentDiagnosticReportKind.Full, uri, version, items: [...items], resultId };
}

function cancelled(): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
}

function superseded(): ResponseError<{ retriggerRequest: boolean }> {
  return new ResponseError(LSPErrorCodes.ServerCancelled, "the text changed meanwhile", { retriggerRequest: true });
}
