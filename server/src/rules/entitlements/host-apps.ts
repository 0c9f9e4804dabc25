// Which apps of the workspace bring a dext with them or open it, and on which platforms: what the rules about app entitlements start from.
import type { Step } from "../../base/step.ts";
import { SYSTEM_EXTENSION_INSTALL, USERCLIENT_ACCESS } from "../../knowledge/entitlements.ts";
import {
  entryOf,
  valueOf,
  wholeDict,
  type PlistDocument,
  type PlistEntry,
  type PlistValue,
} from "../../plist/document.ts";
import { expandVariables } from "../../project/build-settings.ts";
import { hostsOf } from "../../project/hosts.ts";
import type { ProjectModel, Target, TargetConfiguration } from "../../project/model.ts";
import type { ProjectIndex } from "../../semantics/model.ts";
import { dextInfosOf, textIn, type ClassDict, type Dict, type DextInfo } from "../plist/dext-info.ts";

export type Platform = "macOS" | "iPadOS";

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

/** The entitlements of the apps that bring a dext with them, each file once, with the dext's id in the same configuration. */
export interface HostedDext {
  readonly host: AppEntitlements;
  readonly configuration: TargetConfiguration;
  readonly info: DextInfo;
  readonly id: string;
}

/** The apps that embed a dext; see `hostsOf`. */
export function hostAppsOf(dext: Target, project: ProjectModel): Target[] {
  return hostsOf(dext, project).map(({ app }) => app);
}

/** The dext with each entitlements file of an app that embeds it, where both sides could be read and the dext's id is known. */
export function hostedDexts(dext: Target, project: ProjectModel, plist: PlistOf): HostedDext[] {
  const infos = dextInfosOf(dext, plist);
  const seen = new Set<string>();
  const result: HostedDext[] = [];
  for (const app of hostAppsOf(dext, project)) {
    for (const host of entitlementsOfApp(app, plist)) {
      const { name } = host.configuration;
      const own = dext.configurations.find((each) => each.name === name) ?? dext.configurations[0];
      const info = infos.find(({ configurations }) => own !== undefined && configurations.includes(own));
      const id = own && info?.idIn(own);
      if (seen.has(host.document.path) || !own || !info || id === undefined) continue;
      seen.add(host.document.path);
      result.push({ host, configuration: own, info, id });
    }
  }
  return result;
}

/** The entitlements of an app, one for each configuration that has some which can be read. */
export function entitlementsOfApp(app: Target, plist: PlistOf): AppEntitlements[] {
  return app.configurations.flatMap((configuration) => {
    const document = configuration.entitlements === undefined ? undefined : plist(configuration.entitlements);
    const root = document && wholeDict(document);
    if (!document || !root) return [];
    const info = configuration.infoPlist === undefined ? undefined : plist(configuration.infoPlist);
    return [{ app, configuration, document, root, platforms: platformsOf(configuration, root, info?.root) }];
  });
}

/** The platforms an app is built for: by its build settings, else by keys that only one platform has. */
function platformsOf(
  { variables }: TargetConfiguration,
  entitlements: Dict,
  info: PlistValue | undefined,
): ReadonlySet<Platform> {
  const setting = (name: string): string => expandVariables(variables.get(name) ?? "", variables);
  const platforms = new Set<Platform>();
  const add = (names: string): void => {
    if (/\bmacosx\b/.test(names)) platforms.add("macOS");
    if (/\b(iphoneos|iphonesimulator)\b/.test(names)) platforms.add("iPadOS");
  };
  add(setting("SUPPORTED_PLATFORMS"));
  if (platforms.size === 0) add(setting("SDKROOT"));
  if (platforms.has("iPadOS") && setting("SUPPORTS_MACCATALYST") === "YES") platforms.add("macOS");
  if (platforms.size > 0 || variables.has("SDKROOT")) return platforms;
  if (entryOf(entitlements, SYSTEM_EXTENSION_INSTALL) || valueOf(info, "LSMinimumSystemVersion"))
    platforms.add("macOS");
  if (valueOf(info, "LSRequiresIPhoneOS") || valueOf(info, "UIDeviceFamily")) platforms.add("iPadOS");
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

/** True when another app of the workspace may open the driver, or might: a value of its list is not known. */
export function isOpenedElsewhere({ host, id }: HostedDext, project: ProjectModel, plist: PlistOf): boolean {
  return project.targets.some((target) => {
    if (target.kind !== "app" || target === host.app) return false;
    return entitlementsOfApp(target, plist).some(({ root, configuration }) => {
      if (!entryOf(root, USERCLIENT_ACCESS)) return false;
      return accessIds(root, configuration)?.ids.includes(id) ?? true;
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
