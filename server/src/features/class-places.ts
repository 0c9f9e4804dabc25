// Where a class of the project is named: its declaration, the code that mentions it, and the property lists whose IOUserClass it is.
import type { AnalysisApi } from "../engine/analysis.ts";
import type { PlistValue } from "../plist/document.ts";
import type { ClassDeclaration, ProjectIndex } from "../semantics/model.ts";
import { K } from "../syntax/kinds.ts";
import { walk } from "../syntax/node.ts";
import type { Place } from "./context.ts";

/** The place of a declaration. */
export function placeOfDeclaration({ path, span, nameSpan }: Place): Place {
  const inside = span.start <= nameSpan.start && nameSpan.end <= span.end;
  return { path, span: inside ? span : nameSpan, nameSpan };
}

/** The declaration of a class that the project's .iig files declare; undefined for any other name. */
export function iigClass(index: ProjectIndex, name: string): ClassDeclaration | undefined {
  const declaration = index.classes.get(index.resolveName(name))?.declaration;
  return declaration?.path.endsWith(".iig") ? declaration : undefined;
}

/** The values of IOUserClass, in any Info.plist of the workspace, that name the class. */
export function userClassValues(name: string, analysis: AnalysisApi): Place[] {
  const places: Place[] = [];
  for (const path of analysis.paths) {
    if (!analysis.text(path)?.includes(name)) continue;
    const root = analysis.plist(path)?.root;
    if (root) collect(root, path, name, places, 0);
  }
  return places;
}

const MAX_DEPTH = 60;

function collect(value: PlistValue, path: string, name: string, places: Place[], depth: number): void {
  if (value.kind !== "dict" || depth > MAX_DEPTH) return;
  for (const { key, value: inner } of value.entries) {
    if (!inner) continue;
    if (key === "IOUserClass" && inner.kind === "string" && inner.text.trim() === name) {
      places.push({ path, span: inner.contentSpan, nameSpan: inner.contentSpan });
    } else collect(inner, path, name, places, depth + 1);
  }
}

const NAMES: ReadonlySet<string> = new Set([K.identifier, K.typeIdentifier, K.namespaceIdentifier]);

/** Where the project's C++ and .iig files name the class, its declaration included, by path, then by place. */
export function classMentions(name: string, analysis: AnalysisApi, index: ProjectIndex): Place[] {
  return index.files.flatMap(({ path }) => {
    if (!analysis.text(path)?.includes(name)) return [];
    const syntax = analysis.syntax(path);
    if (!syntax) return [];
    const places: Place[] = [];
    for (const node of walk(syntax.root)) {
      if (!NAMES.has(node.kind) || node.end - node.start !== name.length) continue;
      if (!syntax.text.startsWith(name, node.start)) continue;
      const span = { start: node.start, end: node.end };
      places.push({ path, span, nameSpan: span });
    }
    return places;
  });
}
