// Which apps of the workspace bring a dext with them or open it, and on which platforms: what the rules about app entitlements start from.
import type { Step } from "../../base/step.ts";
import {
  COMMUNICATES_WITH_DRIVERS,
  SYSTEM_EXTENSION_INSTALL,
  USERCLIENT_ACCESS,
} from "../../knowledge/entitlements.ts";
import {
  entryOf,
  valueOf,
  wholeDict,
  type PlistDocument,
  type PlistEntry,
  type PlistValue,
} from "../../plist/document.ts";
import { hostsOf } from "../../project/hosts.ts";
import type { Platform, ProjectModel, Target, TargetConfiguration } from "../../project/model.ts";
import { platformsOfSettings } from "../../project/platforms.ts";
import type { ProjectIndex } from "../../semantics/model.ts";
import { dextInfosOf, textIn, type ClassDict, type Dict, type DextInfo } from "../plist/dext-info.ts";

type PlistOf = (path: string) => PlistDocument | undefined;

/** An app's entitlements as one configuration has them. */
export interface AppEntitlements {
  readonly app: Target;
  readonly configuration: TargetConfiguration;
  readonly document: PlistDocument;
  readonly root: Dict;
  /** Empty where nothing tells. */
  readonly platforms: ReadonlySet<Platform>;
}

/** An entitlements file of an app that brings a dext with it, with the dext's id in the same configuration. */
export interface HostedDext {
  readonly dext: Target;
  readonly host: AppEntitlements;
  readonly configuration: TargetConfiguration;
  readonly info: DextInfo;
  readonly id: string;
}

/** The apps that embed a dext; see `hostsOf`. */
export function hostAppsOf(dext: Target, project: ProjectModel): Target[] {
  return hostsOf(dext, project).map(({ app }) => app);
}

/** The configuration of a dext that is built together with one of an app: the one of the same name, else the first. */
export function builtWith(dext: Target, { name }: TargetConfiguration): TargetConfiguration | undefined {
  return dext.configurations.find((each) => each.name === name) ?? dext.configurations[0];
}

/**
 * The dext with each entitlements file of an app that embeds it, where both sides could be read and the dext's id is known; once for each
 * id that the configurations with that file have.
 */
export function hostedDexts(dext: Target, project: ProjectModel, plist: PlistOf): HostedDext[] {
  const infos = dextInfosOf(dext, plist);
  const seen = new Set<string>();
  const result: HostedDext[] = [];
  for (const app of hostAppsOf(dext, project)) {
    for (const host of entitlementsOfApp(app, plist)) {
      const own = builtWith(dext, host.configuration);
      const info = infos.find(({ configurations }) => own !== undefined && configurations.includes(own));
      const id = own && info?.idIn(own);
      const key = `${host.document.path}\u0000${id ?? ""}`;
      if (seen.has(key) || !own || !info || id === undefined) continue;
      seen.add(key);
      result.push({ dext, host, configuration: own, info, id });
    }
  }
  return result;
}

/** The entitlements of an app, one for each configuration and file that can be read. */
export function entitlementsOfApp(app: Target, plist: PlistOf): AppEntitlements[] {
  const found = new Map<string, AppEntitlements>();
  for (const configuration of app.configurations) {
    const document = configuration.entitlements === undefined ? undefined : plist(configuration.entitlements);
    const root = document && wholeDict(document);
    if (!document || !root) continue;
    const info = configuration.infoPlist === undefined ? undefined : plist(configuration.infoPlist);
    const own = platformsOf(configuration, root, info?.root);
    // Where only the Info.plists differ by platform, the entitlements are those of both.
    const key = `${configuration.name}\u0000${document.path}`;
    const platforms = new Set([...(found.get(key)?.platforms ?? []), ...own]);
    found.set(key, { configuration, ...found.get(key), app, document, root, platforms });
  }
  return [...found.values()];
}

