// What an expression names: the variable or member behind it, constant values, loop counters. Purely syntactic, no aliasing.
import { binaryParts, callParts, fieldParts, isNullConstant, unaryParts, uncast } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import { callsAround, type CallSite, type CodeBase } from "./calls.ts";
import { localVariable } from "./expression-type.ts";
import type { FunctionInfo } from "./model.ts";
import { readDeclarator } from "./types.ts";

/** A variable or member as an expression writes it. */
export interface Place {
  /** "ivars.sources[]": casts, `this->`, `&` and `.get()` left out, every index the same. Equal keys may be equal places. */
  readonly key: string;
  /** The last name: "sources". */
  readonly name: string;
  /** True when an index stands in it, so that equal keys may be different places. */
  readonly indexed: boolean;
  /** True for a plain name: a local variable, a parameter, a global, or a member without `this->`. */
  readonly plain: boolean;
}

/** The place that an expression names; undefined for anything else. */
export function placeOf(expression: SyntaxNode, depth = 0): Place | undefined {
  if (depth > 40) return undefined;
  const node = uncast(expression);
  switch (node.kind) {
    case K.identifier:
    case K.fieldIdentifier:
      return { key: textOf(node), name: textOf(node), indexed: false, plain: true };
    case K.pointerExpression: {
      const parts = unaryParts(node);
      return parts && placeOf(parts.operand, depth + 1);
    }
    case K.subscriptExpression: {
      const base = node.children[0] && placeOf(node.children[0], depth + 1);
      return base && { ...base, key: `${base.key}[]`, indexed: true };
    }
    case K.fieldExpression: {
      const parts = fieldParts(node);
      if (!parts) return undefined;
      const name = textOf(parts.member);
      const object = uncast(parts.object);
      if (object.kind === K.this) return { key: name, name, indexed: false, plain: false };
      const base = placeOf(object, depth + 1);
      return base && { key: `${base.key}.${name}`, name, indexed: base.indexed, plain: false };
    }
    case K.callExpression: {
      const call = callParts(node);
      if (call?.receiver && call.args.length === 0 && call.name === "get") return placeOf(call.receiver, depth + 1);
      return undefined;
    }
    default:
      return undefined;
  }
}

const LOOPS: ReadonlySet<string> = new Set([K.forStatement, K.forRangeLoop, K.whileStatement, K.doStatement]);

/** The loops around a node within a function, innermost first. Blocks and lambdas end the search: they may run later, once. */
export function loopsAround(node: SyntaxNode, fn: FunctionInfo): SyntaxNode[] {
  const loops: SyntaxNode[] = [];
  for (let up = node.parent; up && up.start >= fn.node.start && up.end <= fn.node.end; up = up.parent) {
    if (up.kind === K.blockLiteral || up.kind === K.lambdaExpression) break;
    // `do { … } while (0)` is a block, not a loop.
    if (LOOPS.has(up.kind) && !isOnce(up)) loops.push(up);
    if (up === fn.node) break;
  }
  return loops;
}

function isOnce(loop: SyntaxNode): boolean {
  const condition = loop.kind === K.doStatement ? field(loop, "condition") : undefined;
  return condition !== undefined && (isNullConstant(condition) || uncast(condition).kind === K.false);
}

/** True when something below `root` assigns to the variable, steps it, or takes its address. */
export function isWritten(root: SyntaxNode, name: string): boolean {
  for (const node of walk(root)) {
    switch (node.kind) {
      case K.assignmentExpression:
      case K.updateExpression: {
        const target = node.kind === K.updateExpression ? unaryParts(node)?.operand : node.children[0];
        if (target && uncast(target).kind === K.identifier && textOf(uncast(target)) === name) return true;
        break;
      }
      case K.pointerExpression: {
        const parts = unaryParts(node);
        if (parts?.operator === "&" && textOf(parts.operand) === name) return true;
        break;
      }
      default:
        break;
    }
  }
  return false;
}

