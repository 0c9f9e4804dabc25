// The options of `dextlint check` and what is wrong with them. Knows nothing of commander.
import { isRuleLevel, RULE_LEVELS, unknownRule, type RuleLevel } from "../engine/config.ts";
import { UsageError } from "./environment.ts";

export const FORMATS = ["pretty", "json", "concise"] as const;
export type Format = (typeof FORMATS)[number];

/** As the command line gives them. */
export interface RawOptions {
  readonly format?: string;
  readonly fix?: boolean;
  readonly unsafeFixes?: boolean;
  readonly diff?: boolean;
  readonly rule?: readonly string[];
  readonly maxWarnings?: string;
  readonly quiet?: boolean;
  readonly stdin?: boolean;
  readonly stdinFilename?: string;
  readonly config?: string;
  readonly sdk?: string;
}

export interface CheckOptions {
  readonly format: Format;
  /** "none" reports only; "write" changes files; "diff" shows what "write" would do. */
  readonly fixing: "none" | "write" | "diff";
  readonly unsafeFixes: boolean;
  readonly levels: Readonly<Record<string, RuleLevel>>;
  readonly maxWarnings: number;
  readonly quiet: boolean;
  /** The name that the text on stdin has; undefined when files are read. */
  readonly stdinFilename: string | undefined;
  readonly config: string | undefined;
  readonly sdk: string | undefined;
}

/** Checks the options. Throws a UsageError with a sentence for the user. */
export function readOptions(raw: RawOptions, paths: readonly string[], knownRules: readonly string[]): CheckOptions {
  const format = FORMATS.find((each) => each === (raw.format ?? "pretty"));
  if (!format) throw new UsageError(`unknown format “${raw.format}”; known are ${FORMATS.join(", ")}`);
  if (raw.unsafeFixes && !raw.fix && !raw.diff) throw new UsageError("--unsafe-fixes goes with --fix or --diff");
  if (raw.diff && raw.format !== undefined) throw new UsageError("--diff prints a diff and takes no --format");
  if (raw.stdin && raw.stdinFilename === undefined) {
    throw new UsageError(
      "--stdin needs --stdin-filename: the name decides what kind of file it is and what it belongs to",
    );
  }
  if (raw.stdinFilename !== undefined && !raw.stdin) throw new UsageError("--stdin-filename goes with --stdin");
  if (raw.stdin && paths.length > 0) throw new UsageError("--stdin checks one text and takes no paths");
  return {
    format,
    fixing: raw.diff ? "diff" : raw.fix ? "write" : "none",
    unsafeFixes: raw.unsafeFixes ?? false,
    levels: readLevels(raw.rule ?? [], knownRules),
    maxWarnings: readMaxWarnings(raw.maxWarnings),
    quiet: raw.quiet ?? false,
    stdinFilename: raw.stdinFilename,
    config: raw.config,
    sdk: raw.sdk,
  };
}

function readLevels(settings: readonly string[], knownRules: readonly string[]): Record<string, RuleLevel> {
  const levels: Record<string, RuleLevel> = {};
  for (const setting of settings) {
    const [, id, level] = /^([^=]+)=(.*)$/.exec(setting) ?? [];
    if (id === undefined || level === undefined) throw new UsageError(`--rule takes id=level, not “${setting}”`);
    if (!knownRules.includes(id)) throw new UsageError(`--rule: ${unknownRule(id, knownRules)}`);
    if (!isRuleLevel(level)) {
      throw new UsageError(`--rule: the level of “${id}” must be one of ${RULE_LEVELS.join(", ")}, not “${level}”`);
    }
    levels[id] = level;
  }
  return levels;
}

function readMaxWarnings(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--max-warnings takes a number, not “${text}”`);
  return Number(text);
}
