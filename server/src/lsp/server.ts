// Wires an LSP connection to the workspace and its diagnostics. Handlers translate; what they mean lies in the files beside this one.
import {
  CodeActionKind,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  type CancellationToken,
  type CodeAction,
  type CodeActionParams,
  type Connection,
  type DocumentSymbol,
  type Hover,
  type InitializeParams,
  type InitializeResult,
} from "vscode-languageserver";
import { hoverOf } from "../features/hover.ts";
import { countBySeverity } from "../features/counts.ts";
import {
  documentStatusRequest,
  grantsRequest,
  listDextsRequest,
  projectsRequest,
  rulePageRequest,
  statusChangedNotification,
  validateRequest,
  type DocumentStatus,
  type DocumentStatusParams,
  type GrantsParams,
  type GrantsText,
  type ValidateParams,
} from "../protocol.ts";
import { folderPath, readClient, type Client } from "./client-capabilities.ts";
import { codeActions, FIX_ALL, readActionData, resolveAction, type ActionContext } from "./code-actions.ts";
import { DiagnosticsService, type FileDiagnostics } from "./diagnostics.ts";
import { Editing, EDITING_CAPABILITIES } from "./editing.ts";
import { connectionLog, guard } from "./guard.ts";
import type { Log, Platform } from "./platform.ts";
import { Projects } from "./projects.ts";
import { PullDiagnostics } from "./pull.ts";
import { PushDiagnostics } from "./push.ts";
import { ruleLink } from "./rule-link.ts";
import { PRIORITY, Scheduler } from "./scheduler.ts";
import { readSettings } from "./settings.ts";
import { delay, orCancelled } from "./signal.ts";
import { documentSymbols } from "./symbols.ts";
import { toRange } from "./to-lsp.ts";
import { pathOfUri } from "./uris.ts";
import { Validation } from "./validate.ts";
import { Workspace } from "./workspace.ts";

/** How long a client may take to answer a question before the server goes on without. */
const ANSWER_MS = 3000;

/** Serves one client until the connection ends. */
export function startServer(connection: Connection, platform: Platform): void {
  const log = connectionLog(connection);
  connection.onInitialize((params) => {
    const server = new Server(connection, platform, log, params);
    server.listen();
    return server.result;
  });
  connection.listen();
}