/** True when the loop steps the variable by a constant: `++i`, `i += 1`, `i = i + 1`. */
export function isCounter(loop: SyntaxNode, name: string): boolean {
  if (loop.kind === K.forRangeLoop) return false;
  for (const node of walk(loop)) {
    if (node.kind === K.updateExpression) {
      const operand = unaryParts(node)?.operand;
      if (operand && textOf(operand) === name) return true;
    }
    const parts = node.kind === K.assignmentExpression ? binaryParts(node) : undefined;
    if (!parts || textOf(parts.left) !== name) continue;
    if (parts.operator === "+=" || parts.operator === "-=") return true;
    const sum = parts.operator === "=" ? binaryParts(uncast(parts.right)) : undefined;
    if (sum && (sum.operator === "+" || sum.operator === "-") && textOf(sum.left) === name) return true;
  }
  return false;
}

/** How a `for` over a counter runs, where start and end are constant: the number of rounds. */
export function roundsOf(base: CodeBase, loop: SyntaxNode, fn: FunctionInfo): bigint | undefined {
  if (loop.kind !== K.forStatement) return undefined;
  const condition = field(loop, "condition");
  const initializer = field(loop, "initializer");
  const test = condition && binaryParts(uncast(condition));
  if (!test || !initializer) return undefined;
  const counter = textOf(test.left);
  const start = startOf(initializer, counter);
  const from = start && constantValue(base, start, fn);
  const to = constantValue(base, test.right, fn);
  if (from === undefined || to === undefined || !isCounter(loop, counter)) return undefined;
  const rounds =
    test.operator === "<" || test.operator === "!=" ? to - from : test.operator === "<=" ? to - from + 1n : undefined;
  return rounds !== undefined && rounds >= 0n ? rounds : undefined;
}

function startOf(initializer: SyntaxNode, counter: string): SyntaxNode | undefined {
  for (const node of walk(initializer)) {
    if (node.kind === K.initDeclarator && readDeclarator(node).name === counter) return field(node, "value");
    const parts = node.kind === K.assignmentExpression ? binaryParts(node) : undefined;
    if (parts?.operator === "=" && textOf(parts.left) === counter) return parts.right;
  }
  return undefined;
}

/**
 * The value of an expression that is the same whenever it is evaluated: a constant expression, a local variable with a constant
 * initialiser that nothing writes to, or a parameter for which every call of the function in the project passes the same constant.
 */
export function constantValue(base: CodeBase, expression: SyntaxNode, fn: FunctionInfo, depth = 0): bigint | undefined {
  if (depth > 3) return undefined;
  const node = uncast(expression);
  if (node.kind !== K.identifier) return base.index.evaluate(textOf(node));
  const name = textOf(node);
  const local = localVariable(name, node, fn, base.index);
  if (!local) return base.index.evaluate(name);
  if (local.parameter) {
    const values = new Set(
      argumentsFor(base, fn, name).map((argument) =>
        argument.site.fn ? constantValue(base, argument.node, argument.site.fn, depth + 1) : undefined,
      ),
    );
    const [value] = values;
    return values.size === 1 ? value : undefined;
  }
  const outermost = outermostOf(fn);
  if (!local.initializer || isWritten(outermost.body, name)) return undefined;
  return constantValue(base, local.initializer, fn, depth + 1);
}

/** What is passed for a parameter at the calls of the function in the code that is built together with it. */
export function argumentsFor(
  base: CodeBase,
  fn: FunctionInfo,
  parameter: string,
): { readonly site: CallSite; readonly node: SyntaxNode }[] {
  if (fn.name === "" || fn.form === "top-level") return [];
  const position = base.index.parametersOf(fn).findIndex((each) => each.name === parameter);
  if (position < 0) return [];
  const result: { site: CallSite; node: SyntaxNode }[] = [];
  for (const site of callsAround(base, fn.path, [fn.name])) {
    const node = site.args[position];
    if (node) result.push({ site, node });
  }
  return result;
}

/** The function that a block or lambda stands in; the function itself for any other. */
export function outermostOf(fn: FunctionInfo): FunctionInfo {
  let outer = fn;
  for (let steps = 0; outer.outer && steps < 1500; steps++) outer = outer.outer;
  return outer;
}
