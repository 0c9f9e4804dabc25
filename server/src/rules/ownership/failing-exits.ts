// Where a function certainly fails after something has succeeded in it, and what runs on the way out. No rule by itself.
import type { FunctionInfo } from "../../semantics/model.ts";
import { binaryParts, callParts, normalText, uncast, type CallParts } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { readDeclarator } from "../../semantics/types.ts";

export interface FailingExit {
  /** The `return` or `goto`. */
  readonly at: SyntaxNode;
  /** The test whose branch leaves. */
  readonly test: SyntaxNode;
}

const inClosure = (node: SyntaxNode): boolean => node.kind !== K.blockLiteral && node.kind !== K.lambdaExpression;

/**
 * The first failing exit of a function behind a call whose success its own test has settled, on whose way nothing `cleans`:
 * `if (ret != kIOReturnSuccess) { … return ret; }`, `if (!x) return kIOReturnNoMemory;`, and the like with `goto`. The test of the
 * call itself is left out. Only statements of the block that the call stands in, and what is nested in them, count: they run only
 * after the call. `cleans` is asked of pieces of code: those between call and test, and those from the branch to the return.
 */
export function failingExitAfter(
  call: SyntaxNode,
  fn: FunctionInfo,
  cleans: (code: SyntaxNode) => boolean,
): FailingExit | undefined {
  let statement: SyntaxNode = call;
  while (statement.parent && statement.parent.kind !== K.compoundStatement) {
    if (!inClosure(statement) || statement === fn.body) return undefined;
    statement = statement.parent;
  }
  const block = statement.parent;
  if (!block) return undefined;
  let next = block.children.indexOf(statement) + 1;
  if (statement.kind === K.ifStatement) {
    // `if (x->Open(this) != kIOReturnSuccess) { … return … }`: what follows runs when it succeeded.
    if (leaving(field(statement, "consequence")) === undefined) return undefined;
  } else {
    const status = statusOf(statement);
    const own = block.children[next++];
    if (own === undefined || status === undefined || !tests(own, status)) return undefined;
    if (leaving(field(own, "consequence")) === undefined) return undefined;
  }
  return firstExit(block.children.slice(next), fn, cleans);
}

/**
 * The first failing exit from a loop that has run before, or from behind it, on whose way nothing `cleans`: the test of a call in the loop
 * itself counts, for what the earlier rounds have done.
 */
export function failingExitFromLoop(
  loop: SyntaxNode,
  fn: FunctionInfo,
  cleans: (code: SyntaxNode) => boolean,
): FailingExit | undefined {
  const body = field(loop, "body");
  if (!body) return undefined;
  const around = loop.parent?.kind === K.compoundStatement ? loop.parent.children : [loop];
  const inside = body.kind === K.compoundStatement ? body.children : [body];
  return firstExit([...inside, ...around.slice(around.indexOf(loop) + 1)], fn, cleans);
}

/** The first exit with an error from one of the statements, which run in this order. */
function firstExit(
  statements: readonly SyntaxNode[],
  fn: FunctionInfo,
  cleans: (code: SyntaxNode) => boolean,
): FailingExit | undefined {
  const labels = new Map<string, boolean>();
  for (const following of statements) {
    for (const node of walk(following, inClosure)) {
      if (node.kind !== K.ifStatement) continue;
      const consequence = field(node, "consequence");
      const at = leaving(consequence);
      if (!at || !consequence || !fails(node, at, fn) || cleans(consequence)) continue;
      if (at.kind !== K.gotoStatement) return { at, test: node };
      const label = textOf(at.children[0] ?? at);
      let cleaned = labels.get(label);
      if (cleaned === undefined) labels.set(label, (cleaned = behindLabel(label, fn).some(cleans)));
      if (!cleaned) return { at, test: node };
    }
    // What runs between the call and the test belongs to the way out, too.
    if (following.kind !== K.ifStatement && cleans(following)) return undefined;
  }
  return undefined;
}

/** The variable that takes a statement's result: `ret` of `ret = …;` and `kern_return_t ret = …;`. */
function statusOf(statement: SyntaxNode): string | undefined {
  const inner = statement.children[0];
  if (statement.kind === K.expressionStatement && inner?.kind === K.assignmentExpression) {
    const parts = binaryParts(inner);
    return parts && normalText(parts.left);
  }
  if (statement.kind !== K.declaration) return undefined;
  const declarator = statement.children.find((child) => child.kind === K.initDeclarator);
  return declarator && readDeclarator(declarator).name;
}

