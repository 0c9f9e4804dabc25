// Reads one project.pbxproj: which dexts and applications it builds, with which settings and from which files.
import { compareStrings } from "../base/compare.ts";
import { basename, dirname, isAbsolute, isWithin, join } from "../base/paths.ts";
import {
  builtInSettings,
  expandVariables,
  isTemplate,
  valuesOf,
  type Setting,
  type Settings,
} from "./build-settings.ts";
import { isHeader, isSource } from "./file-kinds.ts";
import type { Embedding, ProjectProblem, SettingPlace, Target, TargetConfiguration } from "./model.ts";
import { dictionaryOf, parseOpenStep, stringsOf, textOfValue, type OpenStepDictionary } from "./openstep.ts";
import { joinPlatforms, mergeForTarget, type PlatformSettings } from "./platforms.ts";
import type { PathIndex, ProjectFiles } from "./project-files.ts";
import { readEmbeddings } from "./xcode-embeds.ts";
import { readGroups, type GroupTree } from "./xcode-groups.ts";
import { readXcconfig } from "./xcconfig.ts";

// Product types as Xcode writes them. A dext may also be built by a target of Apple's internal type, which no other project has.
const PRODUCT_KINDS: ReadonlyMap<string, Target["kind"]> = new Map([
  ["com.apple.product-type.driver-extension", "dext"],
  ["com.apple.product-type.application", "app"],
]);

/** The parts of a project file that its readers share. */
export interface XcodeProject {
  readonly path: string;
  /** The folder that relative paths of the project start from. */
  readonly root: string;
  readonly objects: OpenStepDictionary;
  readonly files: ProjectFiles;
  readonly paths: PathIndex;
}

export interface XcodeResult {
  readonly targets: readonly Target[];
  readonly notes: readonly string[];
  /** That the file itself cannot be read. */
  readonly problems: readonly ProjectProblem[];
}

/** The dext and application targets of a project file. A file that cannot be read gives no target and a note. */
export function readXcodeProject(path: string, files: ProjectFiles, paths: PathIndex): XcodeResult {
  const text = files.text(path);
  if (text === undefined) return { targets: [], notes: [], problems: [] };
  const document = dictionaryOf(parseOpenStep(text));
  const objects = dictionaryOf(document?.get("objects"));
  const rootObject = dictionaryOf(objects?.get(textOfValue(document?.get("rootObject")) ?? ""));
  if (!objects || !rootObject) {
    const detail = "it is not a property list with objects and a rootObject";
    const span = { start: 0, end: Math.min(text.length, 1) };
    const problem: ProjectProblem = { kind: "unreadable", path, span, target: undefined, setting: undefined, detail };
    return { targets: [], notes: [`${path} is not a project file that can be read.`], problems: [problem] };
  }
  const container = dirname(dirname(path));
  const projectDir = textOfValue(rootObject.get("projectDirPath")) ?? "";
  const project: XcodeProject = { path, root: join(container, projectDir), objects, files, paths };
  const groups = readGroups(project, textOfValue(rootObject.get("mainGroup")));
  const natives = stringsOf(rootObject.get("targets"))
    .map((id) => dictionaryOf(objects.get(id)))
    .filter((target) => target !== undefined && textOfValue(target.get("isa")) === "PBXNativeTarget")
    .map((target) => nativeTarget(project, groups, rootObject, target as OpenStepDictionary));
  const targets: Target[] = [];
  for (const native of natives) {
    if (native.kind === undefined) continue;
    const others = natives.filter((other) => other !== native);
    targets.push(toTarget(project, groups, native, native.kind, others));
  }
  return { targets, notes: [], problems: [] };
}

interface NativeTarget {
  readonly name: string;
  readonly kind: Target["kind"] | undefined;
  readonly configurations: readonly TargetConfiguration[];
  /** Files of its build phases and synchronized folders. */
  readonly compiled: ReadonlySet<string>;
  readonly embeds: readonly Embedding[];
}

function nativeTarget(
  project: XcodeProject,
  groups: GroupTree,
  rootObject: OpenStepDictionary,
  target: OpenStepDictionary,
): NativeTarget {
  const name = textOfValue(target.get("name")) ?? "";
  const kind = PRODUCT_KINDS.get(textOfValue(target.get("productType")) ?? "");
  const compiled = new Set<string>();
  for (const phaseId of stringsOf(target.get("buildPhases"))) {
    const phase = dictionaryOf(project.objects.get(phaseId));
    const isa = textOfValue(phase?.get("isa"));
    if (isa !== "PBXSourcesBuildPhase" && isa !== "PBXHeadersBuildPhase") continue;
    for (const fileId of stringsOf(phase?.get("files"))) {
      const reference = textOfValue(dictionaryOf(project.objects.get(fileId))?.get("fileRef")) ?? "";
      for (const file of groups.filesOf(reference)) compiled.add(file);
    }
  }
  for (const folderId of stringsOf(target.get("fileSystemSynchronizedGroups"))) {
    for (const file of synchronizedFiles(project, groups, folderId, target)) compiled.add(file);
  }
  const configurations = kind === undefined ? [] : configurationsOf(project, groups, rootObject, target, name, kind);
  const embeds = kind === "app" ? readEmbeddings(project, groups, target) : [];
  return { name, kind, configurations, compiled, embeds };
}

