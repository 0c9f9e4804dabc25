// Reads XcodeGen's specification: YAML with includes and target templates put together. Says nothing of Xcode; `xcodegen.ts` does.
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document } from "yaml";
import { dirname, join } from "../base/paths.ts";
import type { ProjectProblem, SettingPlace } from "./model.ts";
import type { PathIndex, ProjectFiles } from "./project-files.ts";

/** A value of the specification. Every scalar is text as written: `YES`, `13.0` and `0x10` mean themselves. */
export type SpecValue = string | readonly SpecValue[] | SpecMap;
export type SpecMap = ReadonlyMap<string, SpecValue>;

export interface SpecResult {
  /** The specification with its includes; undefined when the file is none. */
  readonly spec: SpecMap | undefined;
  readonly notes: readonly string[];
  /** The files that cannot be read. */
  readonly problems: readonly ProjectProblem[];
}

/** A specification that a person wrote is a few kilobytes; beyond these bounds the file is not read. */
const MAX_LENGTH = 512 * 1024;
const MAX_NODES = 20_000;
const MAX_DEPTH = 32;
const MAX_ALIASES = 100;
/** To look up an alias means to go through the document. */
const ALIAS_COST = 200;
const MAX_INCLUDES = 64;

/** Reads a specification. Broken YAML, alias bombs and include cycles give a note, never an exception. */
export function readSpec(path: string, files: ProjectFiles, paths: PathIndex): SpecResult {
  const problems: ProjectProblem[] = [];
  const spec = new SpecReader(files, paths, problems).read(path, new Set());
  const notes = problems.map((problem) => `${problem.path} cannot be read: ${problem.detail}.`);
  return { spec, notes, problems };
}

/** The map at a key; an empty one where there is none. */
export function mapAt(value: SpecValue | undefined, key: string): SpecMap {
  const found = value instanceof Map ? (value as SpecMap).get(key) : undefined;
  return found instanceof Map ? (found as SpecMap) : new Map();
}

/** The text at a key. */
export function textAt(value: SpecValue | undefined, key: string): string | undefined {
  const found = value instanceof Map ? (value as SpecMap).get(key) : undefined;
  return typeof found === "string" ? found : undefined;
}

/** Where the texts of a map stand; what templates and includes put together keeps the places that it came from. */
const placesOf = new WeakMap<SpecMap, ReadonlyMap<string, SettingPlace>>();

/** Where the text at a key is written; undefined for what is no text in a file. */
export function placeAt(map: SpecMap, key: string): SettingPlace | undefined {
  return placesOf.get(map)?.get(key);
}

/** The elements at a key; a single value counts as a list of one. */
export function listAt(value: SpecValue | undefined, key: string): readonly SpecValue[] {
  const found = value instanceof Map ? (value as SpecMap).get(key) : undefined;
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as readonly SpecValue[]) : [found];
}

/** True for a map, narrowed: `instanceof Map` alone does not narrow a ReadonlyMap. */
export function isSpecMap(value: SpecValue | undefined): value is SpecMap {
  return value instanceof Map;
}

/**
 * A target's entry with its templates: each template's content, then the target's own, which wins. `${target_name}`,
 * `${template_name}` and the target's `templateAttributes` are filled into the templates.
 */
export function withTemplates(spec: SpecMap, name: string, target: SpecMap): SpecMap {
  const attributes = new Map<string, string>([["target_name", name]]);
  for (const [key, value] of mapAt(target, "templateAttributes")) {
    if (typeof value === "string") attributes.set(key, value);
  }
  const budget = { nodes: MAX_NODES };
  let result: SpecMap = new Map();
  for (const each of templatesOf(spec, target, [])) {
    const filled = new Map([...attributes, ["template_name", each]]);
    const template = substitute(mapAt(mapAt(spec, "targetTemplates"), each), filled, budget, 0);
    if (isSpecMap(template)) result = merge(result, template, 0);
  }
  return merge(result, target, 0);
}

/** The names of the templates of an entry, those that templates ask for themselves first; each once. */
function templatesOf(spec: SpecMap, entry: SpecMap, seen: string[]): string[] {
  for (const each of listAt(entry, "templates")) {
    if (typeof each !== "string" || seen.includes(each) || seen.length >= MAX_INCLUDES) continue;
    const template = mapAt(mapAt(spec, "targetTemplates"), each);
    const before = listAt(template, "templates").length > 0 ? templatesOf(spec, template, [...seen, each]) : [];
    for (const other of before) if (!seen.includes(other) && other !== each) seen.push(other);
    seen.push(each);
  }
  return seen;
}

