// Executes docs/posts.md, the questions of the forums as small projects; `rule-page.ts` says how a page is read.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { checkExample, examplesOf, marksOf } from "./rule-page.ts";
import { root } from "./support.ts";

describe("forum questions", () => {
  const examples = examplesOf(fs.readFileSync(path.join(root, "docs/posts.md"), "utf8"));

  it("have a project each, with something found in it", () => {
    assert.ok(examples.length >= 7);
    for (const { heading, files } of examples) assert.ok(marksOf(files).length > 0, heading);
    assert.equal(new Set(examples.map(({ heading }) => heading)).size, examples.length);
  });

  for (const example of examples) it(example.heading, () => checkExample(example));
});
