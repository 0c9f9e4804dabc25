// `npm run accuracy [-- --list] [-- FOLDER…]`: how many defects that are put into clean functions the ownership analysis finds, and how
// often it speaks of functions that have none. Without folders on the suite of server/test/ownership, its classes in a table of their own; a
// folder is one project (a driver).
import fs from "node:fs";
import path from "node:path";
import { applyEdits } from "../server/src/base/edit.ts";
import { AnalysisHost } from "../server/src/engine/host.ts";
import { finish } from "../server/src/engine/analysis.ts";
import { CLASS_KINDS, CLASS_RULES, classMutantsOf, readClasses } from "../server/test/ownership/classes.ts";
import { KINDS, mutantsOf } from "../server/test/ownership/mutate.ts";
import { compare, functionsOf, isAbout, ownershipFindings, readSuite, within } from "../server/test/ownership/suite.ts";
import { rules } from "../server/src/rules/registry.generated.ts";
import { loadParsers, root } from "../server/test/support.ts";
import { readFolder } from "./corpus-files.mjs";

const args = process.argv.slice(2);
const list = args.includes("--list");
const folders = args.filter((each) => !each.startsWith("--"));
const parsers = await loadParsers();
const totals = totalsOf(KINDS);
const summary = { functions: 0, clean: 0, reports: 0, analysed: 0, givenUp: 0, unreadable: 0 };
const missed = [];
const equivalent = new Set(
  JSON.parse(fs.readFileSync(path.join(root, "server/test/ownership/equivalent-mutants.json"), "utf8")).mutants,
);
const used = new Set();
const exists = (rule) => rules.some(({ meta }) => meta.id === rule);

if (folders.length === 0) {
  const { files, functions } = readSuite(parsers);
  measure("", files, functions, (fn) => fn.expected.length === 0);
  print();
  measureClasses();
} else {
  for (const folder of folders) {
    const files = readFolder(folder);
    const functions = [...files].flatMap(([file, text]) =>
      /\.(iig|plist|entitlements)$/.test(file) ? [] : functionsOf(parsers, file, text),
    );
    measure(path.basename(folder), files, functions, undefined);
  }
  print();
}

/** Counts one project's mutants. Without `isClean` a function is clean when nothing is reported in it. */
function measure(project, files, functions, isClean) {
  const host = AnalysisHost.create(parsers);
  host.apply([...files].map(([file, text]) => ({ path: `/${file}`, text })));
  const findings = ownershipFindings(host);
  const checked = functions.filter((fn) => host.snapshot().membership(`/${fn.file}`).checked);
  const clean = checked.filter((fn) => (isClean ? isClean(fn) : inFunction(fn, findings).length === 0));
  summary.functions += checked.length;
  summary.clean += clean.length;
  summary.reports += isClean ? clean.reduce((sum, fn) => sum + inFunction(fn, findings).length, 0) : findings.length;
  summary.analysed += host.statistics.functionsAnalysed;
  summary.givenUp += host.statistics.functionsGivenUp;
  summary.unreadable += checked.filter((fn) => fn.unreadable).length;
  for (const fn of clean) {
    const text = files.get(fn.file);
    const ordinals = new Map();
    for (const mutant of mutantsOf(fn)) {
      count(host, totals, `${project}${fn.file} ${fn.name}`, ordinals, { ...mutant, in: fn }, text);
    }
    host.apply([{ path: `/${fn.file}`, text }]);
  }
  host.dispose();
}

