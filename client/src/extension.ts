// The extension's entry: creates the parts and connects them. What each part does is in its own file.
import * as vscode from "vscode";
import { registerGrants } from "./grants.ts";
import { registerPathActions } from "./path-actions.ts";
import { registerPathView } from "./path-view.ts";
import { registerProjectsView } from "./projects-view.ts";
import { registerRulePages } from "./rule-pages.ts";
import { LanguageServer } from "./language-server.ts";
import { registerStatusItem } from "./status-item.ts";
import { registerValidateBundle } from "./validate-bundle.ts";

/** Called by VS Code once, when a DriverKit file or command is first used. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("DriverKit", { log: true });
  const server = new LanguageServer(context, log);
  context.subscriptions.push(
    log,
    server,
    vscode.commands.registerCommand("driverkit.showLog", () => log.show(true)),
    vscode.commands.registerCommand("driverkit.restartServer", () => server.restart()),
  );
  registerRulePages(context);
  registerPathView(context);
  registerPathActions(context);
  registerStatusItem(context, server);
  registerValidateBundle(context, server);
  registerProjectsView(context, server);
  registerGrants(context, server);
  const { version } = context.extension.packageJSON as { version: string };
  log.info(`DriverKit Tools ${version}`);
  await server.start();
}
