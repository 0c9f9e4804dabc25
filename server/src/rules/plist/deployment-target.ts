// The oldest DriverKit that a dext is built for: DRIVERKIT_DEPLOYMENT_TARGET and the Info.plist's OSMinimumDriverKitVersion.
import type { Step } from "../../base/step.ts";
import { compareVersions } from "../../knowledge/availability.ts";
import { stringOf, valueOf, wholeDict, type PlistDocument } from "../../plist/document.ts";
import type { Target, TargetConfiguration } from "../../project/model.ts";
import { inConfigurations } from "./dext-info.ts";

export interface OldestSystem {
  readonly version: string;
  readonly target: Target;
  /** Points at what says so. */
  readonly step: Step;
}

/**
 * The lowest version that some configuration of the dexts among the targets is built for; undefined where none says so in numbers. A build
 * without the setting takes the version of the SDK, which no file names.
 */
export function oldestSystem(
  targets: readonly Target[],
  plist: (path: string) => PlistDocument | undefined,
): OldestSystem | undefined {
  let oldest: { version: string; target: Target; configuration: TargetConfiguration; plistSays: boolean } | undefined;
  for (const target of targets) {
    if (target.kind !== "dext") continue;
    for (const configuration of target.configurations) {
      const { deploymentTarget: setting, infoPlist } = configuration;
      const inPlist = versionInPlist(infoPlist === undefined ? undefined : plist(infoPlist));
      const inSetting = setting !== undefined && isVersion(setting) ? setting : undefined;
      // The build refuses a lower number in the Info.plist; a higher one is what the system goes by.
      const plistSays = inPlist !== undefined && (inSetting === undefined || compareVersions(inPlist, inSetting) >= 0);
      const version = plistSays ? inPlist : inSetting;
      if (version === undefined || (oldest && compareVersions(version, oldest.version) >= 0)) continue;
      oldest = { version, target, configuration, plistSays };
    }
  }
  if (!oldest) return undefined;
  const { version, target, configuration, plistSays } = oldest;
  return { version, target, step: plistSays ? plistStep(oldest, plist) : settingStep(version, target, configuration) };
}

/** What the Info.plist itself says; `$(DRIVERKIT_DEPLOYMENT_TARGET)` is the setting's word. */
function versionInPlist(document: PlistDocument | undefined): string | undefined {
  const text = stringOf(valueOf(document && wholeDict(document), "OSMinimumDriverKitVersion"))?.trim();
  return text !== undefined && isVersion(text) ? text : undefined;
}

function isVersion(text: string): boolean {
  return /^\d{1,4}(\.\d{1,4}){0,2}$/.test(text);
}

function plistStep(
  { version, configuration: { infoPlist = "" } }: { version: string; configuration: TargetConfiguration },
  plist: (path: string) => PlistDocument | undefined,
): Step {
  const value = valueOf(plist(infoPlist)?.root, "OSMinimumDriverKitVersion");
  const text = `OSMinimumDriverKitVersion is ${version}`;
  return { path: infoPlist, span: value?.contentSpan ?? { start: 0, end: 0 }, kind: "note", text };
}

function settingStep(version: string, target: Target, configuration: TargetConfiguration): Step {
  const where = inConfigurations([configuration], target.configurations);
  const text = `DRIVERKIT_DEPLOYMENT_TARGET of '${target.name}' is ${version}${where}`;
  const place = configuration.places.get("DRIVERKIT_DEPLOYMENT_TARGET");
  return { path: target.definedIn, span: { start: 0, end: 0 }, ...place, kind: "note", text };
}
