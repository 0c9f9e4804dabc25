// Which property lists the rules about a single file look at: those of dexts and of the apps that bring dexts.
import { bundleKindOf, entitlementsOwner } from "../../project/dext-plists.ts";
import type { DocumentContext } from "../define.ts";

/** True for an Info.plist or entitlements file that belongs to a target of a workspace with dexts, or that is evidently a dext's. */
export function isOurs({ document, project, targetsOf }: DocumentContext): boolean {
  const targets = targetsOf(document.path);
  if (targets.some(({ kind }) => kind === "dext")) return true;
  if (bundleKindOf(document) === "dext" || entitlementsOwner(document) === "dext") return true;
  return targets.length > 0 && project.targets.some(({ kind }) => kind === "dext");
}

/** True for the Info.plist of a dext. */
export function isDextInfo({ document, targetsOf }: DocumentContext): boolean {
  const targets = targetsOf(document.path);
  if (targets.length > 0) return targets.some(({ kind }) => kind === "dext");
  return bundleKindOf(document) === "dext";
}