/** Counts the mutants of the suite's classes, and sets what its classes expect against what is found. */
function measureClasses() {
  const { files, classes } = readClasses(parsers);
  const host = AnalysisHost.create(parsers);
  host.apply([...files].map(([file, text]) => ({ path: `/${file}`, text })));
  const findings = ownershipFindings(host, CLASS_RULES);
  const clean = classes.filter((cls) => cls.expected.length === 0);
  const all = totalsOf(CLASS_KINDS);
  missed.length = 0;
  let expected = 0;
  let reports = 0;
  for (const cls of classes) {
    const comparison = compare(cls, within(cls, findings), exists);
    expected += cls.expected.length;
    reports += comparison.surplus.length;
    for (const { rule, object } of comparison.missed) missed.push(`${cls.file} ${cls.name}: ${rule} ${object}`);
    for (const each of comparison.surplus) missed.push(`${cls.file} ${cls.name}: not expected: ${each.message}`);
  }
  const unexpected = missed.length - reports;
  for (const cls of clean) {
    const text = files.get(cls.file);
    const ordinals = new Map();
    for (const mutant of classMutantsOf(cls)) {
      count(host, all, `${cls.file} ${cls.name}`, ordinals, { ...mutant, in: cls, objects: [mutant.object] }, text);
    }
    host.apply([{ path: `/${cls.file}`, text }]);
  }
  host.dispose();
  write(
    "",
    ...table(all, "mutation of a class"),
    "",
    `classes: ${classes.length}, clean ones that were mutated: ${clean.length}`,
    `defects written into the others: ${expected}, found: ${expected - unexpected}`,
    `reports that no class expects: ${reports}`,
    ...missedLines(),
    ...[...equivalent].filter((key) => !used.has(key)).map((key) => `no such mutant: ${key}`),
  );
}

/** Counts one mutant: as equivalent, found or missed. */
function count(host, all, name, ordinals, mutant, text) {
  const ordinal = (ordinals.get(mutant.kind.id) ?? 0) + 1;
  ordinals.set(mutant.kind.id, ordinal);
  const key = `${name} ${mutant.kind.id} ${ordinal}`;
  const total = all.get(mutant.kind.id);
  if (equivalent.has(key)) {
    used.add(key);
    total.equivalent++;
    return;
  }
  total.total++;
  if (isFound(host, mutant, text)) total.found++;
  else missed.push(`${key}: ${mutant.objects.join("/")}${mutant.at ? ` — ${mutant.at.replace(/\s+/g, " ")}` : ""}`);
}

function isFound(host, mutant, text) {
  const at = `/${mutant.in.file}`;
  const before = text.length;
  const changed = applyEdits(
    text,
    [...mutant.edits].sort((a, b) => a.span.start - b.span.start),
  );
  host.apply([{ path: at, text: changed }]);
  const { findings } = finish(host.snapshot().check(at));
  const end = mutant.in.end + changed.length - before;
  return findings.some(
    (finding) =>
      finding.span.start >= mutant.in.start &&
      finding.span.start < end &&
      mutant.kind.rules.includes(finding.rule) &&
      mutant.objects.some((object) => isAbout(finding, object)),
  );
}

function inFunction(fn, findings) {
  return within(fn, findings);
}

function totalsOf(kinds) {
  return new Map(Object.values(kinds).map((kind) => [kind.id, { kind, found: 0, total: 0, equivalent: 0 }]));
}

/** The lines of a table, a row for each kind of mutation. */
function table(all, title) {
  const rows = [[title, "found", "mutants", "%", "equivalent"]];
  const sum = { found: 0, total: 0, equivalent: 0 };
  for (const { kind, found, total, equivalent: same } of all.values()) {
    if (!kind.rules.some(exists)) {
      rows.push([kind.title, "-", String(total), "no rule yet", String(same)]);
      continue;
    }
    rows.push([kind.title, String(found), String(total), percent(found, total), String(same)]);
    sum.found += found;
    sum.total += total;
    sum.equivalent += same;
  }
  rows.push(["all", String(sum.found), String(sum.total), percent(sum.found, sum.total), String(sum.equivalent)]);
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

function print() {
  const { functions, clean, reports, analysed, givenUp, unreadable } = summary;
  write(
    ...table(totals, "mutation"),
    "",
    `functions: ${functions}, clean ones that were mutated: ${clean}`,
    `reports on the originals: ${reports}${folders.length > 0 ? " (to be read: in real drivers they may be right)" : ""}`,
    `functions given up: ${givenUp} of ${analysed} beyond the budget, ${unreadable} of ${functions} unreadable (${percent(givenUp + unreadable, functions)})`,
    ...missedLines(),
  );
}

function missedLines() {
  return list ? ["", ...missed.map((each) => `missed: ${each}`)] : [`missed: ${missed.length} (--list names them)`];
}

function write(...lines) {
  process.stdout.write(`${lines.join("\n")}\n`);
}

function percent(part, whole) {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}
