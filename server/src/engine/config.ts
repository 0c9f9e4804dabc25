// The settings that change what is reported. Read from `dextlint.json` and from the editor; validated here, found elsewhere.
import picomatch from "picomatch";
import { isProblem, parseJson, type JsonProblem, type JsonValue } from "../base/json.ts";
import { isWithin, relative } from "../base/paths.ts";
import { closest } from "../base/spelling.ts";
import type { Severity } from "../rules/define.ts";

export type RuleLevel = Severity | "off";
export const RULE_LEVELS: readonly RuleLevel[] = ["error", "warning", "info", "hint", "off"];

export interface Configuration {
  /** Level by rule id; a rule that is not named keeps its own. */
  readonly rules: Readonly<Record<string, RuleLevel>>;
  /** Files that are not reported on; they are still read, because others depend on what they declare. */
  readonly ignore: readonly IgnorePatterns[];
}

/** Glob patterns and the folder they are relative to. */
export interface IgnorePatterns {
  readonly folder: string;
  readonly patterns: readonly string[];
}

export const defaultConfiguration: Configuration = { rules: {}, ignore: [] };

/** True for one of the five words that a rule's level may be. */
export function isRuleLevel(value: unknown): value is RuleLevel {
  return RULE_LEVELS.some((level) => level === value);
}

/** `base` with the levels of `over` laid over it; the patterns of both hold. */
export function overrideConfiguration(base: Configuration, over: Configuration): Configuration {
  return { rules: { ...base.rules, ...over.rules }, ignore: [...base.ignore, ...over.ignore] };
}

/** True when one of the patterns takes the file out of the report. A pattern that names a folder takes all below it. */
export function isIgnored(configuration: Configuration, path: string): boolean {
  return configuration.ignore.some(({ folder, patterns }) => {
    if (patterns.length === 0 || !isWithin(folder, path)) return false;
    return patterns.some((pattern) => matcherOf(pattern)(relative(folder, path)));
  });
}

const matchers = new Map<string, (path: string) => boolean>();

function matcherOf(pattern: string): (path: string) => boolean {
  const known = matchers.get(pattern);
  if (known) return known;
  const matcher = compile(pattern);
  // Settings change rarely; a client that sends ever new patterns must not fill the memory.
  if (matchers.size > 500) matchers.clear();
  matchers.set(pattern, matcher);
  return matcher;
}

/** As in `.gitignore`: a pattern without a slash holds at any depth, a leading slash ties it to the folder. */
function compile(pattern: string): (path: string) => boolean {
  const trimmed = pattern.replace(/^\.?\//, "").replace(/\/+$/, "");
  const anchored = trimmed.includes("/") || /^\.?\//.test(pattern) ? trimmed : `**/${trimmed}`;
  try {
    return picomatch([anchored, `${anchored}/**`], { dot: true });
  } catch {
    return () => false;
  }
}

export type ParsedConfiguration =
  | { readonly configuration: Configuration; readonly problems: readonly [] }
  | { readonly configuration: undefined; readonly problems: readonly JsonProblem[] };

/**
 * Reads the text of a `dextlint.json` that lies in `folder`. Any problem makes the whole file invalid: a level that is silently
 * dropped would let a build pass that should fail. `knownRules` are the ids that may be named.
 */
export function parseConfiguration(text: string, folder: string, knownRules: readonly string[]): ParsedConfiguration {
  const json = parseJson(text);
  if (isProblem(json)) return { configuration: undefined, problems: [json] };
  const problems: JsonProblem[] = [];
  const rules: Record<string, RuleLevel> = {};
  const patterns: string[] = [];
  if (json.kind !== "object") problems.push({ span: json.span, message: "an object is expected" });
  else {
    for (const { key, keySpan, value } of json.members) {
      if (key === "rules") readRules(value, knownRules, rules, problems);
      else if (key === "ignore") readIgnore(value, patterns, problems);
      else if (key === "$schema") {
        if (value.kind !== "string") problems.push({ span: value.span, message: "“$schema” must be a string" });
      } else {
        const guess = closest(key, ["rules", "ignore", "$schema"]);
        problems.push({
          span: keySpan,
          message: `unknown setting “${key}”${guess ? `; did you mean “${guess}”?` : ""}`,
        });
      }
    }
  }
  if (problems.length > 0) return { configuration: undefined, problems };
  return { configuration: { rules, ignore: patterns.length > 0 ? [{ folder, patterns }] : [] }, problems: [] };
}

function readRules(
  value: JsonValue,
  known: readonly string[],
  rules: Record<string, RuleLevel>,
  problems: JsonProblem[],
): void {
  if (value.kind !== "object") {
    problems.push({ span: value.span, message: "“rules” must be an object from rule id to level" });
    return;
  }
  for (const { key, keySpan, value: level } of value.members) {
    if (!known.includes(key)) problems.push({ span: keySpan, message: unknownRule(key, known) });
    if (level.kind === "string" && isRuleLevel(level.value)) rules[key] = level.value;
    else problems.push({ span: level.span, message: `the level of “${key}” must be one of ${RULE_LEVELS.join(", ")}` });
  }
}

function readIgnore(value: JsonValue, patterns: string[], problems: JsonProblem[]): void {
  if (value.kind !== "array") {
    problems.push({ span: value.span, message: "“ignore” must be an array of glob patterns" });
    return;
  }
  for (const item of value.items) {
    if (item.kind === "string" && item.value !== "") patterns.push(item.value);
    else problems.push({ span: item.span, message: "a glob pattern must be a string that is not empty" });
  }
}

/** What to say about a rule id that nobody knows, with the likeliest one that was meant. */
export function unknownRule(id: string, known: readonly string[]): string {
  const guess = closest(id, known);
  return `unknown rule “${id}”${guess ? `; did you mean “${guess}”?` : ""}`;
}
