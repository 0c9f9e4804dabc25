// The view "DriverKit: Projects": dexts with what their files say, and the apps that bring them. The server knows; this shows it.
import * as vscode from "vscode";
import { projectsChangedNotification, projectsRequest, type ProjectNode } from "../../server/src/protocol.ts";
import { countFindings, type FindingCounts } from "./finding-counts.ts";
import type { LanguageServer } from "./language-server.ts";
import { describeCounts } from "./status-item.ts";

const shownKey = "driverkit.hasProjects";

export function registerProjectsView(context: vscode.ExtensionContext, server: LanguageServer): void {
  const view = new ProjectsView(server);
  context.subscriptions.push(
    view,
    vscode.commands.registerCommand("driverkit.refreshProjects", () => view.refresh()),
    vscode.commands.registerCommand("driverkit.openProjectPlace", openPlace),
  );
}

const ICONS: Readonly<Record<ProjectNode["kind"], string>> = {
  dext: "circuit-board",
  app: "window",
  "info-plist": "list-tree",
  personality: "plug",
  match: "filter",
  "user-client": "link",
  entitlements: "key",
  entitlement: "pass",
  classes: "symbol-class",
  class: "symbol-class",
  sources: "files",
  source: "file-code",
  note: "info",
};

/** What a person looks for first is open from the start. */
const OPEN: ReadonlySet<ProjectNode["kind"]> = new Set(["dext", "info-plist"]);

/** What stands for files of its own: its findings are counted behind it. An app that brings a dext counts by itself. */
const COUNTED: ReadonlySet<ProjectNode["kind"]> = new Set(["dext", "app", "sources"]);
/** What is one file: the editor itself colours it and counts its problems, as in the Explorer. */
const FILES: ReadonlySet<ProjectNode["kind"]> = new Set(["info-plist", "entitlements", "source"]);

class ProjectsView implements vscode.TreeDataProvider<ProjectNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly tree: vscode.TreeView<ProjectNode>;
  private readonly disposables: vscode.Disposable[];
  private readonly server: LanguageServer;
  /** The path of labels to each node: the editor keeps open what has the same one after a refresh. */
  private readonly ids = new WeakMap<ProjectNode, string>();
  private nodes: readonly ProjectNode[] = [];
  private counts: FindingCounts;
  private timer: ReturnType<typeof setTimeout> | undefined;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(server: LanguageServer) {
    this.server = server;
    this.counts = countFindings();
    this.tree = vscode.window.createTreeView("driverkit.projects", { treeDataProvider: this, showCollapseAll: true });
    this.disposables = [
      this.tree,
      this.changed,
      server.onDidChangeState(() => this.refresh()),
      server.onNotification(projectsChangedNotification, () => void this.refresh()),
      vscode.languages.onDidChangeDiagnostics(() => this.recount()),
    ];
  }

  /** Asks the server anew. The view is there only in a workspace that has a project. */
  async refresh(): Promise<void> {
    this.nodes = await this.ask();
    await vscode.commands.executeCommand("setContext", shownKey, this.nodes.length > 0);
    this.changed.fire();
  }

  getChildren(element?: ProjectNode): ProjectNode[] {
    const children = [...(element ? element.children : this.nodes)];
    const parent = element ? (this.ids.get(element) ?? "") : "";
    const seen = new Map<string, number>();
    for (const child of children) {
      const id = `${parent}/${child.kind}:${child.label}`;
      const count = seen.get(id) ?? 0;
      seen.set(id, count + 1);
      this.ids.set(child, count === 0 ? id : `${id}#${count}`);
    }
    return children;
  }

  getTreeItem(node: ProjectNode): vscode.TreeItem {
    const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
    const state = node.children.length === 0 ? None : OPEN.has(node.kind) ? Expanded : Collapsed;
    const item = new vscode.TreeItem(node.label, state);
    const id = this.ids.get(node);
    if (id !== undefined) item.id = id;
    const counted = COUNTED.has(node.kind) ? this.counts.of(filesOf(node)) : undefined;
    const findings = counted ? describeCounts(counted) : "";
    const parts = node.kind === "sources" ? [node.description, findings] : [findings, node.description];
    item.description = parts.filter((part) => part !== "").join(" · ");
    item.tooltip = node.tooltip === "" ? `${node.label} ${item.description}`.trim() : node.tooltip;
    item.iconPath = node.kind === "source" ? vscode.ThemeIcon.File : new vscode.ThemeIcon(ICONS[node.kind]);
    if (FILES.has(node.kind) && node.location) item.resourceUri = vscode.Uri.parse(node.location.uri);
    item.contextValue = node.kind;
    if (node.location) {
      item.command = { command: "driverkit.openProjectPlace", title: "Open", arguments: [node.location] };
    }
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** Draws the tree anew when the numbers of findings are others. Diagnostics come file by file; those at once are taken together. */
  private recount(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const counts = countFindings();
      if (counts.key === this.counts.key) return;
      this.counts = counts;
      this.changed.fire();
    }, 100);
  }

  private async ask(): Promise<readonly ProjectNode[]> {
    if (this.server.state !== "running") return this.nodes;
    try {
      return await this.server.request<ProjectNode[]>(projectsRequest);
    } catch {
      return this.nodes; // The server stopped meanwhile; its new state brings us here again.
    }
  }
}

/** The files that a row and what hangs below it name, without those of an app below a dext. */
function filesOf(node: ProjectNode): Set<string> {
  const files = new Set<string>();
  const add = (each: ProjectNode): void => {
    if (each.location) files.add(each.location.uri);
    for (const child of each.children) if (child.kind !== "app") add(child);
  };
  add(node);
  return files;
}

async function openPlace({ uri, range: { start, end } }: NonNullable<ProjectNode["location"]>): Promise<void> {
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection, preview: true });
}