/** The files of a synchronized folder, less those that an exception set takes out of this target's membership. */
function synchronizedFiles(
  project: XcodeProject,
  groups: GroupTree,
  folderId: string,
  target: OpenStepDictionary,
): string[] {
  const folder = groups.folderOf(folderId);
  if (folder === undefined) return [];
  const left = new Set<string>();
  for (const exceptionId of stringsOf(dictionaryOf(project.objects.get(folderId))?.get("exceptions"))) {
    const exception = dictionaryOf(project.objects.get(exceptionId));
    const owner = dictionaryOf(project.objects.get(textOfValue(exception?.get("target")) ?? ""));
    if (owner !== target) continue;
    for (const file of stringsOf(exception?.get("membershipExceptions"))) left.add(join(folder, file));
  }
  return project.paths.sourcesBelow(folder).filter((file) => ![...left].some((path) => isWithin(path, file)));
}

function configurationsOf(
  project: XcodeProject,
  groups: GroupTree,
  rootObject: OpenStepDictionary,
  target: OpenStepDictionary,
  name: string,
  kind: Target["kind"],
): TargetConfiguration[] {
  const own = buildConfigurations(project, target);
  const inherited = buildConfigurations(project, rootObject);
  return own.flatMap((configuration) => {
    const configurationName = textOfValue(configuration.get("name")) ?? "";
    const base = inherited.find((other) => textOfValue(other.get("name")) === configurationName);
    const layers = [
      builtIn(project, rootObject, name, kind, configurationName),
      ...(base ? [configFile(project, groups, base), settingsOf(project, base)] : []),
      configFile(project, groups, configuration),
      settingsOf(project, configuration),
    ];
    return joinPlatforms(
      mergeForTarget(layers, kind, configurationName).map((each) => toConfiguration(project, configurationName, each)),
    );
  });
}

/** Takes the settings of one configuration, merged, for what the model wants to know; relative paths start from the project's root. */
export function toConfiguration(
  project: Pick<XcodeProject, "root" | "paths">,
  name: string,
  { platform, settings }: PlatformSettings,
): TargetConfiguration {
  const variables = valuesOf(settings);
  const places = new Map<string, SettingPlace>();
  for (const [key, { place }] of settings) if (place) places.set(key, place);
  const expanded = (key: string): string | undefined => {
    const value = variables.get(key);
    const text = value === undefined ? undefined : expandVariables(value, variables).trim();
    return text === undefined || text === "" || isTemplate(text) ? undefined : text;
  };
  return {
    name,
    ...(platform && { platform }),
    infoPlist: projectFile(project, expanded("INFOPLIST_FILE")),
    entitlements: projectFile(project, expanded("CODE_SIGN_ENTITLEMENTS")),
    bundleId: expanded("PRODUCT_BUNDLE_IDENTIFIER"),
    productName: expanded("PRODUCT_NAME"),
    deploymentTarget: expanded("DRIVERKIT_DEPLOYMENT_TARGET"),
    variables,
    places,
  };
}

/**
 * The file that a setting names. Where only a template of it (`NAME.in`) is in the workspace, that one is meant. An absolute path
 * of another person's machine, of which the workspace has the same end, means the file here.
 */
function projectFile(project: Pick<XcodeProject, "root" | "paths">, written: string | undefined): string | undefined {
  if (written === undefined) return undefined;
  const path = join(project.root, written);
  const found = project.paths.resolve(path) ?? project.paths.resolve(`${path}.in`);
  if (found !== undefined || !isAbsolute(written)) return found ?? path;
  for (let rest = written; rest.includes("/"); rest = rest.slice(rest.indexOf("/") + 1)) {
    const here = rest === "" ? undefined : project.paths.resolve(join(project.root, rest.replace(/^\/+/, "")));
    if (here !== undefined) return here;
  }
  return path;
}

function buildConfigurations(project: XcodeProject, owner: OpenStepDictionary): OpenStepDictionary[] {
  const list = dictionaryOf(project.objects.get(textOfValue(owner.get("buildConfigurationList")) ?? ""));
  return stringsOf(list?.get("buildConfigurations"))
    .map((id) => dictionaryOf(project.objects.get(id)))
    .filter((configuration) => configuration !== undefined);
}

