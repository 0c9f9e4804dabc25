// A dext's entitlements files, each with the build configurations that sign with it.
import { wholeDict, type PlistDocument } from "../../plist/document.ts";
import type { Target, TargetConfiguration } from "../../project/model.ts";
import { dextInfosOf, type DextInfo, type Dict } from "../plist/dext-info.ts";

export interface DextEntitlements {
  readonly document: PlistDocument;
  readonly root: Dict;
  readonly configurations: readonly TargetConfiguration[];
  /** The Info.plists that some of the configurations have. */
  readonly infos: readonly DextInfo[];
}

/** The entitlements of a dext that could be read as a whole, each file once. */
export function dextEntitlementsOf(
  target: Target,
  plist: (path: string) => PlistDocument | undefined,
): DextEntitlements[] {
  const infos = dextInfosOf(target, plist);
  const paths = new Set(target.configurations.map(({ entitlements }) => entitlements));
  return [...paths].flatMap((path) => {
    const document = path === undefined ? undefined : plist(path);
    const root = document && wholeDict(document);
    if (!document || !root) return [];
    const configurations = target.configurations.filter(({ entitlements }) => entitlements === path);
    const own = infos.filter((info) => configurations.some((each) => info.configurations.includes(each)));
    return [{ document, root, configurations, infos: own }];
  });
}

/** True for the name of a configuration that is built to be handed out. */
export function isRelease({ name }: TargetConfiguration): boolean {
  return /release|distribution|deployment|production|appstore|developerid/i.test(name) && !/debug/i.test(name);
}

/** Where a finding about a key that is not there stands: at a key that is, else at the dictionary's tag. */
export function besideSpan(root: Dict, ...keys: readonly string[]): { start: number; end: number } {
  const beside = keys
    .map((key) => root.entries.find((entry) => entry.key === key))
    .find((entry) => entry !== undefined);
  const { start } = root.span;
  return (beside ?? root.entries[0])?.keySpan ?? { start, end: start + "<dict>".length };
}