/** The platforms an app is built for: by its build settings, else by keys that only one platform has. */
function platformsOf(
  { platform, variables }: TargetConfiguration,
  entitlements: Dict,
  info: PlistValue | undefined,
): ReadonlySet<Platform> {
  if (platform) return new Set([platform]);
  const said = platformsOfSettings(variables);
  if (said.size > 0 || variables.has("SDKROOT")) return said;
  const platforms = new Set<Platform>();
  if (entryOf(entitlements, SYSTEM_EXTENSION_INSTALL) || valueOf(info, "LSMinimumSystemVersion"))
    platforms.add("macOS");
  if (valueOf(info, "LSRequiresIPhoneOS") || valueOf(info, "UIDeviceFamily")) platforms.add("iPadOS");
  if (platforms.size > 0 || info?.kind !== "dict" || entryOf(entitlements, COMMUNICATES_WITH_DRIVERS)) return platforms;
  // An app's Info.plist without a single key of UIKit is one for macOS; where no settings are known, nothing else can add them.
  if (variables.size === 0 && !info.entries.some(({ key }) => key.startsWith("UI"))) platforms.add("macOS");
  return platforms;
}

/** The dictionary of a driver's own user client; those of the frameworks are opened by Apple's servers, not by an app. */
export function ownUserClient(info: DextInfo, index: ProjectIndex): ClassDict | undefined {
  return info.personalities
    .flatMap((personality) => info.createDicts(personality))
    .find(({ value }) => {
      const className = info.text(valueOf(value, "IOUserClass"));
      const isUserClient = info.text(valueOf(value, "IOClass")) === "IOUserUserClient";
      return isUserClient && className !== undefined && index.classes.has(className);
    });
}

/** The ids that userclient-access lists in a configuration; undefined when one of them is not known. */
export function accessIds(
  root: Dict,
  configuration: TargetConfiguration,
): { readonly entry: PlistEntry; readonly ids: readonly string[] } | undefined {
  const entry = entryOf(root, USERCLIENT_ACCESS);
  const { value } = entry ?? {};
  if (!entry || !value) return undefined;
  const values = value.kind === "array" ? value.items : [value];
  const ids: string[] = [];
  for (const each of values) {
    if (each.kind !== "string") continue;
    const id = textIn(configuration, each);
    if (id === undefined && each.text.trim() !== "") return undefined;
    if (id !== undefined) ids.push(id);
  }
  return { entry, ids };
}

/**
 * True when an app of the workspace that does not bring the driver opens it, or might, so that the one which does may only install it: a
 * value of its list is not known.
 */
export function isOpenedElsewhere({ dext, host, id }: HostedDext, project: ProjectModel, plist: PlistOf): boolean {
  const hosts = hostAppsOf(dext, project);
  const key = host.platforms.has("macOS") || host.platforms.size === 0 ? USERCLIENT_ACCESS : COMMUNICATES_WITH_DRIVERS;
  return project.targets.some((target) => {
    if (target.kind !== "app" || hosts.includes(target)) return false;
    return entitlementsOfApp(target, plist).some(({ root, configuration }) => {
      if (!entryOf(root, key)) return false;
      return key === COMMUNICATES_WITH_DRIVERS || (accessIds(root, configuration)?.ids.includes(id) ?? true);
    });
  });
}

/** Places that tell why an app needs to open the driver: its user client, and its id. */
export function reasonsOf({ info, id }: HostedDext, index: ProjectIndex): Step[] {
  const steps: Step[] = [];
  const client = ownUserClient(info, index);
  const { path } = info.document;
  if (client) steps.push({ path, span: client.nameSpan, kind: "use", text: "the driver has a user client" });
  const entry = entryOf(info.root, "CFBundleIdentifier");
  if (entry?.value)
    steps.push({ path, span: entry.value.contentSpan, kind: "note", text: `the driver's bundle id is “${id}”` });
  return steps;
}

/** True when the dext opens itself to every app, or its entitlements are not known. */
export function opensToAll(configuration: TargetConfiguration, key: string, plist: PlistOf): boolean {
  const document = configuration.entitlements === undefined ? undefined : plist(configuration.entitlements);
  const root = document && wholeDict(document);
  return !root || entryOf(root, key) !== undefined;
}
