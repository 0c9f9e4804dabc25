// Diagnostics for clients that do not ask: published when they changed, never cleared first.
import type { Connection } from "vscode-languageserver";
import type { DiagnosticsService, FileDiagnostics } from "./diagnostics.ts";
import { PRIORITY, type Priority } from "./scheduler.ts";
import { delay } from "./signal.ts";
import type { Change, Workspace } from "./workspace.ts";

const DOCUMENT_QUIET_MS = 150;
const PROJECT_QUIET_MS = 500;

export class PushDiagnostics {
  private readonly published = new Map<string, { readonly uri: string; readonly resultId: string }>();
  private cycle = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly workspace: Workspace,
    private readonly service: DiagnosticsService,
  ) {
    workspace.changed.on((change) => this.onChange(change));
  }

  /** A document was saved: the time to check it for those who do not want to be told while typing. */
  saved(): void {
    this.schedule(0);
  }

  private onChange(change: Change): void {
    const onSave = change.kind === "edit" && this.workspace.folderOf(change.path)?.settings.run === "onSave";
    if (onSave) return;
    this.schedule(change.kind === "edit" ? DOCUMENT_QUIET_MS : 20);
  }

  /** Starts over: what a cycle under way would still find belongs to an older state. */
  private schedule(milliseconds: number): void {
    this.cycle++;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(this.cycle), milliseconds);
  }

  private async run(cycle: number): Promise<void> {
    await this.workspace.settled();
    if (cycle !== this.cycle) return;
    for (const { path } of this.workspace.documents.latestFirst) {
      if (!(await this.publish(path, PRIORITY.open, cycle))) return;
    }
    await delay(this.workspace.lastEdit + PROJECT_QUIET_MS - performance.now());
    if (cycle !== this.cycle) return;
    const closed = this.service.closedFiles();
    for (const path of closed) if (!(await this.publish(path, PRIORITY.background, cycle))) return;
    const listed = new Set(closed);
    for (const [path, { uri }] of this.published) {
      if (listed.has(path) || this.workspace.isOpen(path)) continue;
      this.published.delete(path);
      await this.connection.sendDiagnostics({ uri, diagnostics: [] });
    }
  }

  /** False when the cycle is over because something changed. */
  private async publish(path: string, priority: Priority, cycle: number): Promise<boolean> {
    const outcome = await this.service.compute(path, priority);
    if (cycle !== this.cycle) return false;
    if (outcome.kind !== "done") {
      this.schedule(DOCUMENT_QUIET_MS);
      return false;
    }
    await this.send(outcome.value);
    return cycle === this.cycle;
  }

  private async send({ path, uri, version, items, resultId }: FileDiagnostics): Promise<void> {
    const before = this.published.get(path);
    if (before?.resultId === resultId && before.uri === uri) return;
    // An open document is answered for even when it is clean: some clients wait to hear it.
    if (!before && items.length === 0 && version === null) return;
    if (items.length === 0 && version === null) this.published.delete(path);
    else this.published.set(path, { uri, resultId });
    await this.connection.sendDiagnostics({ uri, diagnostics: [...items], ...(version === null ? {} : { version }) });
  }
}
