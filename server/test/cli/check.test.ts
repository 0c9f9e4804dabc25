// The command line: exit codes, formats, fixing, encodings. Runs in this process, on real folders, with the tests' own rules.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { ExitCode } from "../../src/cli/environment.ts";
import { run } from "../../src/cli/program.ts";
import { AnalysisHost } from "../../src/engine/host.ts";
import { Disk, fromNative, kindOf } from "../../src/files/disk.ts";
import { loadParsers } from "../support.ts";
import { testRules } from "../support-rules.ts";

const HEAD = "#include <DriverKit/IOService.h>\n";
const BAD = `${HEAD}int BAD;\n`;

interface Result {
  readonly exit: ExitCode | undefined;
  readonly out: string;
  readonly err: string;
}

describe("dextlint", () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "dextlint-")));
    // The mark of a project, so that nothing above the folder is read.
    fs.mkdirSync(path.join(folder, "X.xcodeproj"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  function write(name: string, content: string | Uint8Array): void {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
  const read = (name: string): string => fs.readFileSync(path.join(folder, name), "utf8");

  async function dextlint(args: string, options: { stdin?: string | Uint8Array; cwd?: string } = {}): Promise<Result> {
    let out = "";
    let err = "";
    const parsers = await loadParsers();
    const exit = await run(
      args.split(" ").filter((each) => each !== ""),
      {
        cwd: fromNative(path.join(folder, options.cwd ?? ".")),
        version: "1.2.3",
        fs: new Disk(),
        rules: testRules,
        columns: 100,
        color: false,
        stdout: (text) => (out += text),
        stderr: (text) => (err += text),
        readStdin: () => Promise.resolve(Buffer.from(options.stdin ?? "")),
        kindOf,
        write: (at, bytes) => fs.promises.writeFile(at, bytes),
        createHost: () => Promise.resolve(AnalysisHost.create(parsers, testRules)),
        rulePage: (rule) => Promise.resolve(rule === "banned-word" ? PAGE : undefined),
      },
      () => Promise.resolve(),
    );
    return { exit, out, err };
  }

  interface Json {
    findings: { rule: string; file: string; severity: string; range: { start: { line: number; column: number } } }[];
    errors: { rule: string; file: string; message: string }[];
    summary: Record<string, number>;
  }
  async function json(args: string, options?: Parameters<typeof dextlint>[1]): Promise<Json & { exit: unknown }> {
    const { out, exit } = await dextlint(`${args} --format json`, options);
    return { ...(JSON.parse(out) as Json), exit };
  }

  describe("exit codes", () => {
    it("says of a file that was named and is not looked at why that is so", async () => {
      write("plain.cpp", "int x;\n");
      const { err, exit } = await dextlint("check plain.cpp --format concise");
      assert.match(err, /^dextlint: plain\.cpp: not checked: /);
      assert.equal(exit, 0);
    });

    it("is 0 without findings, and below the threshold", async () => {
      write("A.cpp", HEAD);
      assert.deepEqual(await dextlint("check --format concise"), { exit: 0, out: "", err: "" });
      write("A.cpp", `${HEAD}int UGLY, UGLY;\n`);
      assert.equal((await dextlint("check")).exit, 0);
      assert.equal((await dextlint("check --max-warnings 2")).exit, 0);
      assert.equal((await dextlint("check --max-warnings 1")).exit, 1);
      assert.equal((await dextlint("check --max-warnings 1 --quiet")).exit, 1);
      assert.equal((await dextlint("check --rule doubtful-word=error")).exit, 1);
    });

    it("is 1 with an error, unless the rule is put down or off", async () => {
      write("A.cpp", BAD);
      assert.equal((await dextlint("check")).exit, 1);
      assert.equal((await dextlint("check --rule banned-word=warning")).exit, 0);
      assert.equal((await dextlint("check --rule banned-word=off --rule doubtful-word=error")).exit, 0);
    });

    it("is 2 for wrong usage, with the reason on stderr only", async () => {
      const wrong: [string, RegExp][] = [
        ["chek", /unknown command 'chek'/],
        ["check --nonsense", /unknown option '--nonsense'/],
        ["check --format xml", /xml/],
        ["check --rule banned-word", /id=level/],
        ["check --rule banned-word=fatal", /must be one of error, warning, info, hint, off/],
        ["check --rule baned-word=off", /did you mean “banned-word”/],
        ["check --max-warnings many", /takes a number/],
        ["check --unsafe-fixes", /goes with --fix or --diff/],
        ["check --stdin", /--stdin-filename/],
        ["check --stdin-filename A.cpp", /goes with --stdin/],
        ["check --diff --format json", /takes no --format/],
        ["check --config nowhere.json", /cannot be read/],
        ["check --sdk nowhere", /no \.iig files in “nowhere”/],
        ["explain nonsense", /unknown rule/],
        ["explain", /missing required argument/],
      ];
      write("A.cpp", HEAD);
      for (const [args, reason] of wrong) {
        const { exit, out, err } = await dextlint(args);
        assert.equal(exit, 2, args);
        assert.equal(out, "", args);
        assert.match(err, reason, args);
      }
    });

    it("is 2 for a wrong configuration, and says where", async () => {
      write("A.cpp", BAD);
      const wrong: [string, RegExp][] = [
        ["{", /^dextlint: dextlint.json:1:2: /],
        ['{\n  "rules": { "banned-word": "loud" }\n}', /dextlint.json:2:29: the level of “banned-word” must be one of/],
        [
          '{ "rules": { "banned-wort": "off" } }',
          /dextlint.json:1:14: unknown rule “banned-wort”; did you mean “banned-word”/,
        ],
        ['{ "ignored": [] }', /unknown setting “ignored”; did you mean “ignore”/],
        ['{ "ignore": "gen" }', /array/],
        ['{ "ignore": [1] }', /string/],
        ["[]", /object is expected/],
        ['{ "rules": {}, }', /comma/],
      ];
      for (const [text, reason] of wrong) {
        write("dextlint.json", text);
        const { exit, out, err } = await dextlint("check");
        assert.equal(exit, 2, text);
        assert.equal(out, "", text);
        assert.match(err, reason, text);
      }
    });

    it("is 2 for a path that is not there, and still reports the others", async () => {
      write("A.cpp", BAD);
      const { exit, out, err } = await dextlint("check A.cpp nowhere --format json");
      assert.equal(exit, 2);
      assert.equal(err, "dextlint: nowhere: no such file or folder\n");
      const report = JSON.parse(out) as Json;
      assert.equal(report.findings.length, 1);
      assert.deepEqual(report.errors, [{ rule: "", file: "nowhere", message: "no such file or folder" }]);
    });

    it("is 2 when a rule crashes, and the others go on", async () => {
      write("A.cpp", `${BAD}int CRASH;\n`);
      const { exit, findings, errors } = await json("check");
      assert.equal(exit, 2);
      assert.equal(findings.length, 1);
      assert.deepEqual(errors, [{ rule: "crashing-rule", file: "A.cpp", message: "as the test wants it" }]);
      assert.match((await dextlint("check")).out, /crash {2}crashing-rule\n {2}the rule failed on this file/);
    });
  });

  describe("formats", () => {
    it("prints JSON as agreed, and nothing else", async () => {
      write("src/A.cpp", `${HEAD}/* é😀 */ int BAD;\n`);
      const { out, err } = await dextlint("check --format json");
      assert.equal(err, "");
      const report = JSON.parse(out) as { findings: { fingerprint: unknown }[]; summary: { durationMs: unknown } };
      const [finding] = report.findings;
      assert.ok(finding);
      assert.match(String(finding.fingerprint), /^[0-9a-f]{16}$/);
      assert.equal(typeof report.summary.durationMs, "number");
      finding.fingerprint = "F";
      report.summary.durationMs = 0;
      assert.deepEqual(report, {
        schemaVersion: 1,
        tool: { name: "dextlint", version: "1.2.3" },
        findings: [
          {
            rule: "banned-word",
            area: "general",
            severity: "error",
            message: "`BAD` is banned",
            file: "src/A.cpp",
            range: { start: { line: 2, column: 15 }, end: { line: 2, column: 18 } },
            path: [
              {
                file: "src/A.cpp",
                range: { start: { line: 1, column: 1 }, end: { line: 1, column: 9 } },
                kind: "note",
                text: "it begins here",
              },
            ],
            fixes: [{ title: "Say GOOD", safe: true }],
            fingerprint: "F",
          },
        ],
        errors: [],
        summary: {
          files: 1,
          bytes: 55,
          unparsedBytes: 0,
          errors: 1,
          warnings: 0,
          infos: 0,
          hints: 0,
          durationMs: 0,
        },
      });
    });

    it("orders by file, offset and rule, whatever the order of arguments", async () => {
      write("b/A.cpp", `${HEAD}int UGLY, BAD;\n`);
      write("a/B.cpp", BAD);
      write("a.cpp", BAD);
      const order = [
        "a.cpp:2:5 banned-word",
        "a/B.cpp:2:5 banned-word",
        "b/A.cpp:2:5 doubtful-word",
        "b/A.cpp:2:11 banned-word",
      ];
      for (const paths of ["", "b a a.cpp", "a.cpp b/A.cpp a ."]) {
        const { findings } = await json(`check ${paths}`);
        const seen = findings.map(
          ({ file, rule, range: { start } }) => `${file}:${start.line}:${start.column} ${rule}`,
        );
        assert.deepEqual(seen, order, paths);
      }
    });

    it("prints one line a finding when concise", async () => {
      write("A.cpp", `${HEAD}int BAD;\nint UGLY;\n`);
      const { out } = await dextlint("check --format concise");
      assert.equal(
        out,
        "A.cpp:2:5: error: `BAD` is banned [banned-word]\nA.cpp:3:5: warning: `UGLY` is doubtful [doubtful-word]\n",
      );
      assert.equal((await dextlint("check --format concise --quiet")).out.split("\n").length, 2);
    });

    it("shows code, steps, why and fix when pretty", async () => {
      write("src/A.cpp", `${HEAD}\tint x; /* 日本 */ int BAD;\n\nint UGLY;\n`);
      const { out } = await dextlint("check");
      assert.equal(
        out.replace(/checked in .*/, "checked in TIME"),
        `src/A.cpp:2:22  error  banned-word
  \`BAD\` is banned

   1 | #include <DriverKit/IOService.h>
   2 |     int x; /* 日本 */ int BAD;
     |                           ^^^
   3 |

  1. it begins here  src/A.cpp:1
     | #include <DriverKit/IOService.h>

  why: The test says so.
  fix: Say GOOD  [--fix]

src/A.cpp:4:5  warning  doubtful-word
  \`UGLY\` is doubtful

   3 |
   4 | int UGLY;
     |     ^^^^

  why: The test says so.
  fix: Say NICE  [--fix --unsafe-fixes]

1 error, 1 warning; 1 file checked in TIME
1 problem can be fixed with --fix.
1 problem can be fixed with --fix --unsafe-fixes, to be read before use.
More about a rule: dextlint explain banned-word
`,
      );
    });

    it("keeps within 100 columns and lets nothing act on the terminal", async () => {
      write("A.cpp", `${HEAD}int ${"a".repeat(300)}, BAD, ${"b".repeat(300)}; // \u001b[31m\u202e\n`);
      const { out } = await dextlint("check");
      for (const line of out.split("\n")) assert.ok(line.length <= 100, line);
      assert.match(out, /…a+, BAD, b+…/);
      assert.doesNotMatch(out, /[\u001b\u202e]/);
    });

    it("lists and explains rules", async () => {
      const { out, exit } = await dextlint("rules");
      assert.equal(exit, 0);
      for (const rule of testRules) assert.ok(out.includes(rule.meta.id));
      const page = await dextlint("explain banned-word");
      assert.equal(page.exit, 0);
      assert.equal(
        page.out,
        "banned-word\n\nWhat it does\n\nReports code, see docs <https://example.com>.\n\n    -- A.cpp --\n    int BAD;\n\n- one\n- two\n",
      );
      assert.equal((await dextlint("--version")).out, "dextlint 1.2.3\n");
      assert.match((await dextlint("--help")).out, /Exit codes/);
      assert.equal((await dextlint("check --help")).exit, 0);
    });
  });

  describe("what is read and reported", () => {
    it("reports only on the given paths, with the nearest configuration", async () => {
      write("dextlint.json", '{ "rules": { "banned-word": "warning" }, "ignore": ["gen/**", "*.hpp"] }');
      write("sub/dextlint.json", '{ "rules": { "banned-word": "hint" } }');
      write("A.cpp", BAD);
      write("sub/B.cpp", BAD);
      write("gen/C.cpp", BAD);
      write("sub/D.hpp", BAD);
      write("E.hpp", BAD);
      const all = (await json("check")).findings.map(({ file, severity }) => `${file} ${severity}`);
      assert.deepEqual(all, ["A.cpp warning", "sub/B.cpp hint", "sub/D.hpp hint"]);
      assert.deepEqual(
        (await json("check ../A.cpp", { cwd: "sub" })).findings.map(({ file }) => file),
        ["../A.cpp"],
      );
      assert.deepEqual(
        (await json("check sub --config dextlint.json")).findings.map(({ severity }) => severity),
        ["warning"],
      );
      assert.deepEqual((await json("check gen")).findings, []);
    });

    it("walks past links that lead back, and skips build folders unless they are named", async () => {
      write("a/A.cpp", BAD);
      write("build/B.cpp", BAD);
      fs.symlinkSync("..", path.join(folder, "a/loop"));
      fs.symlinkSync("nowhere.cpp", path.join(folder, "a/broken.cpp"));
      assert.deepEqual(
        (await json("check")).findings.map(({ file }) => file),
        ["a/A.cpp"],
      );
      assert.deepEqual(
        (await json("check build")).findings.map(({ file }) => file),
        ["build/B.cpp"],
      );
    });

    it("reads 2 MB, and leaves out what is beyond 4 MB", async () => {
      write("Two.cpp", BAD + "int x;\n".repeat(300_000));
      write("Five.cpp", BAD + "int x;\n".repeat(750_000));
      const { exit, findings } = await json("check");
      assert.equal(exit, 1);
      assert.deepEqual(
        findings.map(({ file }) => file),
        ["Two.cpp"],
      );
      const named = await dextlint("check Five.cpp");
      assert.equal(named.exit, 2);
      assert.match(named.err, /Five.cpp: not read: 5.0 MB is more than the limit of 4 MB/);
    });

    it("takes every encoding, and files that are no text", async () => {
      const text = `${HEAD}// ü\r\nint BAD;\r\n`;
      write("le.cpp", Buffer.from(`\uFEFF${text}`, "utf16le"));
      write("be.cpp", Buffer.from(`\uFEFF${text}`, "utf16le").swap16());
      write("bom.cpp", `\uFEFF${text}`);
      write("bare.cpp", Buffer.from(text, "utf16le"));
      write("latin.cpp", Buffer.from(text, "latin1"));
      write("empty.cpp", "");
      write("Info.plist", Buffer.from("bplist00\u00ff\u0000", "latin1"));
      write("noise.cpp", Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 256)));
      const { exit, findings } = await json("check");
      assert.equal(exit, 1);
      assert.deepEqual(
        findings.map(({ file, range: { start } }) => `${file}:${start.line}:${start.column}`),
        ["bare.cpp:3:5", "be.cpp:3:5", "bom.cpp:3:5", "latin.cpp:3:5", "le.cpp:3:5"],
      );
    });

    it("checks stdin as if it were a file, in its project", async () => {
      write("dextlint.json", '{ "rules": { "banned-word": "warning" } }');
      write("src/A.cpp", HEAD);
      write("src/B.cpp", BAD);
      for (const name of ["src/A.cpp", "src/New.cpp"]) {
        const { exit, findings } = await json(`check --stdin --stdin-filename ${name}`, { stdin: BAD });
        assert.equal(exit, 0);
        assert.deepEqual(
          findings.map(({ file, severity }) => [file, severity]),
          [[name, "warning"]],
        );
      }
      const fixed = await dextlint("check --stdin --stdin-filename src/A.cpp --fix", { stdin: BAD });
      assert.equal(fixed.out, `${HEAD}int GOOD;\n`);
      assert.match(fixed.err, /Fixed 1 problem/);
      assert.equal(read("src/A.cpp"), HEAD);
    });
  });

  describe("fixing", () => {
    it("applies safe fixes, unsafe ones when asked, and checks again", async () => {
      write("A.cpp", `${HEAD}int BAD, UGLY, BAD;\n// dextlint-ignore banned-word: gone\n`);
      const safe = await dextlint("check --fix");
      assert.equal(safe.exit, 0);
      assert.match(safe.out, /Fixed 3 problems\./);
      assert.match(safe.out, /^A.cpp:2:11 {2}warning {2}doubtful-word/);
      assert.equal(read("A.cpp"), `${HEAD}int GOOD, UGLY, GOOD;\n`);
      assert.equal((await dextlint("check --fix --unsafe-fixes")).exit, 0);
      assert.equal(read("A.cpp"), `${HEAD}int GOOD, NICE\n, GOOD;\n`);
      const { mtimeMs } = fs.statSync(path.join(folder, "A.cpp"));
      await dextlint("check --fix --unsafe-fixes");
      assert.equal(fs.statSync(path.join(folder, "A.cpp")).mtimeMs, mtimeMs);
    });

    it("keeps encodings, marks and line breaks", async () => {
      const before = `\uFEFF${HEAD}// ü\r\nint UGLY;\r\n`;
      const after = `\uFEFF${HEAD}// ü\r\nint NICE\r\n;\r\n`;
      write("le.cpp", Buffer.from(before, "utf16le"));
      write("be.cpp", Buffer.from(before, "utf16le").swap16());
      write("bom.cpp", before);
      await dextlint("check --fix --unsafe-fixes");
      assert.equal(fs.readFileSync(path.join(folder, "le.cpp")).toString("utf16le"), after);
      assert.equal(fs.readFileSync(path.join(folder, "be.cpp")).swap16().toString("utf16le"), after);
      assert.equal(read("bom.cpp"), after);
    });

    it("does not write what it could not read without loss, nor outside the given paths", async () => {
      const latin = Buffer.from(`${BAD}// ü\n`, "latin1");
      write("latin.cpp", latin);
      write("A.cpp", BAD);
      write("B.cpp", BAD);
      const { exit } = await dextlint("check latin.cpp A.cpp --fix");
      assert.equal(exit, 1);
      assert.deepEqual(fs.readFileSync(path.join(folder, "latin.cpp")), latin);
      assert.equal(read("A.cpp"), `${HEAD}int GOOD;\n`);
      assert.equal(read("B.cpp"), BAD);
    });

    it("prints a diff and writes nothing", async () => {
      write("a/A.cpp", `${HEAD}int a;\nint b;\nint c;\nint d;\nint BAD;\n`);
      const { exit, out, err } = await dextlint("check --diff");
      assert.equal(exit, 1);
      assert.equal(
        out,
        "--- a/a/A.cpp\n+++ b/a/A.cpp\n@@ -3,4 +3,4 @@\n int b;\n int c;\n int d;\n-int BAD;\n+int GOOD;\n",
      );
      assert.equal(err, "dextlint: would fix 1 problem in 1 file\n");
      assert.match(read("a/A.cpp"), /BAD/);
    });

    it("names a file outside the working directory by its whole path", async () => {
      write("a/A.cpp", BAD);
      write("b/B.cpp", BAD);
      const { out } = await dextlint("check --diff ../a/A.cpp", { cwd: "b" });
      const name = fromNative(path.join(folder, "a/A.cpp")).replace(/^\//, "");
      assert.deepEqual(out.split("\n").slice(0, 2), [`--- a/${name}`, `+++ b/${name}`]);
    });
  });
});

const PAGE = `# banned-word

## What it does

Reports **code**, see [docs](https://example.com).

\`\`\`cpp file=A.cpp
int BAD;
\`\`\`

- one
- two
`;
