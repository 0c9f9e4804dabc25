// The dext and application targets of XcodeGen's project.yml, for projects whose .xcodeproj is generated and not kept in the repository.
import { compareStrings } from "../base/compare.ts";
import picomatch from "picomatch";
import { basename, dirname, isWithin, join, relative } from "../base/paths.ts";
import { isHeader, isSource } from "./file-kinds.ts";
import type { Embedding, Target, TargetConfiguration } from "./model.ts";
import { builtInSettings, type Setting, type Settings } from "./build-settings.ts";
import { joinPlatforms, mergeForTarget } from "./platforms.ts";
import type { PathIndex, ProjectFiles } from "./project-files.ts";
import { toConfiguration, type XcodeResult } from "./xcode-project.ts";
import { readXcconfig } from "./xcconfig.ts";
import {
  isSpecMap,
  listAt,
  mapAt,
  placeAt,
  readSpec,
  substitute,
  textAt,
  withTemplates,
  type SpecMap,
  type SpecValue,
} from "./xcodegen-spec.ts";

// The types as XcodeGen's PBXProductType names them, with and without Xcode's prefix.
const PRODUCT_KINDS: ReadonlyMap<string, Target["kind"]> = new Map([
  ["driver-extension", "dext"],
  ["application", "app"],
]);

const PLATFORMS: ReadonlyMap<string, { readonly sdk: string; readonly supported: string; readonly minimum: string }> =
  new Map([
    ["macos", { sdk: "macosx", supported: "macosx", minimum: "MACOSX_DEPLOYMENT_TARGET" }],
    ["ios", { sdk: "iphoneos", supported: "iphoneos iphonesimulator", minimum: "IPHONEOS_DEPLOYMENT_TARGET" }],
  ]);

/** True for the names under which XcodeGen and its users keep a specification. */
export function isSpecName(path: string): boolean {
  return /^(project|xcodegen)\.ya?ml$/i.test(basename(path));
}

interface Spec {
  readonly path: string;
  readonly root: string;
  readonly map: SpecMap;
  readonly files: ProjectFiles;
  readonly paths: PathIndex;
}

/**
 * The dext and application targets of a specification. Targets of a project.pbxproj in the same folder that bear the same name are left
 * to that file: it was generated from this one, and it is what Xcode builds.
 */
export function readXcodeGen(
  path: string,
  files: ProjectFiles,
  paths: PathIndex,
  known: readonly Target[],
): XcodeResult {
  const { spec: map, notes, problems } = readSpec(path, files, paths);
  if (!map) return { targets: [], notes, problems };
  const spec: Spec = { path, root: dirname(path), map, files, paths };
  const generated = known.filter(({ definedIn }) => dirname(dirname(definedIn)) === spec.root);
  const targets: Target[] = [];
  for (const [name, entry] of mapAt(map, "targets")) {
    if (!isSpecMap(entry)) continue;
    for (const target of targetsOf(spec, name, withTemplates(map, name, entry))) {
      if (!generated.some((other) => other.name === target.name)) targets.push(target);
    }
  }
  return { targets, notes: [...notes, ...targets.flatMap((target) => notesOf(target, paths))], problems };
}

/** One target, or one for each of its platforms. */
function targetsOf(spec: Spec, name: string, entry: SpecMap): Target[] {
  const kind = PRODUCT_KINDS.get((textAt(entry, "type") ?? "").replace(/^com\.apple\.product-type\./, ""));
  if (kind === undefined) return [];
  const platforms = listAt(entry, "platform").filter((each) => typeof each === "string");
  if (platforms.length < 2) return [toTarget(spec, name, entry, kind, platforms[0] ?? "")];
  return platforms.slice(0, 8).map((platform) => {
    const filled = substitute(entry, new Map([["platform", platform]]));
    const suffix = textAt(entry, "platformSuffix") ?? `_${platform}`;
    return toTarget(spec, name + suffix, isSpecMap(filled) ? filled : entry, kind, platform);
  });
}

function toTarget(spec: Spec, name: string, entry: SpecMap, kind: Target["kind"], platform: string): Target {
  const { files, folders } = sourcesOf(spec, entry);
  const configurations = configurationsOf(spec, name, entry, { kind, platform, files, folders });
  const infoPlist = configurations.find((configuration) => configuration.infoPlist !== undefined)?.infoPlist;
  const infoFolder = infoPlist !== undefined && spec.paths.resolve(infoPlist) ? dirname(infoPlist) : undefined;
  const sources = new Set(files.filter(isSource));
  for (const folder of folders) {
    for (const file of spec.paths.sourcesBelow(folder)) if (isHeader(file)) sources.add(file);
  }
  return {
    name,
    kind,
    folder: infoFolder ?? folders[0] ?? spec.root,
    origin: "xcodegen",
    definedIn: spec.path,
    configurations,
    sources: [...sources].sort(compareStrings),
    otherSources: [],
    embeds: kind === "app" ? embedsOf(spec, entry) : [],
  };
}

