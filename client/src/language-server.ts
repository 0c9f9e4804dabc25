// Starts, restarts and stops the language server. The only file that knows the LSP client library's options.
import * as vscode from "vscode";
import {
  LanguageClient,
  State,
  TransportKind,
  WorkDoneProgress,
  type LanguageClientOptions,
} from "vscode-languageclient/node";
import { statusChangedNotification, type InitializationOptions } from "../../server/src/protocol.ts";
import { documentSelector, isRelevantPath } from "./files.ts";
import { rulePageBase, trustRuleLinks } from "./rule-pages.ts";

export type ServerState = "starting" | "running" | "stopped";

export class LanguageServer implements vscode.Disposable {
  private readonly client: LanguageClient;
  private readonly stateChanged = new vscode.EventEmitter<ServerState>();
  private readonly statusChanged = new vscode.EventEmitter<void>();
  private readonly disposables: vscode.Disposable[] = [this.stateChanged, this.statusChanged];
  private readonly log: vscode.LogOutputChannel;
  /** Restarts that come while one is under way must wait for it: the client refuses to stop while it starts. */
  private pending: Promise<void> = Promise.resolve();

  readonly onDidChangeState = this.stateChanged.event;
  /** What the server knows of documents may have changed. */
  readonly onDidChangeStatus = this.statusChanged.event;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    this.log = log;
    const module = context.asAbsolutePath("dist/server.cjs");
    const run = { module, transport: TransportKind.ipc };
    const debug = { ...run, options: { execArgv: ["--nolazy", "--inspect=6009"] } };
    const options = clientOptions(context, log);
    this.client = new LanguageClient("driverkit", "DriverKit", { run, debug }, options);
    this.disposables.push(
      this.client.onDidChangeState(({ newState }) => this.stateChanged.fire(stateOf(newState))),
      this.client.onNotification(statusChangedNotification, () => this.statusChanged.fire()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        // The client library reads when to ask for diagnostics only as it starts.
        if (event.affectsConfiguration("driverkit.run")) void this.restart();
      }),
    );
  }

  get state(): ServerState {
    return stateOf(this.client.state);
  }

  /** Resolves when the server runs, or when it could not be started, which the log and a message then say. */
  start(): Promise<void> {
    return this.inTurn(() => this.client.start());
  }

  async restart(): Promise<void> {
    this.log.info("Restarting the DriverKit language server.");
    await this.inTurn(async () => {
      if (this.client.needsStop()) await this.client.stop();
      await this.client.start();
    });
    this.statusChanged.fire();
  }

  /** Sends one of the requests of `protocol.ts`, starting the server first where needed. Rejects as the server does. */
  async request<Result>(method: string, params?: object, token?: vscode.CancellationToken): Promise<Result> {
    await this.pending;
    // An absent token would be sent as a second parameter.
    return token === undefined
      ? this.client.sendRequest<Result>(method, params ?? {})
      : this.client.sendRequest<Result>(method, params ?? {}, token);
  }

  /** Calls back for each notification of a method of `protocol.ts`. */
  onNotification(method: string, callback: () => void): vscode.Disposable {
    return this.client.onNotification(method, callback);
  }

  /** Reports the work-done progress of a token until disposed. */
  onProgress(
    token: string,
    report: (message: string | undefined, percentage: number | undefined) => void,
  ): vscode.Disposable {
    return this.client.onProgress(WorkDoneProgress.type, token, (value) => {
      if (value.kind !== "end") report(value.message, value.percentage);
    });
  }

  async dispose(): Promise<void> {
    for (const disposable of this.disposables) disposable.dispose();
    await this.pending;
    await this.client.dispose();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.pending = this.pending.then(work).catch((error: unknown) => {
      this.log.error("The DriverKit language server could not be started.", error);
      void offerLog();
    });
    return this.pending;
  }
}

async function offerLog(): Promise<void> {
  const showLog = "Show Log";
  const choice = await vscode.window.showErrorMessage("The DriverKit language server could not be started.", showLog);
  if (choice === showLog) await vscode.commands.executeCommand("driverkit.showLog");
}

function stateOf(state: State): ServerState {
  switch (state) {
    case State.Running:
      return "running";
    case State.Stopped:
    case State.StartFailed:
      return "stopped";
    default:
      return "starting";
  }
}

function clientOptions(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): LanguageClientOptions {
  const pages = rulePageBase(context);
  return {
    documentSelector,
    outputChannel: log,
    traceOutputChannel: log,
    diagnosticPullOptions: {
      get onChange() {
        return vscode.workspace.getConfiguration("driverkit").get<string>("run", "onType") !== "onSave";
      },
      onSave: true,
      onTabs: true,
      match: (_selector, resource) => resource.scheme === "file" && isRelevantPath(resource.path),
    },
    initializationOptions: {
      rulePageBase: pages,
      hoverShowsMessages: true,
      statusChanges: true,
    } satisfies InitializationOptions,
    middleware: {
      provideHover: async (document, position, token, next) => {
        const wanted = vscode.workspace.getConfiguration("driverkit", document).get<boolean>("hover", true);
        const hover = wanted ? await next(document, position, token) : undefined;
        for (const content of hover?.contents ?? []) if (isMarkdown(content)) trustRuleLinks(content, pages);
        return hover;
      },
    },
  };
}

function isMarkdown(content: vscode.MarkdownString | vscode.MarkedString): content is vscode.MarkdownString {
  return content instanceof vscode.MarkdownString;
}
