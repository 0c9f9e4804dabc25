// The command "Validate dext bundle": asks which dext, shows progress, and opens the summary. Problems are filled by the server.
import { posix } from "node:path";
import * as vscode from "vscode";
import { validateRequest, type ValidateParams, type ValidationReport } from "../../server/src/protocol.ts";
import { chooseDext, dextOfRow, type DextChoice } from "./dexts.ts";
import type { LanguageServer } from "./language-server.ts";
import { rulePageBase, rulePagesFolder, showMarkdown } from "./rule-pages.ts";
import { describeCounts } from "./status-item.ts";

export function registerValidateBundle(context: vscode.ExtensionContext, server: LanguageServer): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("driverkit.validateBundle", (row?: unknown) =>
      validateBundle(context, server, dextOfRow(row)),
    ),
  );
}

async function validateBundle(
  context: vscode.ExtensionContext,
  server: LanguageServer,
  row: DextChoice | undefined,
): Promise<void> {
  const all = { label: "$(checklist) All dexts", name: "all dexts" };
  const choice = row ?? (await chooseDext(server, "Validate Dext Bundle", all));
  if (choice === undefined) return;
  const report = await validate(server, choice);
  if (report === undefined) return;
  await showReport(context, report.markdown);
  const seconds = (report.durationMs / 1000).toFixed(1);
  const summary = `DriverKit: ${describeCounts(report.counts)} in ${report.files} files, ${seconds} s`;
  vscode.window.setStatusBarMessage(summary, 10_000);
}

async function validate(server: LanguageServer, { name, id }: DextChoice): Promise<ValidationReport | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title: `Validating ${name}`, cancellable: true };
  const params: ValidateParams = id === undefined ? {} : { dext: id };
  return vscode.window.withProgress(options, async (progress, token) => {
    const workDoneToken = `driverkit-validate-${Date.now()}`;
    let done = 0;
    const listener = server.onProgress(workDoneToken, (message, percentage) => {
      const increment = percentage === undefined ? 0 : Math.max(0, percentage - done);
      done += increment;
      progress.report({ increment, ...(message === undefined ? {} : { message }) });
    });
    try {
      return await server.request<ValidationReport>(validateRequest, { ...params, workDoneToken }, token);
    } catch (error) {
      if (!token.isCancellationRequested) {
        const reason = error instanceof Error ? error.message : String(error);
        void vscode.window.showErrorMessage(`The dext could not be validated: ${reason}`);
      }
      return undefined;
    } finally {
      listener.dispose();
    }
  });
}

/**
 * Shows the summary as a preview. It is a file in the extension's own storage, never in the user's workspace, and no virtual
 * document: the preview follows links only from file to file.
 */
async function showReport(context: vscode.ExtensionContext, markdown: string): Promise<void> {
  const folder = context.storageUri ?? context.globalStorageUri;
  const report = vscode.Uri.joinPath(folder, "Dext Bundle.md");
  await vscode.workspace.fs.createDirectory(folder);
  const text = relativeLinks(markdown, folder, rulePageBase(context), rulePagesFolder(context));
  await vscode.workspace.fs.writeFile(report, new TextEncoder().encode(text));
  await showMarkdown(report);
  // A preview that was open already is brought to the front as it was.
  await vscode.commands.executeCommand("markdown.preview.refresh");
}

/** Makes links to files and rule pages relative to the folder of the report; what cannot be is left as it is. */
function relativeLinks(markdown: string, from: vscode.Uri, pageBase: string, pages: vscode.Uri): string {
  return markdown.replace(/\]\(([a-z][a-z0-9+.-]*:\/\/[^\s)]+)\)/gi, (whole, link: string) => {
    const target = link.startsWith(pageBase)
      ? vscode.Uri.joinPath(pages, `${link.slice(pageBase.length)}.md`)
      : vscode.Uri.parse(link);
    if (target.scheme !== from.scheme || target.authority !== from.authority) return whole;
    const path = posix.relative(from.path, target.path).split("/").map(encodeURIComponent).join("/");
    return `](${path}${target.fragment === "" ? "" : `#${target.fragment}`})`;
  });
}
