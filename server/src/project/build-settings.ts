// Build settings: how the layers of a target merge, and what `$(VAR)` stands for. Reads no files.
import type { SettingPlace } from "./model.ts";

/** A setting's value as written, and where; Xcode's own settings stand nowhere. */
export interface Setting {
  readonly value: string;
  readonly place: SettingPlace | undefined;
}

export type Settings = ReadonlyMap<string, Setting>;

/** Settings that no file defines. */
export function builtInSettings(values: ReadonlyMap<string, string>): Settings {
  return new Map([...values].map(([key, value]) => [key, { value, place: undefined }]));
}

/** The values of settings, for `expandVariables`. */
export function valuesOf(settings: Settings): Map<string, string> {
  return new Map([...settings].map(([key, { value }]) => [key, value]));
}

/** Values beyond this length, or more substitutions than this, are no setting that a person wrote. */
const MAX_LENGTH = 16_384;
const MAX_SUBSTITUTIONS = 512;
const MAX_CONDITIONS = 512;

/**
 * Replaces `$(VAR)`, `${VAR}` and `$(VAR:operator)` by the variables' values, nested references included.
 * A variable that is unknown or refers to itself stays as written, so that a caller can tell with `isTemplate`.
 */
export function expandVariables(text: string, variables: ReadonlyMap<string, string>): string {
  if (!text.includes("$")) return text;
  return new Expansion(variables).expand(text, new Set());
}

/**
 * The variables that a setting runs through until it comes back to one of them: `["A", "B", "A"]`, the first one not always in the circle.
 * Undefined where it ends. References with operators count; those inside the names of others do not.
 */
export function cycleIn(name: string, variables: ReadonlyMap<string, string>): string[] | undefined {
  const finished = new Set<string>();
  const walk = (at: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(at)) return [...path, at];
    const value = variables.get(at);
    if (value === undefined || finished.has(at) || path.length > 64) return undefined;
    for (const [, other = ""] of value.slice(0, MAX_LENGTH).matchAll(/\$[({]([A-Za-z0-9_]+)[^(){}]*[)}]/g)) {
      const cycle = walk(other, [...path, at]);
      if (cycle) return cycle;
    }
    finished.add(at);
    return undefined;
  };
  return walk(name, []);
}

