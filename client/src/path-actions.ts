// Offers "Show the path" in the light bulb of findings that have steps. The server does not: other editors have no such view.
import * as vscode from "vscode";
import { documentSelector } from "./files.ts";
import { pathOf } from "./path.ts";

export function registerPathActions(context: vscode.ExtensionContext): void {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions(document, _range, { diagnostics, only }) {
      if (only && !only.contains(vscode.CodeActionKind.QuickFix)) return [];
      return diagnostics.flatMap((diagnostic) => {
        const path = pathOf(document.uri, diagnostic);
        if (!path) return [];
        const action = new vscode.CodeAction("Show the path that leads here", vscode.CodeActionKind.QuickFix);
        action.diagnostics = [diagnostic];
        action.command = { command: "driverkit.showPath", title: action.title, arguments: [path] };
        return [action];
      });
    },
  };
  context.subscriptions.push(
    vscode.languages.registerCodeActionsProvider(documentSelector, provider, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
}
