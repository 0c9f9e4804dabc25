// The command "Validate dext bundle": asks which dext, shows progress, and opens the summary. Problems are filled by the server.
import * as vscode from "vscode";
import {
  listDextsRequest,
  validateRequest,
  type DextInfo,
  type ValidateParams,
  type ValidationReport,
} from "../../server/src/protocol.ts";
import type { LanguageServer } from "./language-server.ts";
import { showMarkdown } from "./rule-pages.ts";
import { describeCounts } from "./status-item.ts";

const reportScheme = "driverkit-report";
const reportUri = vscode.Uri.from({ scheme: reportScheme, path: "/Dext Bundle.md" });

export function registerValidateBundle(context: vscode.ExtensionContext, server: LanguageServer): void {
  const reports = new ReportDocument();
  context.subscriptions.push(
    reports,
    vscode.workspace.registerTextDocumentContentProvider(reportScheme, reports),
    vscode.commands.registerCommand("driverkit.validateBundle", () => validateBundle(server, reports)),
  );
}

async function validateBundle(server: LanguageServer, reports: ReportDocument): Promise<void> {
  const choice = await chooseDext(server);
  if (choice === undefined) return;
  const report = await validate(server, choice);
  if (report === undefined) return;
  reports.show(report.markdown);
  await showMarkdown(reportUri);
  const seconds = (report.durationMs / 1000).toFixed(1);
  vscode.window.setStatusBarMessage(
    `DriverKit: ${describeCounts(report.counts)} in ${report.files} files, ${seconds} s`,
    10_000,
  );
}

interface Choice {
  readonly title: string;
  readonly params: ValidateParams;
}

/** The dext to check: the only one, or the one picked. Undefined when there is none, or nothing was picked. */
async function chooseDext(server: LanguageServer): Promise<Choice | undefined> {
  const dexts = await server.request<readonly DextInfo[]>(listDextsRequest);
  const [first] = dexts;
  if (first === undefined) {
    void vscode.window.showInformationMessage(
      "No dext was found in this workspace: no Xcode target and no folder with an Info.plist that describes a DriverKit driver.",
    );
    return undefined;
  }
  if (dexts.length === 1) return { title: first.name, params: { dext: first.id } };
  const items: (vscode.QuickPickItem & Choice)[] = dexts.map((dext) => ({
    label: `$(circuit-board) ${dext.name}`,
    description: vscode.workspace.asRelativePath(vscode.Uri.parse(dext.folderUri)),
    detail: `${dext.sourceCount} source files, defined in ${vscode.workspace.asRelativePath(vscode.Uri.parse(dext.definedInUri))}`,
    title: dext.name,
    params: { dext: dext.id },
  }));
  items.push({ label: "$(checklist) All dexts", title: "all dexts", params: {} });
  return vscode.window.showQuickPick(items, {
    title: "Validate Dext Bundle",
    placeHolder: "Which dext?",
    matchOnDescription: true,
  });
}

async function validate(server: LanguageServer, { title, params }: Choice): Promise<ValidationReport | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title: `Validating ${title}`, cancellable: true };
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

/** The summary is a virtual document: nothing is written into the user's workspace. */
class ReportDocument implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private markdown = "";
  readonly onDidChange = this.changed.event;

  show(markdown: string): void {
    this.markdown = markdown;
    this.changed.fire(reportUri);
  }

  provideTextDocumentContent(): string {
    return this.markdown;
  }

  dispose(): void {
    this.changed.dispose();
  }
}
