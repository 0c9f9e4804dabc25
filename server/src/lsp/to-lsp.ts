// The engine's plain data as LSP's types.
import {
  DiagnosticSeverity,
  DiagnosticTag,
  type Diagnostic,
  type DiagnosticRelatedInformation,
  type Range,
  type TextDocumentEdit,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver";
import type { Edit } from "../base/edit.ts";
import type { LineIndex } from "../base/line-index.ts";
import type { Span } from "../base/span.ts";
import type { Finding } from "../engine/finding.ts";
import type { FileEdit, Severity } from "../rules/define.ts";

export const SOURCE = "driverkit";

export function toRange(lines: LineIndex, span: Span): Range {
  return { start: lines.positionAt(span.start), end: lines.positionAt(span.end) };
}

export function toSeverity(severity: Severity): DiagnosticSeverity {
  switch (severity) {
    case "error":
      return DiagnosticSeverity.Error;
    case "warning":
      return DiagnosticSeverity.Warning;
    case "info":
      return DiagnosticSeverity.Information;
    case "hint":
      return DiagnosticSeverity.Hint;
  }
}

export interface DiagnosticContext {
  linesOf(path: string): LineIndex;
  uriOf(path: string): string;
  ruleLink(rule: string): string | undefined;
  /** What the client can show. */
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly tags: boolean;
}

export function toDiagnostic(finding: Finding, context: DiagnosticContext): Diagnostic {
  const link = context.codeDescription ? context.ruleLink(finding.rule) : undefined;
  const related = context.relatedInformation ? toRelated(finding, context) : [];
  const tags = context.tags ? finding.tags.map(toTag) : [];
  return {
    range: toRange(context.linesOf(finding.path), finding.span),
    severity: toSeverity(finding.severity),
    code: finding.rule,
    ...(link === undefined ? {} : { codeDescription: { href: link } }),
    source: SOURCE,
    message: finding.message,
    ...(tags.length > 0 ? { tags } : {}),
    ...(related.length > 0 ? { relatedInformation: related } : {}),
  };
}

/** The steps as rows that any editor lists: "1. …", "2. …". The finding itself is not among them. */
function toRelated({ steps }: Finding, { linesOf, uriOf }: DiagnosticContext): DiagnosticRelatedInformation[] {
  return steps.map(({ path, span, text }, index) => ({
    location: { uri: uriOf(path), range: toRange(linesOf(path), span) },
    message: `${index + 1}. ${text}`,
  }));
}

function toTag(tag: "unnecessary" | "deprecated"): DiagnosticTag {
  return tag === "unnecessary" ? DiagnosticTag.Unnecessary : DiagnosticTag.Deprecated;
}

export function toTextEdit(lines: LineIndex, { span, newText }: Edit): TextEdit {
  return { range: toRange(lines, span), newText };
}

export interface EditContext {
  linesOf(path: string): LineIndex;
  uriOf(path: string): string;
  /** The version of an open document; null for a closed file. */
  versionOf(path: string): number | null;
  /** Whether the client understands edits that name versions. */
  readonly documentChanges: boolean;
}

/** Edits as the client takes them; versions let it reject edits to a text that has changed meanwhile. */
export function toWorkspaceEdit(files: readonly FileEdit[], context: EditContext): WorkspaceEdit {
  if (!context.documentChanges) {
    const changes: Record<string, TextEdit[]> = {};
    for (const { path, edits } of files) {
      const lines = context.linesOf(path);
      changes[context.uriOf(path)] = edits.map((edit) => toTextEdit(lines, edit));
    }
    return { changes };
  }
  const documentChanges = files.map(({ path, edits }): TextDocumentEdit => {
    const lines = context.linesOf(path);
    return {
      textDocument: { uri: context.uriOf(path), version: context.versionOf(path) },
      edits: edits.map((edit) => toTextEdit(lines, edit)),
    };
  });
  return { documentChanges };
}
