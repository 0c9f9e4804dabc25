// What the editing features ask with: one file in one state of the analysis. Also the facts about a project that several of them need.
import { compareStrings } from "../base/compare.ts";
import type { AnalysisApi } from "../engine/analysis.ts";
import type { PlistDocument } from "../plist/document.ts";
import { bundleKindOf, entitlementsOwner } from "../project/dext-plists.ts";
import { documentKind } from "../project/file-kinds.ts";
import { isTemplate } from "../project/build-settings.ts";
import type { Target } from "../project/model.ts";
import type { ClassDeclaration, ProjectIndex } from "../semantics/model.ts";
import type { Span } from "../base/span.ts";

export interface FeatureContext {
  readonly path: string;
  readonly analysis: AnalysisApi;
  readonly index: ProjectIndex;
}

/** A place in a file that a feature points to. */
export interface Place {
  readonly path: string;
  /** What is shown: a whole declaration or element. */
  readonly span: Span;
  /** What is selected; lies within `span`. */
  readonly nameSpan: Span;
}

/** Which of the two kinds of property list with a schema a file is; undefined for any other file. */
export function plistKind({ path, analysis }: FeatureContext): "info-plist" | "entitlements" | undefined {
  const kind = documentKind(path, analysis.text(path));
  return kind === "info-plist" || kind === "entitlements" ? kind : undefined;
}

/** Whose file a plist is: by the targets that use it, else by what stands in it. */
export function ownerOf({ path, analysis }: FeatureContext): "dext" | "app" | undefined {
  const kinds = new Set(analysis.targetsOf(path).map(({ kind }) => kind));
  const [kind] = kinds;
  if (kinds.size === 1) return kind;
  const document = analysis.plist(path);
  if (!document) return undefined;
  const told = kind === undefined ? ownerByContent(document, path, analysis.text(path)) : "unknown";
  return told === "dext" || told === "app" ? told : undefined;
}

function ownerByContent(document: PlistDocument, path: string, text: string | undefined): string {
  return documentKind(path, text) === "entitlements" ? entitlementsOwner(document) : bundleKindOf(document);
}

/** A bundle id of the workspace with the target that has it. */
export interface BundleId {
  readonly id: string;
  readonly target: Target;
  /** The configurations that have it; empty where all do. */
  readonly configurations: readonly string[];
}

/** The bundle ids of the workspace that are known, dexts first, then by id. */
export function bundleIdsOf({ analysis }: FeatureContext): BundleId[] {
  const result: BundleId[] = [];
  for (const target of analysis.project.targets) {
    const ids = new Map<string, string[]>();
    for (const { name, bundleId } of target.configurations) {
      if (bundleId === undefined || bundleId === "" || isTemplate(bundleId)) continue;
      ids.set(bundleId, [...(ids.get(bundleId) ?? []), name]);
    }
    for (const [id, names] of ids) {
      const all = names.length === target.configurations.length;
      result.push({ id, target, configurations: all ? [] : names.filter((name) => name !== "") });
    }
  }
  const rank = ({ target }: BundleId): number => (target.kind === "dext" ? 0 : 1);
  return result.sort((a, b) => rank(a) - rank(b) || compareStrings(a.id, b.id));
}

/** The classes that may be an IOUserClass: services declared in the code of the file's targets, sorted by name. */
export function serviceClassesOf({ path, analysis, index }: FeatureContext): ClassDeclaration[] {
  const sources = new Set(analysis.targetsOf(path).flatMap((target) => target.sources));
  return [...index.classes.values()]
    .flatMap(({ declaration }) => declaration ?? [])
    .filter(({ name, path: at }) => {
      const ancestors = index.ancestors(name);
      return ancestors.includes("IOService") && (sources.size === 0 || sources.has(at));
    })
    .sort((a, b) => compareStrings(a.name, b.name));
}

/** True when a class derives from IOUserClient. */
export function isUserClient(index: ProjectIndex, className: string): boolean {
  return index.ancestors(className).includes("IOUserClient");
}