/** True when a value still holds something that is filled in later: `$(…)`, `${…}` or `@…@` of a template file. */
export function isTemplate(text: string): boolean {
  return /\$[({]|@[A-Za-z_][A-Za-z0-9_.-]*@/.test(text);
}

class Expansion {
  private substitutions = 0;

  constructor(private readonly variables: ReadonlyMap<string, string>) {}

  expand(text: string, active: ReadonlySet<string>): string {
    let result = "";
    let at = 0;
    for (;;) {
      const start = text.indexOf("$", at);
      if (start < 0 || result.length > MAX_LENGTH) return (result + text.slice(at)).slice(0, MAX_LENGTH);
      result += text.slice(at, start);
      const end = closing(text, start + 1);
      if (end < 0) {
        result += "$";
        at = start + 1;
        continue;
      }
      const whole = text.slice(start, end + 1);
      result += this.reference(text.slice(start + 2, end), active) ?? whole;
      at = end + 1;
    }
  }

  private reference(inside: string, active: ReadonlySet<string>): string | undefined {
    if (++this.substitutions > MAX_SUBSTITUTIONS || active.size > 64) return undefined;
    const resolved = inside.includes("$") ? this.expand(inside, active) : inside;
    const [name = "", ...operators] = resolved.split(":");
    if (active.has(name)) return undefined;
    const value = this.variables.get(name);
    const expanded = value === undefined ? undefined : this.expand(value, new Set([...active, name]));
    return applyOperators(expanded, operators);
  }
}

/** The offset of the bracket that closes the one at `open`; -1 where there is none. */
function closing(text: string, open: number): number {
  const opening = text.charAt(open);
  const close = opening === "(" ? ")" : opening === "{" ? "}" : "";
  if (close === "") return -1;
  let depth = 0;
  for (let i = open; i < text.length && i - open < MAX_LENGTH; i++) {
    const c = text.charAt(i);
    if (c === opening) depth++;
    else if (c === close && --depth === 0) return i;
  }
  return -1;
}

// The operators of Xcode's build setting macros that occur in names and paths; an unknown one leaves the reference unresolved.
function applyOperators(value: string | undefined, operators: readonly string[]): string | undefined {
  let result = value;
  for (const operator of operators) {
    if (operator.startsWith("default=")) {
      if (result === undefined || result === "") result = operator.slice("default=".length);
      continue;
    }
    if (result === undefined) return undefined;
    switch (operator) {
      case "rfc1034identifier":
        result = result.replace(/[^A-Za-z0-9.-]/g, "-");
        break;
      case "c99extidentifier":
      case "identifier":
        result = result.replace(/[^A-Za-z0-9_]/g, "_");
        break;
      case "lower":
        result = result.toLowerCase();
        break;
      case "upper":
        result = result.toUpperCase();
        break;
      case "base":
        result = result.slice(result.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
        break;
      case "file":
        result = result.slice(result.lastIndexOf("/") + 1);
        break;
      case "dir":
        result = result.slice(0, result.lastIndexOf("/") + 1) || "./";
        break;
      case "quote":
      case "standardizepath":
        break;
      default:
        return undefined;
    }
  }
  return result;
}

/** What decides whether a conditional setting (`NAME[sdk=driverkit*]`) holds. */
export interface SettingScope {
  readonly sdk: string;
  readonly configuration: string;
}

/**
 * Merges layers of settings, weakest first: a later layer wins, `$(inherited)` and the setting's own name are what the earlier ones say, and a conditional
 * setting wins over a plain one of the same layer where all its conditions hold for the scope. Conditions on the architecture never hold.
 */
export function mergeSettings(layers: readonly Settings[], scope: SettingScope): Map<string, Setting> {
  const merged = new Map<string, Setting>();
  for (const layer of layers) {
    const effective = new Map<string, Setting>();
    const conditional = new Map<string, Setting>();
    for (const [key, setting] of layer) {
      const bracket = key.indexOf("[");
      if (bracket < 0) effective.set(key, setting);
      else if (holds(key.slice(bracket), scope)) conditional.set(key.slice(0, bracket), setting);
    }
    for (const [key, setting] of conditional) effective.set(key, setting);
    for (const [key, { value, place }] of effective) {
      const earlier = merged.get(key);
      const inherited = earlier?.value ?? "";
      // Each layer may name it more than once, so that without a bound the value doubles with every layer.
      let room = MAX_LENGTH;
      const filled = value.replace(/\$\((\w+)\)|\$\{(\w+)\}/g, (whole, round?: string, curly?: string) => {
        const name = round ?? curly;
        if (name !== "inherited" && !(earlier && name === key)) return whole;
        room -= inherited.length;
        return room < 0 ? "" : inherited;
      });
      merged.set(key, { value: filled.trim(), place });
    }
  }
  return merged;
}

function holds(conditions: string, scope: SettingScope): boolean {
  if (conditions.length > MAX_CONDITIONS) return false;
  const each = [...conditions.matchAll(/\[?\s*([a-z]+)\s*=\s*([^\],]+)\s*[\],]/g)];
  return each.length > 0 && each.every(([, name = "", pattern = ""]) => matches(name, pattern.trim(), scope));
}

function matches(name: string, pattern: string, scope: SettingScope): boolean {
  const value = name === "sdk" ? scope.sdk : name === "config" ? scope.configuration : undefined;
  if (value === undefined) return false;
  if (!pattern.endsWith("*")) return pattern === value;
  return value.startsWith(pattern.slice(0, -1));
}

/** Reads an `.xcconfig` file: its settings in order, and the files it includes as written. Comments and broken lines are passed over. */
export function parseXcconfig(
  path: string,
  text: string,
): { readonly settings: Settings; readonly includes: readonly string[] } {
  const settings = new Map<string, Setting>();
  const includes: string[] = [];
  for (const { 0: line, index } of text.matchAll(/[^\r\n]+/g)) {
    const include = /^\s*#include\??\s*"([^"]+)"/.exec(line)?.[1];
    if (include !== undefined) {
      includes.push(include);
      continue;
    }
    const comment = line.indexOf("//");
    const code = comment < 0 ? line : line.slice(0, comment);
    const [head, key] = /^\s*([A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])*)\s*=\s*/.exec(code) ?? [];
    if (head === undefined || key === undefined) continue;
    const value = code.slice(head.length).trimEnd().replace(/;$/, "").trimEnd();
    const start = index + head.length;
    settings.set(key, { value, place: { path, span: { start, end: start + value.length } } });
  }
  return { settings, includes };
}
