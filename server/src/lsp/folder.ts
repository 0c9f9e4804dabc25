// One workspace folder, or the project around a file that was opened alone: its files, its analysis and its configuration.
import { basename, dirname, isWithin, relative } from "../base/paths.ts";
import { plural } from "../base/plural.ts";
import type { AnalysisApi, AnalysisHostApi, FileChange } from "../engine/analysis.ts";
import { defaultConfiguration, isIgnored, overrideConfiguration, type Configuration } from "../engine/config.ts";
import { Configurations, describeProblems, type ConfigurationFile } from "../files/configurations.ts";
import { CONFIG_FILE } from "../files/find-root.ts";
import { readSource, readTree, type ReadOptions } from "../files/read-tree.ts";
import { readSdk } from "../files/sdk.ts";
import { isIgnoredFolder, isRelevant } from "../project/file-kinds.ts";
import type { OpenDocument } from "./documents.ts";
import type { Log, Platform } from "./platform.ts";
import { defaultSettings, type Settings } from "./settings.ts";

export interface FolderOptions {
  readonly root: string;
  /** The project around a single file rather than a folder that the user opened. */
  readonly loose: boolean;
  /** Levels of folders below the root that are read. */
  readonly depth?: number;
}

export class Folder {
  settings: Settings = defaultSettings;
  /** Resolves when the files were read, or reading was given up. */
  readonly loaded: Promise<void>;
  isLoaded = false;
  readonly root: string;
  readonly loose: boolean;
  private readonly options: FolderOptions;
  private configurations: Configurations;
  private analysis: AnalysisApi;
  private disposed = false;

  private constructor(
    options: FolderOptions,
    private readonly host: AnalysisHostApi,
    private readonly platform: Platform,
    private readonly log: Log,
    documents: () => readonly OpenDocument[],
  ) {
    this.options = options;
    this.root = options.root;
    this.loose = options.loose;
    this.configurations = this.newConfigurations();
    this.analysis = host.snapshot();
    this.loaded = this.load(documents);
  }

  /** Creates the folder and begins to read it. `documents` are those open now that belong to it. */
  static async create(
    options: FolderOptions,
    platform: Platform,
    log: Log,
    documents: () => readonly OpenDocument[],
  ): Promise<Folder> {
    return new Folder(options, await platform.createHost(), platform, log, documents);
  }

  /** The current state. The same object until something changes, because it holds what was computed. */
  snapshot(): AnalysisApi {
    if (!this.analysis.isCurrent) this.analysis = this.host.snapshot();
    return this.analysis;
  }

  /** True when the name says that the analysis has a use for the file. Folders above the root do not matter. */
  isRelevant(path: string): boolean {
    return isRelevant(relative(this.root, path));
  }

  configurationOf(path: string): Configuration {
    const file = this.configurations.of(path)?.configuration ?? defaultConfiguration;
    return overrideConfiguration(file, this.settings.configuration);
  }

  isIgnored(path: string): boolean {
    return isIgnored(this.configurationOf(path), path);
  }

  /** The `dextlint.json` files that are used, with what is wrong in them. */
  get configurationFiles(): readonly ConfigurationFile[] {
    return this.configurations.all;
  }

  /** Takes in the text of an open document. */
  put(document: OpenDocument): void {
    if (!this.isRelevant(document.path)) return;
    this.host.apply([{ path: document.path, text: document.text, open: true }]);
  }

  /** Takes in the folder's settings; resolves when what they name was read. */
  async setSettings(settings: Settings): Promise<void> {
    const { sdk } = this.settings;
    this.settings = settings;
    this.host.configure((path) => this.configurationOf(path));
    if (settings.sdk === sdk) return;
    const files = await readSdk(this.platform.fs, settings.sdk);
    if (this.disposed || this.settings.sdk !== settings.sdk) return;
    if (settings.sdk !== "" && files.length === 0)
      this.log.warn(`the setting driverkit.sdk names a folder without .iig files: ${settings.sdk}`);
    this.host.useSdk(files);
  }

  /** Looks up the configuration of a file whose folder may be new. Resolves to true when that changes anything. */
  async prepare(paths: readonly string[]): Promise<boolean> {
    const before = this.configurations.all.length;
    const { configurations } = this;
    await configurations.prepare(paths);
    if (configurations !== this.configurations || configurations.all.length === before) return false;
    this.reportProblems();
    this.host.configure((path) => this.configurationOf(path));
    return true;
  }