/**
 * The targets that an application depends on. XcodeGen embeds them unless `embed` says otherwise, a dext by a phase “Embed System
 * Extensions” (ProjectSpec.md, "Dependency"). `PROJECT/TARGET` is a target of another project, named under `projectReferences`.
 */
function embedsOf(spec: Spec, entry: SpecMap): Embedding[] {
  return listAt(entry, "dependencies")
    .slice(0, 1000)
    .flatMap((each): Embedding[] => {
      const written = textAt(each, "target");
      if (written === undefined) return [];
      const slash = written.indexOf("/");
      const reference = mapAt(mapAt(spec.map, "projectReferences"), written.slice(0, Math.max(0, slash)));
      const other = textAt(reference, "path");
      if (slash >= 0 && other === undefined) return [];
      const definedIn = other === undefined ? spec.path : join(spec.root, `${other}/project.pbxproj`);
      const name = written.slice(slash + 1);
      const copies = !/^(false|no)$/i.test(textAt(each, "embed") ?? "");
      const elsewhere = /^absolutePath$/i.test(textAt(mapAt(each, "copy"), "destination") ?? "");
      return copies && !elsewhere
        ? [{ name, definedIn, by: "copy", phase: "Embed System Extensions" }]
        : [{ name, definedIn, by: "dependency", phase: "" }];
    });
}