class Server {
  private readonly client: Client;
  private readonly workspace: Workspace;
  private readonly service: DiagnosticsService;
  private readonly validation: Validation;
  private readonly editing: Editing;
  private readonly projects: Projects;
  private readonly linkTo: (rule: string) => string | undefined;
  private statusTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly platform: Platform,
    private readonly log: Log,
    params: InitializeParams,
  ) {
    const client = readClient(params);
    this.client = client;
    this.linkTo = (rule) =>
      ruleLink(rule, { rulePageBase: client.rulePageBase, packagedPage: (id) => platform.rulePageUri(id) });
    this.workspace = new Workspace(platform, log);
    const scheduler = new Scheduler();
    this.service = new DiagnosticsService(this.workspace, scheduler, client, this.linkTo, log);
    this.validation = new Validation(this.workspace, this.service, this.linkTo);
    this.editing = new Editing(this.workspace, this.service, scheduler, client);
    this.projects = new Projects(connection, this.workspace, this.service, scheduler);
  }

  get result(): InitializeResult {
    const { client, platform } = this;
    return {
      serverInfo: { name: "driverkit-language-server", version: platform.version },
      capabilities: {
        textDocumentSync: {
          openClose: true,
          change: TextDocumentSyncKind.Incremental,
          save: { includeText: false },
        },
        ...(client.pullsDiagnostics
          ? {
              diagnosticProvider: {
                identifier: "driverkit",
                interFileDependencies: true,
                workspaceDiagnostics: true,
              },
            }
          : {}),
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL], resolveProvider: true },
        ...EDITING_CAPABILITIES,
        hoverProvider: true,
        documentSymbolProvider: true,
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  }

  listen(): void {
    this.listenToWorkspace();
    this.listenToDocuments();
    this.serveDiagnostics();
    this.serveFeatures();
    this.editing.listen(this.connection, this.log);
    this.serveProtocol();
  }

  private listenToWorkspace(): void {
    const { connection, workspace, client, log } = this;
    connection.onInitialized(
      guard(log, "initialized", undefined, async () => {
        // Before anything is awaited: requests that come now wait for the folders and their settings.
        for (const root of client.roots) void workspace.addFolder(root);
        void workspace.enqueue(() => Promise.race([this.readConfiguration(client.settings), delay(ANSWER_MS)]));
        if (client.workspaceFolders) this.listenToFolders();
        if (client.registersConfiguration) {
          await connection.client.register(DidChangeConfigurationNotification.type, { section: "driverkit" });
        }
        // All files, not only sources: that a folder is gone is told for the folder alone.
        const watchers = [{ globPattern: "**/*" }];
        if (client.registersWatchers)
          await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
      }),
    );
    connection.onDidChangeConfiguration(
      guard(log, "workspace/didChangeConfiguration", undefined, ({ settings }: { settings?: unknown }) =>
        this.readConfiguration((settings as Record<string, unknown> | null | undefined)?.["driverkit"]),
      ),
    );
    connection.onDidChangeWatchedFiles(
      guard(log, "workspace/didChangeWatchedFiles", undefined, ({ changes }) =>
        workspace.refresh(changes.map(({ uri }) => pathOfUri(uri))),
      ),
    );
    connection.onShutdown(() => workspace.dispose());
  }

  private listenToFolders(): void {
    const { connection, workspace, client, log } = this;
    connection.workspace.onDidChangeWorkspaceFolders(
      guard(log, "workspace/didChangeWorkspaceFolders", undefined, async ({ added, removed }) => {
        for (const { uri } of removed) void workspace.removeFolder(folderPath(uri));
        for (const { uri } of added) void workspace.addFolder(folderPath(uri));
        await workspace.enqueue(() => Promise.race([this.readConfiguration(client.settings), delay(ANSWER_MS)]));
      }),
    );
  }

  private listenToDocuments(): void {
    const { connection, workspace, log } = this;
    connection.onDidOpenTextDocument(
      guard(log, "textDocument/didOpen", undefined, ({ textDocument: { uri, version, text } }) =>
        workspace.open(uri, version, text),
      ),
    );
    connection.onDidChangeTextDocument(
      guard(log, "textDocument/didChange", undefined, ({ textDocument: { uri, version }, contentChanges }) =>
        workspace.change(uri, version, contentChanges),
      ),
    );
    connection.onDidCloseTextDocument(
      guard(log, "textDocument/didClose", undefined, ({ textDocument: { uri } }) => workspace.close(uri)),
    );
  }

  private serveDiagnostics(): void {
    const { connection, workspace, service, client, log } = this;
    if (client.pullsDiagnostics) {
      const pull = new PullDiagnostics(connection, workspace, service, client.refreshesDiagnostics);
      connection.languages.diagnostics.on(
        guard(log, "textDocument/diagnostic", { kind: "full", items: [] }, (params, token) =>
          pull.document(params, token),
        ),
      );
      connection.languages.diagnostics.onWorkspace(
        guard(log, "workspace/diagnostic", { items: [] }, (params, token, _progress, result) =>
          pull.workspaceReport(params, token, result ? (part) => result.report(part) : undefined),
        ),
      );
    } else {
      const push = new PushDiagnostics(connection, workspace, service);
      connection.onDidSaveTextDocument(guard(log, "textDocument/didSave", undefined, () => push.saved()));
    }
    service.updated.on(() => this.tellStatus());
    workspace.changed.on(({ kind }) => {
      if (kind !== "edit") this.tellStatus();
    });
  }

  private serveFeatures(): void {
    const { connection, log } = this;
    connection.onHover(
      guard(log, "textDocument/hover", null, async ({ textDocument, position }, token): Promise<Hover | null> => {
        const checked = await this.check(textDocument.uri, token);
        if (!checked) return null;
        const lines = checked.context.linesOf(checked.path);
        const finding = hoverOf(
          checked.findings,
          lines.offsetAt(position),
          this.linkTo,
          !this.client.hoverShowsMessages,
        );
        const facts = await this.editing.facts(textDocument.uri, position, token);
        if (!finding) return facts;
        const range = toRange(lines, finding.span);
        // What is wrong comes first, then what is known.
        const parts = [finding.markdown, ...(facts ? [facts.contents.value] : [])];
        return { contents: { kind: "markdown", value: parts.join("\n\n---\n\n") }, range };
      }),
    );
    connection.onCodeAction(
      guard(log, "textDocument/codeAction", [], async (params: CodeActionParams, token): Promise<CodeAction[]> => {
        const checked = await this.check(params.textDocument.uri, token);
        return checked ? codeActions(checked.path, params, checked.findings, checked.context) : [];
      }),
    );
    connection.onRequest(
      "codeAction/resolve",
      guard(log, "codeAction/resolve", null, async (action: CodeAction, token: CancellationToken) => {
        const data = readActionData(action.data);
        const checked = data && (await this.check(data.path, token));
        return checked ? resolveAction(action, checked.findings, checked.context) : action;
      }),
    );
    connection.onDocumentSymbol(
      guard(log, "textDocument/documentSymbol", [], async ({ textDocument }, token): Promise<DocumentSymbol[]> => {
        const path = pathOfUri(textDocument.uri);
        await orCancelled(this.workspace.settled(), token);
        const analysis = this.workspace.folderOf(path)?.snapshot();
        if (!analysis || !this.client.hierarchicalSymbols) return [];
        return documentSymbols(path, analysis, this.service.linesOf(analysis, path));
      }),
    );
  }

  private serveProtocol(): void {
    const { connection, log, validation } = this;
    const onRequest = <P, R>(
      method: string,
      fallback: R,
      handler: (params: P, token: CancellationToken) => Promise<R>,
    ): void => void connection.onRequest(method, guard(log, method, fallback, handler));
    const unknown: DocumentStatus = {
      state: "ignored",
      reason: "",
      targets: [],
      findings: { errors: 0, warnings: 0, infos: 0, hints: 0 },
    };
    onRequest(documentStatusRequest, unknown, (params: DocumentStatusParams, token) => this.status(params, token));
    onRequest(listDextsRequest, [], (_params: unknown, token) => validation.list(token));
    onRequest(projectsRequest, [], (_params: unknown, token) => this.projects.tree(token));
    onRequest(grantsRequest, null as GrantsText | null, (params: GrantsParams, token) =>
      this.projects.grants(params, token),
    );
    onRequest(
      rulePageRequest,
      null as { markdown: string } | null,
      async ({ rule }: { rule: string }): Promise<{ markdown: string } | null> => {
        const markdown = await this.platform.rulePage(String(rule));
        return markdown === undefined ? null : { markdown };
      },
    );
    connection.onRequest(validateRequest, async (params: ValidateParams | null, token: CancellationToken) => {
      const progressToken = params?.workDoneToken;
      const progress =
        progressToken === undefined
          ? this.client.progress
            ? await connection.window.createWorkDoneProgress()
            : undefined
          : connection.window.attachWorkDoneProgress(progressToken);
      progress?.begin("Validating dext bundle", 0, "", true);
      try {
        return await validation.validate(params?.dext, progress, token);
      } finally {
        progress?.done();
      }
    });
  }

  /** The findings of a document at this moment. Rejects with ContentModified when it changes before they are known. */
  private async check(
    uri: string,
    token: CancellationToken,
  ): Promise<(FileDiagnostics & { readonly context: ActionContext }) | undefined> {
    const path = pathOfUri(uri);
    const version = this.service.versionOf(path);
    await orCancelled(this.workspace.settled(), token);
    const outcome = await this.service.compute(path, PRIORITY.request, token);
    if (outcome.kind === "cancelled") throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
    if (outcome.kind === "stale" || outcome.value.version !== version) {
      throw new ResponseError(LSPErrorCodes.ContentModified, "the text changed meanwhile");
    }
    const analysis = this.workspace.folderOf(path)?.snapshot();
    if (!analysis) return undefined;
    const context: ActionContext = {
      analysis,
      lazy: this.client.resolvesEdits,
      documentChanges: this.client.documentChanges,
      linesOf: (each) => this.service.linesOf(analysis, each),
      uriOf: (each) => this.service.uriOf(each),
      versionOf: (each) => this.service.versionOf(each),
    };
    return { ...outcome.value, context };
  }

  private async status({ uri }: DocumentStatusParams, token: CancellationToken): Promise<DocumentStatus> {
    const path = pathOfUri(uri);
    const folder = this.workspace.folderOf(path);
    const nothing = { errors: 0, warnings: 0, infos: 0, hints: 0 };
    if (!folder?.isLoaded) {
      const open = this.workspace.isOpen(path);
      return open
        ? { state: "loading", reason: "the workspace is being read", targets: [], findings: nothing }
        : { state: "ignored", reason: "not part of the workspace", targets: [], findings: nothing };
    }
    const outcome = await this.service.compute(path, PRIORITY.request, token);
    const { checked, reason, targets } = folder.snapshot().membership(path);
    if (checked && folder.isIgnored(path)) {
      return { state: "ignored", reason: "left out by the setting `ignore`", targets, findings: nothing };
    }
    const counts = outcome.kind === "done" ? countBySeverity(outcome.value.findings) : countBySeverity([]);
    const findings = { errors: counts.error, warnings: counts.warning, infos: counts.info, hints: counts.hint };
    return { state: checked ? "checked" : "ignored", reason, targets, findings };
  }

  /** Asks the client for each folder's settings, or takes what it sent. */
  private async readConfiguration(sent: unknown): Promise<void> {
    const { connection, workspace, client } = this;
    for (const folder of workspace.folders) {
      const scopeUri = this.service.uriOf(folder.root);
      const section: unknown = client.configuration
        ? await connection.workspace.getConfiguration(
            folder.loose ? { section: "driverkit" } : { scopeUri, section: "driverkit" },
          )
        : sent;
      await folder.setSettings(readSettings(section, folder.root));
    }
    workspace.changed.fire({ kind: "project" });
  }

  private tellStatus(): void {
    if (!this.client.statusChanges || this.statusTimer !== undefined) return;
    this.statusTimer = setTimeout(() => {
      this.statusTimer = undefined;
      void this.connection.sendNotification(statusChangedNotification);
    }, 100);
  }
}
