// All folders and open documents, and which folder a path belongs to. Turns what the editor and the disk report into changes.
import { dirname, isWithin } from "../base/paths.ts";
import { CONFIG_FILE, findRoot } from "../files/find-root.ts";
import { MAX_FILE_BYTES } from "../files/read-tree.ts";
import { Documents, type OpenDocument } from "./documents.ts";
import { Folder } from "./folder.ts";
import type { Log, Platform } from "./platform.ts";
import { Emitter } from "./signal.ts";
import { pathOfUri } from "./uris.ts";

/** "edit": the text of an open document; "open" and "close"; "project": files on disk, configuration, settings or folders. */
export type Change = { readonly kind: "edit" | "open" | "close"; readonly path: string } | { readonly kind: "project" };

export class Workspace {
  readonly documents = new Documents();
  readonly changed = new Emitter<Change>();
  /** When the last edit came, in `performance.now()` time. */
  lastEdit = Number.NEGATIVE_INFINITY;
  private all: Folder[] = [];
  /** Changes to folders and from the disk are worked off one after the other. */
  private pending: Promise<void> = Promise.resolve();
  private readonly dirty = new Set<string>();

  constructor(
    private readonly platform: Platform,
    private readonly log: Log,
  ) {}

  get folders(): readonly Folder[] {
    return this.all;
  }

  /** The innermost folder that holds a path. */
  folderOf(path: string): Folder | undefined {
    let best: Folder | undefined;
    for (const folder of this.all) {
      if (isWithin(folder.root, path) && (!best || folder.root.length > best.root.length)) best = folder;
    }
    return best;
  }

  /** Resolves when everything that was reported so far is taken in. */
  async settled(): Promise<void> {
    await this.pending;
    await Promise.all(this.all.map(({ loaded }) => loaded));
  }

  addFolder(root: string): Promise<void> {
    return this.enqueue(async () => {
      if (this.all.some((folder) => folder.root === root && !folder.loose)) return;
      // A file that was opened alone may now lie in a folder.
      this.remove((folder) => folder.loose && isWithin(root, folder.root));
      await this.add({ root, loose: false });
    });
  }

  removeFolder(root: string): Promise<void> {
    return this.enqueue(async () => {
      this.remove((folder) => folder.root === root);
      for (const document of this.documents.latestFirst) await this.attach(document);
    });
  }

  open(uri: string, version: number, text: string): void {
    const document = this.documents.open(uri, version, text);
    this.noteSize(document);
    this.folderOf(document.path)?.put(document);
    this.changed.fire({ kind: "open", path: document.path });
    void this.enqueue(async () => {
      await this.attach(document);
      const changed = await this.folderOf(document.path)?.prepare([document.path]);
      if (changed) this.changed.fire({ kind: "project" });
    });
  }

  change(...args: Parameters<Documents["change"]>): void {
    const before = this.documents.get(pathOfUri(args[0]));
    const document = this.documents.change(...args);
    if (!document) return;
    if (before?.text !== undefined) this.noteSize(document);
    this.lastEdit = performance.now();
    this.folderOf(document.path)?.put(document);
    this.changed.fire({ kind: "edit", path: document.path });
  }

  close(uri: string): void {
    const document = this.documents.close(uri);
    if (!document) return;
    this.changed.fire({ kind: "close", path: document.path });
    void this.enqueue(async () => {
      const folder = this.folderOf(document.path);
      await folder?.release(document.path, this.isOpen);
      const stillUsed = this.documents.latestFirst.some(({ path }) => this.folderOf(path) === folder);
      if (folder?.loose && !stillUsed) this.remove((each) => each === folder);
      this.changed.fire({ kind: "project" });
    });
  }

  /** Takes in paths that changed on disk; a burst of them becomes one change. */
  refresh(paths: Iterable<string>): Promise<void> {
    for (const path of paths) this.dirty.add(path);
    return this.enqueue(async () => {
      const now = [...this.dirty];
      this.dirty.clear();
      if (now.length === 0) return;
      for (const folder of this.all) {
        const own = now.filter((path) => isWithin(folder.root, path));
        await folder.refresh(own, this.isOpen);
        // A configuration above the folder counts too, up to the top of the repository.
        const configured = now.some((path) => path.endsWith(`/${CONFIG_FILE}`) && isWithin(dirname(path), folder.root));
        if (configured || own.some((path) => path.endsWith(`/${CONFIG_FILE}`))) await folder.reloadConfigurations();
      }
      this.changed.fire({ kind: "project" });
    });
  }

  dispose(): void {
    this.remove(() => true);
  }

  readonly isOpen = (path: string): boolean => this.documents.get(path) !== undefined;

  private noteSize({ path, text }: OpenDocument): void {
    const limit = MAX_FILE_BYTES / 1024 / 1024;
    if (text === undefined)
      this.log.warn(`${path}: not checked: the open document is larger than the limit of ${limit} MB`);
  }

  /** A document outside all folders gets the project around it, or only the files beside it where there is no mark of a project. */
  private async attach(document: OpenDocument): Promise<void> {
    const { path } = document;
    if (!this.documents.get(path) || this.folderOf(path)) return;
    const { path: root, marked } = await findRoot(this.platform.fs, dirname(path));
    await this.add(marked ? { root, loose: true } : { root, loose: true, depth: 0 });
  }

  private async add(options: Parameters<typeof Folder.create>[0]): Promise<void> {
    const documents = (): OpenDocument[] =>
      this.documents.latestFirst.filter(({ path }) => isWithin(options.root, path));
    const folder = await Folder.create(options, this.platform, this.log, documents);
    this.all.push(folder);
    for (const document of documents()) folder.put(document);
    this.changed.fire({ kind: "project" });
    void folder.loaded.then(() => this.changed.fire({ kind: "project" }));
  }

  private remove(which: (folder: Folder) => boolean): void {
    for (const folder of this.all.filter(which)) folder.dispose();
    this.all = this.all.filter((folder) => !which(folder));
    this.changed.fire({ kind: "project" });
  }

  /** Does the work after all that was asked for before; `settled` waits for it. A failure is logged. */
  enqueue(work: () => Promise<void>): Promise<void> {
    this.pending = this.pending.then(work).catch((error: unknown) => {
      this.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    return this.pending;
  }
}
