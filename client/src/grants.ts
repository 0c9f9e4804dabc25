// The command "Show Entitlement Grants": what Apple's request form asks about a dext, as a text to paste, next to what its files claim.
import * as vscode from "vscode";
import {
  grantsRequest,
  projectsChangedNotification,
  type GrantsParams,
  type GrantsText,
} from "../../server/src/protocol.ts";
import { chooseDext, dextOfRow, type DextChoice } from "./dexts.ts";
import type { LanguageServer } from "./language-server.ts";

const scheme = "driverkit-grants";

export function registerGrants(context: vscode.ExtensionContext, server: LanguageServer): void {
  const documents = new GrantsDocuments(server);
  context.subscriptions.push(
    documents,
    vscode.workspace.registerTextDocumentContentProvider(scheme, documents),
    vscode.languages.registerCodeLensProvider({ scheme }, { provideCodeLenses: ({ uri }) => [copyLens(uri)] }),
    vscode.commands.registerCommand("driverkit.showGrants", async (row?: unknown) => {
      const dext = dextOfRow(row) ?? (await chooseDext(server, "Show Entitlement Grants"));
      if (dext) await showGrants(dext);
    }),
    vscode.commands.registerCommand("driverkit.copyGrants", async (uri?: unknown) => {
      const shown = uri instanceof vscode.Uri ? uri : vscode.window.activeTextEditor?.document.uri;
      if (shown?.scheme === scheme) await copyGrants(server, shown);
    }),
  );
}

/** The documents are made anew from the server's answer, so that an open one follows the files. */
class GrantsDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly listener: vscode.Disposable;
  private readonly server: LanguageServer;
  readonly onDidChange = this.changed.event;

  constructor(server: LanguageServer) {
    this.server = server;
    this.listener = server.onNotification(projectsChangedNotification, () => {
      for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === scheme) this.changed.fire(uri);
    });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const text = await ask(this.server, uri);
    if (!text) return "This dext is no longer in the workspace.\n";
    const part = (title: string, body: string): string => `${title}\n${"=".repeat(title.length)}\n\n${body}`;
    return [part("For the request form", text.request), part("What the entitlements files claim", text.claims)].join(
      "\n",
    );
  }

  dispose(): void {
    this.listener.dispose();
    this.changed.dispose();
  }
}

async function showGrants({ name, id = "" }: DextChoice): Promise<void> {
  const uri = vscode.Uri.from({ scheme, path: `/${name} Grants.txt`, query: id });
  await vscode.window.showTextDocument(uri, { preview: true });
}

function copyLens(uri: vscode.Uri): vscode.CodeLens {
  const command = { command: "driverkit.copyGrants", title: "$(copy) Copy for the request form", arguments: [uri] };
  return new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command);
}

async function copyGrants(server: LanguageServer, uri: vscode.Uri): Promise<void> {
  const text = await ask(server, uri);
  if (!text) return;
  await vscode.env.clipboard.writeText(text.request);
  vscode.window.setStatusBarMessage("DriverKit: the text for the request form was copied", 5_000);
}

function ask(server: LanguageServer, { query }: vscode.Uri): Promise<GrantsText | null> {
  return server.request<GrantsText | null>(grantsRequest, { dext: query } satisfies GrantsParams);
}
