// Which files of a workspace mean something to the analysis, told from their names (and their text where the name does not tell).
import { basename, extname } from "../base/paths.ts";

export type DocumentKind = "info-plist" | "entitlements" | "cpp" | "iig" | "project" | "other";

const CPP_EXTENSIONS = new Set([".cpp", ".cc", ".cxx", ".c++", ".h", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl"]);
const HEADER_EXTENSIONS = new Set([".h", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl", ".iig"]);

const IGNORED_FOLDERS = new Set([
  "node_modules",
  "bower_components",
  "build",
  "deriveddata",
  "pods",
  "carthage",
  "xcuserdata",
  "__pycache__",
]);
/** Built products and bundles that hold no sources. */
const IGNORED_SUFFIXES = [
  ".app",
  ".dext",
  ".kext",
  ".framework",
  ".xcframework",
  ".xcarchive",
  ".dsym",
  ".xcassets",
  ".lproj",
];

/**
 * What kind of document a path names. With a text, a `.plist` of another name is recognised by the keys it holds
 * (a target's INFOPLIST_FILE may have any name).
 */
export function documentKind(path: string, text?: string): DocumentKind {
  const name = basename(path).toLowerCase();
  const extension = extname(path);
  if (extension === ".iig") return "iig";
  if (CPP_EXTENSIONS.has(extension)) return "cpp";
  if (name === "project.pbxproj" || extension === ".xcconfig" || isYaml(path)) return "project";
  if (extension === ".entitlements" || extension === ".xcent" || name.endsWith(".entitlements.in")) {
    return "entitlements";
  }
  const stem = plistStem(name);
  if (stem === undefined) return "other";
  if (/(^|[-_.])entitlements($|[-_.])/.test(stem)) return "entitlements";
  if (/(^|[-_. ])info$|^info[-_.]/.test(stem)) return "info-plist";
  if (text === undefined) return "other";
  if (text.includes("<key>IOKitPersonalities</key>")) return "info-plist";
  return text.includes("<key>com.apple.developer.driverkit") ? "entitlements" : "other";
}

/**
 * True when the file is worth reading: sources, plists of any name, entitlements and project files. Only the name is looked at;
 * whoever walks the folders leaves out those that `isIgnoredFolder` names below the workspace's root.
 */
export function isRelevant(path: string): boolean {
  return documentKind(path) !== "other" || plistStem(basename(path).toLowerCase()) !== undefined;
}

/** True for folders that hold no sources of their own: version control, dependencies, build products. `name` is one folder's name. */
export function isIgnoredFolder(name: string): boolean {
  const lower = name.toLowerCase();
  if (IGNORED_FOLDERS.has(lower) || /^cmake-build-/.test(lower)) return true;
  if (lower.length > 1 && lower.startsWith(".") && lower !== "..") return true;
  return IGNORED_SUFFIXES.some((suffix) => lower.endsWith(suffix) && lower.length > suffix.length);
}

/** True for YAML files: XcodeGen's specification and what it includes, which may have any name. */
export function isYaml(path: string): boolean {
  const extension = extname(path);
  return extension === ".yml" || extension === ".yaml";
}

/** True for C++ sources, headers and `.iig` files. */
export function isSource(path: string): boolean {
  const extension = extname(path);
  return extension === ".iig" || CPP_EXTENSIONS.has(extension);
}

/** True for headers and `.iig` files, which belong to a target without standing in a build phase. */
export function isHeader(path: string): boolean {
  return HEADER_EXTENSIONS.has(extname(path));
}

/** The name of a plist without `.plist` or `.plist.in`; undefined for other files. `name` is in lower case. */
function plistStem(name: string): string | undefined {
  return /^(.*)\.plist(\.in)?$/.exec(name)?.[1];
}
