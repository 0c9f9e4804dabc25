// What is kept between edits must never show: an edit gives what a fresh analysis gives, and only what it can change is analysed anew.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Work } from "../../src/engine/analysis.ts";
import type { FileReport } from "../../src/engine/finding.ts";
import { AnalysisHost } from "../../src/engine/host.ts";
import { checkAll, hostOf, loadParsers, root } from "../support.ts";

const DEXT = [
  "AcmeRAID/AcmeRAID.iig",
  "AcmeRAID/AcmeRAIDVars.h",
  "AcmeRAID/AcmeRAID.cpp",
  "AcmeRAID/Interrupts.cpp",
  "AcmeRAID/Info.plist",
  "AcmeRAID/AcmeRAID.entitlements",
];
const WORKSPACE = [
  ...DEXT,
  "AcmeRAID/AcmeRAID-Release.entitlements",
  "AcmeRAID.xcodeproj/project.pbxproj",
  "AcmeRAIDApp/Info.plist",
  "AcmeRAIDApp/AcmeRAIDApp.entitlements",
  "AcmeLED/AcmeLED.iig",
  "AcmeLED/AcmeLED.cpp",
  "AcmeLED/Info.plist",
  "AcmeLED/AcmeLED.entitlements",
];

function sample(files: readonly string[] = DEXT): Record<string, string> {
  return Object.fromEntries(
    files.map((file) => [`/ws/${file}`, fs.readFileSync(path.join(root, "test-workspace", file), "utf8")]),
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

const PIECES = [
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

/** A piece of code or markup put in, or some characters taken out. */
function scribble(text: string, random: (below: number) => number): string {
  const start = random(text.length);
  const removed = random(3) === 0 ? random(12) : 0;
  const added = random(4) === 0 ? "" : (PIECES[random(PIECES.length)] as string);
  return text.slice(0, start) + added + text.slice(start + removed);
}

type Files = Record<string, string>;

const WORD = /[\w.-]{2,}/g;

/** An edit that a person could mean: a word becomes another one of the workspace, a line goes or moves. */
function rewrite(text: string, all: readonly string[], random: (below: number) => number): string {
  const words = [...text.matchAll(WORD)];
  const word = words[random(words.length)];
  if (random(3) !== 0 && word) {
    const others = all[random(all.length)]?.match(WORD) ?? [""];
    return text.slice(0, word.index) + others[random(others.length)] + text.slice(word.index + word[0].length);
  }
  const lines = text.split("\n");
  const [line = ""] = lines.splice(random(lines.length), 1);
  if (random(3) > 0) lines.splice(random(lines.length), 0, line);
  return lines.join("\n");
}

/** A name of the workspace becomes another one in some of the files that have it. */
function rename(files: Files, random: (below: number) => number): Files {
  const names = [
    ...Object.values(files)
      .join("\n")
      .matchAll(/\bAcme\w+|com\.example[\w.]*|0x[0-9a-f]+/g),
  ].map(String);
  const [from = "", to = ""] = [names[random(names.length)], names[random(names.length)]];
  const having = Object.entries(files).filter(([, text]) => text.includes(from));
  const only = [() => true, ([at]: [string, string]) => /\.(cpp|iig|h)$/.test(at), () => random(2) === 0][random(3)];
  return Object.fromEntries(having.filter((each) => only?.(each)).map(([at, text]) => [at, text.replaceAll(from, to)]));
}

/** Changes the files of a host at random and holds each state against a fresh host. `SEEDS=3,4,5` in the environment tries others. */
async function drift(seed: number, rounds: number): Promise<void> {
  const first = sample(WORKSPACE);
  const host = await hostOf({});
  host.apply(Object.entries(first).map(([path, text]) => ({ path, text, open: true })));
  const random = generator(seed);
  let files: Files = { ...first };
  let begun: Work<FileReport> | undefined;
  for (let round = 0; round < rounds; round++) {
    const paths = Object.keys(files);
    const at = paths[random(paths.length)] as string;
    const text = files[at] as string;
    const gone = Object.keys(first).find((each) => !(each in files));
    const kind = random(8);
    let changed: Record<string, string | undefined>;
    if (kind === 0) changed = gone === undefined ? { [at]: undefined } : { [gone]: first[gone] };
    else if (kind < 3) changed = rename(files, random);
    else changed = { [at]: kind < 5 ? scribble(text, random) : rewrite(text, Object.values(files), random) };
    const before = files;
    const to = (next: Files): void => {
      files = next;
      host.apply(Object.keys(first).map((path) => ({ path, text: next[path] })));
    };
    to(
      Object.fromEntries(
        Object.entries({ ...files, ...changed }).flatMap(([path, now]) => (now === undefined ? [] : [[path, now]])),
      ),
    );
    // A check that began before the change goes on behind it, as it may in an editor.
    for (let steps = random(40); begun && steps > 0; steps--) if (begun.next().done) begun = undefined;
    const fresh = await hostOf(files);
    assert.equal(
      plain(checkAll(host)),
      plain(checkAll(fresh)),
      `seed ${seed}, round ${round}: ${Object.keys(changed).join(", ")}`,
    );
    fresh.dispose();
    // Take most edits back, so that the text stays code.
    if (random(4) !== 0) to(before);
    begun = host.snapshot().check(at);
    for (let steps = random(20); steps > 0; steps--) if (begun.next().done) break;
  }
  host.dispose();
}

describe("incremental analysis", () => {
  it("gives what a fresh analysis of the same text gives, after each of 150 random edits", async () => {
    const files = sample();
    const host = await hostOf({});
    host.apply(Object.entries(files).map(([at, text]) => ({ path: at, text, open: true })));
    const random = generator(7);
    const paths = Object.keys(files);
    for (let round = 0; round < 150; round++) {
      const at = paths[random(paths.length)] as string;
      const text = files[at] as string;
      files[at] = scribble(text, random);
      host.apply([{ path: at, text: files[at] }]);
      const fresh = await hostOf(files);
      assert.equal(plain(checkAll(host)), plain(checkAll(fresh)), `round ${round}: ${at}`);
      fresh.dispose();
      // Undo most edits, so that the text stays code.
      if (random(4) !== 0) {
        files[at] = text;
        host.apply([{ path: at, text }]);
      }
    }
    host.dispose();
  });

  it("does so whatever is edited: plists, entitlements, the project, words and lines, and files that come and go", async () => {
    for (const seed of (process.env.SEEDS ?? "1,2").split(",")) await drift(Number(seed), 100);
  }).timeout(180_000);

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

  it("looks again at a function when what bounds its counter in another file goes", async () => {
    const head = "#include <DriverKit/DriverKit.h>\n";
    const add = `${head}struct Sampler_IVars { void *tasks[64]; uint32_t count; };
void Sampler::Add(void *task) { ivars->tasks[ivars->count++] = task; Settle(); }\n`;
    const other = (test: string): string => `${head}void Sampler::Run(void *task) { ${test} Add(task); }\n`;
    const settle = (test: string): string => `${head}void Sampler::Settle() { ${test} }\n`;
    const host = await hostOf({ "/ws/a.cpp": add, "/ws/b.cpp": other(""), "/ws/c.cpp": settle("") });
    const found = (): boolean =>
      checkAll(host).some((report) => report.findings.some((finding) => finding.rule === "index-past-array"));
    assert.ok(found());
    for (const [path, write] of Object.entries({ "/ws/b.cpp": other, "/ws/c.cpp": settle })) {
      host.apply([{ path, text: write("if (ivars->count >= 64) return;") }]);
      assert.ok(!found(), path);
      host.apply([{ path, text: write("") }]);
      assert.ok(found(), path);
    }
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
