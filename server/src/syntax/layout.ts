// How code is laid out around a place: indentation and braces, for edits that look as if the author had typed them.
import type { Edit } from "../base/edit.ts";
import type { Span } from "../base/span.ts";
import { K } from "./kinds.ts";
import type { SyntaxNode } from "./node.ts";

/** The white space at the start of the line that an offset is in. */
export function indentationAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(lineBefore(text, offset))?.[0] ?? "";
}

/** One level of indentation as the file has it: a tab, or the smallest indentation of two to eight spaces; four where nothing tells. */
export function indentUnit(text: string): string {
  const lines = text.slice(0, 100_000).match(/^[ \t]+(?=\S)/gm) ?? [];
  if (lines.some((line) => line.startsWith("\t"))) return "\t";
  const widths = lines.map((line) => line.length).filter((width) => width >= 2 && width <= 8);
  return widths.length > 0 ? " ".repeat(Math.min(...widths)) : "    ";
}

/** What stands before an offset in its line. */
function lineBefore(text: string, offset: number): string {
  return text.slice(Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1, offset);
}

/** The line ending that a text uses. */
export function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** What stands between two statements at an offset: a line break and the indentation, or a space where the line has another one already. */
function gapAt(text: string, offset: number): string {
  return lineBefore(text, offset).trim() === "" ? newlineOf(text) + indentationAt(text, offset) : " ";
}

/** Puts lines of code before an offset at which a statement begins, in the statement's own line where that holds others, too. */
export function codeBefore(text: string, offset: number, ...lines: readonly string[]): Edit {
  const gap = gapAt(text, offset);
  const newText = lines.map((line) => (gap === " " ? line.trim() : line) + gap).join("");
  return { span: { start: offset, end: offset }, newText };
}

/** The same behind a statement. */
export function codeBehind(text: string, { start, end }: Span, ...lines: readonly string[]): Edit {
  const gap = gapAt(text, start);
  const newText = lines.map((line) => gap + (gap === " " ? line.trim() : line)).join("");
  return { span: { start: end, end }, newText };
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

/** Wraps a sole statement in braces together with `code` before it; on one line where the `if` or loop shares its line with others. */
export function insideBraces(text: string, statement: SyntaxNode, code: string): Edit[] {
  const newline = newlineOf(text);
  const owner = statement.parent ?? statement;
  const outer = indentationAt(text, owner.start);
  const inner = outer + indentUnit(text);
  const before = text.slice(0, statement.start).trimEnd().length;
  const body = text.slice(statement.start, statement.end);
  if (!/^\s*(?:\}\s*)?(?:else\s*)?$/.test(lineBefore(text, owner.start)))
    return [{ span: { start: before, end: statement.end }, newText: ` { ${code} ${body} }` }];
  return [
    {
      span: { start: before, end: statement.end },
      newText: ` {${newline}${inner}${code}${newline}${inner}${body}${newline}${outer}}`,
    },
  ];
}
