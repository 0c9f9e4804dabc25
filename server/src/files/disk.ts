// The disk as a FileSystem, for Node. Only the outermost mains use it; nothing here knows what the files mean.
import { opendir, open, realpath, stat } from "node:fs/promises";
import { platform } from "node:process";
import { compareStrings } from "../base/compare.ts";
import { join } from "../base/paths.ts";
import type { DirectoryEntry, FileSystem } from "../project/file-system.ts";

/** More entries than any source folder has; a folder beyond that is read in part, so that a mail spool cannot exhaust memory. */
const MAX_ENTRIES = 50_000;

/** The files of this machine. Paths have forward slashes; on Windows they begin with a lower-case drive letter. */
export class Disk implements FileSystem {
  /** The bytes, or undefined for whatever cannot be read: gone, no permission, not a regular file. */
  async read(path: string, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array | undefined> {
    try {
      const file = await open(path, "r");
      try {
        const info = await file.stat();
        // A pipe or a device would block or never end.
        if (!info.isFile()) return undefined;
        if (!range) return await file.readFile();
        const bytes = new Uint8Array(Math.max(0, Math.min(range.end, info.size) - range.start));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, range.start);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch {
      return undefined;
    }
  }

  /** The entries, sorted by name. Links to files count as files; links to folders are left out, so that a walk always ends. */
  async list(path: string): Promise<readonly DirectoryEntry[] | undefined> {
    const entries: DirectoryEntry[] = [];
    try {
      for await (const entry of await opendir(path)) {
        if (entries.length >= MAX_ENTRIES) break;
        if (entry.isDirectory()) entries.push({ name: entry.name, kind: "directory" });
        else if (entry.isFile()) entries.push({ name: entry.name, kind: "file" });
        else if (entry.isSymbolicLink() && (await kindOf(join(path, entry.name))) === "file") {
          entries.push({ name: entry.name, kind: "file" });
        }
      }
    } catch {
      return undefined;
    }
    return entries.sort((a, b) => compareStrings(a.name, b.name));
  }

  async size(path: string): Promise<number | undefined> {
    try {
      const info = await stat(path);
      return info.isFile() ? info.size : undefined;
    } catch {
      return undefined;
    }
  }
}

/** What a path is, links followed; "missing" also where it may not be looked at. */
export async function kindOf(path: string): Promise<"file" | "directory" | "other" | "missing"> {
  try {
    const info = await stat(path);
    return info.isFile() ? "file" : info.isDirectory() ? "directory" : "other";
  } catch {
    return "missing";
  }
}

/** The path with links resolved; the path itself where that is impossible. */
export async function realPathOf(path: string): Promise<string> {
  try {
    return fromNative(await realpath(path));
  } catch {
    return path;
  }
}

/** A path of the operating system as the core writes it: forward slashes, lower-case drive letter. */
export function fromNative(path: string): string {
  if (platform !== "win32") return path;
  return path.replace(/\\/g, "/").replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
}
