// Reading property lists: values with exact places, and a clear problem for everything that is wrong.
import assert from "node:assert/strict";
import { stringOf, valueOf, type PlistDocument, type PlistValue } from "../../src/plist/document.ts";
import { parsePlist, readPlist } from "../../src/plist/parse.ts";
import { scanXml, xmlTokens } from "../../src/plist/tokens.ts";
import { placeOfText } from "../../src/plist/offsets.ts";
import { plainValues } from "../../src/plist/values.ts";
import type { Parsers } from "../../src/syntax/parsers.ts";
import { loadParsers } from "../support.ts";

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n';
const wrap = (body: string): string => `${HEAD}<plist version="1.0">\n${body}\n</plist>\n`;

/** The value in a short notation, for comparisons. */
function plain(value: PlistValue | undefined): unknown {
  if (!value) return null;
  switch (value.kind) {
    case "dict":
      return Object.fromEntries(value.entries.map((entry) => [entry.key, plain(entry.value)]));
    case "array":
      return value.items.map(plain);
    case "boolean":
      return value.value;
    default:
      return value.text;
  }
}

describe("plist/parse", () => {
  let parsers: Parsers;
  before(async () => {
    parsers = await loadParsers();
  });
  const parse = (text: string): PlistDocument => parsePlist(parsers, "/p/Info.plist", text);
  const problems = (text: string): string[] =>
    parse(text).problems.map(({ span, message }) => `${text.slice(span.start, span.end)}: ${message}`);

  it("reads every kind of value", () => {
    const document = parse(
      wrap(
        "<dict><key>s</key><string>a</string><key>i</key><integer>-0x1F</integer><key>r</key><real>1.5e3</real><key>t</key><true/>" +
          "<key>f</key><false></false><key>d</key><date>2024-02-01T10:00:00Z</date><key>x</key><data>AAEC</data>" +
          "<key>l</key><array><string>one</string><dict/></array></dict>",
      ),
    );
    assert.equal(document.format, "xml");
    assert.deepEqual(document.problems, []);
    assert.deepEqual(plain(document.root), {
      s: "a",
      i: "-0x1F",
      r: "1.5e3",
      t: true,
      f: false,
      d: "2024-02-01T10:00:00Z",
      x: "AAEC",
      l: ["one", {}],
    });
  });

  it("gives exact places", () => {
    const text = wrap("<dict>\r\n\t<key>A</key>\r\n\t<string>one</string>\r\n\t<key>B</key>\r\n\t<array/>\r\n</dict>");
    const document = parse(text);
    assert.ok(document.root?.kind === "dict");
    const [a, b] = document.root.entries;
    assert.equal(text.slice(a?.keySpan.start, a?.keySpan.end), "A");
    assert.equal(text.slice(a?.keyElementSpan.start, a?.keyElementSpan.end), "<key>A</key>");
    assert.equal(text.slice(a?.value?.span.start, a?.value?.span.end), "<string>one</string>");
    assert.equal(text.slice(a?.value?.contentSpan.start, a?.value?.contentSpan.end), "one");
    assert.deepEqual(b?.value?.span, b?.value?.contentSpan);
    assert.equal(text.slice(document.root.span.start, document.root.span.start + 6), "<dict>");
    assert.ok(text.slice(0, document.root.span.end).endsWith("</dict>"));
  });

  it("decodes entities, character references and CDATA, and keeps white space", () => {
    const value = parse(wrap("<string> a&amp;b &lt;&gt;&quot;&apos; &#65;&#x1F600;<![CDATA[<x>&]]> </string>")).root;
    assert.equal(stringOf(value), " a&b <>\"' A\u{1F600}<x>& ");
  });

  it("finds the place of a part of a decoded string", () => {
    const document = parse(wrap("<string>0x10&amp;0xFF  &#x1F600;0x20&amp;0xF0</string>"));
    const text = stringOf(document.root) ?? "";
    const start = text.indexOf("0x20");
    assert.ok(document.root);
    const span = placeOfText(document, document.root, start, text.length);
    assert.equal(document.text.slice(span.start, span.end), "0x20&amp;0xF0");
  });

  it("never expands an entity that the document declares", () => {
    const text = '<!DOCTYPE plist [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<plist><string>&b;</string></plist>';
    assert.equal(stringOf(parse(text).root), "&b;");
    assert.deepEqual(problems(text), ["&b;: &b; is no entity that a property list knows."]);
    assert.equal(plainValues(text), undefined);
  });

  it("takes the last value of a key that stands twice, and says so", () => {
    const text = wrap("<dict><key>A</key><string>1</string><key>A</key><string>2</string></dict>");
    const document = parse(text);
    assert.equal(stringOf(valueOf(document.root, "A")), "2");
    assert.deepEqual(problems(text), ["A: The key “A” stands twice; the last one counts."]);
    assert.equal(document.problems[0]?.code, "duplicate-key");
  });

  const half: readonly (readonly [name: string, text: string, root: unknown, problems: readonly string[]])[] = [
    [
      "a key without a value",
      "<plist><dict><key>A</key><key>B</key><true/></dict></plist>",
      { A: null, B: true },
      ["<key>A</key>: The key “A” has no value."],
    ],
    [
      "a value without a key",
      "<plist><dict><true/><key>B</key><true/></dict></plist>",
      { B: true },
      ["<true/>: This value has no key."],
    ],
    [
      "a string that is not closed",
      "<plist><dict><key>A</key>\n<string>one\n<key>B</key><true/></dict></plist>",
      { A: "one", B: true },
      ["<string>: <string> is not closed."],
    ],
    [
      "a misspelt end tag",
      "<plist><dict><key>A</key><string>one</strong><key>B</key><true/></dict></plist>",
      { A: "one", B: true },
      ["</strong>: </strong> closes <string>; it should be </string>."],
    ],
    [
      "an end tag that is being typed",
      "<plist><dict><key>A</ke\n<string>one</string></dict></plist>",
      { A: "one" },
      ["</ke: This tag is not closed with “>”."],
    ],
    [
      "a tag that is being typed",
      "<plist><dict><key>A</key>\n<str\n<key>B</key><true/></dict></plist>",
      { A: null, B: true },
      ["<str: This tag is not closed with “>”."],
    ],
    [
      "an array that is not closed before the next key",
      "<plist><dict><key>A</key><array><string>x</string><key>B</key><true/></dict></plist>",
      { A: ["x"], B: true },
      ["<array>: <array> is not closed."],
    ],
    [
      "everything open at the end",
      "<plist><dict><key>A</key><array><dict><key>B</key><string>x",
      { A: [{ B: "x" }] },
      ["<string>: The file ends before this <string> is closed."],
    ],
    [
      "a raw ampersand",
      "<plist><string>0x1&0x2 & 0x3</string></plist>",
      "0x1&0x2 & 0x3",
      ["&: Write “&” as &amp; here.", "&: Write “&” as &amp; here."],
    ],
    [
      "an unknown element",
      "<plist><dict><key>A</key><foo><bar/></foo><key>B</key><true/></dict></plist>",
      { A: null, B: true },
      ["<foo>: <foo> is no element of a property list."],
    ],
    [
      "text between elements",
      "<plist><dict>loose<key>B</key><true/></dict></plist>",
      { B: true },
      ["loose: Text may stand only inside <key>, <string> and the like."],
    ],
    ["a stray end tag", "<plist><dict></array></dict></plist>", {}, ["</array>: </array> closes nothing."]],
    [
      "a second value",
      "<plist><true/><false/></plist>",
      true,
      ["<false/>: A property list holds one value, which has ended; this stands behind it."],
    ],
    [
      "values that their elements do not allow",
      "<plist><array><integer>one</integer><real/><date>today</date><data>%</data><integer>$(N)</integer></array></plist>",
      ["one", "", "today", "%", "$(N)"],
      [
        "one: This is no integer.",
        "<real/>: This is no number.",
        "today: This is no date like 2024-01-31T12:00:00Z.",
        "%: This is no base64 data.",
      ],
    ],
    ["nothing at all", "", null, [": This property list is empty."]],
    ["an empty plist", "<plist/>", null, [": This property list is empty."]],
  ];
  for (const [name, text, root, expected] of half) {
    it(`reads what it can of ${name}`, () => {
      assert.deepEqual(plain(parse(text).root), root);
      assert.deepEqual([...problems(text)].sort(), [...expected].sort());
    });
  }

  const whole = wrap(`<dict>
	<key>A</key>
	<string>one &amp; two</string>
	<key>B</key>
	<dict>
		<key>C</key>
		<dict>
			<key>D</key>
			<array>
				<string>x</string>
				<dict>
					<key>E</key>
					<integer>1</integer>
				</dict>
			</array>
			<key>F</key>
			<true/>
		</dict>
	</dict>
	<key>G</key>
	<string>last</string>
</dict>`);
  const tags = [...whole.matchAll(/<\/?(?:dict|array|key|string|integer|true\/)>/g)].map(({ 0: tag, index }) => ({
    tag,
    index,
  }));
  const mistakes: readonly (readonly [name: string, make: (tag: string) => string])[] = [
    ["a tag left out", () => ""],
    ["a tag too many", (tag) => tag + tag],
    ["a tag without its end", (tag) => tag.slice(0, -1)],
    ["the beginning of a tag", () => "<"],
  ];
  for (const [name, make] of mistakes) {
    it(`says of ${name} one thing, and does not call the rest complete`, () => {
      for (const { tag, index } of tags) {
        const document = parse(whole.slice(0, index) + make(tag) + whole.slice(index + tag.length));
        const said = document.problems.map(({ message }) => message);
        assert.equal(said.length, 1, `${tag} at ${index}: ${said.join(" | ")}`);
        if (tag !== "<true/>") assert.equal(document.whole, false, `${tag} at ${index}: ${said.join()}`);
      }
    });
  }

  it("says of a file that ends too early that it does, once", () => {
    assert.equal(parse(whole).whole, true);
    for (let end = whole.indexOf("<dict>"); end < whole.indexOf("</plist>"); end++) {
      const document = parse(whole.slice(0, end));
      const said = document.problems.map(({ message }) => message);
      // Half an entity is a mistake of its own.
      const isInEntity = /&\w*$/.test(whole.slice(0, end));
      assert.equal(said.length, isInEntity ? 2 : 1, `${end}: ${said.join(" | ")}`);
      assert.equal(document.whole, false);
    }
  });

  it("names the container whose end tag is missing by the layout", () => {
    const [problem] = parse(whole.replace("\n\t\t</dict>", "")).problems;
    assert.equal(problem?.message, "<dict> is not closed.");
    assert.equal(problem.span.start, whole.indexOf("<dict>", whole.indexOf("<key>C</key>")));
  });

  it("passes over lines for the preprocessor", () => {
    const text =
      '#include "keys.h"\n<plist><dict>\n#if DEBUG\n<key>A</key><true/>\n#else\n<key>A</key><false/>\n#endif\n</dict></plist>';
    assert.deepEqual(problems(text), []);
  });

  it("tells other formats apart", () => {
    assert.equal(parse("bplist00\u0001\u0002").format, "binary");
    for (const text of ['{ "a": 1 }', "{ a = b; }", "<0fbd 77>", "hello", "// comment\n{}"]) {
      const document = parse(text);
      assert.equal(document.format, "other", text);
      assert.equal(document.root, undefined);
      assert.deepEqual(document.problems, []);
    }
    assert.equal(parse(`\ufeff${wrap("<dict/>")}`).problems.length, 0);
  });

  it("does the same with the syntax tree and with its own scanner", () => {
    const text = wrap(
      "<dict>\n<!-- a > b -->\n<key>A&amp;</key><string ><![CDATA[]]></string>\n<key>B</key>\n<array>\n<true/><data>\nAA==\n</data></array></dict>",
    );
    const { file } = parsers.parse("xml", "/p", text);
    assert.deepEqual(file.errors, []);
    assert.deepEqual(readPlist("/p", text, xmlTokens(file)), readPlist("/p", text, scanXml(text)));
    assert.equal(parse(text).comments.length, 1);
  });

  it("answers for every beginning of a document, with every place inside the text", () => {
    const text = wrap(
      "<dict>\n<key>A</key><array><dict><key>B</key><string>x&amp;y</string></dict></array><!-- c -->\n</dict>",
    );
    for (let end = 0; end <= text.length; end++) {
      const document = parse(text.slice(0, end));
      for (const { span } of document.problems) {
        assert.ok(0 <= span.start && span.start <= span.end && span.end <= end, `${end}: ${span.start}-${span.end}`);
      }
      const stack = document.root ? [document.root] : [];
      for (let value = stack.pop(); value; value = stack.pop()) {
        assert.ok(value.span.start <= value.contentSpan.start && value.contentSpan.end <= value.span.end);
        assert.ok(value.span.end <= end);
        if (value.kind === "array") stack.push(...value.items);
        if (value.kind === "dict") for (const entry of value.entries) if (entry.value) stack.push(entry.value);
      }
    }
  });

  it("stays quick on hostile texts", () => {
    const hostile = [
      "<plist>" + "<array>".repeat(50_000),
      "<plist>" + "<dict><key>a</key>".repeat(20_000),
      "<plist><string>" + "&".repeat(300_000),
      "<".repeat(300_000),
      "<plist>" + "<!--".repeat(50_000),
      "<plist>" + "<![CDATA[".repeat(50_000),
      "<plist><dict>" + "<foo><key>".repeat(20_000),
      "<plist>" + "<a b='".repeat(50_000),
    ];
    const start = performance.now();
    for (const text of hostile) assert.ok(parse(text).problems.length > 0);
    assert.ok(performance.now() - start < 8000);
  });

  it("gives plain values where places do not matter", () => {
    assert.deepEqual(plainValues(wrap("<dict><key>A</key><array><integer>1</integer><true/></array></dict>")), {
      A: [1, true],
    });
    assert.equal(plainValues("<plist><dict><key>A</dict></plist>"), undefined);
    assert.equal(plainValues("{}"), undefined);
  });
});
