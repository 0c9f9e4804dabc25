// Finds the project that a path belongs to, by the marks that people and Xcode leave.
import { dirname, join } from "../base/paths.ts";
import type { FileSystem } from "../project/file-system.ts";

export const CONFIG_FILE = "dextlint.json";

export interface Root {
  readonly path: string;
  /** False when no mark was found and the folder itself has to do. */
  readonly marked: boolean;
}

/** The nearest folder, `folder` first and then upward, that holds an Xcode project, a `dextlint.json` or a git repository. */
export async function findRoot(fs: FileSystem, folder: string): Promise<Root> {
  for (let at = folder; ; at = dirname(at)) {
    if (await isMarked(fs, at)) return { path: at, marked: true };
    const up = dirname(at);
    if (up === at || up === "" || up === "/") return { path: folder, marked: false };
  }
}

async function isMarked(fs: FileSystem, folder: string): Promise<boolean> {
  const entries = (await fs.list(folder)) ?? [];
  return entries.some(({ name }) => name === CONFIG_FILE || name === ".git" || name.endsWith(".xcodeproj"));
}

/** True when the folder is the top of a git repository (a work tree's or submodule's `.git` is a file). */
export async function isRepositoryRoot(fs: FileSystem, folder: string): Promise<boolean> {
  const git = join(folder, ".git");
  return (await fs.size(git)) !== undefined || (await fs.list(git)) !== undefined;
}
