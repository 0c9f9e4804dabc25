// Compares the ownership suite's answers with those of Clang's static analyzer (osx.OSObjectRetainCount), once with headers as Apple
// publishes them and once with every +1 out-parameter annotated. Usage: node --import tsx bench/clang.mjs [--clang clang-19] [--write] [--list]
// --write puts the tables into bench/clang.md.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { AnalysisHost } from "../server/src/engine/host.ts";
import { compare, ownershipFindings, readSuite, RULES, within } from "../server/test/ownership/suite.ts";
import { loadParsers, root } from "../server/test/support.ts";
import { writeStubs } from "./clang-stubs.mjs";

const args = process.argv.slice(2);
const clang = args.includes("--clang") ? args[args.indexOf("--clang") + 1] : "clang-19";
const version = spawnSync(clang, ["--version"], { encoding: "utf8" });
if (version.status !== 0) {
  process.stderr.write(`bench: no ${clang}; see bench/clang.md for how to get it\n`);
  process.exit(2);
}
const parsers = await loadParsers();
const suite = readSuite(parsers);
const sources = [...suite.files.keys()].filter((name) => name.endsWith(".cpp"));
const json = (file) => JSON.parse(fs.readFileSync(path.join(root, "server/src/knowledge", file), "utf8"));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "driverkit-clang-"));
try {
  const ours = runOurs();
  const plain = runClang(false);
  const annotated = runClang(true);
  const text = report(ours, plain, annotated);
  process.stdout.write(text);
  if (args.includes("--write")) write(text);
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}

/** Ours: a function with defects is found when each of its expectations is; any other finding in a function is an alarm. */
function runOurs() {
  const fresh = () => {
    const host = AnalysisHost.create(parsers);
    host.apply([...suite.files].map(([file, text]) => ({ path: `/suite/${file}`, text })));
    const start = performance.now();
    const findings = ownershipFindings(host);
    const milliseconds = performance.now() - start;
    host.dispose();
    return { findings, milliseconds };
  };
  fresh();
  const { findings, milliseconds } = fresh();
  const found = new Set();
  for (const fn of suite.functions) {
    const inside = within(fn, findings);
    const { missed } = compare(fn, inside, () => true);
    if (fn.expected.length > 0 ? missed.length === 0 : inside.length > 0) found.add(fn);
  }
  return { found, milliseconds };
}

/** Clang: a function is found when any warning about memory or pointers lies in it or on a path that begins in it. */
function runClang(annotate) {
  const folder = path.join(scratch, annotate ? "annotated" : "plain");
  fs.mkdirSync(folder);
  for (const [name, text] of suite.files) if (!name.endsWith(".iig")) fs.writeFileSync(path.join(folder, name), text);
  const iig = [...suite.files].filter(([name]) => name.endsWith(".iig"));
  writeStubs(folder, { api: json("driverkit-api.json"), constants: json("constants.json"), annotate, iig });
  const found = new Set();
  const failed = [];
  let milliseconds = 0;
  for (const name of sources) {
    const start = performance.now();
    const run = spawnSync(
      clang,
      [
        "--analyze",
        "-std=c++20",
        "-fblocks",
        "-w",
        "-I",
        folder,
        "-Xclang",
        "-analyzer-checker=osx.OSObjectRetainCount",
        "-Xclang",
        "-analyzer-disable-checker=deadcode",
        "-Xclang",
        "-analyzer-output=text",
        "-o",
        os.devNull,
        path.join(folder, name),
      ],
      { encoding: "utf8", cwd: folder },
    );
    milliseconds += performance.now() - start;
    if (run.status !== 0 || / error: /.test(run.stderr))
      failed.push(`${name}: ${run.stderr.split("\n").find((line) => line.includes("error:")) ?? run.status}`);
    for (const fn of functionsWarned(run.stderr)) found.add(fn);
  }
  return { found, failed, milliseconds };
}

/** Warnings with their notes; a path begins where its first note stands, and a defect's function on the path goes before a helper. */
function functionsWarned(output) {
  const groups = [];
  for (const line of output.split("\n")) {
    const match = /^(.*?):(\d+):\d+: (warning|note): (.*)$/.exec(line);
    if (!match) continue;
    const place = { file: path.basename(match[1]), line: Number(match[2]) };
    if (match[3] === "warning") groups.push([place]);
    else groups.at(-1)?.push(place);
  }
  return groups.flatMap((places) => {
    const functions = places.map(functionAt).filter((fn) => fn !== undefined);
    return functions.find((fn) => fn.expected.length > 0) ?? functions[0] ?? [];
  });
}

