// Answers what projects the workspace has, as a tree, what Apple has to grant them, and says when to ask again.
import type { CancellationToken, Connection } from "vscode-languageserver";
import { LSPErrorCodes, ResponseError } from "vscode-languageserver";
import { basename, relative } from "../base/paths.ts";
import type { AnalysisApi } from "../engine/analysis.ts";
import { grantsOf } from "../features/grants-report.ts";
import { grantsText } from "../features/grants-text.ts";
import { projectReport, type ReportSource } from "../features/project-report.ts";
import { projectTree, type TreeNode } from "../features/project-tree.ts";
import type { Target } from "../project/model.ts";
import { projectsChangedNotification, type GrantsParams, type GrantsText, type ProjectNode } from "../protocol.ts";
import { dextId, dextsOf } from "./dexts.ts";
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

  /** What Apple has to grant a dext; null for one that is gone. Rejects when it is cancelled. */
  async grants({ dext: id }: GrantsParams, token: CancellationToken): Promise<GrantsText | null> {
    const dext = (await dextsOf(this.workspace, token)).find((each) => each.id === id);
    if (!dext) return null;
    const { source } = await this.read(dext.folder, token);
    const same = ({ definedIn, name }: Target): boolean =>
      definedIn === dext.target.definedIn && name === dext.target.name;
    const target = source.project.targets.find(same);
    return target ? grantsText(grantsOf(target, source), (path) => relative(dext.folder.root, path)) : null;
  }

  private async treeOf(folder: Folder, token: CancellationToken): Promise<ProjectNode[]> {
    const { analysis, source } = await this.read(folder, token);
    const report = projectReport(source);
    // A folder within another one is read by both; the inner one shows what lies in it.
    const own = ({ definedIn }: { readonly definedIn: string }): boolean =>
      this.workspace.folderOf(definedIn) === folder;
    const shown = { ...report, dexts: report.dexts.filter(own), otherApps: report.otherApps.filter(own) };
    return projectTree(shown, folder.root).map((node) => {
      const { kind, label, place } = node;
      const made = this.toNode(node, analysis);
      if (kind !== "dext" || !place) return made;
      return { ...made, dext: dextId(folder, { definedIn: place.path, name: label }) };
    });
  }

  /** A state of the folder with its declarations, for reports. */
  private async read(
    folder: Folder,
    token: CancellationToken,
  ): Promise<{ readonly analysis: AnalysisApi; readonly source: ReportSource }> {
    for (let attempt = 0; attempt < RETRIES; attempt++) {
      let analysis = folder.snapshot();
      const start = (): { analysis: AnalysisApi; work: ReturnType<AnalysisApi["index"]> } => {
        analysis = folder.snapshot();
        return { analysis, work: analysis.index() };
      };
      const outcome = await this.scheduler.run({ priority: PRIORITY.open, token, start });
      if (outcome.kind === "cancelled") break;
      if (outcome.kind === "stale" || !analysis.isCurrent) continue;
      const source = { project: analysis.project, index: outcome.value, plist: (path: string) => analysis.plist(path) };
      return { analysis, source };
    }
    throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
  }

  private toNode({ place, ...node }: TreeNode, analysis: AnalysisApi): ProjectNode {
    const children = node.children.map((child) => this.toNode(child, analysis));
    if (!place) return { ...node, children };
    const range = toRange(this.service.linesOf(analysis, place.path), place.span);
    return { ...node, children, location: { uri: this.service.uriOf(place.path), range } };
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
