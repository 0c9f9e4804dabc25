// The quick fix that makes an OSSharedPtr of a local variable: then no path can forget it. No rule by itself.
import type { Edit } from "../../base/edit.ts";
import type { Span } from "../../base/span.ts";
import { isReleaseCall } from "../../flow/ownership-facts.ts";
import { macroMeaning } from "../../knowledge/macros.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { readDeclarator, readType } from "../../semantics/types.ts";
import { addressOf, binaryParts, callParts, isNullConstant, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxFile, type SyntaxNode } from "../../syntax/node.ts";
import type { BaseContext, Fix } from "../define.ts";
import { effectOfPassing, returnedBy, storedBy } from "./api-calls.ts";
import { newlineOf } from "../../syntax/layout.ts";

const NAMES: ReadonlySet<string> = new Set([K.identifier, K.fieldIdentifier, K.typeIdentifier, K.namespaceIdentifier]);

/**
 * Turns the variable that `at` lies in the scope of into an OSSharedPtr: `&x` becomes `x.attach()`, `x` as an argument `x.get()`, its releases
 * go. Nothing when any mention of the variable cannot be rewritten with certainty.
 */
export function convertToSharedPtr(context: BaseContext, path: string, at: Span, variable: string): Fix[] {
  const file = context.syntax(path);
  const summary = context.summary(path);
  const fn = summary?.functions.find((each) => !each.outer && each.body.start <= at.start && at.end <= each.body.end);
  if (!file || !summary || !fn) return [];
  const mentions = [...walk(fn.node)].filter((node) => NAMES.has(node.kind) && textOf(node) === variable);
  const declared = mentions.map(declarationOf).filter((each) => each !== undefined);
  const [declaration] = declared;
  if (!declaration || declared.length > 1 || !isWhole(fn, variable, mentions.length)) return [];
  const converter = new Converter(context, fn, variable, declaration);
  const edits = converter.edits(mentions.filter((node) => node.kind === K.identifier));
  if (!edits) return [];
  const include = includeFor(file, summary.includes);
  return [
    {
      title: `Make '${variable}' an OSSharedPtr`,
      // The object may now live until the end of its scope.
      safe: false,
      edits: [{ path, edits: include ? [include, ...edits] : edits }],
    },
  ];
}

interface Declaration {
  readonly statement: SyntaxNode;
  readonly declarator: SyntaxNode;
}

/** The declaration that an identifier is declared by, when it declares nothing else. */
function declarationOf(identifier: SyntaxNode): Declaration | undefined {
  let declarator = identifier;
  for (let up = identifier.parent; up; up = up.parent) {
    if (up.kind === K.pointerDeclarator) declarator = up;
    else if (up.kind === K.initDeclarator && field(up, "declarator") === declarator) declarator = up;
    else if (up.kind === K.declaration && field(up, "declarator") === declarator) return { statement: up, declarator };
    else return undefined;
  }
  return undefined;
}