function functionAt({ file, line }) {
  return suite.functions.find((fn) => {
    const text = suite.files.get(fn.file);
    return fn.file === file && fn.line <= line && line <= fn.line + text.slice(fn.start, fn.end).split("\n").length - 1;
  });
}

function report(ours, plain, annotated) {
  const defects = suite.functions.filter((fn) => fn.expected.length > 0);
  const clean = suite.functions.filter((fn) => fn.expected.length === 0);
  const rows = [["situation", "functions", "ours", "Clang plain", "Clang annotated", "only ours", "only Clang"]];
  const row = (title, functions) => {
    const count = (set) => functions.filter((fn) => set.has(fn)).length;
    const only = functions.filter((fn) => ours.found.has(fn) && !annotated.found.has(fn)).length;
    const theirs = functions.filter((fn) => !ours.found.has(fn) && annotated.found.has(fn)).length;
    rows.push([
      title,
      ...[functions.length, count(ours.found), count(plain.found), count(annotated.found), only, theirs].map(String),
    ]);
  };
  for (const rule of RULES)
    row(
      rule,
      defects.filter((fn) => fn.expected[0]?.rule === rule),
    );
  row("all defects", defects);
  row("false alarms on clean functions", clean);
  const topics = [
    ["file", "defects", "ours", "Clang plain", "Clang annotated", "clean", "alarms ours", "plain", "annotated"],
  ];
  for (const file of sources) {
    const bad = defects.filter((fn) => fn.file === file);
    const good = clean.filter((fn) => fn.file === file);
    const sets = [ours.found, plain.found, annotated.found];
    topics.push([
      file,
      ...[bad.length, ...sets.map((set) => bad.filter((fn) => set.has(fn)).length)].map(String),
      ...[good.length, ...sets.map((set) => good.filter((fn) => set.has(fn)).length)].map(String),
    ]);
  }
  const names = (functions) => functions.map((fn) => `${fn.name} (${fn.file})`).join(", ") || "none";
  const difference = (from, without) => defects.filter((fn) => from.has(fn) && !without.has(fn));
  const perFile = (milliseconds) => milliseconds / sources.length;
  return [
    `${(version.stdout.split("\n")[0] ?? "").replace(/ \(.*/, "")}; ${suite.functions.length} functions, ${defects.length} with defects. Found means: ours, every expected finding by its rule on its object; Clang, any warning in the function. "Only" compares with Clang annotated.`,
    "",
    ...table(rows),
    "",
    "By file of the suite:",
    "",
    ...table(topics),
    "",
    `Found by Clang (annotated) and not by us: ${names(difference(annotated.found, ours.found))}.`,
    "",
    `Clang's false alarms, annotated: ${names(clean.filter((fn) => annotated.found.has(fn)))}.`,
    "",
    `Ours: ${names(clean.filter((fn) => ours.found.has(fn)))}.`,
    "",
    `Time per file: Clang, a process each, takes ${(perFile(annotated.milliseconds) / perFile(ours.milliseconds)).toFixed(1)} times as long as our analysis in one process (from text, nothing cached, ${sources.length} files).`,
    ...(plain.failed.length + annotated.failed.length > 0
      ? [
          "",
          ...[...plain.failed, ...annotated.failed].map((line) => `did not compile: ${line.replaceAll(scratch, "")}`),
        ]
      : []),
    "",
  ].join("\n");
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map(
    (row) =>
      `| ${row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join(" | ")} |`,
  );
  lines.splice(
    1,
    0,
    `| ${widths.map((width, column) => (column ? `${"-".repeat(width - 1)}:` : "-".repeat(width))).join(" | ")} |`,
  );
  return lines;
}

/** Replaces what stands between the marks in bench/clang.md. */
function write(text) {
  const file = path.join(root, "bench/clang.md");
  const old = fs.readFileSync(file, "utf8");
  fs.writeFileSync(
    file,
    old.replace(/(<!-- result -->\n)[\s\S]*(<!-- end -->)/, (_, start, end) => `${start}\n${text}\n${end}`),
  );
}
