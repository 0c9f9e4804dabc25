// `npm run accuracy [-- --list] [-- FOLDER…]`: how many defects that are put into clean functions the ownership analysis finds, and how
// often it speaks of functions that have none. Without folders on the suite of server/test/ownership; a folder is one project (a driver).
import fs from "node:fs";
import path from "node:path";
import { applyEdits } from "../server/src/base/edit.ts";
import { AnalysisHost } from "../server/src/engine/host.ts";
import { finish } from "../server/src/engine/analysis.ts";
import { KINDS, mutantsOf } from "../server/test/ownership/mutate.ts";
import { functionsOf, isAbout, ownershipFindings, readSuite, within } from "../server/test/ownership/suite.ts";
import { rules } from "../server/src/rules/registry.generated.ts";
import { loadParsers, root } from "../server/test/support.ts";
import { readFolder } from "./corpus-files.mjs";

const args = process.argv.slice(2);
const list = args.includes("--list");
const folders = args.filter((each) => !each.startsWith("--"));
const parsers = await loadParsers();
const totals = new Map(Object.values(KINDS).map((kind) => [kind.id, { kind, found: 0, total: 0, equivalent: 0 }]));
const summary = { functions: 0, clean: 0, reports: 0, analysed: 0, givenUp: 0, unreadable: 0 };
const missed = [];
const equivalent = new Set(
  JSON.parse(fs.readFileSync(path.join(root, "server/test/ownership/equivalent-mutants.json"), "utf8")).mutants,
);
const used = new Set();

if (folders.length === 0) {
  const { files, functions } = readSuite(parsers);
  measure("", files, functions, (fn) => fn.expected.length === 0);
} else {
  for (const folder of folders) {
    const files = readFolder(folder);
    const functions = [...files].flatMap(([file, text]) =>
      /\.(iig|plist|entitlements)$/.test(file) ? [] : functionsOf(parsers, file, text),
    );
    measure(path.basename(folder), files, functions, undefined);
  }
}
print();

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
      const ordinal = (ordinals.get(mutant.kind.id) ?? 0) + 1;
      ordinals.set(mutant.kind.id, ordinal);
      const key = `${project}${fn.file} ${fn.name} ${mutant.kind.id} ${ordinal}`;
      const total = totals.get(mutant.kind.id);
      if (equivalent.has(key)) {
        used.add(key);
        total.equivalent++;
        continue;
      }
      total.total++;
      if (isFound(host, mutant, text)) total.found++;
      else missed.push(`${key}: ${mutant.objects.join("/")} — ${mutant.at.replace(/\s+/g, " ")}`);
    }
    host.apply([{ path: `/${fn.file}`, text }]);
  }
  host.dispose();
}

function isFound(host, mutant, text) {
  const at = `/${mutant.fn.file}`;
  const before = text.length;
  const changed = applyEdits(
    text,
    [...mutant.edits].sort((a, b) => a.span.start - b.span.start),
  );
  host.apply([{ path: at, text: changed }]);
  const { findings } = finish(host.snapshot().check(at));
  const end = mutant.fn.end + changed.length - before;
  return findings.some(
    (finding) =>
      finding.span.start >= mutant.fn.start &&
      finding.span.start < end &&
      mutant.kind.rules.includes(finding.rule) &&
      mutant.objects.some((object) => isAbout(finding, object)),
  );
}

function inFunction(fn, findings) {
  return within(fn, findings);
}

function print() {
  const exists = (rule) => rules.some(({ meta }) => meta.id === rule);
  const rows = [["mutation", "found", "mutants", "%", "equivalent"]];
  const sum = { found: 0, total: 0, equivalent: 0 };
  for (const { kind, found, total, equivalent: same } of totals.values()) {
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
  const { functions, clean, reports, analysed, givenUp, unreadable } = summary;
  process.stdout.write(
    [
      ...lines,
      "",
      `functions: ${functions}, clean ones that were mutated: ${clean}`,
      `reports on the originals: ${reports}${folders.length > 0 ? " (to be read: in real drivers they may be right)" : ""}`,
      `functions given up: ${givenUp} of ${analysed} beyond the budget, ${unreadable} of ${functions} unreadable (${percent(givenUp + unreadable, functions)})`,
      ...(list ? ["", ...missed.map((each) => `missed: ${each}`)] : [`missed: ${missed.length} (--list names them)`]),
      ...(folders.length === 0
        ? [...equivalent].filter((key) => !used.has(key)).map((key) => `no such mutant: ${key}`)
        : []),
      "",
    ].join("\n"),
  );
}

function percent(part, whole) {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}
