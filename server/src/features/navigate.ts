// Definitions and references across the borders that no C++ tool crosses: Info.plist, .iig, IMPL() and the names given to Create().
import { compareStrings } from "../base/compare.ts";
import type { Span } from "../base/span.ts";
import { COMMUNICATES_WITH_DRIVERS, USERCLIENT_ACCESS } from "../knowledge/entitlements.ts";
import { entryOf, stringOf } from "../plist/document.ts";
import { expandVariables, isTemplate } from "../project/build-settings.ts";
import { hostsOf } from "../project/hosts.ts";
import { infoPlistsOf } from "../project/model.ts";
import type { ClassDeclaration, FunctionInfo, MethodInfo } from "../semantics/model.ts";
import { K } from "../syntax/kinds.ts";
import { nodeAt, textOf, type SyntaxFile, type SyntaxNode } from "../syntax/node.ts";
import { classMentions, iigClass, placeOfDeclaration, userClassValues } from "./class-places.ts";
import { bundleIdsOf, plistKind, type FeatureContext, type Place } from "./context.ts";
import { createDictsOf, createLiteralsOf, dictsNamed, literalsNamed } from "./create-dicts.ts";
import { siteAt } from "./plist/site.ts";

export interface Definition {
  /** What the places are the definition of, in the file that was asked about. */
  readonly origin: Span;
  readonly places: readonly Place[];
}

/** A thing that has a name on both sides of a border. */
type Subject =
  | { readonly kind: "class"; readonly name: string; readonly origin: Span }
  | { readonly kind: "dict"; readonly name: string; readonly origin: Span; readonly from: "plist" | "code" }
  | { readonly kind: "method"; readonly className: string; readonly name: string; readonly origin: Span }
  | { readonly kind: "bundle-id"; readonly id: string; readonly origin: Span };

/** Where what stands at an offset is defined; on a definition itself, where its other half is. Undefined where that is not known. */
export function definitionAt(context: FeatureContext, offset: number): Definition | undefined {
  const subject = subjectAt(context, offset);
  if (!subject) return undefined;
  const places = definitions(context, subject, offset);
  return places.length === 0 ? undefined : { origin: subject.origin, places };
}

/** All places that name what stands at an offset, by path, then by place; none where it is nothing of ours. */
export function referencesAt(context: FeatureContext, offset: number): Place[] {
  const subject = subjectAt(context, offset);
  const places = subject ? references(context, subject) : [];
  return places.sort((a, b) => compareStrings(a.path, b.path) || a.nameSpan.start - b.nameSpan.start);
}

function references(context: FeatureContext, subject: Subject): Place[] {
  const { analysis, index, path } = context;
  switch (subject.kind) {
    case "class":
      return [...userClassValues(subject.name, analysis), ...classMentions(subject.name, analysis, index)];
    case "dict": {
      const targets = analysis.targetsOf(path);
      const { name } = subject;
      return [...dictsNamed(name, targets, analysis), ...literalsNamed(name, targets, analysis, index)];
    }
    case "method": {
      const declared = declarationOf(context, subject.className, subject.name);
      const bodies = implementations(context, subject.className, subject.name);
      return [...(declared ? [placeOfDeclaration(declared)] : []), ...bodies];
    }
    case "bundle-id":
      return [...idPlaces(context, subject.id), ...clientPlaces(context, subject.id)];
  }
}

function definitions(context: FeatureContext, subject: Subject, offset: number): Place[] {
  const { analysis, index, path } = context;
  const targets = analysis.targetsOf(path);
  const here = ({ path: at, nameSpan }: Place): boolean => at === path && holds(nameSpan, offset);
  switch (subject.kind) {
    case "class": {
      const declaration = index.classes.get(subject.name)?.declaration;
      if (!declaration) return [];
      const place = placeOfDeclaration(declaration);
      return here(place) ? userClassValues(subject.name, analysis) : [place];
    }
    case "dict":
      return subject.from === "code"
        ? dictsNamed(subject.name, targets, analysis)
        : literalsNamed(subject.name, targets, analysis, index);
    case "method": {
      const declaration = declarationOf(context, subject.className, subject.name);
      if (!declaration) return [];
      const place = placeOfDeclaration(declaration);
      return here(place) ? implementations(context, subject.className, subject.name) : [place];
    }
    case "bundle-id":
      return idPlaces(context, subject.id).filter((place) => !here(place));
  }
}

function subjectAt(context: FeatureContext, offset: number): Subject | undefined {
  if (plistKind(context)) return subjectInPlist(context, offset);
  const syntax = context.analysis.syntax(context.path);
  return syntax && subjectInCode(context, syntax, offset);
}

function subjectInPlist({ analysis, index, path }: FeatureContext, offset: number): Subject | undefined {
  const document = analysis.plist(path);
  const site = document && siteAt(document, offset);
  if (!site) return undefined;
  const { entry, leaf } = site;
  if (site.on === "key") {
    const dict = createDictsOf(document).find(({ nameSpan }) => nameSpan === entry.keySpan);
    return dict && { kind: "dict", name: dict.key, origin: entry.keySpan, from: "plist" };
  }
  if (leaf?.kind !== "string") return undefined;
  const text = leaf.text.trim();
  if (entry.key === "IOUserClass" && index.classes.has(text))
    return { kind: "class", name: text, origin: leaf.contentSpan };
  if (entry.key === USERCLIENT_ACCESS) return { kind: "bundle-id", id: text, origin: leaf.contentSpan };
  if (entry.key === "CFBundleIdentifier" || entry.key === "IOUserServerName") {
    const ids = analysis
      .targetsOf(path)
      .flatMap(({ configurations }) => configurations.map(({ variables }) => expandVariables(text, variables)));
    // Where configurations differ, each id is another driver's; the first stands for what is shown.
    const [id] = ids;
    return id === undefined || isTemplate(id) ? undefined : { kind: "bundle-id", id, origin: leaf.contentSpan };
  }
  return undefined;
}

