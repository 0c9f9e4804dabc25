// The dictionaries that IOService::Create is given the name of: where an Info.plist has them, and where C++ names them.
import type { Span } from "../base/span.ts";
import type { AnalysisApi } from "../engine/analysis.ts";
import { entryOf, type PlistDocument, type PlistValue } from "../plist/document.ts";
import { personalitiesOf } from "../project/dext-plists.ts";
import { infoPlistsOf, type Target } from "../project/model.ts";
import { callsOf } from "../semantics/calls.ts";
import type { ProjectIndex } from "../semantics/model.ts";
import { stringValue } from "../semantics/string-constants.ts";
import { K } from "../syntax/kinds.ts";
import { textOf, walk } from "../syntax/node.ts";
import type { Place } from "./context.ts";
import { dictPlace } from "./plist/schema.ts";

/** A dictionary in a personality, or in such a dictionary, that may be made into a service. */
export interface CreateDict extends Place {
  readonly key: string;
  /** The name of the personality that it is in. */
  readonly personality: string;
  readonly dict: PlistValue;
}

const MAX_DEPTH = 8;

/** The dictionaries for Create() of an Info.plist, in order. */
export function createDictsOf(document: PlistDocument): CreateDict[] {
  const found: CreateDict[] = [];
  const look = (value: PlistValue, keys: readonly string[]): void => {
    if (value.kind !== "dict" || keys.length > MAX_DEPTH) return;
    for (const entry of value.entries) {
      const dict = entry.value;
      if (dict?.kind !== "dict") continue;
      const below = [...keys, entry.key];
      if (dictPlace("info-plist", below, (key) => entryOf(dict, key) !== undefined) === "create") {
        const span = { start: entry.keyElementSpan.start, end: dict.span.end };
        const [, personality = ""] = keys;
        found.push({ key: entry.key, personality, dict, path: document.path, span, nameSpan: entry.keySpan });
      }
      look(dict, below);
    }
  };
  for (const { name, value } of personalitiesOf(document)) look(value, ["IOKitPersonalities", name]);
  return found;
}

/** The places in the targets' Info.plists that have a dictionary for Create() of this name. */
export function dictsNamed(name: string, targets: readonly Target[], analysis: AnalysisApi): CreateDict[] {
  const paths = [...new Set(targets.flatMap(infoPlistsOf))];
  return paths.flatMap((path) => {
    const document = analysis.plist(path);
    return document ? createDictsOf(document).filter(({ key }) => key === name) : [];
  });
}

/** The name of a dictionary in a call of Create(): the text between the quotes, or the name that stands for it. */
export interface CreateLiteral extends Place {
  readonly name: string;
}

/** The names of dictionaries that a file's calls of Create() are given, in order: as text, and by macros and constants. */
export function createLiteralsOf(path: string, analysis: AnalysisApi, index: ProjectIndex): CreateLiteral[] {
  const syntax = analysis.syntax(path);
  const summary = analysis.summary(path);
  if (!syntax || !summary) return [];
  return (callsOf(syntax, summary).get("Create") ?? []).flatMap(({ node: call, args, fn }) => {
    const span = { start: call.start, end: call.end };
    const literals = args.flatMap((arg) =>
      [...walk(arg)]
        .filter(({ kind, source }) => kind === K.stringLiteral && source.expandedFrom === undefined)
        .map((node) => {
          const nameSpan = withinQuotes(textOf(node), node.start);
          return { name: syntax.text.slice(nameSpan.start, nameSpan.end), path, span, nameSpan };
        }),
    );
    const [, key] = args;
    if (literals.length > 0 || args.length !== 3 || !key || !fn || key.source.expandedFrom !== undefined)
      return literals;
    const name = stringValue(key, fn, index);
    return name === undefined ? [] : [{ name, path, span, nameSpan: { start: key.start, end: key.end } }];
  });
}

/** The calls of Create() in the targets' code that are given this name. */
export function literalsNamed(
  name: string,
  targets: readonly Target[],
  analysis: AnalysisApi,
  index: ProjectIndex,
): CreateLiteral[] {
  const sources = [...new Set(targets.flatMap((target) => target.sources))];
  // A name can stand for the text only where some file writes it.
  const isWritten = sources.some((path) => analysis.text(path)?.includes(`"${name}"`));
  return sources.flatMap((path) => {
    // Most files make no service; those need not be parsed.
    if (!isWritten || !analysis.text(path)?.includes("Create")) return [];
    return createLiteralsOf(path, analysis, index).filter((literal) => literal.name === name);
  });
}

function withinQuotes(text: string, start: number): Span {
  const open = text.indexOf('"') + 1;
  const close = text.endsWith('"') && text.length > open ? text.length - 1 : text.length;
  return { start: start + open, end: start + close };
}
