// Reads the interface files of a DriverKit SDK, which Xcode brings along. Nothing needs them; they add what is newer than the table.
import { join } from "../base/paths.ts";
import type { FileSystem } from "../project/file-system.ts";
import { readTree } from "./read-tree.ts";

/** Where an SDK keeps its frameworks (Xcode's DriverKit.sdk). */
const FRAMEWORKS = "System/DriverKit/System/Library/Frameworks";

/** One interface file. */
export interface SdkFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The `.iig` files of the SDK in `folder` (`…/DriverKit.sdk`, or any folder that holds such files). Empty where there are none, where the
 * folder cannot be read, and for an empty name. Never rejects.
 */
export async function readSdk(fs: FileSystem, folder: string): Promise<SdkFile[]> {
  if (folder === "") return [];
  const frameworks = join(folder, FRAMEWORKS);
  const root = (await fs.list(frameworks)) ? frameworks : folder;
  const { files } = await readTree(fs, root, {
    depth: 8,
    maxFiles: 2000,
    wanted: (name) => name.endsWith(".iig"),
    ignored: () => false,
  });
  return files.map(({ path, content }) => ({ path, text: content.text }));
}
