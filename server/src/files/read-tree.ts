// Reads the files of a project into memory: which ones, up to what size, and what was left out. Asks a FileSystem; does no I/O itself.
import { compareStrings } from "../base/compare.ts";
import { decode, type Decoded } from "../base/decode.ts";
import { join } from "../base/paths.ts";
import { isIgnoredFolder, isRelevant } from "../project/file-kinds.ts";
import type { FileSystem } from "../project/file-system.ts";

/** A source of 2 MB must work; what is far beyond is generated data (firmware images as arrays), and only slows everything down. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

export interface SourceFile {
  readonly path: string;
  readonly content: Decoded;
  readonly bytes: number;
}

export interface SkippedFile {
  readonly path: string;
  readonly why: "too-large" | "unreadable";
  /** One sentence for a person. */
  readonly message: string;
}

export interface Tree {
  /** Sorted by path. */
  readonly files: readonly SourceFile[];
  readonly skipped: readonly SkippedFile[];
  /** Set when a limit ended the walk: what remained was not read. */
  readonly truncated: boolean;
}

export interface ReadOptions {
  /** Levels of folders below the root that are entered; 0 reads the root only. */
  readonly depth?: number;
  readonly maxFiles?: number;
  readonly maxBytes?: number;
  /** Which files are read, by name; without it those that can belong to a dext. */
  readonly wanted?: (name: string) => boolean;
  /** Which folders are left out, by name; without it those of build products and packages. */
  readonly ignored?: (name: string) => boolean;
  /** Ends the walk early; what was read so far is returned. */
  readonly isCancelled?: () => boolean;
}

const DEFAULTS = {
  depth: 40,
  maxFiles: 20_000,
  maxBytes: 256 * 1024 * 1024,
  wanted: isRelevant,
  ignored: isIgnoredFolder,
};

/** Reads all files below `root` that can belong to a dext. Files that vanish meanwhile are simply not there. Never rejects. */
export async function readTree(fs: FileSystem, root: string, options: ReadOptions = {}): Promise<Tree> {
  const limits = { ...DEFAULTS, ...options };
  const files: SourceFile[] = [];
  const skipped: SkippedFile[] = [];
  let truncated = false;
  let bytes = 0;
  const folders: { path: string; depth: number }[] = [{ path: root, depth: 0 }];
  for (let folder = folders.shift(); folder && !truncated; folder = folders.shift()) {
    if (options.isCancelled?.()) break;
    const { path, depth } = folder;
    const entries = await fs.list(path);
    if (!entries) {
      skipped.push({ path, why: "unreadable", message: "the folder cannot be read" });
      continue;
    }
    const wanted: string[] = [];
    for (const entry of entries) {
      const below = join(path, entry.name);
      if (entry.kind === "directory") {
        if (depth < limits.depth && !limits.ignored(entry.name)) folders.push({ path: below, depth: depth + 1 });
      } else if (limits.wanted(entry.name)) wanted.push(below);
    }
    for (const result of await readAll(fs, wanted)) {
      if (result === undefined) continue;
      if ("why" in result) skipped.push(result);
      else if (files.length >= limits.maxFiles || bytes + result.bytes > limits.maxBytes) truncated = true;
      else {
        files.push(result);
        bytes += result.bytes;
      }
    }
  }
  files.sort((a, b) => compareStrings(a.path, b.path));
  skipped.sort((a, b) => compareStrings(a.path, b.path));
  return { files, skipped, truncated };
}

/** Reads one file; undefined when it is not there. */
export async function readSource(fs: FileSystem, path: string): Promise<SourceFile | SkippedFile | undefined> {
  const size = await fs.size(path);
  if (size === undefined) return undefined;
  if (size > MAX_FILE_BYTES) {
    const megabytes = (size / 1024 / 1024).toFixed(1);
    return { path, why: "too-large", message: `not read: ${megabytes} MB is more than the limit of 4 MB` };
  }
  const bytes = await fs.read(path);
  if (bytes) return { path, content: decode(bytes), bytes: bytes.length };
  // It may have been deleted between the two calls, which is no error.
  if ((await fs.size(path)) === undefined) return undefined;
  return { path, why: "unreadable", message: "the file cannot be read" };
}

/** A few at a time: fast on a cold disk, and far from the limit of open files. */
async function readAll(fs: FileSystem, paths: readonly string[]): Promise<(SourceFile | SkippedFile | undefined)[]> {
  const results: (SourceFile | SkippedFile | undefined)[] = [];
  for (let at = 0; at < paths.length; at += 16) {
    results.push(...(await Promise.all(paths.slice(at, at + 16).map((path) => readSource(fs, path)))));
  }
  return results;
}
