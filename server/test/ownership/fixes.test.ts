// Applies every quick fix that the ownership rules offer in the suite, one at a time: its finding is gone, and nothing new has come.
import assert from "node:assert/strict";
import { applyEdits } from "../../src/base/edit.ts";
import { finish } from "../../src/engine/analysis.ts";
import type { Finding } from "../../src/engine/finding.ts";
import { hostOf, loadParsers } from "../support.ts";
import { CLASS_RULES, readClasses } from "./classes.ts";
import { ownershipFindings, readSuite } from "./suite.ts";

/** How often each rule speaks. */
function counts(findings: readonly Finding[]): Map<string, number> {
  const result = new Map<string, number>();
  for (const { rule } of findings) result.set(rule, (result.get(rule) ?? 0) + 1);
  return result;
}

/** How often each kind of fix was offered, and what went wrong with one. */
async function applied(files: ReadonlyMap<string, string>): Promise<{ titles: Map<string, number>; wrong: string[] }> {
  const host = await hostOf(Object.fromEntries([...files].map(([file, text]) => [`/suite/${file}`, text])));
  const check = (path: string): Map<string, number> => counts(finish(host.snapshot().check(path)).findings);
  const unchanged = new Map(host.snapshot().paths.map((path) => [path, check(path)]));
  const titles = new Map<string, number>();
  const wrong: string[] = [];
  for (const finding of ownershipFindings(host, CLASS_RULES)) {
    for (const fix of host.snapshot().fixesOf(finding)) {
      const kind = fix.title.replace(/'.*?'/g, "'…'");
      titles.set(kind, (titles.get(kind) ?? 0) + 1);
      const before = fix.edits.map(({ path }) => ({ path, text: files.get(path.slice("/suite/".length)) ?? "" }));
      const old = unchanged.get(finding.path) ?? new Map<string, number>();
      host.apply(
        fix.edits.map(({ path, edits }, index) => ({ path, text: applyEdits(before[index]?.text ?? "", edits) })),
      );
      const now = check(finding.path);
      const place = `${finding.path} ${finding.message}: ${fix.title}`;
      if (now.get(finding.rule) === old.get(finding.rule)) wrong.push(`still there: ${place}`);
      for (const [rule, count] of now) if (count > (old.get(rule) ?? 0)) wrong.push(`a new ${rule}: ${place}`);
      host.apply(before);
    }
  }
  host.dispose();
  return { titles, wrong };
}

describe("quick fixes of the ownership rules", function () {
  this.timeout(120_000);

  it("remove their finding in the suite and bring none", async () => {
    const { titles, wrong } = await applied(readSuite(await loadParsers()).files);
    assert.deepEqual(wrong, []);
    for (const title of ["Release '…' before returning", "Make '…' an OSSharedPtr"]) {
      assert.ok((titles.get(title) ?? 0) >= 10, `${title}: ${titles.get(title) ?? 0}`);
    }
  });

  it("remove their finding in the suite's classes and bring none", async () => {
    assert.deepEqual((await applied(readClasses(await loadParsers()).files)).wrong, []);
  });
});
