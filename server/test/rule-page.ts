// Reads and executes a rule's page: its examples are the rule's test suite.
//
// A fence that names a file (```cpp file=Driver.cpp) is a file of a dext; a heading, or a file name that has been there already, begins
// another dext. `// error: [rule]` (`<!-- … -->` in XML) marks the line a finding starts on, `// step 2: text` the line of its second
// step. A finding without a mark fails, and so does a mark without a finding. ```diff fix pins a quick fix of the dext before it:
// applied, the finding is gone, nothing new has come, and there is nothing left to apply. ```text grants pins what the dext before it
// has to ask Apple for.
import assert from "node:assert/strict";
import { applyEdits } from "../src/base/edit.ts";
import { LineIndex } from "../src/base/line-index.ts";
import { finish } from "../src/engine/analysis.ts";
import type { Finding } from "../src/engine/finding.ts";
import { grantsReports } from "../src/features/grants-report.ts";
import { grantsText } from "../src/features/grants-text.ts";
import type { Rule } from "../src/rules/define.ts";
import { checkAll, hostOf } from "./support.ts";

/** One dext of a page. */
export interface Example {
  readonly line: number;
  readonly heading: string;
  readonly files: Record<string, string>;
  readonly fixes: string[];
  readonly grants: string[];
}

/** The headings that every page has, in order. */
export const HEADINGS = ["What it does", "Why it matters", "Bad", "Good", "Fix", "Limits", "References"];
const MARK = /\b(error|warning|info|hint): \[([\w-]+)\]/g;
const STEP = /\bstep (\d+): (.*?)\s*(?:-->|$)/;
/** A trailing comment that holds marks. */
const MARK_COMMENT = /[ \t]*(?:\/\/|<!--)[ \t]*(?:(?:error|warning|info|hint): \[|step \d+: ).*$/gm;

/** The dexts of a page, in order. */
export function examplesOf(markdown: string): Example[] {
  const examples: Example[] = [];
  let current: Example | undefined;
  let heading = "";
  const lines = markdown.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (/^#+ /.test(line)) {
      heading = line.replace(/^#+ /, "");
      current = undefined;
      continue;
    }
    const fence = /^```(\w+)?\s*(.*)$/.exec(line);
    if (!fence) continue;
    const start = i + 1;
    while (i + 1 < lines.length && !/^```\s*$/.test(lines[i + 1] ?? "")) i++;
    const text = `${lines.slice(start, i + 1).join("\n")}\n`;
    i++;
    const file = /\bfile=(\S+)/.exec(fence[2] ?? "")?.[1];
    if (fence[1] === "diff" && /\bfix\b/.test(fence[2] ?? "")) {
      assert.ok(current, `line ${start}: a fix without an example before it`);
      current.fixes.push(text);
    } else if (fence[1] === "text" && fence[2] === "grants") {
      assert.ok(current, `line ${start}: grants without an example before them`);
      current.grants.push(text);
    } else if (file !== undefined) {
      if (!current || file in current.files) {
        current = { line: start, heading, files: {}, fixes: [], grants: [] };
        examples.push(current);
      }
      current.files[file] = text;
    }
  }
  return examples;
}

interface Expected {
  readonly where: string;
  readonly what: string;
}

/** What a dext is marked with. */
export function marksOf(files: Readonly<Record<string, string>>): Expected[] {
  const marks: Expected[] = [];
  for (const [file, text] of Object.entries(files)) {
    text.split("\n").forEach((line, index) => {
      for (const mark of line.matchAll(MARK))
        marks.push({ where: `${file}:${index + 1}`, what: `${mark[1]}: [${mark[2]}]` });
    });
  }
  return marks;
}

const inDext = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`/dext/${file}`, text]));

async function findingsOf(
  files: Readonly<Record<string, string>>,
  rules?: readonly Rule[],
): Promise<{ findings: Finding[]; fixes: Map<Finding, ReturnType<typeof fixesOf>> }> {
  const host = await hostOf(inDext(files), rules);
  const reports = checkAll(host);
  for (const report of reports) assert.deepEqual(report.errors, [], `a rule crashed on ${report.path}`);
  const snapshot = host.snapshot();
  const findings = reports.flatMap((report) => report.findings);
  const fixes = new Map(findings.map((finding) => [finding, fixesOf(finding)]));
  host.dispose();
  return { findings, fixes };

  function fixesOf(finding: Finding) {
    return snapshot.fixesOf(finding);
  }
}

const strip = (text: string): string => text.replace(MARK_COMMENT, "");

function describeFinding(finding: Finding, files: Readonly<Record<string, string>>): Expected {
  const file = finding.path.slice("/dext/".length);
  const { line } = new LineIndex(files[file] ?? "").positionAt(finding.span.start);
  return { where: `${file}:${line + 1}`, what: `${finding.severity}: [${finding.rule}]` };
}

