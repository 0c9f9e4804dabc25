// What text a name stands for: macros, constants and variables, and where nothing can be told.
import assert from "node:assert/strict";
import { callsOf } from "../../src/semantics/calls.ts";
import { indexProject } from "../../src/semantics/index-project.ts";
import { stringValue } from "../../src/semantics/string-constants.ts";
import { summarize } from "../../src/semantics/summarize.ts";
import { loadParsers } from "../support.ts";

/** The text that the argument of `take(…)` stands for. */
async function valueIn(code: string): Promise<string | undefined> {
  const parsers = await loadParsers();
  const { file } = parsers.parse("driverkit", "/p/Driver.cpp", code);
  const summary = summarize(file, "cpp");
  const [site] = callsOf(file, summary).get("take") ?? [];
  const [argument] = site?.args ?? [];
  assert.ok(site?.fn && argument, code);
  return stringValue(argument, site.fn, indexProject([summary]));
}

describe("semantics/string-constants", () => {
  const cases: readonly (readonly [what: string, before: string, argument: string, inside: string, string?])[] = [
    ["a literal", "", '"Key"', "", "Key"],
    ["pieces", "", '"Ke" "y"', "", "Key"],
    ["a macro", '#define KEY "Key"\n', "KEY", "", "Key"],
    ["a macro for a macro", '#define A B\n#define B "Key"\n', "A", "", "Key"],
    ["a pointer", 'static const char * const kKey = "Key";\n', "kKey", "", "Key"],
    ["an array", 'const char kKey[] = "Key";\n', "kKey", "", "Key"],
    ["a constexpr in a namespace", 'namespace N { constexpr const char * kKey = "Key"; }\n', "N::kKey", "", "Key"],
    ["a member", 'struct S { static constexpr const char * kKey = "Key"; };\n', "S::kKey", "", "Key"],
    ["a variable", "", "key", 'auto key = "Key";', "Key"],
    ["a cast", '#define KEY "Key"\n', "(char *)KEY", "", "Key"],
    ["a variable that is set again", "", "key", 'const char * key = "Key"; key = "Other";'],
    ["a parameter", "", "parameter", ""],
    ["a pointer that may be set", 'char * kKey = "Key";\n', "kKey", ""],
    ["two definitions", '#if X\n#define KEY "Key"\n#else\n#define KEY "Other"\n#endif\n', "KEY", ""],
    ["a circle", "#define A B\n#define B A\n", "A", ""],
    ["a function-like macro", '#define KEY() "Key"\n', "KEY", ""],
    ["an escape", '#define KEY "K\\ney"\n', "KEY", ""],
    ["a number", "#define KEY 1\n", "KEY", ""],
    ["a name that nobody declares", "", "kKey", ""],
  ];
  for (const [what, before, argument, inside, wanted] of cases) {
    it(`${wanted === undefined ? "says nothing of" : "reads"} ${what}`, async () => {
      const code = `#include <DriverKit/DriverKit.h>\n${before}void Use(const char * parameter)\n{\n    ${inside}\n    take(${argument});\n}\n`;
      assert.equal(await valueIn(code), wanted);
    });
  }
});
