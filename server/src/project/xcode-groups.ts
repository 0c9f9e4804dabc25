// The group tree of an Xcode project: where its file references lie on disk, and which headers stand beside which sources.
import { basename, join } from "../base/paths.ts";
import { isHeader } from "./file-kinds.ts";
import { dictionaryOf, stringsOf, textOfValue } from "./openstep.ts";
import type { XcodeProject } from "./xcode-project.ts";

/** Groups nest a few levels; a deeper tree is broken. */
const MAX_DEPTH = 128;

export interface GroupTree {
  /** The files of a file reference or a variant group; none when it lies outside the workspace (an SDK, a product). */
  filesOf(id: string): readonly string[];
  /** The folder of a group or of a synchronized folder. */
  folderOf(id: string): string | undefined;
  /** Headers and `.iig` files referenced in a top-level group that also holds one of the files. */
  headersNear(files: ReadonlySet<string>): string[];
}

interface Place {
  readonly path: string;
  /** The child of the main group it stands under. */
  readonly top: string;
}

/** Walks the groups from the main group down. Each object is visited once, so that a group that holds itself ends. */
export function readGroups(project: XcodeProject, mainGroup: string | undefined): GroupTree {
  const files = new Map<string, string[]>();
  const folders = new Map<string, string>();
  const places: Place[] = [];
  const visited = new Set<string>();
  const stack = mainGroup === undefined ? [] : [{ id: mainGroup, folder: project.root, top: "", depth: 0 }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { id, folder, top, depth } = next;
    const object = dictionaryOf(project.objects.get(id));
    if (!object || visited.has(id) || depth > MAX_DEPTH) continue;
    visited.add(id);
    const isa = textOfValue(object.get("isa"));
    const location = locate(project, folder, textOfValue(object.get("sourceTree")), textOfValue(object.get("path")));
    if (location === undefined) continue;
    if (isa === "PBXFileReference") {
      const path = project.paths.resolve(location) ?? location;
      files.set(id, [path]);
      places.push({ path, top });
      continue;
    }
    folders.set(id, location);
    const children = stringsOf(object.get("children"));
    if (isa === "PBXVariantGroup") files.set(id, variantFiles(project, location, children));
    for (const child of [...children].reverse()) {
      stack.push({ id: child, folder: location, top: depth === 0 ? child : top, depth: depth + 1 });
    }
  }
  return {
    filesOf: (id) => files.get(id) ?? [],
    folderOf: (id) => folders.get(id),
    headersNear(wanted) {
      const tops = new Set(places.filter((place) => wanted.has(place.path)).map((place) => place.top));
      return places.filter((place) => tops.has(place.top) && isHeader(place.path)).map((place) => place.path);
    },
  };
}

/** Where a reference lies; undefined for trees outside the project (SDKROOT, BUILT_PRODUCTS_DIR, DEVELOPER_DIR). */
function locate(
  project: XcodeProject,
  folder: string,
  tree: string | undefined,
  path: string | undefined,
): string | undefined {
  switch (tree) {
    case undefined:
    case "<group>":
    case "group":
      return path === undefined ? folder : join(folder, path);
    case "SOURCE_ROOT":
      return join(project.root, path ?? "");
    case "<absolute>":
    case "absolute":
      return path;
    default:
      return undefined;
  }
}

function variantFiles(project: XcodeProject, folder: string, children: readonly string[]): string[] {
  return children.flatMap((id) => {
    const path = textOfValue(dictionaryOf(project.objects.get(id))?.get("path"));
    return path === undefined || basename(path) === "" ? [] : [join(folder, path)];
  });
}
