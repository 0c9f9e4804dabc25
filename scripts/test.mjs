// `npm test`: everything that must hold, in one run, with one closing line that counts every test.
// What this machine cannot install is skipped with a clear line; with CI set, nothing is.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "driverkit-tools-test-"));
const insist = process.env.CI !== undefined && process.env.CI !== "" && process.env.CI !== "false";
const total = { passed: 0, failed: 0, skipped: 0 };
const notes = [];

try {
  await main();
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
for (const note of notes) process.stdout.write(`${note}\n`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function main() {
  if (!step("build", process.execPath, ["scripts/build.mjs", "--quiet"])) return;
  step("types", process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."]);
  step("lint", process.execPath, ["node_modules/eslint/bin/eslint.js", "."]);
  step("layout of the code", process.execPath, [
    "node_modules/prettier/bin/prettier.cjs",
    "--check",
    "--log-level",
    "warn",
    ".",
  ]);
  mocha("unit tests", ["server/test/**/*.test.ts", "--ignore", "server/test/editor/**"]);
  step("npm start", process.execPath, ["scripts/start.mjs"], { quiet: true });
  if (step("package", process.execPath, ["scripts/package.mjs"])) editor();
  grammar();
}

/** Runs one command as one test. */
function step(name, command, args, { quiet = false } = {}) {
  const run = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    stdio: quiet ? "pipe" : ["ignore", "inherit", "inherit"],
  });
  const ok = run.status === 0;
  if (!ok && quiet) process.stdout.write(`${run.stdout}${run.stderr}`);
  process.stdout.write(`  ${ok ? "✔" : "✘"} ${name}\n`);
  total[ok ? "passed" : "failed"]++;
  return ok;
}

/** Runs mocha and adds its counts; a run that dies without any counts as one failure. */
function mocha(name, args) {
  process.stdout.write(`\n${name}\n`);
  const counts = path.join(scratch, `${name.replace(/\W/g, "-")}.json`);
  const reporter = path.join(root, "scripts/testing/reporter.cjs");
  const run = spawnSync(process.execPath, ["node_modules/mocha/bin/mocha.js", "--reporter", reporter, ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, TEST_COUNTS: counts },
  });
  if (!fs.existsSync(counts)) {
    total.failed++;
    notes.push(`✘ ${name}: ended with ${run.status ?? run.signal} and no result`);
    return;
  }
  const { passed, failed, skipped } = JSON.parse(fs.readFileSync(counts, "utf8"));
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  if (run.status !== 0 && failed === 0) total.failed++;
  if (insist && skipped > 0) {
    total.failed += skipped;
    notes.push(`✘ ${name}: ${skipped} skipped, which is not allowed where CI is set`);
  }
}

/** The built .vsix in a real VS Code; needs Chromium and a hundred megabytes of downloads. */
function editor() {
  const ready = spawnSync(process.execPath, ["scripts/editor/install.mjs", "--chromium"], {
    cwd: root,
    stdio: ["ignore", "inherit", "pipe"],
    encoding: "utf8",
  });
  if (ready.status === 0)
    return mocha("the extension in a real VS Code", ["--timeout", "240000", "server/test/editor/*.test.ts"]);
  leaveOut("the extension in a real VS Code", ready.stderr);
}

/** The grammars, made again from nothing, are those of the lock file; the native parser agrees with the WASM. */
function grammar() {
  const kept = path.join(scratch, "grammar");
  // Half a minute and a compiler: a person gets it by asking for it.
  if (!insist && !process.argv.includes("--grammar")) {
    return leaveOut("grammars rebuilt from nothing", "`npm test -- --grammar` does it (Debian, root)");
  }
  const rebuilt = spawnSync("bash", ["grammars/rebuild.sh", "--check", "--keep", kept], {
    cwd: root,
    stdio: ["ignore", "inherit", "pipe"],
    encoding: "utf8",
  });
  if (rebuilt.status === 3) return leaveOut("grammars rebuilt from nothing", rebuilt.stderr);
  process.stdout.write(`  ${rebuilt.status === 0 ? "✔" : "✘"} grammars rebuilt from nothing\n`);
  if (rebuilt.status !== 0) process.stdout.write(rebuilt.stderr);
  total[rebuilt.status === 0 ? "passed" : "failed"]++;
  const native = path.join(root, "grammars/native");
  const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: native,
    stdio: "inherit",
  });
  const compiled =
    installed.status === 0 && spawnSync("bash", ["build.sh", kept], { cwd: native, stdio: "inherit" }).status === 0;
  if (!compiled) return leaveOut("native parser agrees with WASM", "the native parser could not be compiled");
  const fixtures = path.join(root, "test-workspace");
  const files = fs
    .readdirSync(fixtures, { recursive: true })
    .map((file) => path.join(fixtures, String(file)))
    .filter((file) => /\.(?:cpp|h|iig)$/.test(file));
  files.push(...snippets());
  step("native parser agrees with WASM", process.execPath, ["grammars/native/compare.mjs", ...files]);
}

/** The code of the rule pages, written out as files. */
function snippets() {
  const files = [];
  for (const page of fs.readdirSync(path.join(root, "docs/rules"))) {
    const text = fs.readFileSync(path.join(root, "docs/rules", page), "utf8");
    for (const [, body] of text.matchAll(/^```cpp[^\n]*\n([^]*?)^```/gm)) {
      const file = path.join(scratch, `${page}-${files.length}.cpp`);
      fs.writeFileSync(file, body);
      files.push(file);
    }
  }
  return files;
}

function leaveOut(name, reason = "") {
  const why = reason.trim().split("\n").at(-1) ?? "";
  if (insist) {
    total.failed++;
    notes.push(`✘ ${name}: ${why}`);
  } else {
    total.skipped++;
    notes.push(`skipped: ${name}: ${why}`);
  }
}
