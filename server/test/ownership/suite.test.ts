// Runs the ownership suite: clean functions are silent, defects are found by the right rule on the right object.
// What is known to be answered otherwise stands in known-misses.json, which must be exact. To write it anew after the engine
// changed: SUITE_UPDATE=1 npx mocha server/test/ownership/suite.test.ts
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Finding } from "../../src/engine/finding.ts";
import type { AnalysisHost } from "../../src/engine/host.ts";
import { rules } from "../../src/rules/registry.generated.ts";
import { hostOf, loadParsers, root } from "../support.ts";
import { compare, ownershipFindings, readSuite, RULES, within, type Suite, type SuiteFunction } from "./suite.ts";

const KNOWN = path.join(root, "server/test/ownership/known-misses.json");
const exists = (rule: string): boolean => rules.some(({ meta }) => meta.id === rule);

/** Both lists hold "file function: rule object"; what is expected twice may stand there twice. */
interface Known {
  readonly missed: readonly string[];
  readonly surplus: readonly string[];
}

describe("ownership suite", () => {
  let suite: Suite;
  let host: AnalysisHost;
  let findings: readonly Finding[];

  before(async function () {
    this.timeout(60_000);
    suite = readSuite(await loadParsers());
    host = await hostOf(Object.fromEntries([...suite.files].map(([file, text]) => [`/suite/${file}`, text])));
    findings = ownershipFindings(host);
  });

  after(() => host.dispose());

  it("has at least 150 functions, about half of them clean, and each rule in it", () => {
    const defects = suite.functions.filter((fn) => fn.expected.length > 0);
    assert.ok(suite.functions.length >= 150);
    assert.ok(defects.length >= suite.functions.length * 0.4 && defects.length <= suite.functions.length * 0.6);
    const asked = new Set(defects.flatMap((fn) => fn.expected.map(({ rule }) => rule)));
    assert.deepEqual(
      [...asked].filter((rule) => !RULES.includes(rule)),
      [],
    );
    assert.deepEqual(
      RULES.filter((rule) => !asked.has(rule)),
      [],
    );
  });

  it("belongs to the analysis as a whole, and every function stays within the budget", () => {
    const snapshot = host.snapshot();
    for (const at of snapshot.paths) assert.ok(snapshot.membership(at).checked, at);
    assert.equal(host.statistics.functionsGivenUp, 0);
  });

  it("has a name of its own for each function, and no expectation that stands before none", () => {
    const names = suite.functions.map(nameOf);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
    const written = [...suite.files.values()].join("\n").match(/^\s*\/\/ expect:/gm)?.length ?? 0;
    assert.equal(suite.functions.flatMap((fn) => fn.expected).length, written);
  });

  it("gives what is expected, but for known-misses.json, which is exact", async () => {
    const missed: string[] = [];
    const surplus: string[] = [];
    for (const fn of suite.functions) {
      const result = compare(fn, within(fn, findings), exists);
      for (const { rule, object } of result.missed) missed.push(`${nameOf(fn)}: ${rule} ${object}`);
      for (const finding of result.surplus) surplus.push(`${nameOf(fn)}: ${finding.rule} ${objectOf(finding)}`);
    }
    const now: Known = { missed: missed.sort(), surplus: surplus.sort() };
    if (process.env.SUITE_UPDATE) await writeKnown(now);
    const known = JSON.parse(fs.readFileSync(KNOWN, "utf8")) as Known;
    assert.deepEqual(without(now.surplus, known.surplus), [], "found without being expected");
    assert.deepEqual(without(now.missed, known.missed), [], "expected and not found");
    assert.deepEqual(without(known.missed, now.missed), [], "known as missed, but found: remove it from the list");
    assert.deepEqual(
      without(known.surplus, now.surplus),
      [],
      "known as a false alarm, but gone: remove it from the list",
    );
  });
});

/** Laid out as the style check wants it. */
async function writeKnown(known: Known): Promise<void> {
  const { format, resolveConfig } = await import("prettier");
  const options = (await resolveConfig(KNOWN)) ?? {};
  fs.writeFileSync(KNOWN, await format(JSON.stringify(known), { ...options, filepath: KNOWN }));
}

function nameOf(fn: SuiteFunction): string {
  return `${fn.file} ${fn.name}`;
}

function objectOf({ raw }: Finding): string {
  return raw.data?.variable ?? raw.data?.object ?? Object.values(raw.data ?? {})[0] ?? "?";
}

/** The elements of `all` that are not in `minus`, each counted as often as it stands there. */
function without(all: readonly string[], minus: readonly string[]): string[] {
  const left = [...minus];
  return all.filter((each) => {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
