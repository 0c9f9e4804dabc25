// What tests share: parsers loaded once, and a host over files given as text.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { finish } from "../src/engine/analysis.ts";
import type { FileReport, Finding } from "../src/engine/finding.ts";
import { AnalysisHost } from "../src/engine/host.ts";
import { LineIndex } from "../src/base/line-index.ts";
import type { Rule } from "../src/rules/define.ts";
import { Parsers } from "../src/syntax/parsers.ts";

/** The repository's root folder. */
export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");

let parsers: Promise<Parsers> | undefined;

/** The parsers, loaded once for a test run. */
export function loadParsers(): Promise<Parsers> {
  const read = (file: string): Uint8Array => fs.readFileSync(path.join(root, file));
  return (parsers ??= Parsers.load({
    runtime: read("node_modules/web-tree-sitter/web-tree-sitter.wasm"),
    driverkit: read("grammars/tree-sitter-driverkit.wasm"),
    xml: read("grammars/tree-sitter-xml.wasm"),
  }));
}

/** A host that holds the given files (path to text). */
export async function hostOf(files: Readonly<Record<string, string>>, rules?: readonly Rule[]): Promise<AnalysisHost> {
  const host = AnalysisHost.create(await loadParsers(), rules);
  host.apply(Object.entries(files).map(([at, text]) => ({ path: at, text })));
  return host;
}

/** Checks all files of a host. */
export function checkAll(host: AnalysisHost): FileReport[] {
  const snapshot = host.snapshot();
  return snapshot.paths.map((at) => finish(snapshot.check(at)));
}

/** "line:rule" of each finding in one C++ file, 1-based lines, in order. */
export async function lint(
  code: string,
  file = "/p/Driver.cpp",
  others: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const host = await hostOf({ ...others, [file]: code });
  const lines = new LineIndex(code);
  const report = finish(host.snapshot().check(file));
  host.dispose();
  if (report.errors.length > 0)
    throw new Error(report.errors.map((error) => `${error.rule}: ${error.message}`).join("; "));
  return report.findings.map((finding) => `${lineOf(finding, lines)}:${finding.rule}`);
}

function lineOf(finding: Finding, lines: LineIndex): number {
  return lines.positionAt(finding.span.start).line + 1;
}