/** All places that name the variable have been read: none hides in a macro's body or in what could not be parsed. */
function isWhole(fn: FunctionInfo, variable: string, count: number): boolean {
  const code = textOf(fn.node).replace(/\/\/.*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"/g, "");
  return (code.match(new RegExp(`(?<![\\w$])${variable}(?![\\w$])`, "g")) ?? []).length === count;
}

class Converter {
  private readonly context: BaseContext;
  private readonly fn: FunctionInfo;
  private readonly variable: string;
  private readonly declaration: Declaration;

  constructor(context: BaseContext, fn: FunctionInfo, variable: string, declaration: Declaration) {
    this.context = context;
    this.fn = fn;
    this.variable = variable;
    this.declaration = declaration;
  }

  /** The edits for all identifiers that name the variable, in order; undefined when one of them cannot be rewritten. */
  edits(identifiers: readonly SyntaxNode[]): Edit[] | undefined {
    const first = this.declared();
    if (!first || jumpsOver(this.fn, this.declaration.statement)) return undefined;
    const edits: Edit[] = [first];
    for (const node of identifiers) {
      if (node.source.expandedFrom) return undefined;
      if (within(node, this.declaration.declarator) && !isValue(node, this.declaration.declarator)) continue;
      const edit = this.mentioned(node);
      if (!edit) return undefined;
      // `if (x) x->release();` gives the same edit for both mentions.
      if (edit !== "as it is" && !edits.some(({ span }) => span.start === edit.span.start)) edits.push(edit);
    }
    edits.sort((a, b) => a.span.start - b.span.start);
    return edits.some(({ span }, index) => span.start < (edits[index - 1]?.span.end ?? 0)) ? undefined : edits;
  }

  /** `T *x = nullptr;` becomes `OSSharedPtr<T> x;`, `T *x = make();` an OSSharedPtr of what it gives, which it need not retain. */
  private declared(): Edit | undefined {
    const { statement, declarator } = this.declaration;
    const type = readType(statement);
    const { pointers, reference, name } = readDeclarator(declarator);
    if (pointers !== 1 || reference || /\b(static|const|volatile|auto)\b/.test(textOf(statement).split("=")[0] ?? ""))
      return undefined;
    if (!this.context.index.isOSObject(type.name) || statement.parent?.kind !== K.compoundStatement) return undefined;
    const value = field(declarator, "value");
    const pointer = `OSSharedPtr<${type.name}>`;
    const span = { start: statement.start, end: statement.end };
    if (!value || isNullConstant(value)) return { span, newText: `${pointer} ${name};` };
    const call = callParts(value);
    if (!call || returnedBy(call, this.fn, this.context) !== "+1") return undefined;
    return { span, newText: `auto ${name} = ${pointer}(${textOf(value)}, OSNoRetain);` };
  }

  private mentioned(node: SyntaxNode): Edit | "as it is" | undefined {
    for (let up = node.parent; up && up !== this.fn.body; up = up.parent) {
      if (up.kind === K.blockLiteral || up.kind === K.lambdaExpression) return undefined;
    }
    const { parent } = node;
    if (!parent) return undefined;
    const released = this.released(node);
    if (released) return released;
    switch (parent.kind) {
      case K.fieldExpression: {
        const call = parent.parent ? callParts(parent.parent) : undefined;
        if (call?.receiver !== node || !call.arrow) return undefined;
        return /^(retain|release|free)$/.test(call.name) ? undefined : "as it is";
      }
      case K.pointerExpression: {
        const call =
          parent.parent?.kind === K.argumentList ? parent.parent.parent && callParts(parent.parent.parent) : undefined;
        if (!call || addressOf(parent) !== node) return undefined;
        if (storedBy(call, call.args.indexOf(parent), this.fn, this.context) !== "+1") return undefined;
        return replace(parent, `${this.variable}.attach()`);
      }
      case K.argumentList: {
        const call = parent.parent && callParts(parent.parent);
        return call && this.isLent(call, node) ? replace(node, `${this.variable}.get()`) : undefined;
      }
      case K.binaryExpression: {
        const parts = binaryParts(parent);
        if (!parts) return undefined;
        if (parts.operator === "&&" || parts.operator === "||") return "as it is";
        const other = parts.left === node ? parts.right : parts.left;
        if (!/^[!=]=$/.test(parts.operator) || !isNullConstant(other)) return undefined;
        return textOf(other) === "nullptr" ? "as it is" : replace(node, `${this.variable}.get()`);
      }
      case K.unaryExpression:
        return textOf(parent).startsWith("!") ? "as it is" : undefined;
      case K.conditionClause:
        return "as it is";
      default:
        return undefined;
    }
  }

  /** The callee only looks at the object, and takes the pointer by value. */
  private isLent(call: NonNullable<ReturnType<typeof callParts>>, node: SyntaxNode): boolean {
    const { index } = this.context;
    const position = call.args.indexOf(node);
    if (macroMeaning(call.name) || index.macro(call.name)) return false;
    if (index.functionsNamed(call.name).some((each) => index.parametersOf(each)[position]?.type.reference))
      return false;
    return effectOfPassing(call, position, this.fn, this.context) === "borrows";
  }

  /** A statement that releases or empties the variable, with a test of it around: gone where the scope ends there anyway, else a `reset()`. */
  private released(node: SyntaxNode): Edit | undefined {
    let statement: SyntaxNode | undefined = node;
    while (statement && statement.kind !== K.expressionStatement && statement.kind !== K.ifStatement)
      statement = statement.parent;
    if (!statement || statement.source.expandedFrom) return undefined;
    if (statement.kind === K.ifStatement && !isTestOf(statement, this.variable)) return undefined;
    if (!gives(statement, this.variable)) return undefined;
    for (let up = statement.parent; up; up = up.parent) {
      if (up.kind === K.ifStatement && isTestOf(up, this.variable) && gives(up, this.variable)) statement = up;
      else if (up.kind !== K.compoundStatement || up.children.length !== 1) break;
    }
    const block = statement.parent;
    if (block?.kind !== K.compoundStatement) return replace(statement, `${this.variable}.reset();`);
    const before = block.children[block.children.indexOf(statement) - 1];
    if (
      endsScope(statement, block, this.declaration.statement, this.variable) ||
      (before && gives(before, this.variable))
    )
      return withoutLine(statement);
    return replace(statement, `${this.variable}.reset();`);
  }
}

const replace = (node: SyntaxNode, newText: string): Edit => ({ span: { start: node.start, end: node.end }, newText });
const within = (node: SyntaxNode, outer: SyntaxNode): boolean => outer.start <= node.start && node.end <= outer.end;

function isValue(node: SyntaxNode, declarator: SyntaxNode): boolean {
  const value = field(declarator, "value");
  return value !== undefined && within(node, value);
}

/** `if (x)` and the like, without an `else`. */
function isTestOf(statement: SyntaxNode, variable: string): boolean {
  if (field(statement, "alternative")) return false;
  const condition = textOf(field(statement, "condition") ?? statement).replace(/\s|[()]/g, "");
  return condition.replace(/!=(nullptr|NULL)$/, "") === variable;
}

/** `x->release();`, `OSSafeReleaseNULL(x);`, `x = nullptr;`, or a test of x with nothing else behind it. */
function gives(statement: SyntaxNode, variable: string): boolean {
  if (statement.kind === K.ifStatement) {
    const body = field(statement, "consequence");
    if (!body || !isTestOf(statement, variable)) return false;
    return body.kind === K.compoundStatement
      ? body.children.length > 0 && body.children.every((each) => gives(each, variable))
      : gives(body, variable);
  }
  const inner = statement.kind === K.expressionStatement ? statement.children[0] : undefined;
  if (!inner) return false;
  const parts = inner.kind === K.assignmentExpression ? binaryParts(inner) : undefined;
  if (parts) return parts.operator === "=" && textOf(parts.left) === variable && isNullConstant(parts.right);
  const call = callParts(inner);
  const release = call && isReleaseCall(call);
  return release !== undefined && call?.name !== "free" && textOf(uncast(release.target)) === variable;
}

/** Behind the statement there are only other releases and a return that does not need the variable, or the end of its own scope. */
function endsScope(statement: SyntaxNode, block: SyntaxNode, declaration: SyntaxNode, variable: string): boolean {
  for (const each of block.children.slice(block.children.indexOf(statement) + 1)) {
    if (each.kind === K.returnStatement) return !new RegExp(`\\b${variable}\\b`).test(textOf(each));
    const isRelease = /^(if \(\w+\) )?(OSSafeRelease(NULL)?\(\w+\)|\w+->release\(\)|\w+ = nullptr);$/.test(
      textOf(each),
    );
    if (!isRelease) return false;
  }
  return block === declaration.parent;
}

/** A jump from before the declaration to behind it: what has a constructor must not be skipped. */
function jumpsOver(fn: FunctionInfo, declaration: SyntaxNode): boolean {
  for (const node of walk(outermostOf(fn).body)) {
    if (
      node.kind === K.labeledStatement &&
      node.start > declaration.start &&
      /\bgoto\b|require|check/i.test(textOf(fn.body).slice(0, declaration.start - fn.body.start))
    )
      return true;
  }
  for (let up = declaration.parent; up && up !== fn.body; up = up.parent)
    if (up.kind === K.switchStatement) return true;
  return false;
}

/** The statement with its line, where nothing else stands on it. */
function withoutLine(statement: SyntaxNode): Edit {
  const { text } = statement.source;
  let { start, end } = statement;
  while (start > 0 && /[ \t]/.test(text[start - 1] ?? "")) start--;
  const rest = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0];
  if (rest !== undefined && (start === 0 || text[start - 1] === "\n")) end += rest.length;
  else start = statement.start;
  return { span: { start, end }, newText: "" };
}

/** `#include <DriverKit/OSSharedPtr.h>` behind the last include, unless the file has it, or a framework that brings it. */
function includeFor(
  file: SyntaxFile,
  includes: readonly { readonly name: string; readonly span: Span }[],
): Edit | undefined {
  if (includes.some(({ name }) => /OSSharedPtr\.h|^<?(Audio|MIDI)DriverKit\//.test(name))) return undefined;
  const last = includes.at(-1);
  if (!last) return undefined;
  const line = file.text.indexOf("\n", last.span.start);
  if (line < 0) return undefined;
  return {
    span: { start: line + 1, end: line + 1 },
    newText: `#include <DriverKit/OSSharedPtr.h>${newlineOf(file.text)}`,
  };
}
