// What text looks like in a terminal.
import assert from "node:assert/strict";
import { excerptOf, sanitize, widthOf, wrap } from "../../src/cli/text-width.ts";

describe("text in a terminal", () => {
  it("counts columns", () => {
    assert.equal(widthOf("abc"), 3);
    assert.equal(widthOf("日本"), 4);
    assert.equal(widthOf("😀"), 2);
    assert.equal(widthOf("e\u0301"), 1);
    assert.equal(widthOf("ﾊﾝ"), 2);
  });

  it("underlines what is marked, whatever stands before it", () => {
    for (const before of ["", "\t", "a\tb", "日本 ", "😀", "e\u0301"]) {
      const line = `${before}MARK;`;
      const { text, start, width } = excerptOf(line, before.length, before.length + 4, 80);
      const shown = [...text];
      let column = 0;
      let at = 0;
      while (column < start || shown[at] === "\u0301") column += widthOf(shown[at++] ?? "");
      assert.equal(shown.slice(at, at + 4).join(""), "MARK", before);
      assert.equal(width, 4);
    }
  });

  it("moves the window to the marked part and never exceeds it", () => {
    for (const limit of [20, 21, 50]) {
      for (let offset = 0; offset < 200; offset++) {
        const line = `${"日".repeat(offset)}MARK${"x".repeat(100)}`;
        const { text, start, width } = excerptOf(line, offset, offset + 4, limit);
        assert.ok(widthOf(text) <= limit, text);
        assert.ok(text.includes("MARK"), text);
        assert.equal(width, 4);
        assert.equal(widthOf(text.slice(0, text.indexOf("MARK"))), start);
      }
    }
  });

  it("has a place for what is marked at the end, or empty", () => {
    assert.deepEqual(excerptOf("ab", 2, 2, 80), { text: "ab", start: 2, width: 1 });
    assert.deepEqual(excerptOf("", 0, 0, 80), { text: "", start: 0, width: 1 });
  });

  it("lets no control character through", () => {
    assert.equal(sanitize("a\u001b[2J\u0007\u202eb\tc"), "a\ufffd[2J\ufffd\ufffdb\tc");
  });

  it("wraps between words", () => {
    assert.deepEqual(wrap("a bb ccc  dddddddd e", 6), ["a bb", "ccc", "dddddddd", "e"]);
    assert.deepEqual(wrap("  ", 6), []);
  });
});
