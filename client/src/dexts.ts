// Asks which dext a command is about: the one it was called on, the only one, or the one picked.
import * as vscode from "vscode";
import { listDextsRequest, type DextInfo } from "../../server/src/protocol.ts";
import type { LanguageServer } from "./language-server.ts";

/** The name and id of a dext; without an id all of them are meant. */
export interface DextChoice {
  readonly name: string;
  readonly id?: string;
}

/**
 * The dext to work on: the only one, or the one picked in a list with this title. `all`: the label of a last row that stands for all
 * dexts. Undefined when there is none, which a message says, or nothing was picked.
 */
export async function chooseDext(
  server: LanguageServer,
  title: string,
  all?: { readonly label: string; readonly name: string },
): Promise<DextChoice | undefined> {
  const dexts = await server.request<readonly DextInfo[]>(listDextsRequest);
  const [first] = dexts;
  if (first === undefined) {
    void vscode.window.showInformationMessage(
      "No dext was found in this workspace: no Xcode target and no folder with an Info.plist that describes a DriverKit driver.",
    );
    return undefined;
  }
  if (dexts.length === 1) return first;
  const items: (vscode.QuickPickItem & { readonly choice: DextChoice })[] = dexts.map((dext) => ({
    label: `$(circuit-board) ${dext.name}`,
    description: vscode.workspace.asRelativePath(vscode.Uri.parse(dext.folderUri)),
    detail: `${dext.sourceCount} source files, defined in ${vscode.workspace.asRelativePath(vscode.Uri.parse(dext.definedInUri))}`,
    choice: dext,
  }));
  if (all) items.push({ label: all.label, choice: { name: all.name } });
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: "Which dext?",
    matchOnDescription: true,
  });
  return picked?.choice;
}

/** The dext that a row of the projects view stands for; undefined for what is no such row. */
export function dextOfRow(row: unknown): DextChoice | undefined {
  if (typeof row !== "object" || row === null) return undefined;
  const { label, dext } = row as { readonly label?: unknown; readonly dext?: unknown };
  return typeof label === "string" && typeof dext === "string" ? { name: label, id: dext } : undefined;
}
