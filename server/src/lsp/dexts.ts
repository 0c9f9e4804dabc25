// The dexts of the workspace, as requests name them: each with an id that stays the same while the server runs.
import { LSPErrorCodes, ResponseError, type CancellationToken } from "vscode-languageserver";
import { compareStrings } from "../base/compare.ts";
import { hash } from "../base/hash.ts";
import { relative } from "../base/paths.ts";
import type { Target } from "../project/model.ts";
import type { Folder } from "./folder.ts";
import { orCancelled } from "./signal.ts";
import type { Workspace } from "./workspace.ts";

export interface Dext {
  readonly id: string;
  readonly folder: Folder;
  readonly target: Target;
}

/** All dexts, by name. A folder within another one is read by both; what lies in the inner one is its own. Rejects when cancelled. */
export async function dextsOf(workspace: Workspace, token: CancellationToken): Promise<Dext[]> {
  await orCancelled(workspace.settled(), token);
  if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
  const dexts = workspace.folders.flatMap((folder) =>
    folder
      .snapshot()
      .project.targets.filter(({ kind, definedIn }) => kind === "dext" && workspace.folderOf(definedIn) === folder)
      .map((target) => ({ id: dextId(folder, target), folder, target })),
  );
  return dexts.sort((a, b) => compareStrings(a.target.name, b.target.name) || compareStrings(a.id, b.id));
}

/** The id of a dext, from what tells it apart from all others. */
export function dextId({ root }: Folder, { definedIn, name }: Pick<Target, "definedIn" | "name">): string {
  return hash([root, relative(root, definedIn), name].join("\u0000"));
}
