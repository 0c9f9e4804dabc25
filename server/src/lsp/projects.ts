// Answers what projects the workspace has, as a tree, and says when to ask again.
import type { CancellationToken, Connection } from "vscode-languageserver";
import { LSPErrorCodes, ResponseError } from "vscode-languageserver";
import { basename } from "../base/paths.ts";
import type { AnalysisApi } from "../engine/analysis.ts";
import { projectReport } from "../features/project-report.ts";
import { projectTree, type TreeNode } from "../features/project-tree.ts";
import { projectsChangedNotification, type ProjectNode } from "../protocol.ts";
import type { DiagnosticsService } from "./diagnostics.ts";
import type { Folder } from "./folder.ts";
import { PRIORITY, type Scheduler } from "./scheduler.ts";
import { orCancelled } from "./signal.ts";
import { toRange } from "./to-lsp.ts";
import type { Workspace } from "./workspace.ts";

/** Quiet time after the last change before the client is told. */
const QUIET_MS = 400;
/** Times the tree is made again because something changed meanwhile. */
const RETRIES = 10;

export class Projects {
  private asked = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly workspace: Workspace,
    private readonly service: DiagnosticsService,
    private readonly scheduler: Scheduler,
  ) {
    workspace.changed.on(() => this.changed());
  }

  /** The projects of all folders, in order of folder. Rejects when it is cancelled. */
  async tree(token: CancellationToken): Promise<ProjectNode[]> {
    this.asked = true;
    await orCancelled(this.workspace.settled(), token);
    const folders = this.workspace.folders;
    const trees = [];
    for (const folder of folders) {
      const nodes = await this.treeOf(folder, token);
      trees.push(folders.length > 1 ? nodes.map((node) => inFolder(node, folder)) : nodes);
    }
    return trees.flat();
  }

  private async treeOf(folder: Folder, token: CancellationToken): Promise<ProjectNode[]> {
    for (let attempt = 0; attempt < RETRIES; attempt++) {
      let analysis = folder.snapshot();
      const start = (): { analysis: AnalysisApi; work: ReturnType<AnalysisApi["index"]> } => {
        analysis = folder.snapshot();
        return { analysis, work: analysis.index() };
      };
      const outcome = await this.scheduler.run({ priority: PRIORITY.open, token, start });
      if (outcome.kind === "cancelled") break;
      if (outcome.kind === "stale" || !analysis.isCurrent) continue;
      const { project } = analysis;
      const report = projectReport({ project, index: outcome.value, plist: (path) => analysis.plist(path) });
      // A folder within another one is read by both; the inner one shows what lies in it.
      const own = ({ definedIn }: { readonly definedIn: string }): boolean =>
        this.workspace.folderOf(definedIn) === folder;
      const shown = { ...report, dexts: report.dexts.filter(own), otherApps: report.otherApps.filter(own) };
      return projectTree(shown, folder.root).map((node) => this.toNode(node, analysis));
    }
    throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
  }

  private toNode(node: TreeNode, analysis: AnalysisApi): ProjectNode {
    const { kind, label, description, tooltip, place } = node;
    const children = node.children.map((child) => this.toNode(child, analysis));
    if (!place) return { kind, label, description, tooltip, children };
    const range = toRange(this.service.linesOf(analysis, place.path), place.span);
    return { kind, label, description, tooltip, children, location: { uri: this.service.uriOf(place.path), range } };
  }

  private changed(): void {
    if (!this.asked) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.connection.sendNotification(projectsChangedNotification);
    }, QUIET_MS);
  }
}

function inFolder(node: ProjectNode, folder: Folder): ProjectNode {
  const description = [basename(folder.root), node.description].filter((part) => part !== "").join(" · ");
  return { ...node, description };
}
