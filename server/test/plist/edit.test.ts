// Edits of property lists: the smallest change, in the file's own indentation and line ends.
import assert from "node:assert/strict";
import { applyEdits, type Edit } from "../../src/base/edit.ts";
import { entryOf, valueOf, type PlistDocument, type PlistValue } from "../../src/plist/document.ts";
import { insertArrayItem, insertEntry, replaceElement, setValue, type NewValue } from "../../src/plist/edit.ts";
import { parsePlist } from "../../src/plist/parse.ts";
import type { Parsers } from "../../src/syntax/parsers.ts";
import { loadParsers } from "../support.ts";

describe("plist/edit", () => {
  let parsers: Parsers;
  before(async () => {
    parsers = await loadParsers();
  });
  const parse = (text: string): PlistDocument => parsePlist(parsers, "/p/a.plist", text);
  const root = (document: PlistDocument): PlistValue & { kind: "dict" } => {
    assert.ok(document.root?.kind === "dict");
    return document.root;
  };
  /** Applies the edits and checks that the result is a property list without problems. */
  const apply = (document: PlistDocument, edits: readonly Edit[]): string => {
    const text = applyEdits(document.text, edits);
    assert.deepEqual(parse(text).problems, [], text);
    return text;
  };
  const MATCH: NewValue = [{ entries: [["IOPCIPrimaryMatch", "0x1&0xFFFF"]] }];

  it("sets a value and escapes it", () => {
    const document = parse("<plist><dict><key>A</key><string>old</string><key>B</key><string/></dict></plist>");
    const [a, b] = root(document).entries;
    assert.ok(a?.value && b?.value);
    assert.equal(
      apply(document, [...setValue(a.value, "1 & <2>"), ...setValue(b.value, "x")]),
      "<plist><dict><key>A</key><string>1 &amp; &lt;2&gt;</string><key>B</key><string>x</string></dict></plist>",
    );
  });

  it("adds an entry at the end, in tabs", () => {
    const document = parse("<plist>\n<dict>\n\t<key>A</key>\n\t<true/>\n</dict>\n</plist>\n");
    assert.equal(
      apply(document, insertEntry(document, root(document), "M", MATCH)),
      "<plist>\n<dict>\n\t<key>A</key>\n\t<true/>\n\t<key>M</key>\n\t<array>\n\t\t<dict>\n\t\t\t<key>IOPCIPrimaryMatch</key>\n" +
        "\t\t\t<string>0x1&amp;0xFFFF</string>\n\t\t</dict>\n\t</array>\n</dict>\n</plist>\n",
    );
  });

  it("keeps blanks and CRLF, and the indentation of a nested dictionary", () => {
    const text =
      "<plist>\r\n  <dict>\r\n    <key>A</key>\r\n    <dict>\r\n      <key>B</key>\r\n      <true/>\r\n    </dict>\r\n  </dict>\r\n</plist>";
    const document = parse(text);
    const inner = valueOf(root(document), "A");
    assert.ok(inner?.kind === "dict");
    assert.equal(
      apply(document, insertEntry(document, inner, "C", ["x"])),
      text.replace(
        "<true/>",
        "<true/>\r\n      <key>C</key>\r\n      <array>\r\n        <string>x</string>\r\n      </array>",
      ),
    );
  });

  it("adds behind a given entry, and behind its comment", () => {
    const document = parse(
      "<plist>\n<dict>\n\t<key>A</key>\n\t<true/> <!-- why -->\n\t<key>B</key>\n\t<true/>\n</dict>\n</plist>",
    );
    assert.equal(
      apply(document, insertEntry(document, root(document), "M", false, entryOf(root(document), "A"))),
      "<plist>\n<dict>\n\t<key>A</key>\n\t<true/> <!-- why -->\n\t<key>M</key>\n\t<false/>\n\t<key>B</key>\n\t<true/>\n</dict>\n</plist>",
    );
  });

  it("fills empty dictionaries and arrays, however they are written", () => {
    for (const [written, expected] of [
      ["<dict/>", "<dict>\n\t<key>M</key>\n\t<true/>\n</dict>"],
      ["<dict></dict>", "<dict>\n\t<key>M</key>\n\t<true/>\n</dict>"],
      ["<dict>\n</dict>", "<dict>\n\t<key>M</key>\n\t<true/>\n</dict>"],
      ["<dict>\n\t<!-- none -->\n</dict>", "<dict>\n\t<key>M</key>\n\t<true/>\n\t<!-- none -->\n</dict>"],
    ] as const) {
      const document = parse(`<plist>\n${written}\n</plist>`);
      assert.equal(apply(document, insertEntry(document, root(document), "M", true)), `<plist>\n${expected}\n</plist>`);
    }
    const document = parse("<plist>\n<dict>\n\t<key>A</key>\n\t<array/>\n</dict>\n</plist>");
    const array = valueOf(root(document), "A");
    assert.ok(array?.kind === "array");
    assert.equal(
      apply(document, insertArrayItem(document, array, "x")),
      "<plist>\n<dict>\n\t<key>A</key>\n\t<array>\n\t\t<string>x</string>\n\t</array>\n</dict>\n</plist>",
    );
  });

  it("stays on the line where all stands on one line", () => {
    const document = parse("<plist><dict><key>A</key><array><true/></array></dict></plist>");
    const array = valueOf(root(document), "A");
    assert.ok(array?.kind === "array");
    assert.equal(
      apply(document, insertArrayItem(document, array, { entries: [["k", "v"]] })),
      "<plist><dict><key>A</key><array><true/><dict><key>k</key><string>v</string></dict></array></dict></plist>",
    );
    assert.equal(
      apply(document, insertEntry(document, root(document), "B", true)),
      "<plist><dict><key>A</key><array><true/></array><key>B</key><true/></dict></plist>",
    );
  });

  it("replaces an element", () => {
    const document = parse("<plist>\n<dict>\n    <key>A</key>\n    <true/>\n</dict>\n</plist>");
    const value = valueOf(root(document), "A");
    assert.ok(value);
    assert.equal(
      apply(document, replaceElement(document, value, ["x", []])),
      "<plist>\n<dict>\n    <key>A</key>\n    <array>\n        <string>x</string>\n        <array/>\n    </array>\n</dict>\n</plist>",
    );
  });

  it("sets no value of a container", () => {
    assert.deepEqual(setValue(root(parse("<plist><dict/></plist>")), "x"), []);
  });
});
