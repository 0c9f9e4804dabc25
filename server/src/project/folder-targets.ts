// Finds dexts and applications where no project file names them: by their plists, and by the nearest entitlements and sources.
import { compareStrings } from "../base/compare.ts";
import { basename, dirname, isWithin } from "../base/paths.ts";
import { stringOf, valueOf, type PlistDocument } from "../plist/document.ts";
import { isTemplate } from "./build-settings.ts";
import { bundleKindOf, entitlementsOwner } from "./dext-plists.ts";
import { EntitlementsSearch, variantOf, type Seeker } from "./entitlements-search.ts";
import { documentKind } from "./file-kinds.ts";
import type { Target, TargetConfiguration } from "./model.ts";
import { stemOf, type PathIndex } from "./project-files.ts";

/** How far up from a dext's Info.plist its sources are looked for. */
const MAX_LEVELS_UP = 2;

export interface FolderResult {
  /** The given targets, with entitlements where they lacked them, and those found by their plists. */
  readonly targets: readonly Target[];
  readonly notes: readonly string[];
}

interface Bundle extends Seeker {
  readonly infoPlist: string;
  readonly document: PlistDocument;
}

/**
 * Completes the targets of the project files by what only folders tell: entitlements for targets without CODE_SIGN_ENTITLEMENTS
 * (signed by a script, or not yet set), and the dexts and applications whose Info.plist no project file claims.
 */
export function completeByFolders(
  known: readonly Target[],
  paths: PathIndex,
  plist: (path: string) => PlistDocument | undefined,
): FolderResult {
  const claimed = new Set(known.flatMap(plistsOf));
  const bundles: Bundle[] = [];
  const broken: Bundle[] = [];
  const entitlements: string[] = [];
  for (const path of paths.sorted) {
    if (claimed.has(path) || isBuiltProduct(path)) continue;
    const kind = documentKind(path);
    if (kind === "entitlements") entitlements.push(path);
    const document = kind === "info-plist" ? plist(path) : undefined;
    const bundle = document ? bundleKindOf(document) : "other";
    if (document && bundle !== "other") bundles.push(bundleOf(path, document, bundle));
    else if (document && isBroken(document)) broken.push(bundleOf(path, document, "dext"));
  }
  bundles.push(...broken.filter((each) => isDextByNeighbour(each, bundles, entitlements, plist)));
  const seekers = new Map(known.filter(lacksEntitlements).map((target) => [target, seekerOf(target)]));
  const taken = known.filter((target) => !seekers.has(target)).map((target) => target.folder);
  const search = new EntitlementsSearch([...seekers.values(), ...bundles], entitlements, taken, plist);
  const targets = known.map((target) => {
    const seeker = seekers.get(target);
    return seeker ? withEntitlements(target, search.of(seeker)) : target;
  });
  for (const bundle of bundles) targets.push(toTarget(bundle, bundles, paths, search.of(bundle)));
  const paired = new Set(targets.flatMap(plistsOf));
  for (const path of entitlements) {
    const document = paired.has(path) ? undefined : plist(path);
    if (document && entitlementsOwner(document) === "app") targets.push(appOfEntitlements(path));
  }
  return { targets, notes: search.notes };
}

function plistsOf(target: Target): string[] {
  return target.configurations
    .flatMap(({ infoPlist, entitlements }) => [infoPlist, entitlements])
    .filter((path) => path !== undefined);
}

/** True for an Info.plist that breaks off, or is broken, before it says what it is of. */
function isBroken(document: PlistDocument): boolean {
  return document.format !== "binary" && !document.whole && valueOf(document.root, "CFBundlePackageType") === undefined;
}

/** True where the Info.plist itself does not tell, but entitlements in its folder are a dext's and no other bundle's is there. */
function isDextByNeighbour(
  { folder }: Bundle,
  bundles: readonly Bundle[],
  entitlements: readonly string[],
  plist: (path: string) => PlistDocument | undefined,
): boolean {
  if (bundles.some((other) => other.folder === folder)) return false;
  return entitlements.some((path) => {
    const document = dirname(path) === folder ? plist(path) : undefined;
    return document !== undefined && entitlementsOwner(document) === "dext";
  });
}

/** True for plists inside a built bundle: `X.dext/Info.plist`, `X.app/Contents/Info.plist`. */
function isBuiltProduct(path: string): boolean {
  return /\.(dext|app|kext|framework|xcarchive|dSYM)\/(.*\/)?[^/]+$/i.test(path);
}