/** True for `if (ret != kIOReturnSuccess)`, `if (kIOReturnSuccess != ret)` and `if (ret)`. */
function tests(statement: SyntaxNode, status: string): boolean {
  if (statement.kind !== K.ifStatement) return false;
  const condition = normalText(field(statement, "condition") ?? statement).replace(/^\(+|\)+$/g, "");
  // `if (ret != kIOReturnSuccess || x == nullptr)` leaves with what may be success, but does so when the call has failed.
  return condition
    .split("||")
    .some((part) =>
      [
        status,
        `${status}!=kIOReturnSuccess`,
        `kIOReturnSuccess!=${status}`,
        `${status}!=KERN_SUCCESS`,
        `${status}!=0`,
      ].includes(part.replace(/^\(+|\)+$/g, "")),
    );
}

/** The `return` or `goto` that a branch ends with. */
function leaving(branch: SyntaxNode | undefined): SyntaxNode | undefined {
  const last = branch?.kind === K.compoundStatement ? branch.children.at(-1) : branch;
  return last?.kind === K.returnStatement || last?.kind === K.gotoStatement ? last : undefined;
}

/** True when the branch leaves with an error: an error constant, or the status that its own test found wrong. */
function fails(test: SyntaxNode, at: SyntaxNode, fn: FunctionInfo): boolean {
  const consequence = field(test, "consequence");
  if (at.kind === K.returnStatement) {
    const value = at.children[0] && normalText(uncast(at.children[0]));
    if (value === undefined) return false;
    if (value === "false") return fn.returns?.name === "bool" && fn.returns.pointers === 0;
    return /^kIOReturn(?!Success$)\w+$/.test(value) || tests(test, value);
  }
  // `goto Exit` leaves with whatever the status is: it must be the status that the test found wrong, or an error set here.
  const condition = normalText(field(test, "condition") ?? test);
  if (/^\(?\w+!=(kIOReturnSuccess|KERN_SUCCESS)\)?$/.test(condition)) return true;
  return consequence !== undefined && /=\s*kIOReturn(?!Success\b)\w+\s*;/.test(textOf(consequence));
}

/** The statements that run from a label on; the whole body where the label is not found. */
export function behindLabel(name: string, fn: FunctionInfo): readonly SyntaxNode[] {
  for (const node of walk(fn.body, inClosure)) {
    if (node.kind !== K.labeledStatement || !node.parent || !node.children[0]) continue;
    if (textOf(node.children[0]) !== name) continue;
    return node.parent.children.slice(node.parent.children.indexOf(node));
  }
  // A label that is not to be found may stand before anything.
  return [fn.body];
}

const calls = new WeakMap<SyntaxNode, readonly CallParts[]>();

/** The calls in a piece of code, blocks and lambdas included. Kept, because the same code is asked about for each member of a class. */
export function callsIn(code: SyntaxNode): readonly CallParts[] {
  const known = calls.get(code);
  if (known) return known;
  const found = [...walk(code)].flatMap((node) => callParts(node) ?? []);
  calls.set(code, found);
  return found;
}

/**
 * True for code that runs only on a failing way out of the function: in the branch of a test that a status is an error, or that leaves with
 * one, and behind a label that success, having returned before it, does not reach.
 */
export function isOnFailingExit(node: SyntaxNode, fn: FunctionInfo): boolean {
  for (let up = node; up !== fn.body && up.parent; up = up.parent) {
    const { parent } = up;
    if (parent.kind === K.ifStatement && field(parent, "consequence") === up) {
      const condition = normalText(field(parent, "condition") ?? parent);
      if (/^\(?\w+!=(kIOReturnSuccess|KERN_SUCCESS|0)\)?$/.test(condition)) return true;
      const at = leaving(up);
      if (at && fails(parent, at, fn)) return true;
    }
    if (parent.kind !== K.compoundStatement) continue;
    const before = parent.children.slice(0, parent.children.indexOf(up) + 1);
    const label = before.findLastIndex((each) => each.kind === K.labeledStatement);
    if (label > 0 && before[label - 1]?.kind === K.returnStatement) return true;
  }
  return false;
}
