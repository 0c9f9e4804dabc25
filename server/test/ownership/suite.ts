// Reads the ownership suite: small drivers' functions, each with what must be found in it. Shared by the test and the benches.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compareStrings } from "../../src/base/compare.ts";
import { LineIndex } from "../../src/base/line-index.ts";
import { finish } from "../../src/engine/analysis.ts";
import type { Finding } from "../../src/engine/finding.ts";
import type { AnalysisHost } from "../../src/engine/host.ts";
import type { FunctionInfo } from "../../src/semantics/model.ts";
import { summarize } from "../../src/semantics/summarize.ts";
import type { Parsers } from "../../src/syntax/parsers.ts";

/** The rules that the suite and the mutations are about. Rules of a whole class are measured elsewhere. */
export const RULES: readonly string[] = [
  "leaked-out-object",
  "leak-on-error-path",
  "osaction-leak",
  "leak-on-overwrite",
  "double-release",
  "use-after-release",
  "release-borrowed",
  "free-called-directly",
  "deleted-object",
  "out-param-unchecked",
  "out-param-uninitialised",
  "mapping-outlives-owner",
  "collection-temp-leak",
  "newuserclient-leak",
  "usb-descriptor-leak",
];

/** What one finding is expected to be: the rule, and the object as the function calls it. */
export interface Expectation {
  readonly rule: string;
  readonly object: string;
}

/** A function of a file, methods in classes included, blocks and lambdas not. */
export interface SuiteFunction {
  /** Path within the suite. */
  readonly file: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** 1-based line of its first line. */
  readonly line: number;
  readonly expected: readonly Expectation[];
  /** A part of it cannot be parsed, so that the engine leaves it alone. */
  readonly unreadable: boolean;
  readonly info: FunctionInfo;
}

export interface Suite {
  /** Path to text. */
  readonly files: ReadonlyMap<string, string>;
  readonly functions: readonly SuiteFunction[];
}

const FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), "suite");

/** The suite as it lies in its folder, files and functions in order. */
export function readSuite(parsers: Parsers): Suite {
  const names = fs.readdirSync(FOLDER).filter((name) => /\.(cpp|h|iig)$/.test(name));
  const files = new Map(
    names.sort(compareStrings).map((name) => [name, fs.readFileSync(path.join(FOLDER, name), "utf8")]),
  );
  return { files, functions: [...files].flatMap(([file, text]) => functionsOf(parsers, file, text)) };
}

/** The functions of one C++ file with the expectations in the comments before them. */
export function functionsOf(parsers: Parsers, file: string, text: string): SuiteFunction[] {
  const { file: syntax } = parsers.parse("driverkit", file, text);
  const lines = new LineIndex(text);
  return summarize(syntax, file.endsWith(".iig") ? "iig" : "cpp")
    .functions.filter((fn) => fn.outer === undefined && fn.form !== "top-level")
    .map((info) => ({
      file,
      name: info.className === undefined ? info.name : `${info.className}::${info.name}`,
      start: info.node.start,
      end: info.node.end,
      line: lines.positionAt(info.node.start).line + 1,
      expected: expectationsBefore(text, info.node.start),
      unreadable: syntax.errors.some((error) => error.start <= info.node.end && error.end >= info.node.start),
      info,
    }));
}

/** The `// expect: rule object` lines that stand directly above an offset. */
export function expectationsBefore(text: string, offset: number): Expectation[] {
  const expected: Expectation[] = [];
  const above = text.slice(0, offset).split("\n").slice(0, -1);
  for (let line = above.pop()?.trim(); line?.startsWith("// expect: "); line = above.pop()?.trim()) {
    const [rule, object] = line.slice("// expect: ".length).split(" ");
    if (rule !== undefined && object !== undefined) expected.unshift({ rule, object });
  }
  return expected;
}

/** The findings of the given rules in all files of a host, in order. */
export function ownershipFindings(host: AnalysisHost, rules: readonly string[] = RULES): Finding[] {
  const snapshot = host.snapshot();
  return snapshot.paths.flatMap((at) => {
    const { findings, errors } = finish(snapshot.check(at));
    for (const { rule, message } of errors) throw new Error(`${at}: ${rule}: ${message}`);
    return findings.filter((finding) => rules.includes(finding.rule));
  });
}

/** True when the finding speaks of that object: by name, as a member, as an element, or as what a call gave. */
export function isAbout(finding: Finding, object: string): boolean {
  return Object.values(finding.raw.data ?? {}).some(
    (value) =>
      value === object ||
      value.startsWith(`${object}[`) ||
      value.startsWith(`${object}->`) ||
      value.endsWith(`->${object}`) ||
      value.endsWith(`::${object}`),
  );
}

export interface Comparison {
  /** Expected and not found. */
  readonly missed: readonly Expectation[];
  /** Found and not expected. */
  readonly surplus: readonly Finding[];
}

/** Sets one function's or class's findings against what it expects; expectations of rules that do not exist are left out of both. */
export function compare(
  fn: Pick<SuiteFunction, "expected">,
  findings: readonly Finding[],
  exists: (rule: string) => boolean,
): Comparison {
  const surplus = [...findings];
  const missed: Expectation[] = [];
  const later: string[] = [];
  for (const expectation of fn.expected) {
    if (!exists(expectation.rule)) {
      later.push(expectation.object);
      continue;
    }
    const at = surplus.findIndex(
      (finding) => finding.rule === expectation.rule && isAbout(finding, expectation.object),
    );
    if (at < 0) missed.push(expectation);
    else surplus.splice(at, 1);
  }
  // Until the more specific rule exists another one may speak of the same object.
  return { missed, surplus: surplus.filter((finding) => !later.some((object) => isAbout(finding, object))) };
}

/** The findings that lie in a function, or in a class's part of a file. */
export function within(fn: Pick<SuiteFunction, "file" | "start" | "end">, findings: readonly Finding[]): Finding[] {
  return findings.filter(
    ({ path: at, span }) =>
      at.slice(at.lastIndexOf("/") + 1) === fn.file && fn.start <= span.start && span.start < fn.end,
  );
}
