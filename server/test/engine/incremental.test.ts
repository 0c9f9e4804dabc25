// What is kept between edits must never show: an edit gives what a fresh analysis gives, and only what it can change is analysed anew.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { FileReport } from "../../src/engine/finding.ts";
import { AnalysisHost } from "../../src/engine/host.ts";
import { checkAll, hostOf, loadParsers, root } from "../support.ts";

const FILES = [
  "AcmeRAID/AcmeRAID.iig",
  "AcmeRAID/AcmeRAIDVars.h",
  "AcmeRAID/AcmeRAID.cpp",
  "AcmeRAID/Interrupts.cpp",
  "AcmeRAID/Info.plist",
  "AcmeRAID/AcmeRAID.entitlements",
];

function sample(): Record<string, string> {
  return Object.fromEntries(
    FILES.map((file) => [`/ws/${file}`, fs.readFileSync(path.join(root, "test-workspace", file), "utf8")]),
  );
}

/** Reports as text, without what rules keep for themselves. */
function plain(reports: readonly FileReport[]): string {
  return JSON.stringify(
    reports.map((report) => ({ ...report, findings: report.findings.map(({ raw: _raw, ...finding }) => finding) })),
    null,
    1,
  );
}

/** A small random generator with a fixed seed, so that a failure can be run again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe("incremental analysis", () => {
  it("gives what a fresh analysis of the same text gives, after each of 150 random edits", async () => {
    const files = sample();
    const host = await hostOf({});
    host.apply(Object.entries(files).map(([at, text]) => ({ path: at, text, open: true })));
    const random = generator(7);
    const pieces = [
      "}",
      "{",
      ";",
      "\n",
      "if (",
      ")",
      "x",
      "release();",
      "goto Exit;",
      "// ",
      "/*",
      '"',
      "^{",
      "<key>",
      "</dict>",
      "&",
      "#if 0\n",
      "#endif\n",
      "😀",
    ];
    const paths = Object.keys(files);
    for (let round = 0; round < 150; round++) {
      const at = paths[random(paths.length)] as string;
      const text = files[at] as string;
      const start = random(text.length);
      const removed = random(3) === 0 ? random(12) : 0;
      const added = random(4) === 0 ? "" : (pieces[random(pieces.length)] as string);
      files[at] = text.slice(0, start) + added + text.slice(start + removed);
      host.apply([{ path: at, text: files[at] }]);
      const fresh = await hostOf(files);
      assert.equal(plain(checkAll(host)), plain(checkAll(fresh)), `round ${round}: ${at} at ${start}`);
      fresh.dispose();
      // Undo most edits, so that the text stays code.
      if (random(4) !== 0) {
        files[at] = text;
        host.apply([{ path: at, text }]);
      }
    }
    host.dispose();
  });

  it("analyses one function after an edit in its body", async () => {
    const files = sample();
    const host = await hostOf(files);
    checkAll(host);
    const before = host.statistics.functionsAnalysed;
    const at = "/ws/AcmeRAID/AcmeRAID.cpp";
    host.apply([{ path: at, text: (files[at] as string).replace("uint32_t identity = 0;", "uint32_t identity = 1;") }]);
    checkAll(host);
    assert.equal(host.statistics.functionsAnalysed - before, 1);
    host.dispose();
  });

  it("analyses nothing when code only moves down", async () => {
    const files = sample();
    const host = await hostOf(files);
    const first = checkAll(host).flatMap((report) => report.findings);
    const before = host.statistics.functionsAnalysed;
    const at = "/ws/AcmeRAID/AcmeRAID.cpp";
    host.apply([{ path: at, text: `// moved\n${files[at]}` }]);
    const second = checkAll(host).flatMap((report) => report.findings);
    assert.equal(host.statistics.functionsAnalysed, before);
    assert.deepEqual(
      second.map((finding) => finding.fingerprint),
      first.map((finding) => finding.fingerprint),
    );
    const lineIn = (message: string): number => Number(/line (\d+)/.exec(message)?.[1]);
    const leak = (list: typeof first): string =>
      list.find((finding) => finding.rule === "leaked-out-object")?.message ?? "";
    assert.equal(lineIn(leak(second)), lineIn(leak(first)) + 1);
    host.dispose();
  });

  it("analyses a caller again when what its helper does to an argument changes, and only then", async () => {
    const caller =
      "#include <DriverKit/DriverKit.h>\nvoid use(OSArray *list);\nvoid f()\n{\n  OSArray *list = OSArray::withCapacity(1);\n  if (!list) return;\n  use(list);\n}\n";
    const helper = (body: string): string =>
      `#include <DriverKit/DriverKit.h>\nvoid use(OSArray *list)\n{\n  ${body}\n}\n`;
    const host = await hostOf({ "/ws/a.cpp": caller, "/ws/b.cpp": helper("list->release();") });
    const leaks = (): number =>
      checkAll(host)
        .flatMap((report) => report.findings)
        .filter((finding) => finding.rule === "leaked-out-object").length;
    assert.equal(leaks(), 0);
    let before = host.statistics.functionsAnalysed;
    host.apply([{ path: "/ws/b.cpp", text: helper("OSSafeReleaseNULL(list);") }]);
    assert.equal(leaks(), 0);
    assert.equal(host.statistics.functionsAnalysed - before, 1, "the helper alone");
    before = host.statistics.functionsAnalysed;
    host.apply([{ path: "/ws/b.cpp", text: helper("list->getCount();") }]);
    assert.equal(leaks(), 1);
    assert.equal(host.statistics.functionsAnalysed - before, 2, "the helper and its caller");
    host.dispose();
  });

  it("analyses the other files again when a declaration moves", async () => {
    const files = sample();
    const host = await hostOf(files);
    checkAll(host);
    const before = host.statistics.functionsAnalysed;
    const at = "/ws/AcmeRAID/AcmeRAIDVars.h";
    host.apply([{ path: at, text: (files[at] as string).replace("OSAction *actions", "OSObject *actions") }]);
    checkAll(host);
    assert.ok(host.statistics.functionsAnalysed - before > 10);
    host.dispose();
  });

  it("does not depend on the order in which files come", async () => {
    const files = Object.entries(sample());
    const parsers = await loadParsers();
    const texts = [files, [...files].reverse(), [...files.slice(3), ...files.slice(0, 3)]].map((order) => {
      const host = AnalysisHost.create(parsers);
      for (const [at, text] of order) host.apply([{ path: at, text }]);
      const text = plain(checkAll(host));
      host.dispose();
      return text;
    });
    assert.equal(texts[1], texts[0]);
    assert.equal(texts[2], texts[0]);
  });
});
