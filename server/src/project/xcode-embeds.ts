// What an application target of an Xcode project brings along: the products that its phases copy, and the targets it waits for.
import { join } from "../base/paths.ts";
import type { Embedding } from "./model.ts";
import { dictionaryOf, stringsOf, textOfValue, type OpenStepDictionary } from "./openstep.ts";
import type { GroupTree } from "./xcode-groups.ts";
import type { XcodeProject } from "./xcode-project.ts";

/** PBXCopyFilesBuildPhase.dstSubfolderSpec of an absolute path, which is no place inside the application. */
const ABSOLUTE_PATH = "0";

type Other = Pick<Embedding, "name" | "definedIn">;

/**
 * The products that a target's copy phases copy, whatever their destination inside the bundle (macOS has Contents/Library/SystemExtensions,
 * iPadOS SystemExtensions; Xcode writes one variable for both), then the targets it depends on. References that cannot be followed are left out.
 */
export function readEmbeddings(project: XcodeProject, groups: GroupTree, target: OpenStepDictionary): Embedding[] {
  const result: Embedding[] = [];
  for (const phaseId of stringsOf(target.get("buildPhases"))) {
    const phase = dictionaryOf(project.objects.get(phaseId));
    if (textOfValue(phase?.get("isa")) !== "PBXCopyFilesBuildPhase") continue;
    if (textOfValue(phase?.get("dstSubfolderSpec")) === ABSOLUTE_PATH) continue;
    // Xcode shows a phase that was given no name as "Copy Files".
    const name = textOfValue(phase?.get("name")) ?? "Copy Files";
    for (const fileId of stringsOf(phase?.get("files"))) {
      const reference = textOfValue(dictionaryOf(project.objects.get(fileId))?.get("fileRef")) ?? "";
      const other = productOf(project, groups, reference);
      if (other) result.push({ ...other, by: "copy", phase: name });
    }
  }
  for (const dependencyId of stringsOf(target.get("dependencies"))) {
    const dependency = dictionaryOf(project.objects.get(dependencyId));
    const own = textOfValue(
      dictionaryOf(project.objects.get(textOfValue(dependency?.get("target")) ?? ""))?.get("name"),
    );
    const other =
      own !== undefined
        ? { name: own, definedIn: project.path }
        : targetOfProxy(project, groups, textOfValue(dependency?.get("targetProxy")));
    if (other) result.push({ ...other, by: "dependency", phase: "" });
  }
  return result;
}

/** The target whose product a reference is: of this project, of another one, or unknown for a dext that was built elsewhere. */
function productOf(project: XcodeProject, groups: GroupTree, reference: string): Other | undefined {
  const object = dictionaryOf(project.objects.get(reference));
  if (!object) return undefined;
  const own = productsOf(project).get(reference);
  if (own !== undefined) return { name: own, definedIn: project.path };
  if (textOfValue(object.get("isa")) === "PBXReferenceProxy") {
    return targetOfProxy(project, groups, textOfValue(object.get("remoteRef")));
  }
  const bundle = /([^/]+)\.dext$/.exec(textOfValue(object.get("path")) ?? "")?.[1];
  return bundle === undefined ? undefined : { name: bundle, definedIn: undefined };
}

/** A PBXContainerItemProxy names the other project's file, and the target in words. */
function targetOfProxy(project: XcodeProject, groups: GroupTree, id: string | undefined): Other | undefined {
  const proxy = dictionaryOf(project.objects.get(id ?? ""));
  const name = textOfValue(proxy?.get("remoteInfo"));
  const container = groups.filesOf(textOfValue(proxy?.get("containerPortal")) ?? "")[0];
  if (name === undefined || container === undefined) return undefined;
  const path = join(container, "project.pbxproj");
  return { name, definedIn: project.paths.resolve(path) ?? path };
}

const products = new WeakMap<XcodeProject, ReadonlyMap<string, string>>();

/** The names of a project's targets by the references of their products. */
function productsOf(project: XcodeProject): ReadonlyMap<string, string> {
  let known = products.get(project);
  if (!known) {
    known = new Map(
      [...project.objects.values()].flatMap((value): [string, string][] => {
        const target = dictionaryOf(value);
        const reference = textOfValue(target?.get("productReference"));
        const name = textOfValue(target?.get("name"));
        return reference === undefined || name === undefined ? [] : [[reference, name]];
      }),
    );
    products.set(project, known);
  }
  return known;
}
