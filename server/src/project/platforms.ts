// Which platforms an app is built for by its build settings, and its settings on each.
import { expandVariables, mergeSettings, valuesOf, type Setting, type Settings } from "./build-settings.ts";
import type { Platform, Target, TargetConfiguration } from "./model.ts";

/** The SDK whose conditional settings hold on a platform. Mac Catalyst is built with that of macOS. */
const SDKS: Readonly<Record<Platform, string>> = { macOS: "macosx", iPadOS: "iphoneos" };

/** The platforms that SUPPORTED_PLATFORMS names, else SDKROOT; empty where neither tells. */
export function platformsOfSettings(variables: ReadonlyMap<string, string>): ReadonlySet<Platform> {
  const setting = (name: string): string => expandVariables(variables.get(name) ?? "", variables);
  const platforms = new Set<Platform>();
  const add = (names: string): void => {
    if (/\bmacosx\b/.test(names)) platforms.add("macOS");
    if (/\b(iphoneos|iphonesimulator)\b/.test(names)) platforms.add("iPadOS");
  };
  add(setting("SUPPORTED_PLATFORMS"));
  if (platforms.size === 0) add(setting("SDKROOT"));
  if (platforms.has("iPadOS") && setting("SUPPORTS_MACCATALYST") === "YES") platforms.add("macOS");
  return platforms;
}

/** The settings of one configuration as they hold on a platform; undefined for what holds wherever the target is built. */
export interface PlatformSettings {
  readonly platform: Platform | undefined;
  readonly settings: Map<string, Setting>;
}

/** Merges the settings of a target for the SDK of DriverKit, or for that of each platform that an app is built for. */
export function mergeForTarget(
  layers: readonly Settings[],
  kind: Target["kind"],
  configuration: string,
): PlatformSettings[] {
  if (kind === "dext")
    return [{ platform: undefined, settings: mergeSettings(layers, { sdk: "driverkit", configuration }) }];
  const mac = mergeSettings(layers, { sdk: SDKS.macOS, configuration });
  const platforms = platformsOfSettings(valuesOf(mac));
  if (!platforms.has("iPadOS")) return [{ platform: undefined, settings: mac }];
  const pad = mergeSettings(layers, { sdk: SDKS.iPadOS, configuration });
  if (!platforms.has("macOS")) return [{ platform: undefined, settings: pad }];
  return [
    { platform: "macOS", settings: mac },
    { platform: "iPadOS", settings: pad },
  ];
}

/** One configuration for all platforms where the same files are used on each. */
export function joinPlatforms(configurations: readonly TargetConfiguration[]): TargetConfiguration[] {
  const [first, ...others] = configurations;
  if (!first) return [];
  const same = others.every(
    ({ infoPlist, entitlements }) => infoPlist === first.infoPlist && entitlements === first.entitlements,
  );
  if (!same) return [...configurations];
  const { platform: _platform, ...shared } = first;
  return [shared];
}
