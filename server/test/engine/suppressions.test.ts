// Suppression comments: where they hold, and what is said about those that do not.
import assert from "node:assert/strict";
import { finish } from "../../src/engine/analysis.ts";
import { readSuppressions } from "../../src/engine/suppressions.ts";
import { LineIndex } from "../../src/base/line-index.ts";
import type { RuleLevel } from "../../src/engine/config.ts";
import { hostOf } from "../support.ts";
import { testRules } from "../support-rules.ts";

const HEAD = "#include <DriverKit/IOService.h>\n";

/** "line:rule" of what is reported for code that follows an include, lines counted from the code's first as 1. */
async function report(code: string, rules: Record<string, RuleLevel> = {}): Promise<string[]> {
  const host = await hostOf({ "/p/A.cpp": HEAD + code }, testRules);
  host.configure(() => ({ rules, ignore: [] }));
  const { findings } = finish(host.snapshot().check("/p/A.cpp"));
  host.dispose();
  const lines = new LineIndex(HEAD + code);
  return findings.map(({ span, rule, message }) => {
    const line = lines.positionAt(span.start).line;
    return rule === "unused-suppression" ? `${line}: ${message}` : `${line}:${rule}`;
  });
}

describe("suppressions", () => {
  const silent: [string, string][] = [
    ["on the line", "int BAD; // dextlint-ignore banned-word: why"],
    ["on the line before", "// dextlint-ignore banned-word: why\nint BAD;"],
    ["in a block comment", "/* dextlint-ignore banned-word: why */ int BAD;"],
    ["in a longer block comment", "/* dextlint-ignore banned-word: why\n   and more */\nint BAD;"],
    ["above other comments", "// dextlint-ignore banned-word: why\n// and more\nint BAD;"],
    ["two above each other", "// dextlint-ignore banned-word: a\n// dextlint-ignore doubtful-word: b\nint BAD, UGLY;"],
    ["two rules in one", "int BAD, UGLY; // dextlint-ignore banned-word, doubtful-word: why"],
    ["several findings of one line", "int BAD, BAD; // dextlint-ignore banned-word: why"],
    ["whole file", "int BAD;\n\nint BAD; // dextlint-ignore-file banned-word: why"],
    ["with CRLF", "// dextlint-ignore banned-word: why\r\nint BAD;\r\n"],
    ["documentation comment", "/// dextlint-ignore banned-word: why\nint BAD;"],
    ["text that only mentions it", "// see dextlint-ignore banned-word: why\nint x;"],
    ["prose with the tool's name", "// dextlint-based checks: see the wiki\nint x;"],
    ["prose with another word", "// dextlint-ignored files are listed in the wiki\nint x;"],
    ["the tool's name alone", "// dextlint: see the wiki\n// dextlint-\nint x;"],
    ["in a string", 'const char *s = "// dextlint-ignore banned-word: why";'],
  ];
  for (const [name, code] of silent) {
    it(`is silent: ${name}`, async () => assert.deepEqual(await report(code), []));
  }

  it("holds for its line before the next", async () => {
    const code = "int BAD; // dextlint-ignore banned-word: why\nint BAD;";
    assert.deepEqual(await report(code), ["2:banned-word"]);
  });

  it("does not reach further than the next line", async () => {
    const [first, second] = await report("// dextlint-ignore banned-word: why\n\nint BAD;");
    assert.match(first ?? "", /^1: `banned-word` finds nothing here/);
    assert.equal(second, "3:banned-word");
  });

  it("needs a reason", async () => {
    for (const reason of ["", ":", ": ", ": <reason>"]) {
      const found = await report(`int BAD; // dextlint-ignore banned-word${reason}`);
      assert.equal(found[0], "1:banned-word", reason);
      assert.match(found[1] ?? "", /^1: .*does not count without a reason/, reason);
    }
  });

  it("names the rule that was meant", async () => {
    const found = await report("int BAD; // dextlint-ignore baned-word: why");
    assert.equal(found[0], "1:banned-word");
    assert.match(found[1] ?? "", /unknown rule `baned-word`; did you mean “banned-word”\?$/);
    assert.match((await report("// dextlint-ignore: why"))[0] ?? "", /names no rule/);
  });

  it("names the directive that was meant", async () => {
    const meant = async (comment: string): Promise<string | undefined> => {
      const found = await report(`${comment}\nint BAD;`);
      assert.equal(found.at(-1), "2:banned-word", comment);
      return /^1: `(\S+)` is no directive and holds nothing back(?:; did you mean “(.+)”\?)?$/.exec(
        found[0] ?? "",
      )?.[2];
    };
    assert.equal(await meant("// dextlint-ignore-next-line banned-word: why"), "dextlint-ignore");
    assert.equal(await meant("/* dextlint-disable-line banned-word */"), "dextlint-ignore");
    assert.equal(await meant("// dextlint-ignored banned-word: why"), "dextlint-ignore");
    assert.equal(await meant("// dextlint-disable"), "dextlint-ignore");
    assert.equal(await meant("// dextlint-off-for-file doubtful-word, banned-word"), "dextlint-ignore-file");
    assert.equal(await meant("// dextlint-quiet banned-word"), "dextlint-ignore");
    assert.equal(
      (await report("// dextlint-enable banned-word"))[0],
      "1: `dextlint-enable` is no directive and holds nothing back",
    );
    const silenced = "// dextlint-ignore-file unused-suppression: generated\n// dextlint-disable banned-word";
    assert.deepEqual(await report(silenced), []);
  });

  it("is never unused for a rule that is off, and can itself be silenced", async () => {
    assert.deepEqual(await report("// dextlint-ignore banned-word: why", { "banned-word": "off" }), []);
    assert.deepEqual(await report("// dextlint-ignore banned-word: why", { "unused-suppression": "off" }), []);
    const both = "// dextlint-ignore-file unused-suppression: generated\n// dextlint-ignore banned-word: why";
    assert.deepEqual(await report(both), []);
  });

  it("is one comment in XML too", () => {
    const text = "<a>\n<!-- dextlint-ignore banned-value, x-y: why: because --><b/>";
    const found = readSuppressions(text, [{ start: 4, end: text.indexOf("<b/>") }]);
    assert.deepEqual(
      found.map(({ rule, reason, lines, wholeFile }) => ({ rule, reason, lines, wholeFile })),
      [
        { rule: "banned-value", reason: "why: because", lines: [1, 2], wholeFile: false },
        { rule: "x-y", reason: "why: because", lines: [1, 2], wholeFile: false },
      ],
    );
    assert.equal(text.slice(found[1]?.ruleSpan.start, found[1]?.ruleSpan.end), "x-y");
  });
});
