// Reads a driver's folder as the tools do: the files that can belong to a dext, path within the folder to text.
import fs from "node:fs";
import path from "node:path";
import { decode } from "../server/src/base/decode.ts";
import { MAX_FILE_BYTES } from "../server/src/files/read-tree.ts";
import { isIgnoredFolder, isRelevant } from "../server/src/project/file-kinds.ts";

/** Sorted by path. Files that cannot be read and those beyond the limit are left out, as everywhere. */
export function readFolder(folder) {
  const found = [];
  const visit = (at) => {
    for (const entry of fs.readdirSync(at, { withFileTypes: true })) {
      const below = path.join(at, entry.name);
      if (entry.isDirectory() && !isIgnoredFolder(entry.name)) visit(below);
      else if (entry.isFile() && isRelevant(below) && fs.statSync(below).size <= MAX_FILE_BYTES) found.push(below);
    }
  };
  visit(folder);
  const relative = (file) => path.relative(folder, file).split(path.sep).join("/");
  return new Map(
    found
      .map((file) => [relative(file), decode(fs.readFileSync(file)).text])
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  );
}
