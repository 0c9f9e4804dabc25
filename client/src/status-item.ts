// The language status item: what the server knows about the file in front. A click opens the log.
import * as vscode from "vscode";
import { documentStatusRequest, type DocumentStatus } from "../../server/src/protocol.ts";
import { documentSelector } from "./files.ts";
import type { LanguageServer } from "./language-server.ts";

export function registerStatusItem(context: vscode.ExtensionContext, server: LanguageServer): void {
  const item = vscode.languages.createLanguageStatusItem("driverkit.status", documentSelector);
  item.name = "DriverKit";
  item.command = { command: "driverkit.showLog", title: "Show Log", tooltip: "Open the log of DriverKit Tools" };

  let generation = 0;
  const refresh = async (): Promise<void> => {
    const mine = ++generation;
    const document = vscode.window.activeTextEditor?.document;
    if (!document || vscode.languages.match(documentSelector, document) === 0) return;
    if (server.state !== "running") return showState(item, server.state);
    const status = await askStatus(server, document.uri);
    // A later question may have been answered first.
    if (mine === generation && status) showStatus(item, status);
  };

  context.subscriptions.push(
    item,
    server.onDidChangeState(refresh),
    server.onDidChangeStatus(refresh),
    vscode.window.onDidChangeActiveTextEditor(refresh),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      const active = vscode.window.activeTextEditor?.document.uri.toString();
      if (uris.some((uri) => uri.toString() === active)) void refresh();
    }),
  );
  showState(item, server.state);
}

async function askStatus(server: LanguageServer, uri: vscode.Uri): Promise<DocumentStatus | undefined> {
  try {
    return await server.request<DocumentStatus>(documentStatusRequest, { uri: uri.toString() });
  } catch {
    return undefined; // The server stopped meanwhile; its new state brings us here again.
  }
}

function showState(item: vscode.LanguageStatusItem, state: "starting" | "running" | "stopped"): void {
  item.busy = state === "starting";
  item.severity = state === "stopped" ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
  item.text = state === "stopped" ? "DriverKit: stopped" : "DriverKit";
  item.detail = state === "stopped" ? "The language server does not run." : "Starting the language server";
}

function showStatus(item: vscode.LanguageStatusItem, { state, reason, findings }: DocumentStatus): void {
  item.busy = state === "loading";
  item.severity = vscode.LanguageStatusSeverity.Information;
  item.detail = reason;
  switch (state) {
    case "loading":
      item.text = "DriverKit: reading the workspace";
      return;
    case "ignored":
      item.text = "DriverKit: not checked";
      return;
    case "checked":
      item.text = `DriverKit: ${describeCounts(findings)}`;
  }
}

/** "2 errors, 1 warning", or "no problems". Zero counts are left out. */
export function describeCounts(counts: DocumentStatus["findings"]): string {
  const part = (count: number, word: string) => (count === 0 ? [] : [`${count} ${word}${count === 1 ? "" : "s"}`]);
  const parts = [
    ...part(counts.errors, "error"),
    ...part(counts.warnings, "warning"),
    ...part(counts.infos, "info"),
    ...part(counts.hints, "hint"),
  ];
  return parts.length === 0 ? "no problems" : parts.join(", ");
}
