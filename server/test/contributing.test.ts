// CONTRIBUTING.md promises that its five steps work to the letter: its rule and its page are taken from it and run.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Rule } from "../src/rules/define.ts";
import { checkExample, examplesOf, HEADINGS } from "./rule-page.ts";
import { root } from "./support.ts";

const text = fs.readFileSync(path.join(root, "CONTRIBUTING.md"), "utf8");

/** A fenced block of the list, its indentation removed. */
function block(fence: string): string {
  const match = new RegExp(`^   ${fence}\\w+\\n([^]*?)^   ${fence}\\n`, "m").exec(text);
  assert.ok(match, `no block ${fence}`);
  return (match[1] as string).replace(/^ {3}/gm, "");
}

describe("CONTRIBUTING.md", () => {
  it("has a rule and a page that work together", async () => {
    const file = path.join(root, "server/src/rules/queues", `long-sleep-${process.pid}.tmp.ts`);
    fs.writeFileSync(file, block("```"));
    let rule: Rule;
    try {
      rule = ((await import(pathToFileURL(file).href)) as { default: Rule }).default;
    } finally {
      fs.rmSync(file);
    }
    const page = block("````");
    assert.deepEqual(
      [...page.matchAll(/^## (.*)$/gm)].map((match) => match[1]),
      HEADINGS,
    );
    const examples = examplesOf(page);
    assert.equal(examples.length, 2);
    for (const example of examples) await checkExample(example, [rule]);
  });
});