function subjectInCode(context: FeatureContext, syntax: SyntaxFile, offset: number): Subject | undefined {
  const { analysis, index, path } = context;
  const node = nameAt(syntax, offset);
  if (!node) return undefined;
  const origin = { start: node.start, end: node.end };
  const literal = createLiteralsOf(path, analysis, index).find(({ nameSpan }) => holds(nameSpan, offset));
  if (literal) return { kind: "dict", name: literal.name, origin: literal.nameSpan, from: "code" };
  if (node.kind === K.stringLiteral || node.kind === K.stringContent) return undefined;
  const summary = analysis.summary(path);
  const fn = summary?.functions.find((each) => !each.outer && sameSpan(each.nameSpan, origin));
  const className = fn && index.classNameOf(fn);
  if (fn && className !== undefined && declarationOf(context, className, fn.name)) {
    return { kind: "method", className, name: fn.name, origin };
  }
  const method = methodDeclaredAt(summary?.classes ?? [], origin);
  if (method && path.endsWith(".iig"))
    return { kind: "method", className: method.className, name: method.name, origin };
  const declaration = iigClass(index, textOf(node));
  return declaration && { kind: "class", name: declaration.name, origin };
}

/** The name or string at an offset, also right behind its last character. */
function nameAt({ root }: SyntaxFile, offset: number): SyntaxNode | undefined {
  const after = nodeAt(root, { start: offset, end: offset + 1 });
  if (isName(after)) return after;
  const before = offset > 0 ? nodeAt(root, { start: offset - 1, end: offset }) : undefined;
  return before && isName(before) ? before : undefined;
}

function isName({ kind }: SyntaxNode): boolean {
  return (
    kind === K.identifier ||
    kind === K.fieldIdentifier ||
    kind === K.typeIdentifier ||
    kind === K.namespaceIdentifier ||
    kind === K.stringLiteral ||
    kind === K.stringContent
  );
}

function methodDeclaredAt(classes: readonly ClassDeclaration[], origin: Span): MethodInfo | undefined {
  return classes.flatMap(({ methods }) => methods).find(({ nameSpan }) => sameSpan(nameSpan, origin));
}

/** The method as an .iig file of the project declares it. */
function declarationOf({ index }: FeatureContext, className: string, name: string): MethodInfo | undefined {
  const declared = index.method(className, name);
  return declared?.path.endsWith(".iig") && declared.name === name && declared.nameSpan.end > 0 ? declared : undefined;
}

/** The bodies of a method: IMPL(C, M), C::M_Impl, C::M. */
function implementations({ index }: FeatureContext, className: string, name: string): Place[] {
  const functions = index.classes.get(className)?.functions ?? [];
  return functions.filter((fn) => fn.name === name && fn.outer === undefined).map(placeOfFunction);
}

function placeOfFunction({ path, node, nameSpan }: FunctionInfo): Place {
  return { path, span: { start: node.start, end: node.end }, nameSpan };
}

/** Where the targets with a bundle id say it, or name a personality's class: the value of CFBundleIdentifier in their Info.plist. */
function idPlaces(context: FeatureContext, id: string): Place[] {
  const targets = new Set(bundleIdsOf(context).flatMap((each) => (each.id === id ? each.target : [])));
  const paths = [...new Set([...targets].flatMap(infoPlistsOf))];
  return paths.flatMap((path) => {
    const value = entryOf(context.analysis.plist(path)?.root, "CFBundleIdentifier")?.value;
    return value ? [{ path, span: value.contentSpan, nameSpan: value.contentSpan }] : [];
  });
}

/** Where apps ask to open the driver with an id: by its name, or, on iPadOS, any driver that they bring. */
function clientPlaces({ analysis }: FeatureContext, id: string): Place[] {
  const { project } = analysis;
  const dexts = project.targets.filter(
    ({ kind, configurations }) => kind === "dext" && configurations.some(({ bundleId }) => bundleId === id),
  );
  const hosts = new Set(dexts.flatMap((dext) => hostsOf(dext, project).map(({ app }) => app)));
  const places = new Map<string, Place>();
  const add = (path: string, nameSpan: Span): void => {
    places.set(`${path}\u0000${nameSpan.start}`, { path, span: nameSpan, nameSpan });
  };
  for (const app of project.targets) {
    if (app.kind !== "app") continue;
    for (const { entitlements, variables } of app.configurations) {
      const root = entitlements === undefined ? undefined : analysis.plist(entitlements)?.root;
      if (!root || entitlements === undefined) continue;
      const list = entryOf(root, USERCLIENT_ACCESS)?.value;
      for (const item of list?.kind === "array" ? list.items : list ? [list] : []) {
        const text = stringOf(item);
        if (text !== undefined && expandVariables(text, variables).trim() === id) add(entitlements, item.contentSpan);
      }
      const any = hosts.has(app) ? entryOf(root, COMMUNICATES_WITH_DRIVERS) : undefined;
      if (any) add(entitlements, any.keySpan);
    }
  }
  return [...places.values()];
}

function sameSpan(a: Span, b: Span): boolean {
  return a.start === b.start && a.end === b.end;
}

function holds({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}