  /** Reads all `dextlint.json` files anew. */
  async reloadConfigurations(): Promise<void> {
    const fresh = this.newConfigurations();
    await fresh.prepare(this.snapshot().paths);
    if (this.disposed) return;
    this.configurations = fresh;
    this.reportProblems();
    this.host.configure((path) => this.configurationOf(path));
  }

  /** Reads paths again that changed on disk, were made or are gone: files or whole folders. Open documents are left as they are. */
  async refresh(paths: Iterable<string>, isOpen: (path: string) => boolean): Promise<void> {
    const changes: FileChange[] = [];
    for (const path of paths) {
      if (isOpen(path) || !this.isReached(path)) continue;
      if (this.isRelevant(path)) {
        const source = await readSource(this.platform.fs, path);
        if (source && !("why" in source)) {
          changes.push({ path, text: source.content.text, open: false });
          continue;
        }
        if (source) this.log.warn(`${path}: ${source.message}`);
      }
      if ((await this.platform.fs.list(path)) !== undefined) {
        if (isIgnoredFolder(basename(path)) || this.options.depth === 0) continue;
        const { files } = await readTree(this.platform.fs, path);
        for (const file of files) changes.push({ path: file.path, text: file.content.text, open: false });
        continue;
      }
      for (const known of this.snapshot().paths)
        if (isWithin(path, known)) changes.push({ path: known, text: undefined });
    }
    if (this.disposed || changes.length === 0) return;
    // A document may have been opened while the disk was read.
    this.host.apply(changes.filter(({ path }) => !isOpen(path)));
    await this.prepare(changes.map(({ path }) => path));
  }

  /** A closed document is what the disk has, or nothing. */
  async release(path: string, isOpen: (path: string) => boolean): Promise<void> {
    const source = this.isReached(path) ? await readSource(this.platform.fs, path) : undefined;
    if (this.disposed || isOpen(path)) return;
    const text = source && !("why" in source) ? source.content.text : undefined;
    this.host.apply([{ path, text, open: false }]);
  }

  dispose(): void {
    this.disposed = true;
    this.host.dispose();
  }

  private async load(documents: () => readonly OpenDocument[]): Promise<void> {
    const started = performance.now();
    try {
      const options: ReadOptions = { isCancelled: () => this.disposed };
      const { depth } = this.options;
      const tree = await readTree(this.platform.fs, this.root, depth === undefined ? options : { ...options, depth });
      await this.configurations.prepare(tree.files.map(({ path }) => path));
      if (this.disposed) return;
      // What is open in the editor is newer than the disk.
      const open = documents().filter(({ path }) => this.isRelevant(path));
      const openPaths = new Set(open.map(({ path }) => path));
      const closed = tree.files.filter(({ path }) => !openPaths.has(path));
      this.host.apply([
        ...closed.map(({ path, content }) => ({ path, text: content.text })),
        ...open.map(({ path, text }) => ({ path, text, open: true })),
      ]);
      this.host.configure((path) => this.configurationOf(path));
      for (const { path, message } of tree.skipped) this.log.warn(`${path}: ${message}`);
      if (tree.truncated) this.log.warn(`${this.root}: too many files; only a part was read`);
      this.reportProblems();
      const time = Math.round(performance.now() - started);
      this.log.info(`${basename(this.root)}: read ${plural(tree.files.length, "file")} in ${time} ms`);
    } catch (error) {
      this.log.error(`${this.root} could not be read: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.isLoaded = true;
    }
  }

  private newConfigurations(): Configurations {
    return new Configurations(
      this.platform.fs,
      this.platform.rules.map((rule) => rule.meta.id),
    );
  }

  private reportProblems(): void {
    for (const file of this.configurations.all) {
      for (const line of describeProblems(file, file.path))
        this.log.warn(`${line}; the whole ${CONFIG_FILE} is left out`);
    }
  }

  /** True when reading the folder from the disk comes by the path. */
  private isReached(path: string): boolean {
    if (this.options.depth === 0) return dirname(path) === this.root;
    return !relative(this.root, path).split("/").slice(0, -1).some(isIgnoredFolder);
  }
}
