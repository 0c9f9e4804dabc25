// Where the cursor stands in a property list, half-typed ones above all.
import assert from "node:assert/strict";
import { cursorAt } from "../../src/features/plist/cursor.ts";
import { HEAD, marked } from "./support.ts";

/** "keys: key|value of …, element, typed text". */
function at(body: string): string {
  const { text, offset } = marked(`${HEAD}${body}`);
  const cursor = cursorAt(text, offset);
  if (!cursor) return "nothing";
  const { keys, container, expects, key, element, span, hasValue, closed } = cursor;
  const words = [
    `${container} ${keys.map((each) => each || "[]").join("/")}`.trim(),
    expects === "key" ? "key" : `value of ${key}`,
    ...(element === undefined ? [] : [`in <${element}>`]),
    `“${text.slice(span.start, span.end)}”`,
    ...(closed ? ["closed"] : []),
    ...(hasValue ? ["has value"] : []),
  ];
  return words.join(", ");
}

describe("cursor in a property list", () => {
  const cases: readonly (readonly [body: string, wanted: string])[] = [
    ["‸<dict></dict>", "nothing"],
    ["<dict>‸</dict>", "dict, key, “”"],
    ["<dict>\n\t<‸\n</dict>", "dict, key, “<”"],
    ["<dict>\n\t<ke‸\n</dict>", "dict, key, “<ke”"],
    ["<dict>\n\t<ke‸>\n</dict>", "dict, key, “<ke>”"],
    ["<dict>\n\tIOC‸\n</dict>", "dict, key, “IOC”"],
    ["<dict>\n\t<key>IO‸\n</dict>", "dict, key, in <key>, “IO”"],
    ["<dict>\n\t<key>IO‸Cl</key>\n</dict>", "dict, key, in <key>, “IOCl”, closed"],
    ["<dict>\n\t<key>IO‸</key>\n\t<true/>\n</dict>", "dict, key, in <key>, “IO”, closed, has value"],
    ["<dict>\n\t<key>IO‸\n\t<key>B</key><true/>\n</dict>", "dict, key, in <key>, “IO”"],
    // The key of the line above was never closed.
    ["<dict>\n\t<key>A\n\t‸\n</dict>", "dict, value of A, “”"],
    ["<dict>\n\t<key>A</key>\n\t‸\n</dict>", "dict, value of A, “”"],
    ["<dict>\n\t<key>A</key>\n\t<st‸\n</dict>", "dict, value of A, “<st”"],
    ["<dict>\n\t<key>A</key>\n\t<string>x‸\n</dict>", "dict, value of A, in <string>, “x”"],
    ["<dict>\n\t<key>A</key>\n\t<string>‸</string>\n</dict>", "dict, value of A, in <string>, “”, closed"],
    ["<dict>\n\t<key>A</key>\n\t<string>x</string>‸\n</dict>", "dict, key, “”"],
    ["<dict>\n\t<key>A</key>\n\t<true/>\n\t‸\n</dict>", "dict, key, “”"],
    ["<dict><key>A</key><array>‸</array></dict>", "array A, value of A, “”"],
    ["<dict><key>A</key><array><string>‸</string></array></dict>", "array A, value of A, in <string>, “”, closed"],
    ["<dict><key>A</key><array><dict>‸</dict></array></dict>", "dict A/[], key, “”"],
    ["<dict><key>A</key><dict><key>B</key><dict>‸", "dict A/B, key, “”"],
    ["<dict><key>A</key><dict/><key>B</key>‸", "dict, value of B, “”"],
    // Nothing to complete: comments, end tags, data, values without a key.
    ["<dict><!-- <ke‸ --></dict>", "nothing"],
    ["<dict><key>A</‸", "nothing"],
    ["<dict><key>A</key><data>\nAAAA\n‸</data></dict>", "nothing"],
    ["<dict><string>‸</string></dict>", "nothing"],
  ];
  for (const [body, wanted] of cases) {
    it(JSON.stringify(body), () => assert.equal(at(body), wanted));
  }

  it("knows the other keys of the dictionary, before and behind, with their text", () => {
    const { text, offset } = marked(
      `${HEAD}<dict><key>A</key><string>x</string>\n<key>‸</key>\n<key>B</key><dict><key>no</key><true/></dict><key>C</key></dict>`,
    );
    assert.deepEqual(
      [...(cursorAt(text, offset)?.siblings ?? [])],
      [
        ["A", "x"],
        ["B", ""],
        ["C", ""],
      ],
    );
  });

  it("never throws and stays within its line, wherever the cursor is and however broken the text", () => {
    const body = `${HEAD}<dict>\n<key>A</key\n<array><dict><key>&amp;B<string>]]></dict>\r\n<!-- <![CDATA[ <x y="</key>"><`;
    for (let offset = 0; offset <= body.length; offset++) {
      for (const text of [body, body.slice(0, offset)]) {
        const cursor = cursorAt(text, offset);
        if (!cursor) continue;
        assert.ok(cursor.span.start <= offset && offset <= cursor.span.end);
        assert.doesNotMatch(text.slice(cursor.span.start, cursor.span.end), /[\r\n]/);
      }
    }
  });

  it("answers quickly in a large file and at great depth", () => {
    const many = `<key>A</key><string>x</string>\n`.repeat(100_000);
    const deep = "<key>A</key><dict>".repeat(50_000);
    for (const [text, wanted] of [
      [`<dict>${many}`, "key"],
      [`<dict>${deep}`, undefined],
    ] as const) {
      const started = performance.now();
      assert.equal(cursorAt(text, text.length)?.expects, wanted);
      assert.ok(performance.now() - started < 2000);
    }
  });
});
