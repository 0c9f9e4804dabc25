// Bad input is normal input: whatever stands in a file, the engine answers, and rules that crash do not take others with them.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { finish } from "../../src/engine/analysis.ts";
import { defineRule, file } from "../../src/rules/define.ts";
import { rules } from "../../src/rules/registry.generated.ts";
import { checkAll, hostOf, lint, root } from "../support.ts";

const read = (at: string): string => fs.readFileSync(path.join(root, "test-workspace", at), "utf8");

describe("bad input", () => {
  const cases: Readonly<Record<string, string>> = {
    "an empty file": "",
    "half a class":
      "#include <DriverKit/DriverKit.h>\nclass A : public IOService {\n public:\n  virtual kern_return_t Sta",
    "an unclosed brace": "#include <DriverKit/DriverKit.h>\nvoid f() { if (x) { OSArray *a = OSArray::withCapacity(1);",
    "only closing braces": "#include <DriverKit/DriverKit.h>\n" + "}".repeat(1000),
    "deep nesting of blocks": "#include <DriverKit/DriverKit.h>\nvoid f() " + "{".repeat(20_000) + "}".repeat(20_000),
    "deep nesting of parentheses": `#include <DriverKit/DriverKit.h>\nint x = ${"(".repeat(20_000)}1${")".repeat(20_000)};`,
    "a long chain of operators": `#include <DriverKit/DriverKit.h>\nint f() { return ${Array(5_000).fill("a").join(" + ")}; }`,
    "a long chain of else if": `#include <DriverKit/DriverKit.h>\nint f(int a) { ${Array.from({ length: 2_000 }, (_, i) => `if (a == ${i}) { return ${i}; }`).join(" else ")} return 0; }`,
    "binary rubbish": Array.from({ length: 4_000 }, (_, i) => String.fromCharCode((i * 7919) % 65_536)).join(""),
    "lone surrogates": '#include <DriverKit/DriverKit.h>\nchar *s = "\ud800\udc00\ud800";',
    "null characters": "#include <DriverKit/DriverKit.h>\0\0\0void f() {}\0",
  };
  for (const [name, text] of Object.entries(cases)) {
    it(`answers on ${name}`, async () => {
      for (const at of [
        "/p/Driver.cpp",
        "/p/Driver.iig",
        "/p/Info.plist",
        "/p/Driver.entitlements",
        "/p/A.xcodeproj/project.pbxproj",
      ]) {
        const host = await hostOf({ [at]: text });
        for (const report of checkAll(host)) assert.deepEqual(report.errors, [], at);
        host.dispose();
      }
    });
  }

  it("answers on every prefix of a driver's source", async () => {
    const text = read("AcmeRAID/Interrupts.cpp");
    const host = await hostOf({
      "/ws/AcmeRAID.iig": read("AcmeRAID/AcmeRAID.iig"),
      "/ws/AcmeRAIDVars.h": read("AcmeRAID/AcmeRAIDVars.h"),
    });
    for (let length = 0; length < text.length; length += 37) {
      host.apply([{ path: "/ws/Interrupts.cpp", text: text.slice(0, length), open: true }]);
      for (const report of checkAll(host)) assert.deepEqual(report.errors, [], `${length} characters`);
    }
    host.dispose();
  });

  it("answers on every prefix of a plist", async () => {
    const text = read("AcmeRAID/Info.plist");
    const host = await hostOf({ "/ws/AcmeRAID.entitlements": read("AcmeRAID/AcmeRAID.entitlements") });
    for (let length = 0; length < text.length; length += 23) {
      host.apply([{ path: "/ws/Info.plist", text: text.slice(0, length) }]);
      for (const report of checkAll(host)) assert.deepEqual(report.errors, [], `${length} characters`);
    }
    host.dispose();
  });

  it("reads a source of 2 MB", async () => {
    const one = read("AcmeRAID/AcmeRAID.cpp").replace(/^#include.*$/gm, "");
    let text = "#include <DriverKit/DriverKit.h>\n";
    while (text.length < 2_000_000) text += one;
    const host = await hostOf({ "/ws/Big.cpp": text, "/ws/AcmeRAID.iig": read("AcmeRAID/AcmeRAID.iig") });
    const [report] = checkAll(host).filter((each) => each.path === "/ws/Big.cpp");
    assert.deepEqual(report?.errors, []);
    assert.ok((report?.findings.length ?? 0) > 100);
    host.dispose();
  }).timeout(120_000);

  it("finds the same with CRLF line ends, at the same lines", async () => {
    const code =
      "#include <DriverKit/DriverKit.h>\nvoid f()\n{\n  OSArray *list = OSArray::withCapacity(1);\n  list->getCount();\n}\n";
    assert.deepEqual(await lint(code), ["4:leaked-out-object"]);
    assert.deepEqual(await lint(code.replaceAll("\n", "\r\n")), ["4:leaked-out-object"]);
  });

  it("gives up a function that it cannot read, and says so", async () => {
    const found = await lint(
      "#include <DriverKit/DriverKit.h>\nvoid f()\n{\n  OSArray *a = OSArray::withCapacity(1);\n  @#$ ((;\n}\nvoid g()\n{\n  OSArray *b = OSArray::withCapacity(1);\n  b->getCount();\n}\n",
    );
    assert.deepEqual(
      found.filter((each) => each.endsWith("leaked-out-object")),
      ["9:leaked-out-object"],
    );
    assert.ok(found.some((each) => each.endsWith("unparsed-region")));
  });
});

describe("a rule that crashes", () => {
  it("is reported under its id, and the others go on", async () => {
    const crashing = defineRule({
      meta: {
        id: "crashing",
        area: "general",
        severity: "error",
        precision: "high",
        since: "0.1.0",
        fix: "none",
        summary: "",
        why: "",
        messages: {},
      },
      trigger: file(),
      check: () => {
        throw new Error("on purpose");
      },
    });
    const host = await hostOf(
      { "/ws/D.cpp": "#include <DriverKit/DriverKit.h>\nvoid f(IOMemoryMap *m) { m->free(); }\n" },
      [crashing, ...rules],
    );
    const report = finish(host.snapshot().check("/ws/D.cpp"));
    assert.deepEqual(report.errors, [{ rule: "crashing", path: "/ws/D.cpp", message: "on purpose" }]);
    assert.deepEqual(
      report.findings.map((finding) => finding.rule),
      ["free-called-directly"],
    );
    host.dispose();
  });
});

describe("what belongs to the analysis", () => {
  it("leaves kernel extensions alone", async () => {
    const kext = "#include <IOKit/IOService.h>\nvoid f(IOMemoryMap *m) { m->free(); }\n";
    assert.deepEqual(await lint(kext), []);
  });

  it("takes code that was pasted from a forum", async () => {
    const pasted =
      "kern_return_t IMPL(DRV_MAIN_CLASS_NAME, UserMapHBAData)\n{\n  IOMemoryMap *map = nullptr;\n  map->free();\n  ivars->x = 1;\n  return kIOReturnSuccess;\n}\n";
    assert.deepEqual(await lint(pasted), ["4:free-called-directly"]);
  });
});
