// The dictionaries that IOService::Create is given the name of: where an Info.plist has them, and where C++ names them.
import type { Span } from "../base/span.ts";
import type { AnalysisApi } from "../engine/analysis.ts";
import { entryOf, type PlistDocument, type PlistValue } from "../plist/document.ts";
import { personalitiesOf } from "../project/dext-plists.ts";
import { infoPlistsOf, type Target } from "../project/model.ts";
import { callsOf } from "../semantics/calls.ts";
import { K } from "../syntax/kinds.ts";
import { textOf, walk } from "../syntax/node.ts";
import type { Place } from "./context.ts";
import { dictPlace } from "./plist/schema.ts";

/** A dictionary in a personality, or in such a dictionary, that may be made into a service. */
export interface CreateDict extends Place {
  readonly key: string;
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
        found.push({ key: entry.key, path: document.path, span, nameSpan: entry.keySpan });
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

/** A string of a call of Create(): the text between the quotes. */
export interface CreateLiteral extends Place {
  readonly name: string;
}

/** The strings that a file's calls of Create() are given, in order. Names that a macro stands for are not among them. */
export function createLiteralsOf(path: string, analysis: AnalysisApi): CreateLiteral[] {
  const syntax = analysis.syntax(path);
  const summary = analysis.summary(path);
  if (!syntax || !summary) return [];
  return (callsOf(syntax, summary).get("Create") ?? []).flatMap((call) =>
    call.args.flatMap((arg) =>
      [...walk(arg)]
        .filter(({ kind, source }) => kind === K.stringLiteral && source.expandedFrom === undefined)
        .map((node) => {
          const nameSpan = withinQuotes(textOf(node), node.start);
          const name = syntax.text.slice(nameSpan.start, nameSpan.end);
          return { name, path, span: { start: call.node.start, end: call.node.end }, nameSpan };
        }),
    ),
  );
}

/** The calls of Create() in the targets' code that are given this name. */
export function literalsNamed(name: string, targets: readonly Target[], analysis: AnalysisApi): CreateLiteral[] {
  const sources = [...new Set(targets.flatMap((target) => target.sources))];
  return sources.flatMap((path) => {
    // Most files do not mention it; those need not be parsed.
    if (!analysis.text(path)?.includes(`"${name}"`)) return [];
    return createLiteralsOf(path, analysis).filter((literal) => literal.name === name);
  });
}

function withinQuotes(text: string, start: number): Span {
  const open = text.indexOf('"') + 1;
  const close = text.endsWith('"') && text.length > open ? text.length - 1 : text.length;
  return { start: start + open, end: start + close };
}