function settingsOf({ path }: XcodeProject, configuration: OpenStepDictionary): Settings {
  const settings = new Map<string, Setting>();
  const written = dictionaryOf(configuration.get("buildSettings"));
  for (const [key, item] of written ?? []) {
    const value = textOfValue(item);
    const span = written?.spans.get(key);
    if (value !== undefined) settings.set(key, { value, place: span && { path, span } });
  }
  return settings;
}

function configFile(project: XcodeProject, groups: GroupTree, configuration: OpenStepDictionary): Settings {
  const reference = textOfValue(configuration.get("baseConfigurationReference"));
  const anchor = groups.folderOf(textOfValue(configuration.get("baseConfigurationReferenceAnchor")) ?? "");
  const relativePath = textOfValue(configuration.get("baseConfigurationReferenceRelativePath"));
  const path =
    anchor !== undefined && relativePath !== undefined
      ? join(anchor, relativePath)
      : groups.filesOf(reference ?? "")[0];
  return path === undefined ? new Map() : readXcconfig(path, project.files, project.paths);
}

// The settings that Xcode itself defines and that names and paths are commonly built from.
function builtIn(
  project: XcodeProject,
  rootObject: OpenStepDictionary,
  name: string,
  kind: Target["kind"],
  configuration: string,
): Settings {
  return builtInSettings(
    new Map([
      ["SRCROOT", project.root],
      ["SOURCE_ROOT", project.root],
      ["PROJECT_DIR", project.root],
      ["PROJECT_FILE_PATH", dirname(project.path)],
      ["PROJECT_NAME", basename(dirname(project.path)).replace(/\.xcodeproj$/, "")],
      ["PROJECT", basename(dirname(project.path)).replace(/\.xcodeproj$/, "")],
      ["TARGET_NAME", name],
      ["TARGETNAME", name],
      ["CONFIGURATION", configuration],
      ["PRODUCT_NAME", name],
      ["EXECUTABLE_NAME", "$(PRODUCT_NAME)"],
      ["PRODUCT_MODULE_NAME", "$(PRODUCT_NAME:c99extidentifier)"],
      ["PRODUCT_BUNDLE_PACKAGE_TYPE", kind === "dext" ? "DEXT" : "APPL"],
      ["DEVELOPMENT_LANGUAGE", textOfValue(rootObject.get("developmentRegion")) ?? "en"],
    ]),
  );
}

function toTarget(
  project: XcodeProject,
  groups: GroupTree,
  native: NativeTarget,
  kind: Target["kind"],
  others: readonly NativeTarget[],
): Target {
  const compiled = [...native.compiled].filter(isSource);
  const foreign = new Set(others.flatMap((other) => [...other.compiled].filter(isSource).map(dirname)));
  const infoPlist = native.configurations.find((configuration) => configuration.infoPlist !== undefined)?.infoPlist;
  const infoFolder = infoPlist !== undefined && project.paths.resolve(infoPlist) ? dirname(infoPlist) : undefined;
  const own = new Set(compiled.map(dirname));
  if (infoFolder !== undefined && compiled.length === 0) own.add(infoFolder);
  const sources = new Set([...compiled, ...groups.headersNear(native.compiled)]);
  const theirs = (folder: string): boolean => foreign.has(folder) && !own.has(folder);
  for (const folder of own) {
    for (const file of project.paths.sourcesBelow(folder)) {
      if (isHeader(file) && !passes(folder, dirname(file), theirs)) sources.add(file);
    }
  }
  return {
    name: native.name,
    kind,
    folder: infoFolder ?? [...own].sort(compareStrings)[0] ?? entitlementsFolder(project, native) ?? project.root,
    origin: "xcodeproj",
    definedIn: project.path,
    configurations: native.configurations,
    sources: [...sources].filter((file) => project.paths.resolve(file) === file).sort(compareStrings),
    otherSources: [...native.compiled].filter((file) => /\.(swift|mm?)$/.test(file)).sort(compareStrings),
    embeds: native.embeds,
  };
}

function entitlementsFolder(project: XcodeProject, { configurations }: NativeTarget): string | undefined {
  const path = configurations.find(({ entitlements }) => entitlements !== undefined)?.entitlements;
  return path !== undefined && project.paths.resolve(path) ? dirname(path) : undefined;
}

/** True when a folder on the way from `top` (not included) down to `folder` belongs to another target. */
function passes(top: string, folder: string, theirs: (folder: string) => boolean): boolean {
  for (let up = folder; up !== top && up.length > top.length && up !== "" && up !== "/"; up = dirname(up)) {
    if (theirs(up)) return true;
    if (!isAbsolute(up) && !up.includes("/")) break;
  }
  return false;
}
