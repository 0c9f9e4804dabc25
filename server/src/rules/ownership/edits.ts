// Edits that add statements in the file's own layout. No rule by itself.
import type { Edit } from "../../base/edit.ts";
import { K } from "../../syntax/kinds.ts";
import type { SyntaxNode } from "../../syntax/node.ts";

/** The white space in front of the line that an offset stands in. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** The line ending that a text uses. */
export function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** The statement that a node belongs to, when it stands by itself in a block; undefined for a statement without braces around. */
export function statementOf(node: SyntaxNode): SyntaxNode | undefined {
  let statement: SyntaxNode | undefined = node;
  while (statement && statement.kind !== K.expressionStatement && statement.kind !== K.declaration) {
    if (statement.kind === K.compoundStatement || statement.kind === K.returnStatement) break;
    statement = statement.parent;
  }
  if (!statement || statement.kind === K.compoundStatement || statement.source.expandedFrom) return undefined;
  const around = statement.parent?.kind;
  return around === K.compoundStatement || around === K.translationUnit ? statement : undefined;
}

/** Inserts lines before the statement that a node belongs to; undefined where that needs braces first. */
export function insertBefore(text: string, node: SyntaxNode, ...lines: readonly string[]): Edit | undefined {
  const statement = statementOf(node);
  if (!statement) return undefined;
  const at = statement.start;
  const indent = indentAt(text, at);
  return {
    span: { start: at, end: at },
    newText: lines.map((line) => `${line}${newlineOf(text)}${indent}`).join(""),
  };
}