/** Fills `${name}` in all texts and keys. Names without a value stay. */
export function substitute(
  value: SpecValue,
  values: ReadonlyMap<string, string>,
  budget: { nodes: number } = { nodes: MAX_NODES },
  depth = 0,
): SpecValue {
  if (--budget.nodes < 0 || depth > MAX_DEPTH) return "";
  const fill = (text: string): string =>
    text.includes("${")
      ? text.slice(0, 4096).replace(/\$\{([A-Za-z0-9_.-]+)\}/g, (whole, name: string) => values.get(name) ?? whole)
      : text;
  if (typeof value === "string") return fill(value);
  if (!isSpecMap(value)) return value.map((item) => substitute(item, values, budget, depth + 1));
  const result = new Map([...value].map(([key, item]) => [fill(key), substitute(item, values, budget, depth + 1)]));
  placesOf.set(result, new Map([...(placesOf.get(value) ?? [])].map(([key, place]) => [fill(key), place])));
  return result;
}

/** Lays one map over another: maps are merged, lists are appended, other values replace; `key:REPLACE` replaces in any case. */
function merge(under: SpecMap, over: SpecMap, depth: number): SpecMap {
  const result = new Map(under);
  const places = new Map(placesOf.get(under));
  placesOf.set(result, places);
  if (depth > MAX_DEPTH) return result;
  for (const [written, value] of over) {
    const replaces = written.endsWith(":REPLACE");
    const key = replaces ? written.slice(0, -":REPLACE".length) : written;
    const old = result.get(key);
    if (replaces || old === undefined) result.set(key, value);
    else if (isSpecMap(old) && isSpecMap(value)) result.set(key, merge(old, value, depth + 1));
    else if (Array.isArray(old) && Array.isArray(value)) {
      result.set(key, [...(old as readonly SpecValue[]), ...(value as readonly SpecValue[])].slice(0, MAX_NODES));
    } else result.set(key, value);
    const place = placeAt(over, written);
    if (place) places.set(key, place);
    else places.delete(key);
  }
  return result;
}

class SpecReader {
  private included = 0;

  constructor(
    private readonly files: ProjectFiles,
    private readonly paths: PathIndex,
    private readonly problems: ProjectProblem[],
  ) {}

  /** The file with its includes under it; `active` holds the files on the way here. */
  read(path: string, active: ReadonlySet<string>): SpecMap | undefined {
    const text = this.files.text(path);
    if (text === undefined) return undefined;
    const own = this.parse(path, text);
    if (!own) return undefined;
    let under: SpecMap = new Map();
    for (const { written, relative } of includesOf(own)) {
      const target = this.paths.resolve(join(dirname(path), written));
      if (target === undefined || target === path || active.has(target) || ++this.included > MAX_INCLUDES) continue;
      const other = this.read(target, new Set([...active, path]));
      const folder = dirname(written);
      if (other) under = merge(under, relative && folder !== "" ? rebase(other, folder) : other, 0);
    }
    return merge(under, own, 0);
  }

