// A small LSP client that starts the server as a process, for tests.
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CodeAction,
  type Diagnostic,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type TextDocumentContentChangeEvent,
} from "vscode-languageserver/node";
import { root } from "../support.ts";

export interface ClientOptions {
  /** Announces `textDocument.diagnostic`. */
  readonly pull?: boolean;
  readonly settings?: unknown;
  readonly initializationOptions?: unknown;
  readonly snippets?: boolean;
  readonly definitionLinks?: boolean;
  /** Opens no folder. */
  readonly loose?: boolean;
  /** Opens these folders of the one that the files are in, instead of that one. */
  readonly roots?: readonly string[];
  /** The program to start instead of the server with the tests' rules. */
  readonly command?: readonly string[];
}

const SERVER = [process.execPath, "--import", "tsx", path.join(root, "server/test/lsp/test-server.ts")];
const PATIENCE_MS = 20_000;

export class TestClient {
  readonly published: PublishDiagnosticsParams[] = [];
  readonly log: string[] = [];
  /** Server requests and notifications by method, in order. */
  readonly received: string[] = [];
  capabilities: InitializeResult["capabilities"] = {};
  private readonly listeners = new Set<() => void>();
  private readonly versions = new Map<string, number>();

  private constructor(
    readonly folder: string,
    readonly process: ChildProcess,
    readonly connection: ProtocolConnection,
  ) {}

  /** Writes the files into a new folder and starts a server on it. */
  static async start(
    files: Readonly<Record<string, string | Uint8Array>>,
    options: ClientOptions = {},
  ): Promise<TestClient> {
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "driverkit-lsp-")));
    const [program = "", ...args] = options.command ?? SERVER;
    const child = spawn(program, args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
    const { stdin, stdout } = child;
    const connection = createProtocolConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    const client = new TestClient(folder, child, connection);
    for (const [name, content] of Object.entries(files)) client.write(name, content);
    await client.initialize(options);
    return client;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    await ended;
    this.connection.dispose();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  uri(name: string): string {
    return pathToFileURL(this.path(name)).href;
  }

  write(name: string, content: string | Uint8Array): void {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), content);
  }

  open(name: string, text = fs.readFileSync(this.path(name), "utf8")): Promise<void> {
    this.versions.set(name, 1);
    const textDocument = { uri: this.uri(name), languageId: "cpp", version: 1, text };
    return this.connection.sendNotification("textDocument/didOpen", { textDocument });
  }

  change(name: string, ...contentChanges: TextDocumentContentChangeEvent[]): Promise<void> {
    const version = (this.versions.get(name) ?? 0) + 1;
    this.versions.set(name, version);
    const textDocument = { uri: this.uri(name), version };
    return this.connection.sendNotification("textDocument/didChange", { textDocument, contentChanges });
  }

  close(name: string): Promise<void> {
    return this.connection.sendNotification("textDocument/didClose", { textDocument: { uri: this.uri(name) } });
  }

  changedOnDisk(...names: string[]): Promise<void> {
    const changes = names.map((name) => ({ uri: this.uri(name), type: 2 }));
    return this.connection.sendNotification("workspace/didChangeWatchedFiles", { changes });
  }

  request<R>(method: string, params?: object): Promise<R> {
    return this.connection.sendRequest<R>(method, params ?? {});
  }

  codeActions(name: string, diagnostic: Diagnostic, only?: string[]): Promise<CodeAction[]> {
    return this.request("textDocument/codeAction", {
      textDocument: { uri: this.uri(name) },
      range: diagnostic.range,
      context: { diagnostics: [diagnostic], ...(only ? { only } : {}) },
    });
  }

  /** Waits until the last diagnostics published for a file are as wanted, and returns them. */
  async diagnostics(name: string, wanted: (items: Diagnostic[]) => boolean): Promise<Diagnostic[]> {
    const uri = this.uri(name);
    const last = (): Diagnostic[] | undefined => this.published.findLast((each) => each.uri === uri)?.diagnostics;
    await this.until(
      () => {
        const items = last();
        return items !== undefined && wanted(items);
      },
      `diagnostics of ${name}; the last were ${JSON.stringify(last())}`,
    );
    return last() ?? [];
  }

  /** Waits until the condition holds after some message from the server. */
  async until(condition: () => boolean, what: string): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.listeners.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.listeners.delete(check);
        reject(new Error(`waited in vain for ${what}; log: ${this.log.join(" | ")}`));
      }, PATIENCE_MS);
      this.listeners.add(check);
    });
  }

  private async initialize(options: ClientOptions): Promise<void> {
    const { connection } = this;
    const note = (method: string): void => {
      this.received.push(method);
      for (const listener of [...this.listeners]) listener();
    };
    connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
      this.published.push(params);
      note("textDocument/publishDiagnostics");
    });
    connection.onNotification("window/logMessage", ({ message }: { message: string }) => {
      this.log.push(message);
      note("window/logMessage");
    });
    connection.onNotification("driverkit/projectsChanged", () => note("driverkit/projectsChanged"));
    connection.onNotification("driverkit/statusChanged", () => note("driverkit/statusChanged"));
    connection.onRequest("client/registerCapability", () => null);
    connection.onRequest("workspace/diagnostic/refresh", () => {
      note("workspace/diagnostic/refresh");
      return null;
    });
    connection.onRequest("workspace/configuration", ({ items }: { items: unknown[] }) =>
      items.map(() => options.settings ?? null),
    );
    connection.listen();
    const folders = (options.roots ?? [""]).map((name) => ({ uri: this.uri(name), name }));
    const result = await connection.sendRequest<InitializeResult>("initialize", {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: options.loose ? null : folders,
      initializationOptions: options.initializationOptions,
      capabilities: {
        workspace: {
          configuration: true,
          didChangeWatchedFiles: { dynamicRegistration: true },
          workspaceFolders: true,
          workspaceEdit: { documentChanges: true },
          diagnostics: { refreshSupport: true },
        },
        textDocument: {
          ...(options.pull ? { diagnostic: {} } : {}),
          publishDiagnostics: {
            relatedInformation: true,
            codeDescriptionSupport: true,
            tagSupport: { valueSet: [1, 2] },
          },
          completion: { completionItem: { snippetSupport: options.snippets ?? true } },
          definition: { linkSupport: options.definitionLinks ?? true },
          codeAction: { dataSupport: true, resolveSupport: { properties: ["edit"] } },
          documentSymbol: { hierarchicalDocumentSymbolSupport: true },
        },
      },
    });
    this.capabilities = result.capabilities;
    await connection.sendNotification("initialized", {});
  }
}

/** A change of the whole text. */
export function whole(text: string): TextDocumentContentChangeEvent {
  return { text };
}

/** A change of a part, by 0-based line and UTF-16 character. */
export function part(
  start: readonly [number, number],
  end: readonly [number, number],
  text: string,
): TextDocumentContentChangeEvent {
  const position = ([line, character]: readonly [number, number]): { line: number; character: number } => ({
    line,
    character,
  });
  return { range: { start: position(start), end: position(end) }, text };
}
