// `npm run corpus -- FOLDER [--check]`: checks every project in FOLDER (one subfolder each) as dextlint does and writes how
// often each rule speaks to server/test/corpus-counts.json. `--check` compares with that file instead. Only counts are ever kept.
import fs from "node:fs";
import path from "node:path";
import { AnalysisHost } from "../server/src/engine/host.ts";
import { finish } from "../server/src/engine/analysis.ts";
import { functionsOf } from "../server/test/ownership/suite.ts";
import { loadParsers, root } from "../server/test/support.ts";
import { readFolder } from "./corpus-files.mjs";

const args = process.argv.slice(2);
const check = args.includes("--check");
const folder = args.find((each) => !each.startsWith("--"));
const COUNTS = path.join(root, "server/test/corpus-counts.json");
if (folder === undefined || !fs.existsSync(folder)) {
  process.stderr.write(
    "usage: npm run corpus -- FOLDER [--check]\nFOLDER holds one checked-out project per subfolder.\n",
  );
  process.exit(2);
}

const parsers = await loadParsers();
const projects = fs
  .readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
  .map((entry) => entry.name)
  .sort();
const drivers = {};
const crashed = [];
for (const name of projects) drivers[name] = count(name);

const total = { files: 0, functions: 0, givenUp: 0, unreadable: 0, findings: 0 };
const rules = {};
for (const each of Object.values(drivers)) {
  total.files += each.files;
  total.functions += each.functions;
  total.givenUp += each.givenUp;
  total.unreadable += each.unreadable;
  for (const [rule, found] of Object.entries(each.rules)) {
    rules[rule] = (rules[rule] ?? 0) + found;
    total.findings += found;
  }
}
// A rule that crashes is a bug of ours: nothing is written before it is mended.
if (crashed.length > 0) {
  for (const line of crashed.slice(0, 10)) process.stderr.write(`crashed: ${line}\n`);
  process.stderr.write(`${crashed.length} crashes; nothing is written\n`);
  process.exit(1);
}
const text = `${JSON.stringify({ total, rules: sorted(rules), drivers }, undefined, 2)}\n`;
if (check) {
  const known = fs.existsSync(COUNTS) ? JSON.parse(fs.readFileSync(COUNTS, "utf8")) : { drivers: {} };
  const differences = [...new Set([...Object.keys(known.drivers), ...projects])]
    .sort()
    .flatMap((name) => differ(name, known.drivers[name], drivers[name]));
  for (const line of differences) process.stdout.write(`${line}\n`);
  process.stdout.write(
    differences.length === 0 ? "the counts are as recorded\n" : `${differences.length} counts differ\n`,
  );
  process.exitCode = differences.length === 0 ? 0 : 1;
} else {
  fs.writeFileSync(COUNTS, text);
  table();
}

/** One project's counts. */
function count(name) {
  const host = AnalysisHost.create(parsers);
  host.apply(
    [...readFolder(path.join(folder, name))].map(([file, content]) => ({ path: `/${name}/${file}`, text: content })),
  );
  const snapshot = host.snapshot();
  const found = {};
  let files = 0;
  let unreadable = 0;
  for (const at of snapshot.paths) {
    if (snapshot.membership(at).checked) {
      files++;
      unreadable += functionsOf(parsers, at, snapshot.text(at)).filter((fn) => fn.unreadable).length;
    }
    const { findings, errors } = finish(snapshot.check(at));
    for (const error of errors) crashed.push(`${error.path}: ${error.rule}: ${error.message}`);
    for (const { rule } of findings) found[rule] = (found[rule] ?? 0) + 1;
  }
  const { functionsAnalysed: functions, functionsGivenUp: givenUp } = host.statistics;
  host.dispose();
  return { files, functions: functions + unreadable, givenUp, unreadable, rules: sorted(found) };
}

function differ(name, before, now) {
  if (!before) return [`${name}: not recorded`];
  if (!now) return [`${name}: not there`];
  const ids = [...new Set([...Object.keys(before.rules), ...Object.keys(now.rules)])].sort();
  const lines = ids.map((rule) => [rule, before.rules[rule] ?? 0, now.rules[rule] ?? 0]);
  lines.push(["functions given up", before.givenUp + before.unreadable, now.givenUp + now.unreadable]);
  return lines.filter(([, a, b]) => a !== b).map(([rule, a, b]) => `${name}: ${rule}: ${a} recorded, ${b} now`);
}

function sorted(counts) {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function table() {
  for (const [name, each] of Object.entries(drivers)) {
    const listed = Object.entries(each.rules).map(([rule, found]) => `${rule} ${found}`);
    process.stdout.write(
      `${name}: ${each.functions} functions, ${each.givenUp} beyond the budget, ${each.unreadable} unreadable; ${listed.join(", ") || "nothing"}\n`,
    );
  }
  const share = ((100 * (total.givenUp + total.unreadable)) / Math.max(1, total.functions)).toFixed(2);
  process.stdout.write(
    `${Object.entries(sorted(rules))
      .map(([rule, found]) => `${rule} ${found}`)
      .join(", ")}\n`,
  );
  process.stdout.write(
    `${projects.length} projects, ${total.functions} functions, ${total.givenUp} beyond the budget and ${total.unreadable} unreadable (${share} %), ${total.findings} findings\n`,
  );
}
