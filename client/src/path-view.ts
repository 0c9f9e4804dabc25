// The view "DriverKit: Path": the steps that lead to one finding, in a tree and as numbers in the text, until an edit or a click ends it.
import * as vscode from "vscode";
import { pathAt, type Path, type PathStep } from "./path.ts";

const shownKey = "driverkit.pathShown";

export function registerPathView(context: vscode.ExtensionContext): void {
  const view = new PathView();
  context.subscriptions.push(
    view,
    vscode.commands.registerCommand("driverkit.showPath", async (path?: Path) => {
      const shown = path ?? pathAtCursor();
      if (shown) await view.show(shown);
      else void vscode.window.showInformationMessage("There is no DriverKit finding with steps at the cursor.");
    }),
    vscode.commands.registerCommand("driverkit.goToStep", (step: PathStep) => view.goTo(step)),
    vscode.commands.registerCommand("driverkit.nextStep", () => view.move(1)),
    vscode.commands.registerCommand("driverkit.previousStep", () => view.move(-1)),
    vscode.commands.registerCommand("driverkit.clearPath", () => view.clear()),
  );
}

function pathAtCursor(): Path | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor && pathAt(editor.document.uri, editor.selection.active);
}

class PathView implements vscode.TreeDataProvider<PathStep>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly tree: vscode.TreeView<PathStep>;
  private readonly number = numberDecoration();
  private readonly current = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor("editor.findMatchHighlightBackground"),
  });
  private readonly disposables: vscode.Disposable[];
  private path: Path | undefined;
  private at = -1;
  readonly onDidChangeTreeData = this.changed.event;

  constructor() {
    this.tree = vscode.window.createTreeView("driverkit.path", { treeDataProvider: this });
    this.disposables = [
      this.tree,
      this.changed,
      this.number,
      this.current,
      vscode.window.onDidChangeVisibleTextEditors(() => this.decorate()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        // The steps stand at offsets of the text as it was.
        if (contentChanges.length > 0 && this.involves(document.uri)) void this.clear();
      }),
    ];
  }

  async show(path: Path): Promise<void> {
    this.path = path;
    this.at = 0;
    this.tree.description = path.title;
    this.changed.fire();
    await vscode.commands.executeCommand("setContext", shownKey, true);
    const [first] = path.steps;
    if (first) await this.goTo(first);
  }

  async clear(): Promise<void> {
    this.path = undefined;
    this.at = -1;
    this.changed.fire();
    this.decorate();
    await vscode.commands.executeCommand("setContext", shownKey, false);
  }

  /** Moves to the next (1) or previous (-1) step and stays at the ends. */
  async move(by: 1 | -1): Promise<void> {
    const step = this.path?.steps[this.at + by];
    if (step) await this.goTo(step);
  }

  async goTo(step: PathStep): Promise<void> {
    this.at = step.ordinal - 1;
    const { uri, range } = step.location;
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(range.start, range.start), preview: true });
    this.decorate();
    // Focus stays in the text, so that the keys for the next step keep working.
    await this.tree.reveal(step, { select: true, focus: false });
  }

  getChildren(element?: PathStep): PathStep[] {
    return element ? [] : [...(this.path?.steps ?? [])];
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(step: PathStep): vscode.TreeItem {
    const item = new vscode.TreeItem(`${step.ordinal}  ${step.text}`);
    const { uri, range } = step.location;
    item.description = `${uri.path.slice(uri.path.lastIndexOf("/") + 1)}:${range.start.line + 1}`;
    item.tooltip = step.text;
    item.iconPath = new vscode.ThemeIcon(step.isFinding ? "error" : "circle-small-filled");
    item.command = { command: "driverkit.goToStep", title: "Go to Step", arguments: [step] };
    return item;
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private involves(uri: vscode.Uri): boolean {
    return this.path?.steps.some((step) => step.location.uri.toString() === uri.toString()) ?? false;
  }

  private decorate(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const key = editor.document.uri.toString();
      const here = this.path?.steps.filter((step) => step.location.uri.toString() === key) ?? [];
      editor.setDecorations(this.number, numbersAt(here));
      const active = here.filter((step) => step.ordinal - 1 === this.at).map((step) => step.location.range);
      editor.setDecorations(this.current, active);
    }
  }
}

/** A small round badge before the step's text. */
function numberDecoration(): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    overviewRulerColor: new vscode.ThemeColor("badge.background"),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
    before: {
      backgroundColor: new vscode.ThemeColor("badge.background"),
      color: new vscode.ThemeColor("badge.foreground"),
      margin: "0 0.4em 0 0",
      // Decorations have no property for rounding and padding; this one is passed on as CSS.
      textDecoration: "none; border-radius: 0.7em; padding: 0 0.45em; font-size: 0.8em; display: inline-block;",
    },
  });
}

/** One badge for each place: the finding often stands where its first step does. */
function numbersAt(steps: readonly PathStep[]): vscode.DecorationOptions[] {
  const places = new Map<string, PathStep[]>();
  for (const step of steps) {
    const { line, character } = step.location.range.start;
    const key = `${line}:${character}`;
    places.set(key, [...(places.get(key) ?? []), step]);
  }
  return [...places.values()].flatMap((here) => {
    const start = here[0]?.location.range.start;
    if (!start) return [];
    return {
      range: new vscode.Range(start, start),
      hoverMessage: here.map(({ ordinal, text }) => `${ordinal}. ${text}`).join("\n\n"),
      renderOptions: { before: { contentText: here.map(({ ordinal }) => ordinal).join(", ") } },
    };
  });
}
