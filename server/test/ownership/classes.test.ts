// Runs the suite's classes: clean ones are silent, and in the others the right rule speaks of the right member, and no other.
import assert from "node:assert/strict";
import type { Finding } from "../../src/engine/finding.ts";
import type { AnalysisHost } from "../../src/engine/host.ts";
import { hostOf, loadParsers } from "../support.ts";
import { CLASS_KINDS, CLASS_RULES, classMutantsOf, readClasses, type ClassSuite } from "./classes.ts";
import { compare, ownershipFindings, within } from "./suite.ts";

describe("ownership suite of classes", () => {
  let suite: ClassSuite;
  let host: AnalysisHost;
  let findings: readonly Finding[];

  before(async function () {
    this.timeout(60_000);
    suite = readClasses(await loadParsers());
    host = await hostOf(Object.fromEntries([...suite.files].map(([file, text]) => [`/classes/${file}`, text])));
    findings = ownershipFindings(host, CLASS_RULES);
  });

  after(() => host.dispose());

  it("has at least 40 classes, half of them clean, each with a name of its own", () => {
    const clean = suite.classes.filter((cls) => cls.expected.length === 0);
    assert.ok(suite.classes.length >= 40);
    assert.ok(clean.length >= suite.classes.length * 0.4 && clean.length <= suite.classes.length * 0.65);
    assert.equal(new Set(suite.classes.map(({ name }) => name)).size, suite.classes.length);
    const written = [...suite.files.values()].join("\n").match(/^\s*\/\/ expect:/gm)?.length ?? 0;
    assert.equal(suite.classes.flatMap((cls) => cls.expected).length, written);
  });

  it("belongs to the analysis as a whole", () => {
    const snapshot = host.snapshot();
    for (const at of snapshot.paths) assert.ok(snapshot.membership(at).checked, at);
  });

  it("gives what is expected, and nothing else", () => {
    for (const cls of suite.classes) {
      const { missed, surplus } = compare(cls, within(cls, findings), () => true);
      const name = `${cls.file} ${cls.name}`;
      assert.deepEqual([name, ...missed], [name]);
      assert.deepEqual([name, ...surplus.map(({ rule, message }) => `${rule}: ${message}`)], [name]);
    }
  });

  it("has mutants of every kind", () => {
    const mutants = suite.classes.filter((cls) => cls.expected.length === 0).flatMap(classMutantsOf);
    assert.deepEqual(
      Object.keys(CLASS_KINDS).filter((id) => !mutants.some(({ kind }) => kind.id === id)),
      [],
    );
  });
});