function checkSteps(files: Readonly<Record<string, string>>, findings: readonly Finding[]): void {
  for (const [file, text] of Object.entries(files)) {
    const lines = new LineIndex(text);
    text.split("\n").forEach((line, index) => {
      const step = STEP.exec(line);
      if (!step) return;
      const [, number, words] = step;
      const there = findings.some((finding) => {
        const found = finding.steps[Number(number) - 1];
        return (
          found?.path === `/dext/${file}` && lines.positionAt(found.span.start).line === index && found.text === words
        );
      });
      const all = findings.flatMap((finding) =>
        finding.steps.map((each, at) => `${lines.positionAt(each.span.start).line + 1}: step ${at + 1}: ${each.text}`),
      );
      assert.ok(
        there,
        `no finding has step ${number} "${words}" at ${file}:${index + 1}; steps are\n  ${all.join("\n  ")}`,
      );
    });
  }
}

/** Splits a diff into hunks of the lines before and after. */
function hunksOf(diff: string): { before: string; after: string }[] {
  const hunks: { before: string[]; after: string[] }[] = [{ before: [], after: [] }];
  for (const line of diff.split("\n").slice(0, -1)) {
    if (line.startsWith("@@") || line.startsWith("---") || line.startsWith("+++")) {
      hunks.push({ before: [], after: [] });
      continue;
    }
    const hunk = hunks.at(-1) as (typeof hunks)[number];
    if (!line.startsWith("+")) hunk.before.push(line.slice(1));
    if (!line.startsWith("-")) hunk.after.push(line.slice(1));
  }
  return hunks
    .filter((hunk) => hunk.before.length + hunk.after.length > 0)
    .map((hunk) => ({ before: hunk.before.join("\n"), after: hunk.after.join("\n") }));
}

async function checkFix(example: Example, diff: string, rules?: readonly Rule[]): Promise<void> {
  const { findings, fixes } = await findingsOf(example.files, rules);
  const hunks = hunksOf(diff);
  const tried: string[] = [];
  for (const finding of findings) {
    for (const fix of fixes.get(finding) ?? []) {
      const after: Record<string, string> = { ...example.files };
      for (const { path: at, edits } of fix.edits) {
        const file = at.slice("/dext/".length);
        after[file] = applyEdits(example.files[file] ?? "", edits);
      }
      const matches = hunks.every(({ before, after: wanted }) =>
        Object.keys(after).some(
          (file) =>
            strip(after[file] ?? "") === strip(example.files[file] ?? "").replace(before, () => wanted) &&
            after[file] !== example.files[file],
        ),
      );
      if (!matches) {
        tried.push(
          `${finding.rule}: ${fix.title}\n${Object.entries(after)
            .filter(([file, text]) => text !== example.files[file])
            .map(([, text]) => strip(text))
            .join("\n")}`,
        );
        continue;
      }
      const again = await findingsOf(after, rules);
      const count = (list: readonly Finding[], rule: string): number =>
        list.filter((each) => each.rule === rule).length;
      assert.equal(
        count(again.findings, finding.rule),
        count(findings, finding.rule) - 1,
        `"${fix.title}" does not remove its finding`,
      );
      for (const other of new Set(again.findings.map((each) => each.rule))) {
        if (other === "unused-suppression") continue;
        assert.ok(count(again.findings, other) <= count(findings, other), `"${fix.title}" brings a new ${other}`);
      }
      return;
    }
  }
  assert.fail(`no quick fix gives this change:\n${diff}\noffered:\n${tried.join("\n---\n")}`);
}

/** What Apple's request form is told of the dexts of an example. */
async function requestOf(files: Readonly<Record<string, string>>): Promise<string> {
  const host = await hostOf(inDext(files), []);
  const analysis = host.snapshot();
  const plist = (at: string) => analysis.plist(at);
  const reports = grantsReports({ project: analysis.project, index: finish(analysis.index()), plist });
  host.dispose();
  return reports.map((report) => grantsText(report, (at) => at).request).join("\n");
}

/** Runs one dext of a page and fails when findings and marks, steps or fixes differ. `rules`: all of the tool's, unless given. */
export async function checkExample(example: Example, rules?: readonly Rule[]): Promise<void> {
  const { findings } = await findingsOf(example.files, rules);
  const found = findings.map((finding) => describeFinding(finding, example.files));
  const order = (list: readonly Expected[]): string[] => list.map(({ where, what }) => `${where} ${what}`).sort();
  assert.deepEqual(order(found), order(marksOf(example.files)), findings.map((finding) => finding.message).join("\n"));
  checkSteps(example.files, findings);
  for (const diff of example.fixes) await checkFix(example, diff, rules);
  for (const text of example.grants) assert.equal(await requestOf(example.files), text);
}