interface TargetParts {
  readonly kind: Target["kind"];
  readonly platform: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

function configurationsOf(
  spec: Spec,
  name: string,
  entry: SpecMap,
  { kind, platform, files, folders }: TargetParts,
): TargetConfiguration[] {
  const configs = mapAt(spec.map, "configs");
  const names = configs.size > 0 ? [...configs.keys()].slice(0, 64) : ["Debug", "Release"];
  return names.flatMap((configuration) => {
    const layers = [
      builtIn(spec, name, entry, kind, platform, configuration),
      ...settingLayers(spec, spec.map, configuration, 0),
      ...settingLayers(spec, entry, configuration, 0),
    ];
    const merged = mergeForTarget(layers, kind, configuration);
    for (const { settings } of merged) addFiles(spec, entry, settings, { files, folders });
    return joinPlatforms(merged.map((each) => toConfiguration(spec, configuration, each)));
  });
}

/** What the settings do not say, XcodeGen takes from the target's own keys, and an Info.plist from its sources. */
function addFiles(
  spec: Spec,
  entry: SpecMap,
  settings: Map<string, Setting>,
  { files, folders }: Pick<TargetParts, "files" | "folders">,
): void {
  for (const [setting, key] of [
    ["INFOPLIST_FILE", "info"],
    ["CODE_SIGN_ENTITLEMENTS", "entitlements"],
  ] as const) {
    const value = textAt(mapAt(entry, key), "path");
    const place = placeAt(mapAt(entry, key), "path");
    if (value !== undefined && !settings.get(setting)?.value)
      settings.set(setting, { value, place: place && { ...place, generated: true } });
  }
  if (!settings.get("INFOPLIST_FILE")?.value) {
    const own = files.find((file) => basename(file) === "Info.plist") ?? templateBelow(spec, folders);
    if (own !== undefined) settings.set("INFOPLIST_FILE", { value: relative(spec.root, own), place: undefined });
  }
}

/** An Info.plist that a script makes out of `Info.plist.in` before XcodeGen runs. */
function templateBelow(spec: Spec, folders: readonly string[]): string | undefined {
  return folders.flatMap((folder) => spec.paths.below(folder)).find((file) => basename(file) === "Info.plist.in");
}

/** The settings of the project or of a target for one configuration, weakest first. */
function settingLayers(spec: Spec, owner: SpecMap, configuration: string, depth: number): Settings[] {
  const layers: Settings[] = [];
  const configFile = textAt(mapAt(owner, "configFiles"), configuration);
  if (configFile !== undefined) layers.push(readXcconfig(join(spec.root, configFile), spec.files, spec.paths));
  layers.push(...settingsIn(spec, mapAt(owner, "settings"), configuration, depth));
  return layers;
}

/** A settings value: either settings at once, or `groups`, `base` and `configs`. */
function settingsIn(spec: Spec, settings: SpecMap, configuration: string, depth: number): Settings[] {
  const structured = ["groups", "base", "configs", "presets"].some((key) => settings.has(key));
  if (!structured) return [writtenIn(settings)];
  const layers: Settings[] = [];
  if (depth < 8) {
    for (const group of listAt(settings, "groups").slice(0, 64)) {
      if (typeof group !== "string") continue;
      layers.push(...settingsIn(spec, mapAt(mapAt(spec.map, "settingGroups"), group), configuration, depth + 1));
    }
  }
  layers.push(writtenIn(mapAt(settings, "base")));
  for (const [name, value] of mapAt(settings, "configs")) {
    // XcodeGen also takes a part of a configuration's name, in any case: "release" for "Production Release".
    if (isSpecMap(value) && configuration.toLowerCase().includes(name.toLowerCase())) layers.push(writtenIn(value));
  }
  return layers;
}

function writtenIn(settings: SpecMap): Settings {
  const result = new Map<string, Setting>();
  for (const [key, value] of settings) {
    if (isSpecMap(value)) continue;
    const text = typeof value === "string" ? value : value.filter((item) => typeof item === "string").join(" ");
    result.set(key, { value: text, place: placeAt(settings, key) });
  }
  return result;
}

/** What Xcode and XcodeGen define by themselves, as far as names, paths and platforms are built from it. */
function builtIn(
  spec: Spec,
  name: string,
  entry: SpecMap,
  kind: Target["kind"],
  platform: string,
  configuration: string,
): Settings {
  const project = textAt(spec.map, "name") ?? basename(spec.root);
  const options = mapAt(spec.map, "options");
  const settings = new Map([
    ["SRCROOT", spec.root],
    ["SOURCE_ROOT", spec.root],
    ["PROJECT_DIR", spec.root],
    ["PROJECT_NAME", project],
    ["PROJECT", project],
    ["TARGET_NAME", name],
    ["TARGETNAME", name],
    ["CONFIGURATION", configuration],
    ["PRODUCT_NAME", textAt(entry, "productName") ?? name],
    ["EXECUTABLE_NAME", "$(PRODUCT_NAME)"],
    ["PRODUCT_MODULE_NAME", "$(PRODUCT_NAME:c99extidentifier)"],
    ["PRODUCT_BUNDLE_PACKAGE_TYPE", kind === "dext" ? "DEXT" : "APPL"],
    ["DEVELOPMENT_LANGUAGE", textAt(options, "developmentLanguage") ?? "en"],
  ]);
  const prefix = textAt(options, "bundleIdPrefix");
  if (prefix !== undefined) {
    settings.set("PRODUCT_BUNDLE_IDENTIFIER", `${prefix}.${name.replace(/[^A-Za-z0-9.-]/g, "-")}`);
  }
  const destinations = listAt(entry, "supportedDestinations").filter((each) => typeof each === "string");
  const wanted = destinations.length > 0 ? destinations : [platform];
  const found = wanted.flatMap((each) => PLATFORMS.get(each.toLowerCase()) ?? []);
  const [first] = found;
  if (first && kind === "app") {
    settings.set("SDKROOT", found.length > 1 ? "auto" : first.sdk);
    settings.set("SUPPORTED_PLATFORMS", found.map(({ supported }) => supported).join(" "));
    const minimum = textAt(entry, "deploymentTarget") ?? textAt(mapAt(options, "deploymentTarget"), platform);
    if (minimum !== undefined) settings.set(first.minimum, minimum);
  }
  return builtInSettings(settings);
}

/** The files that a target's sources name, and the folders among them. */
function sourcesOf(spec: Spec, entry: SpecMap): { files: string[]; folders: string[] } {
  const files = new Set<string>();
  const folders: string[] = [];
  for (const source of listAt(entry, "sources").slice(0, 1000)) {
    const written = typeof source === "string" ? source : textAt(source, "path");
    if (written === undefined) continue;
    const path = join(spec.root, written.replace(/^\$[({](SRCROOT|PROJECT_DIR)[)}]\/?/, ""));
    const file = spec.paths.resolve(path);
    if (file !== undefined) {
      files.add(file);
      continue;
    }
    // Resources in folders hold no sources, whatever their names.
    if (isSpecMap(source) && /^(resources|none)$/.test(textAt(source, "buildPhase") ?? "")) continue;
    const included = matcherOf(source, "includes");
    const excluded = matcherOf(source, "excludes");
    const below = spec.paths.below(path);
    if (below.length > 0) folders.push(path);
    for (const each of below) {
      const inside = relative(path, each);
      if ((!included || included(inside)) && !excluded?.(inside)) files.add(each);
    }
  }
  return { files: [...files].sort(compareStrings), folders };
}

/** Whether a path below a source folder fits one of its patterns; a pattern that names a folder takes in what is below it. */
function matcherOf(source: SpecValue, key: string): ((path: string) => boolean) | undefined {
  const patterns = listAt(source, key).filter((each) => typeof each === "string" && each.length <= 256) as string[];
  if (patterns.length === 0) return undefined;
  try {
    const matches = picomatch(patterns.slice(0, 256), { dot: true });
    return (path) => matches(path) || patterns.some((pattern) => isWithin(pattern, path));
  } catch {
    return undefined;
  }
}

function notesOf(target: Target, paths: PathIndex): string[] {
  const missing = new Set<string>();
  for (const { infoPlist } of target.configurations) {
    if (infoPlist !== undefined && !paths.resolve(infoPlist)) missing.add(infoPlist);
  }
  if (target.kind !== "dext") return [];
  return [...missing].map((path) => `${target.name}: ${path} is not there; XcodeGen may write it when it is run.`);
}
