// The report as one JSON document. Its shape is a contract: `schemaVersion` changes when a field changes its meaning or goes.
import type { LineIndex } from "../../base/line-index.ts";
import type { Span } from "../../base/span.ts";
import type { Report } from "../check.ts";

interface JsonRange {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

/** Lines and columns 1-based, columns in UTF-16 units, files relative to the working directory. */
export function formatJson(report: Report, version: string): string {
  const { shownPath, linesOf, counts } = report;
  const document = {
    schemaVersion: 1,
    tool: { name: "dextlint", version },
    findings: report.findings.map((finding) => ({
      rule: finding.rule,
      area: finding.area,
      severity: finding.severity,
      message: finding.message,
      file: shownPath(finding.path),
      range: rangeOf(linesOf(finding.path), finding.span),
      path: finding.steps.map(({ path, span, kind, text }) => ({
        file: shownPath(path),
        range: rangeOf(linesOf(path), span),
        kind,
        text,
      })),
      fixes: finding.fixes.map(({ title, safe }) => ({ title, safe })),
      fingerprint: finding.fingerprint,
    })),
    errors: report.errors.map(({ rule, path, message }) => ({ rule, file: shownPath(path), message })),
    summary: {
      files: report.files,
      bytes: report.bytes,
      unparsedBytes: report.unparsedBytes,
      errors: counts.error,
      warnings: counts.warning,
      infos: counts.info,
      hints: counts.hint,
      durationMs: report.durationMs,
    },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function rangeOf(lines: LineIndex, span: Span): JsonRange {
  const start = lines.positionAt(span.start);
  const end = lines.positionAt(span.end);
  return {
    start: { line: start.line + 1, column: start.character + 1 },
    end: { line: end.line + 1, column: end.character + 1 },
  };
}
