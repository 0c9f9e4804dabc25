// Putting fixes together: none in part, none across another.
import assert from "node:assert/strict";
import { applyFileEdit, planFixes } from "../../src/features/apply-fixes.ts";
import type { Fix } from "../../src/rules/define.ts";

function fix(...edits: [path: string, start: number, end: number, text: string][]): Fix {
  return {
    title: "",
    safe: true,
    edits: edits.map(([path, start, end, newText]) => ({ path, edits: [{ span: { start, end }, newText }] })),
  };
}

function apply(texts: Record<string, string>, ...fixes: Fix[]): Record<string, string> & { taken?: never } {
  const plan = planFixes(fixes, (path) => texts[path]);
  const result = { ...texts };
  for (const file of plan.files) result[file.path] = applyFileEdit(texts[file.path] ?? "", file);
  return result;
}

describe("applying fixes", () => {
  it("applies what does not touch", () => {
    assert.deepEqual(apply({ a: "one two" }, fix(["a", 0, 3, "1"]), fix(["a", 4, 7, "2"])), { a: "1 2" });
  });

  it("takes the first of two that overlap, and all of a fix or nothing", () => {
    const texts = { a: "one two", b: "three" };
    const both = fix(["a", 2, 5, "X"], ["b", 0, 5, "3"]);
    assert.deepEqual(apply(texts, fix(["a", 0, 3, "1"]), both), { a: "1 two", b: "three" });
    assert.equal(planFixes([fix(["a", 0, 3, "1"]), both], (path) => texts[path as "a"]).postponed, 1);
  });

  it("leaves out a fix that contradicts itself, reaches outside, or is for an unknown text", () => {
    const texts = { a: "one two" };
    assert.deepEqual(apply(texts, fix(["a", 0, 3, "1"], ["a", 1, 2, "x"])), texts);
    assert.deepEqual(apply(texts, fix(["a", 0, 30, "1"])), texts);
    assert.deepEqual(apply(texts, fix(["a", 0, 3, "1"], ["nowhere", 0, 0, "x"])), texts);
  });

  it("does the same change once, and keeps two insertions of one fix in order", () => {
    assert.deepEqual(apply({ a: "x" }, fix(["a", 0, 0, "#"]), fix(["a", 0, 0, "#"])), { a: "#x" });
    assert.deepEqual(apply({ a: "x" }, fix(["a", 0, 0, "1"], ["a", 0, 0, "2"])), { a: "12x" });
    assert.deepEqual(apply({ a: "x" }, fix(["a", 0, 0, "1"]), fix(["a", 0, 0, "2"])), { a: "1x" });
  });

  it("writes the line breaks that the file has", () => {
    assert.deepEqual(apply({ a: "a\r\nb\r\n" }, fix(["a", 3, 3, "x\ny\r\n"])), { a: "a\r\nx\r\ny\r\nb\r\n" });
  });
});
