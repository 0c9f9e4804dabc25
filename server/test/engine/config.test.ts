// The configuration: what may stand in it, what its patterns mean, and that the schema says the same.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { isIgnored, overrideConfiguration, parseConfiguration, RULE_LEVELS } from "../../src/engine/config.ts";
import { root } from "../support.ts";

describe("configuration", () => {
  it("takes rules, patterns and a schema", () => {
    const text = '{ "$schema": "x", "rules": { "a-b": "off" }, "ignore": ["gen/**"] }';
    const { configuration, problems } = parseConfiguration(text, "/p", ["a-b"]);
    assert.deepEqual(problems, []);
    assert.deepEqual(configuration, { rules: { "a-b": "off" }, ignore: [{ folder: "/p", patterns: ["gen/**"] }] });
  });

  it("points at every mistake", () => {
    const at = (text: string): string[] =>
      parseConfiguration(text, "/p", ["a-b"]).problems.map(({ span }) => text.slice(span.start, span.end));
    assert.deepEqual(at('{ "rules": { "x": "off", "a-b": 3 }, "what": 1 }'), ['"x"', "3", '"what"']);
    assert.deepEqual(at('{ "rules": { "a-b": "off", } }'), [","]);
    assert.deepEqual(at("nul"), ["nul"]);
    assert.equal(at('{ "a').length, 1);
    assert.equal(at("").length, 1);
    assert.equal(at("[".repeat(100_000)).length, 1);
  });

  it("reads patterns as .gitignore does", () => {
    const ignores = (pattern: string, file: string): boolean =>
      isIgnored({ rules: {}, ignore: [{ folder: "/p", patterns: [pattern] }] }, file);
    assert.ok(ignores("gen", "/p/a/gen/b/c.cpp"));
    assert.ok(ignores("gen/", "/p/gen/c.cpp"));
    assert.ok(ignores("*.hpp", "/p/a/b.hpp"));
    assert.ok(ignores("a/*.cpp", "/p/a/b.cpp"));
    assert.ok(ignores("./a/**", "/p/a/.b/c.cpp"));
    assert.ok(ignores("/gen", "/p/gen/c.cpp"));
    assert.ok(!ignores("/gen", "/p/a/gen/c.cpp"));
    assert.ok(!ignores("a/*.cpp", "/p/a/b/c.cpp"));
    assert.ok(!ignores("gen", "/q/gen/c.cpp"));
    assert.ok(!ignores("gen", "/p/genuine/c.cpp"));
  });

  it("is overridden rule by rule", () => {
    const merged = overrideConfiguration(
      { rules: { a: "error", b: "off" }, ignore: [{ folder: "/p", patterns: ["x"] }] },
      { rules: { b: "hint" }, ignore: [{ folder: "/q", patterns: ["y"] }] },
    );
    assert.deepEqual(merged.rules, { a: "error", b: "hint" });
    assert.equal(merged.ignore.length, 2);
  });

  it("has a schema that says the same", () => {
    const schema = JSON.parse(fs.readFileSync(path.join(root, "schemas/dextlint.schema.json"), "utf8")) as {
      properties: { rules: { additionalProperties: { enum: string[] } } };
    };
    assert.deepEqual(Object.keys(schema.properties).sort(), ["$schema", "ignore", "rules"]);
    assert.deepEqual(schema.properties.rules.additionalProperties.enum, [...RULE_LEVELS]);
  });
});
