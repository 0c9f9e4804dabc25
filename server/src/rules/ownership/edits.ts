// Edits that add statements in the file's own layout. No rule by itself.
import type { Edit } from "../../base/edit.ts";
import type { Span } from "../../base/span.ts";
import { isReleaseCall } from "../../flow/ownership-facts.ts";
import { callParts, unwrap } from "../../syntax/cpp.ts";
import { codeBefore } from "../../syntax/layout.ts";
import { K } from "../../syntax/kinds.ts";
import { nodeAt, spanOf, textOf, type SyntaxFile, type SyntaxNode } from "../../syntax/node.ts";
import type { FileEdit } from "../define.ts";

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
  return statement && codeBefore(text, statement.start, ...lines);
}

/** One fix's edits by file, in order; an edit that is there twice counts once. */
export function byFile(edits: readonly { readonly path: string; readonly edit: Edit }[]): FileEdit[] {
  const files = new Map<string, Edit[]>();
  for (const { path, edit } of edits) {
    const list = files.get(path) ?? [];
    if (!list.some(({ span }) => span.start === edit.span.start && span.end === edit.span.end)) list.push(edit);
    files.set(path, list);
  }
  return [...files].map(([path, list]) => ({ path, edits: list.sort((a, b) => a.span.start - b.span.start) }));
}

/** Makes the release at a span one that sets the pointer to null, a test of the pointer around it included; undefined where it is none. */
export function releaseAndNull(file: SyntaxFile, at: Span): Edit | undefined {
  for (let node: SyntaxNode | undefined = nodeAt(file.root, at); node; node = node.parent) {
    const call = callParts(node);
    const release = call && isReleaseCall(call);
    if (release) {
      const object = textOf(unwrap(release.target));
      if (node.source.expandedFrom || node.parent?.kind !== K.expressionStatement) return undefined;
      const guard = guardAround(node, object);
      return { span: guard ?? spanOf(node), newText: `OSSafeReleaseNULL(${object})${guard ? ";" : ""}` };
    }
    if (node.kind === K.compoundStatement) return undefined;
  }
  return undefined;
}

/** `if (x) x->free();` as a whole, braces or not: OSSafeReleaseNULL tests for null itself. Not with a comment or an else in it. */
export function guardAround(call: SyntaxNode, object: string): Span | undefined {
  const statement = call.parent;
  if (statement?.kind !== K.expressionStatement) return undefined;
  const body =
    statement.parent?.kind === K.compoundStatement && statement.parent.children.length === 1
      ? statement.parent
      : statement;
  const owner = body.parent;
  if (owner?.kind !== K.ifStatement || owner.children.length !== 2) return undefined;
  const condition = textOf(owner.children[0] as SyntaxNode).replace(/\s+/g, "");
  const tests = [
    `(${object})`,
    `(${object}!=nullptr)`,
    `(${object}!=NULL)`,
    `(nullptr!=${object})`,
    `(NULL!=${object})`,
  ];
  if (!tests.includes(condition) || /\/\/|\/\*/.test(textOf(owner))) return undefined;
  return spanOf(owner);
}
