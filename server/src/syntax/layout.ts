// How code is laid out around a place: indentation and braces, for edits that look as if the author had typed them.
import type { Edit } from "../base/edit.ts";
import { K } from "./kinds.ts";
import type { SyntaxNode } from "./node.ts";

/** The white space at the start of the line that an offset is in. */
export function indentationAt(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** One level of indentation as the file has it: a tab, or the smallest indentation of two to eight spaces; four where nothing tells. */
export function indentUnit(text: string): string {
  const lines = text.slice(0, 100_000).match(/^[ \t]+(?=\S)/gm) ?? [];
  if (lines.some((line) => line.startsWith("\t"))) return "\t";
  const widths = lines.map((line) => line.length).filter((width) => width >= 2 && width <= 8);
  return widths.length > 0 ? " ".repeat(Math.min(...widths)) : "    ";
}

/** True when a statement stands without braces as the body of an `if`, `else` or loop. */
export function isSoleStatement(statement: SyntaxNode): boolean {
  const parent = statement.parent?.kind;
  return (
    parent === K.ifStatement ||
    parent === K.elseClause ||
    parent === K.forStatement ||
    parent === K.forRangeLoop ||
    parent === K.whileStatement ||
    parent === K.doStatement
  );
}

/** Wraps a sole statement in braces together with `code` before it. */
export function insideBraces(text: string, statement: SyntaxNode, code: string): Edit[] {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const owner = statement.parent ?? statement;
  const outer = indentationAt(text, owner.start);
  const inner = outer + indentUnit(text);
  const before = text.slice(0, statement.start).trimEnd().length;
  const body = text.slice(statement.start, statement.end);
  return [
    {
      span: { start: before, end: statement.end },
      newText: ` {${newline}${inner}${code}${newline}${inner}${body}${newline}${outer}}`,
    },
  ];
}