/** Only a target whose Info.plist is known has a folder that entitlements can be near to. */
function lacksEntitlements({ configurations }: Target): boolean {
  return (
    configurations.some(({ infoPlist }) => infoPlist !== undefined) &&
    configurations.every(({ entitlements, variables }) => !entitlements && !variables.get("CODE_SIGN_ENTITLEMENTS"))
  );
}

function seekerOf(target: Target): Seeker {
  const names = new Set([target.name.toLowerCase(), basename(target.folder).toLowerCase()]);
  return { kind: target.kind, folder: target.folder, label: target.name, names };
}

/** Each configuration gets the variant of its own name, else the one without a variant's name, else the only one. */
function withEntitlements(target: Target, files: readonly string[]): Target {
  const plain = files.length === 1 ? files[0] : files.find((path) => variantOf(path) === "");
  const configurations = target.configurations.map((configuration) => {
    const own = files.find((path) => variantOf(path).toLowerCase() === configuration.name.toLowerCase());
    return { ...configuration, entitlements: own ?? plain };
  });
  return { ...target, configurations };
}

function bundleOf(infoPlist: string, document: PlistDocument, kind: "dext" | "app"): Bundle {
  const folder = dirname(infoPlist);
  const own = ownName(infoPlist);
  const names = new Set([(own === "" ? basename(folder) : own).toLowerCase()]);
  return { kind, folder, label: infoPlist, names, infoPlist, document };
}

/** "Foo" of Foo-Info.plist and Info-Foo.plist; "" of Info.plist. */
function ownName(infoPlist: string): string {
  return stemOf(infoPlist).replace(/([-_. ]?info$|^info[-_.])/i, "");
}

function toTarget(
  bundle: Bundle,
  bundles: readonly Bundle[],
  paths: PathIndex,
  entitlements: readonly string[],
): Target {
  const name = literal(bundle, "CFBundleName") ?? ownName(bundle.infoPlist);
  const files = entitlements.length > 0 ? entitlements : [undefined];
  return {
    name: name !== "" ? name : basename(bundle.folder) || bundle.kind,
    kind: bundle.kind,
    folder: bundle.folder,
    origin: "folder",
    definedIn: bundle.infoPlist,
    configurations: files.map((file) => configuration(bundle, file)),
    sources: sourcesOf(bundle, bundles, paths),
    otherSources: [],
    embeds: [],
  };
}

function configuration(bundle: Bundle, entitlements: string | undefined): TargetConfiguration {
  return {
    name: entitlements === undefined ? "" : variantOf(entitlements),
    infoPlist: bundle.infoPlist,
    entitlements,
    bundleId: literal(bundle, "CFBundleIdentifier"),
    productName: literal(bundle, "CFBundleName"),
    deploymentTarget: literal(bundle, "OSMinimumDriverKitVersion"),
    variables: new Map(),
    places: new Map(),
  };
}

function literal(bundle: Bundle, key: string): string | undefined {
  const text = stringOf(valueOf(bundle.document.root, key))?.trim();
  return text === undefined || text === "" || isTemplate(text) ? undefined : text;
}

/**
 * The sources in and below the Info.plist's folder, without the folders of other bundles. Where a dext has none there (its plists lie
 * in a folder "Resources"), the next folder up is taken, unless another bundle lives in that one.
 */
function sourcesOf(bundle: Bundle, bundles: readonly Bundle[], paths: PathIndex): readonly string[] {
  const others = bundles.map((other) => other.folder).filter((folder) => folder !== bundle.folder);
  let folder = bundle.folder;
  for (let level = 0; level <= MAX_LEVELS_UP; level++) {
    if (level > 0 && (bundle.kind === "app" || others.includes(folder))) return [];
    const inner = others.filter((other) => isWithin(folder, other));
    const sources = paths.sourcesBelow(folder).filter((path) => !inner.some((other) => isWithin(other, path)));
    if (sources.length > 0 || folder === "" || folder === "/") return sources;
    folder = dirname(folder);
  }
  return [];
}

function appOfEntitlements(path: string): Target {
  const stem = stemOf(path);
  const configuration: TargetConfiguration = {
    name: "",
    infoPlist: undefined,
    entitlements: path,
    bundleId: undefined,
    productName: undefined,
    deploymentTarget: undefined,
    variables: new Map(),
    places: new Map(),
  };
  return {
    name: /^entitlements$/i.test(stem) ? basename(dirname(path)) || stem : stem,
    kind: "app",
    folder: dirname(path),
    origin: "folder",
    definedIn: path,
    configurations: [configuration],
    sources: [],
    otherSources: [],
    embeds: [],
  };
}

/** Orders targets: by the file that defines them, then by name. */
export function compareTargets(a: Target, b: Target): number {
  return compareStrings(a.definedIn, b.definedIn) || compareStrings(a.name, b.name);
}
