// Opens the packaged page of a rule as a Markdown preview, on a command or on a link in a diagnostic.
import * as vscode from "vscode";

/** What a rule id may look like. Links come from outside, so nothing else may reach the file system. */
const ruleId = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * The start of links that open a rule's page in this editor: `<scheme>://<extension>/rule/`. Diagnostics need a URI as link;
 * one of the editor's own scheme comes back to the extension, on the desktop and in a browser.
 */
export function rulePageBase(context: vscode.ExtensionContext): string {
  return `${vscode.env.uriScheme}://${context.extension.id}/rule/`;
}

/** The folder of the packaged pages, `<id>.md` each. */
export function rulePagesFolder(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.extensionUri, "dist", "rules");
}

/**
 * Makes links to rule pages work in Markdown that the editor shows in a hover. A hover takes no URI of the editor's own scheme,
 * but it takes a command, if that one command is allowed.
 */
export function trustRuleLinks(markdown: vscode.MarkdownString, base: string): void {
  if (!markdown.value.includes(base)) return;
  markdown.value = markdown.value
    .split(`](${base}`)
    .map((part, index) =>
      index === 0 ? part : part.replace(/^([a-z0-9-]+)\)/, "](command:driverkit.showRule?%22$1%22)"),
    )
    .join("");
  markdown.isTrusted = { enabledCommands: ["driverkit.showRule"] };
}

export function registerRulePages(context: vscode.ExtensionContext): void {
  const pages = rulePagesFolder(context);
  context.subscriptions.push(
    vscode.commands.registerCommand("driverkit.showRule", async (rule?: unknown) => {
      const id = typeof rule === "string" ? rule : await pickRule(pages);
      if (id !== undefined) await showRule(pages, id);
    }),
    vscode.window.registerUriHandler({
      handleUri: async (uri) => {
        const [, kind, id] = uri.path.split("/");
        if (kind === "rule" && id !== undefined) await showRule(pages, id);
      },
    }),
  );
}

async function showRule(pages: vscode.Uri, id: string): Promise<void> {
  const page = vscode.Uri.joinPath(pages, `${id}.md`);
  if (!ruleId.test(id) || !(await exists(page))) {
    void vscode.window.showWarningMessage(`DriverKit Tools has no page for a rule “${id.slice(0, 60)}”.`);
    return;
  }
  await showMarkdown(page);
}

/** Shows a Markdown document as a preview, or as text where the Markdown extension is switched off. */
export async function showMarkdown(uri: vscode.Uri): Promise<void> {
  try {
    await vscode.commands.executeCommand("markdown.showPreview", uri);
  } catch {
    await vscode.window.showTextDocument(uri, { preview: true });
  }
}

async function pickRule(pages: vscode.Uri): Promise<string | undefined> {
  const rules = (await listFolder(pages))
    .filter(([name]) => name.endsWith(".md"))
    .map(([name]) => name.slice(0, -".md".length))
    .filter((id) => ruleId.test(id) && id !== "index" && id !== "readme")
    .sort();
  return vscode.window.showQuickPick(rules, { title: "Show Rule", placeHolder: "Rule" });
}

async function listFolder(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
  try {
    return await vscode.workspace.fs.readDirectory(folder);
  } catch {
    return [];
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
