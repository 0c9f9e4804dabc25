// Finds the `dextlint.json` that holds for a file: the nearest one from its folder up to the top of the repository.
import { decode } from "../base/decode.ts";
import type { JsonProblem } from "../base/json.ts";
import { LineIndex } from "../base/line-index.ts";
import { dirname, join } from "../base/paths.ts";
import { defaultConfiguration, parseConfiguration, type Configuration } from "../engine/config.ts";
import type { FileSystem } from "../project/file-system.ts";
import { CONFIG_FILE, isRepositoryRoot } from "./find-root.ts";

export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
  readonly configuration: Configuration;
  readonly problems: readonly JsonProblem[];
}

/** Reads each file once; forget it and make a new one when a configuration changed. */
export class Configurations {
  private readonly byFolder = new Map<string, ConfigurationFile | undefined>();
  private readonly files = new Map<string, ConfigurationFile>();

  constructor(
    private readonly fs: FileSystem,
    private readonly knownRules: readonly string[],
  ) {}

  /** Every configuration file met so far, in order of path. */
  get all(): readonly ConfigurationFile[] {
    return [...this.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Looks up the configurations of the files' folders, so that `of` can answer at once. */
  async prepare(paths: Iterable<string>): Promise<void> {
    for (const folder of new Set([...paths].map(dirname))) await this.find(folder);
  }

  /** The file that holds for a path whose folder was prepared; undefined where there is none. */
  of(path: string): ConfigurationFile | undefined {
    return this.byFolder.get(dirname(path));
  }

  /** Reads one file that was named, whatever it is called; undefined when it cannot be read. */
  async read(path: string): Promise<ConfigurationFile | undefined> {
    const bytes = await this.fs.read(path);
    if (!bytes) return undefined;
    const { text } = decode(bytes);
    const { configuration, problems } = parseConfiguration(text, dirname(path), this.knownRules);
    const file = { path, text, configuration: configuration ?? defaultConfiguration, problems };
    this.files.set(path, file);
    return file;
  }

  private async find(folder: string): Promise<ConfigurationFile | undefined> {
    if (this.byFolder.has(folder)) return this.byFolder.get(folder);
    let found = await this.read(join(folder, CONFIG_FILE));
    if (!found) {
      const up = dirname(folder);
      const top = up === folder || up === "" || (await isRepositoryRoot(this.fs, folder));
      if (!top) found = await this.find(up);
    }
    this.byFolder.set(folder, found);
    return found;
  }
}

/** "path:line:column: message" for each problem of a configuration file, 1-based. */
export function describeProblems(file: ConfigurationFile, shown: string): string[] {
  const lines = new LineIndex(file.text);
  return file.problems.map(({ span, message }) => {
    const { line, character } = lines.positionAt(span.start);
    return `${shown}:${line + 1}:${character + 1}: ${message}`;
  });
}
