// What project discovery is given: the workspace's paths, their texts, and parsed plists. No I/O.
import { basename, dirname, extname, isWithin } from "../base/paths.ts";
import { compareStrings } from "../base/compare.ts";
import type { PlistDocument } from "../plist/document.ts";
import { isSource } from "./file-kinds.ts";

/** The workspace as discovery reads it. */
export interface ProjectFiles {
  /** Every known file, in any order. */
  readonly paths: Iterable<string>;
  /** The text of a file; undefined when it is not there or not loaded. */
  text(path: string): string | undefined;
  /** The parsed plist of a path, where the caller keeps them; discovery parses the text itself where this is absent. */
  plist?(path: string): PlistDocument | undefined;
}

/** The paths of a workspace, sorted, and the questions that discovery asks of them. */
export class PathIndex {
  readonly sorted: readonly string[];
  private readonly known: ReadonlySet<string>;
  private readonly byLowerCase = new Map<string, string>();
  private readonly byFolder = new Map<string, string[]>();

  constructor(paths: Iterable<string>) {
    this.known = new Set(paths);
    this.sorted = [...this.known].sort(compareStrings);
    for (const path of this.sorted) {
      if (!this.byLowerCase.has(path.toLowerCase())) this.byLowerCase.set(path.toLowerCase(), path);
      const folder = dirname(path);
      const list = this.byFolder.get(folder);
      if (list) list.push(path);
      else this.byFolder.set(folder, [path]);
    }
  }

  /** The known path that a project means: as written, or written in other case, since Apple's default file system folds case. */
  resolve(path: string): string | undefined {
    return this.known.has(path) ? path : this.byLowerCase.get(path.toLowerCase());
  }

  /** Files that lie directly in a folder. */
  inFolder(folder: string): readonly string[] {
    return this.byFolder.get(folder) ?? [];
  }

  /** Files in a folder and below it. */
  below(folder: string): string[] {
    return this.sorted.filter((path) => isWithin(folder, path));
  }

  /** The C++ sources, headers and `.iig` files in a folder and below it. */
  sourcesBelow(folder: string): string[] {
    return this.sorted.filter((path) => isSource(path) && isWithin(folder, path));
  }
}

/** The name of a file without its last extension, and without `.plist.in` for templates. */
export function stemOf(path: string): string {
  const name = basename(path).replace(/\.in$/, "");
  const extension = extname(name);
  return extension === "" ? name : name.slice(0, -extension.length);
}
