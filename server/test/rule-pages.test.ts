// Executes every rule's page; `rule-page.ts` says how a page is read.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { rules } from "../src/rules/registry.generated.ts";
import { checkExample, examplesOf, HEADINGS, marksOf } from "./rule-page.ts";
import { root } from "./support.ts";

describe("rule pages", () => {
  for (const rule of rules) {
    const { id } = rule.meta;
    describe(id, () => {
      const file = path.join(root, "docs/rules", `${id}.md`);
      const markdown = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
      const examples = examplesOf(markdown);

      it("has a page with the agreed headings", () => {
        assert.notEqual(markdown, "", `docs/rules/${id}.md is missing`);
        assert.match(markdown, new RegExp(`^# .*\`?${id}\`?`));
        const headings = [...markdown.matchAll(/^## (.*)$/gm)].map((match) => match[1]);
        assert.deepEqual(headings, HEADINGS);
      });

      it("has at least as many silent examples as firing ones", () => {
        const firing = examples.filter((example) =>
          marksOf(example.files).some((mark) => mark.what.includes(`[${id}]`)),
        );
        const silent = examples.filter((example) => marksOf(example.files).length === 0);
        assert.ok(firing.length > 0, "no example fires");
        assert.ok(silent.length >= firing.length, `${silent.length} silent, ${firing.length} firing`);
      });

      if (rule.meta.fix !== "none") {
        it("pins its quick fix", () => assert.ok(examples.some((example) => example.fixes.length > 0)));
      }

      for (const example of examples) {
        it(`line ${example.line} (${example.heading})`, () => checkExample(example));
      }
    });
  }
});
