// Whether data says the same, and numbers with their nouns.
import assert from "node:assert/strict";
import { sameData } from "../../src/base/equal.ts";
import { plural } from "../../src/base/plural.ts";

describe("base/equal", () => {
  it("compares by content", () => {
    const data = (value: unknown) => ({
      list: [1, "2", null, undefined],
      map: new Map([["a", { set: new Set([value]) }]]),
    });
    assert.ok(sameData(data(1), data(1)));
    assert.ok(!sameData(data(1), data("1")));
    assert.ok(sameData(Number.NaN, Number.NaN));
  });

  it("tells kinds, lengths, keys and absent values apart", () => {
    for (const [a, b] of [
      [[], {}],
      [[1], [1, 2]],
      [
        [1, 2],
        [2, 1],
      ],
      [{ a: 1 }, { b: 1 }],
      [{ a: undefined }, {}],
      [new Map([["a", 1]]), new Map([["a", 2]])],
      [new Map(), new Set()],
      [null, {}],
      [undefined, null],
    ])
      assert.ok(!sameData(a, b) && !sameData(b, a), JSON.stringify([a, b]));
  });
});

describe("base/plural", () => {
  it("knows one from many", () => {
    assert.deepEqual([plural(0, "file"), plural(1, "file"), plural(2n, "file")], ["0 files", "1 file", "2 files"]);
    assert.equal(plural(2, "vector is", "vectors are"), "2 vectors are");
    assert.equal(plural(1n, "vector is", "vectors are"), "1 vector is");
  });
});
