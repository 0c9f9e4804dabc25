// Bytes to text and back.
import assert from "node:assert/strict";
import { decode, encode, lineBreakOf } from "../../src/base/decode.ts";

describe("decoding", () => {
  const texts = ["", "a", "int x; // ü 日本 😀\r\n", "\n"];
  for (const encoding of ["utf-8", "utf-16le", "utf-16be"] as const) {
    for (const bom of [true, false]) {
      it(`reads back ${encoding}${bom ? " with a mark" : ""}`, () => {
        for (const text of texts) {
          const bytes = encode(text, { encoding, bom });
          const decoded = decode(bytes);
          assert.equal(decoded.text, text);
          assert.ok(decoded.lossless);
          assert.deepEqual(encode(decoded.text, decoded), bytes);
        }
      });
    }
  }

  it("says when bytes are not valid", () => {
    const decoded = decode(new Uint8Array([0x61, 0xfc, 0x62]));
    assert.deepEqual(decoded, { text: "a\ufffdb", encoding: "utf-8", bom: false, lossless: false });
    assert.equal(decode(new Uint8Array([0xff, 0xfe, 0x61])).lossless, false);
  });

  it("tells line breaks by the majority", () => {
    assert.equal(lineBreakOf("a"), "\n");
    assert.equal(lineBreakOf("a\r\nb\r\nc\n"), "\r\n");
    assert.equal(lineBreakOf("a\r\nb\nc\n"), "\n");
  });
});