  private parse(path: string, text: string): SpecMap | undefined {
    // Most YAML files of a workspace are something else, and need no look at their structure.
    if (text.length > MAX_LENGTH || !/^["']?(targets|targetTemplates|settings|settingGroups|include)\b/m.test(text)) {
      return undefined;
    }
    if (isTooDeep(text)) {
      return this.refuse(path, "it is nested too deeply", text, 0);
    }
    try {
      // "failsafe" keeps scalars as text: XcodeGen hands YES, NO and version numbers to Xcode as they are.
      const content = text.replace(/^\ufeff/, "");
      const document = parseDocument(content, {
        schema: "failsafe",
        merge: true,
        logLevel: "silent",
        uniqueKeys: false,
      });
      const [error] = document.errors;
      if (error) {
        const [at] = error.pos;
        // The library's message goes on with the place, which is shown in another way, and an excerpt.
        const detail = (error.message.split("\n")[0] ?? "").replace(/( at line \d+, column \d+)?\W*$/, "");
        return this.refuse(path, detail, text, at + text.length - content.length);
      }
      const value = toSpec(document.toJS({ maxAliasCount: MAX_ALIASES, mapAsMap: true }), { nodes: MAX_NODES }, 0);
      notePlaces(value, document.contents, { path, document, offset: text.length - content.length, budget: MAX_NODES });
      return isSpecMap(value) ? value : undefined;
    } catch {
      return this.refuse(path, "it refers to itself without end, or is too large", text, 0);
    }
  }

  private refuse(path: string, detail: string, text: string, at: number): undefined {
    const start = Math.max(0, Math.min(at, text.length - 1));
    const span = { start, end: Math.min(text.length, start + 1) };
    this.problems.push({ kind: "unreadable", path, span, target: undefined, setting: undefined, detail });
    return undefined;
  }
}

interface SpecSource {
  readonly path: string;
  readonly document: Document;
  /** Where the document begins in the file's text. */
  readonly offset: number;
  /** How much may still be looked at; what lies beyond has no place. */
  budget: number;
}

/** Notes where the texts in a value stand, going through it and the YAML that it was made of at the same pace. */
function notePlaces(value: SpecValue | undefined, written: unknown, source: SpecSource): void {
  if (typeof value !== "object" || --source.budget < 0) return;
  if (isAlias(written)) source.budget -= ALIAS_COST;
  const node = isAlias(written) ? written.resolve(source.document) : written;
  if (!isSpecMap(value)) {
    if (isSeq(node)) for (const [at, item] of node.items.entries()) notePlaces(value[at], item, source);
    return;
  }
  if (!isMap(node)) return;
  const places = new Map(placesOf.get(value));
  placesOf.set(value, places);
  const merged: unknown[] = [];
  // Of a key that stands twice the last one counts, and a map's own keys before those that `<<` brings in.
  for (const { key, value: item } of [...node.items].reverse()) {
    const name = isScalar(key) ? key.value : undefined;
    if (typeof name === "symbol") merged.push(...(isSeq(item) ? item.items : [item]));
    if (typeof name !== "string") continue;
    const range = isScalar(item) || isAlias(item) ? item.range : undefined;
    if (typeof value.get(name) !== "string") notePlaces(value.get(name), item, source);
    else if (range && !places.has(name)) {
      const span = { start: range[0] + source.offset, end: range[1] + source.offset };
      places.set(name, { path: source.path, span });
    }
  }
  for (const each of merged) notePlaces(value, each, source);
}

/** The parser recurses; brackets beyond a depth that no person writes are refused before it sees them. Quotes are not looked at. */
function isTooDeep(text: string): boolean {
  if (/(?:[-?][ \t]+){64}/.test(text)) return true;
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === "[" || bracket === "{" ? depth + 1 : Math.max(0, depth - 1);
    if (depth > 256) return true;
  }
  return false;
}

function includesOf(spec: SpecMap): { written: string; relative: boolean }[] {
  return listAt(spec, "include").flatMap((each) => {
    const written = typeof each === "string" ? each : textAt(each, "path");
    if (written === undefined) return [];
    return [{ written, relative: !/^(false|no)$/i.test(textAt(each, "relativePaths") ?? "") }];
  });
}

/** The paths of an included specification start from its own folder: the ones that are read here are moved to the including file's. */
function rebase(spec: SpecMap, folder: string): SpecMap {
  const moved = (value: SpecValue): SpecValue => {
    if (typeof value === "string") return join(folder, value);
    if (!isSpecMap(value)) return value.map(moved);
    const path = textAt(value, "path");
    return path === undefined ? value : new Map([...value, ["path", join(folder, path)]]);
  };
  const entry = (value: SpecValue): SpecValue => {
    if (!isSpecMap(value)) return value;
    const result = new Map(value);
    for (const key of ["sources", "info", "entitlements"]) {
      const old = result.get(key);
      if (old !== undefined) result.set(key, moved(old));
    }
    return withConfigFiles(result, folder);
  };
  const result = new Map(withConfigFiles(spec, folder));
  for (const key of ["targets", "targetTemplates"]) {
    const entries = result.get(key);
    if (isSpecMap(entries)) result.set(key, new Map([...entries].map(([name, value]) => [name, entry(value)])));
  }
  return result;
}

function withConfigFiles(entry: SpecMap, folder: string): SpecMap {
  const configFiles = entry.get("configFiles");
  if (!isSpecMap(configFiles)) return entry;
  const moved = [...configFiles].map(([name, value]): [string, SpecValue] => [
    name,
    typeof value === "string" ? join(folder, value) : value,
  ]);
  return new Map([...entry, ["configFiles", new Map(moved)]]);
}

/** Throws for values that are nested without end or grow too large; the caller's `catch` is the bound. */
function toSpec(value: unknown, budget: { nodes: number }, depth: number): SpecValue {
  if (--budget.nodes < 0 || depth > MAX_DEPTH) throw new RangeError("too large");
  if (value instanceof Map) {
    const result = new Map<string, SpecValue>();
    for (const [key, item] of value) if (typeof key === "string") result.set(key, toSpec(item, budget, depth + 1));
    return result;
  }
  if (Array.isArray(value)) return value.map((item) => toSpec(item, budget, depth + 1));
  return typeof value === "string" ? value : "";
}
