// Which files are DriverKit code.
import assert from "node:assert/strict";
import { belongingFiles, belongs } from "../../src/semantics/belongs.ts";
import type { FileSummary } from "../../src/semantics/model.ts";
import { summaryOf } from "./support.ts";

const kext =
  "#include <IOKit/IOService.h>\nOSDefineMetaClassAndStructors(Old, IOService)\nbool Old::start(IOService *p) { return true; }";

const cases: readonly [string, string, string, boolean][] = [
  ["an .iig", "/p/A.iig", "class A : public IOService {};", true],
  ["DriverKit's headers", "/p/a.cpp", "#include <DriverKit/IOLib.h>", true],
  ["a family's headers", "/p/a.hpp", "#include <SCSIControllerDriverKit/SCSIControllerDriverKit.h>", true],
  ["#import", "/p/a.h", "#import <USBDriverKit/AppleUSBDescriptorParsing.h>", true],
  ["a generated header", "/p/a.cpp", '#include "Sampler.h"', true],
  ["a generated header behind the bundle's id", "/p/a.cpp", "#include <com.example.sampler/Sampler.h>", true],
  ["a system header of the same name", "/p/a.cpp", "#include <IOKit/hid/Sampler.h>\n#include <vector>", false],
  ["IMPL with headers that are not there", "/p/a.cpp", '#include "Gone.h"\nvoid IMPL(A, B) {}', true],
  [
    "a pasted snippet",
    "/p/a.cpp",
    "ret = IODispatchQueue::Create(N, 0, 0, &q);\nif (ret != kIOReturnSuccess) return;",
    true,
  ],
  ["a kext", "/p/old.cpp", kext, false],
  ["a kext that names DriverKit", "/p/old.cpp", `#include <DriverKit/IOService.h>\n${kext}`, false],
  [
    "a kext's code without includes",
    "/p/old.cpp",
    "IOWorkLoop *w = getWorkLoop();\nIOReturn r = kIOReturnSuccess;",
    false,
  ],
  ["an app's code", "/p/main.cpp", "#include <IOKit/IOKitLib.h>\nint main() { return kIOReturnSuccess; }", false],
  ["other C++", "/p/x.cpp", "#include <vector>\nint x();", false],
  ["an empty file", "/p/x.cpp", "", false],
];

describe("belongs", () => {
  for (const [what, path, text, expected] of cases)
    it(`${expected ? "takes" : "leaves"} ${what}`, async () => {
      const { belongs: result, reason } = belongs(await summaryOf(text, path), text, new Set(["Sampler.h"]));
      assert.equal(result, expected, reason);
      assert.ok(reason.length > 0);
    });
});

describe("belongingFiles", () => {
  const texts: Record<string, string> = {
    "/p/Sampler.iig": "class Sampler : public IOService {};",
    "/p/Sampler.cpp": '#include "Private.h"\nint a;',
    "/p/Private.h": '#include "Sampler.h"\n#include "shared/Keys.h"',
    "/p/shared/Keys.h": "#define KEY 1",
    "/p/App.cpp": "#include <cstdio>\nint main() { return 0; }",
    "/p/kext/Old.cpp": `${kext}\n#include "../Private.h"`,
  };

  async function result(paths: readonly string[]): Promise<[string, boolean][]> {
    const summaries: FileSummary[] = [];
    for (const path of paths) summaries.push(await summaryOf(texts[path] ?? "", path));
    const found = belongingFiles(summaries, (path) => texts[path] ?? "");
    return Object.keys(texts).map((path) => [path, found.get(path)?.belongs ?? false]);
  }

  it("follows the project's own headers both ways, not into kernel code", async () => {
    const expected = [
      ["/p/Sampler.iig", true],
      ["/p/Sampler.cpp", true],
      ["/p/Private.h", true],
      ["/p/shared/Keys.h", true],
      ["/p/App.cpp", false],
      ["/p/kext/Old.cpp", false],
    ];
    assert.deepEqual(await result(Object.keys(texts)), expected);
    assert.deepEqual(await result(Object.keys(texts).reverse()), expected);
  });
});
