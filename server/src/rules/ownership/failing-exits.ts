// Where a function certainly fails after something has succeeded in it, and what runs on the way out. No rule by itself.
import type { FunctionInfo } from "../../semantics/model.ts";
import { binaryParts, callParts, normalText, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { readDeclarator } from "../../semantics/types.ts";

export interface FailingExit {
  /** The `return` or `goto`. */
  readonly at: SyntaxNode;
  /** The test whose branch leaves. */
  readonly test: SyntaxNode;
  /** Everything that runs from the test's branch to the return. */
  readonly code: readonly SyntaxNode[];
}

const inClosure = (node: SyntaxNode): boolean => node.kind !== K.blockLiteral && node.kind !== K.lambdaExpression;

/**
 * The failing exits of a function behind a call whose success its own test has settled: `if (ret != kIOReturnSuccess) { … return ret; }`,
 * `if (!x) return kIOReturnNoMemory;`, and the like with `goto`. The test of the call itself is left out. Only statements of
 * the block that the call stands in, and what is nested in them, count: they run only after the call.
 */
export function failingExitsAfter(call: SyntaxNode, fn: FunctionInfo): FailingExit[] {
  let statement: SyntaxNode = call;
  while (statement.parent && statement.parent.kind !== K.compoundStatement) {
    if (!inClosure(statement) || statement === fn.body) return [];
    statement = statement.parent;
  }
  const block = statement.parent;
  if (!block) return [];
  const later = block.children.slice(block.children.indexOf(statement) + 1);
  const status = statusOf(statement);
  const exits: FailingExit[] = [];
  if (statement.kind === K.ifStatement) {
    // `if (x->Open(this) != kIOReturnSuccess) { … return … }`: what follows runs when it succeeded.
    if (leaving(field(statement, "consequence")) === undefined) return [];
  } else {
    const own = later[0];
    if (own === undefined || status === undefined || !tests(own, status)) return [];
    if (leaving(field(own, "consequence")) === undefined) return [];
    later.shift();
  }
  for (const following of later) {
    for (const node of walk(following, inClosure)) {
      if (node.kind !== K.ifStatement) continue;
      const consequence = field(node, "consequence");
      const at = leaving(consequence);
      if (!at || !consequence || !fails(node, at)) continue;
      const code = at.kind === K.gotoStatement ? [consequence, ...behindLabel(at, fn)] : [consequence];
      // What runs between the call and the test belongs to the way out, too.
      const between = later.slice(0, later.indexOf(following)).filter((each) => each.kind !== K.ifStatement);
      exits.push({ at, test: node, code: [...code, ...between] });
    }
  }
  return exits;
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
  return (
    condition === status ||
    condition === `${status}!=kIOReturnSuccess` ||
    condition === `kIOReturnSuccess!=${status}` ||
    condition === `${status}!=KERN_SUCCESS` ||
    condition === `${status}!=0`
  );
}

/** The `return` or `goto` that a branch ends with. */
function leaving(branch: SyntaxNode | undefined): SyntaxNode | undefined {
  const last = branch?.kind === K.compoundStatement ? branch.children.at(-1) : branch;
  return last?.kind === K.returnStatement || last?.kind === K.gotoStatement ? last : undefined;
}

/** True when the branch leaves with an error: an error constant, or the status that its own test found wrong. */
function fails(test: SyntaxNode, at: SyntaxNode): boolean {
  const consequence = field(test, "consequence");
  if (at.kind === K.returnStatement) {
    const value = at.children[0] && normalText(uncast(at.children[0]));
    if (value === undefined) return false;
    return /^kIOReturn(?!Success$)\w+$/.test(value) || tests(test, value);
  }
  // `goto Exit` leaves with whatever the status is: it must be the status that the test found wrong, or an error set here.
  const condition = normalText(field(test, "condition") ?? test);
  if (/^\(?\w+!=(kIOReturnSuccess|KERN_SUCCESS)\)?$/.test(condition)) return true;
  return consequence !== undefined && /=\s*kIOReturn(?!Success\b)\w+\s*;/.test(textOf(consequence));
}

/** The statements that run from the label of a `goto` on. */
function behindLabel(jump: SyntaxNode, fn: FunctionInfo): SyntaxNode[] {
  const name = jump.children[0] && textOf(jump.children[0]);
  for (const node of walk(fn.body, inClosure)) {
    if (node.kind !== K.labeledStatement || !node.parent || !node.children[0]) continue;
    if (textOf(node.children[0]) !== name) continue;
    return node.parent.children.slice(node.parent.children.indexOf(node));
  }
  // A label that is not to be found may stand before anything.
  return [fn.body];
}

/** The calls in a piece of code, blocks and lambdas included. */
export function* callsIn(code: readonly SyntaxNode[]): Generator<NonNullable<ReturnType<typeof callParts>>> {
  for (const part of code) {
    for (const node of walk(part)) {
      const call = callParts(node);
      if (call) yield call;
    }
  }
}
