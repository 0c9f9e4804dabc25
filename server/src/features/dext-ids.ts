// The bundle ids of a target, in its configurations and all together.
import { stringOf, valueOf, type PlistDocument } from "../plist/document.ts";
import { expandVariables } from "../project/build-settings.ts";
import type { Target, TargetConfiguration } from "../project/model.ts";

type PlistOf = (path: string) => PlistDocument | undefined;

/** The bundle id in a configuration: that of the build settings, or what the Info.plist says; undefined where neither says one. */
export function bundleIdIn(
  { bundleId, infoPlist, variables }: TargetConfiguration,
  plist: PlistOf,
): string | undefined {
  if (bundleId !== undefined) return bundleId;
  const written = stringOf(valueOf(plist(infoPlist ?? "")?.root, "CFBundleIdentifier"));
  return written === undefined ? undefined : expandVariables(written, variables).trim() || undefined;
}

/** A target's bundle ids, distinct, in order of configuration. */
export function bundleIdsOf(target: Target, plist: PlistOf): string[] {
  const ids = target.configurations.map((configuration) => bundleIdIn(configuration, plist));
  return [...new Set(ids.filter((id) => id !== undefined))];
}
