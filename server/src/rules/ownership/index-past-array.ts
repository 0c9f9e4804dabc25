// A counter of the driver's is stepped and indexes one of its arrays on a write, and nothing compares it with the array's size.
import { plural } from "../../base/plural.ts";
import { callsAround } from "../../semantics/calls.ts";
import { expressionType } from "../../semantics/expression-type.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { readDeclarator } from "../../semantics/types.ts";
import {
  binaryParts,
  callParts,
  fieldParts,
  isDeclaratorLike,
  normalText,
  unaryParts,
  uncast,
} from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { childOf, field, nodeAt, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, functions, type FunctionContext, type RuleFinding, type Step } from "../define.ts";

const COMPARISONS: ReadonlySet<string> = new Set(["<", "<=", ">", ">=", "==", "!="]);

export default defineRule({
  meta: {
    id: "index-past-array",
    area: "ownership",
    severity: "error",
    precision: "medium",
    since: "0.1.0",
    fix: "none",
    summary: "A counter indexes an array on a write and is never held against the array's size.",
    why: "The write goes past the end of the array into what lies behind it; the driver crashes later, and somewhere else.",
    messages: {
      unbounded: "'{index}' grows with each call and is not compared with the size of '{array}'",
      past: "'{index}' may be {value} here; '{array}' has {size}",
    },
  },
  trigger: functions(),
  check(context) {
    const { fn } = context;
    const findings: RuleFinding<"unbounded" | "past">[] = [];
    const seen = new Set<string>();
    for (const node of walk(fn.body)) {
      const write = writeOf(node);
      if (!write) continue;
      const counter = counterOf(write.index);
      if (!counter) continue;
      const array = arrayOf(write.array, context);
      if (!array) continue;
      const steps = stepsOf(counter.text, fn);
      if (steps.length === 0 && !counter.steps) continue;
      const key = `${counter.text} ${normalText(write.array)}`;
      if (seen.has(key)) continue;
      const shown = { index: counter.text, array: normalText(write.array) };
      const span = spanOf(write.subscript);
      const path = context.file.path;
      if (!isBounded(counter.text, counter.member, context)) {
        seen.add(key);
        const at = steps[0];
        const trail: Step[] = at
          ? [{ path, span: spanOf(at), kind: "note", text: `'${counter.text}' is stepped here` }]
          : [];
        findings.push({ message: "unbounded", data: shown, span, steps: trail });
        continue;
      }
      const most = array.size === undefined ? undefined : highest(counter, node, write.index, context);
      if (!most || array.size === undefined || most.value < array.size) continue;
      seen.add(key);
      const trail: Step[] = [{ path, span: spanOf(most.guard), kind: "branch", text: "this test lets it through" }];
      findings.push({
        message: "past",
        data: { ...shown, value: String(most.value), size: plural(array.size, "element") },
        span,
        steps: trail,
      });
    }
    return findings;
  },
});

interface Write {
  readonly subscript: SyntaxNode;
  readonly array: SyntaxNode;
  readonly index: SyntaxNode;
}

/** `array[index] = …`, also through members: `array[index].x = …`. */
function writeOf(node: SyntaxNode): Write | undefined {
  if (node.kind !== K.assignmentExpression) return undefined;
  let left = uncast(binaryParts(node)?.left ?? node);
  for (let steps = 0; steps < 8; steps++) {
    if (left.kind === K.subscriptExpression) {
      const array = left.children[0];
      const list = childOf(left, K.subscriptArgumentList);
      const index = list && list.children.length === 1 ? list.children[0] : undefined;
      return array && index ? { subscript: left, array: uncast(array), index: uncast(index) } : undefined;
    }
    const parts = fieldParts(left);
    if (!parts || parts.arrow) return undefined;
    left = uncast(parts.object);
  }
  return undefined;
}

interface Counter {
  /** "ivars->count", white space folded. */
  readonly text: string;
  readonly member: string;
  /** The index expression steps the counter itself. */
  readonly steps: "before" | "after" | undefined;
}

/** The member of `ivars` that an index is: `ivars->n`, `ivars->n++`, `++ivars->n`. */
function counterOf(index: SyntaxNode): Counter | undefined {
  let node = index;
  let steps: Counter["steps"];
  if (node.kind === K.updateExpression) {
    const parts = unaryParts(node);
    if (parts?.operator !== "++") return undefined;
    steps = textOf(node).trimStart().startsWith("++") ? "before" : "after";
    node = uncast(parts.operand);
  }
  const parts = fieldParts(node);
  if (!parts || !/^(this->)?ivars$/.test(normalText(parts.object))) return undefined;
  return { text: normalText(node), member: textOf(parts.member), steps };
}

/** Statements that make the counter larger by one. */
function stepsOf(counter: string, fn: FunctionInfo): SyntaxNode[] {
  const result: SyntaxNode[] = [];
  for (const node of walk(fn.body)) {
    if (node.kind === K.updateExpression) {
      const parts = unaryParts(node);
      if (parts?.operator === "++" && normalText(uncast(parts.operand)) === counter) result.push(node);
    }
    const parts = node.kind === K.assignmentExpression ? binaryParts(node) : undefined;
    if (parts?.operator === "+=" && normalText(uncast(parts.left)) === counter && /^1u?$/i.test(textOf(parts.right)))
      result.push(node);
  }
  return result;
}

/** A member of `ivars` that is an array of fixed size. Where `struct X_IVars` is not there at all, any member may be one. */
function arrayOf(array: SyntaxNode, context: FunctionContext): { readonly size: bigint | undefined } | undefined {
  const parts = fieldParts(array);
  if (!parts || !/^(this->)?ivars$/.test(normalText(parts.object))) return undefined;
  const { index, fn } = context;
  const type = expressionType(array, fn, index);
  if (!type) {
    const className = index.classNameOf(outermostOf(fn)) ?? fn.className;
    // A snippet: the declarations were left out, and with them what could bound the counter elsewhere.
    return className !== undefined && !index.classes.get(`${className}_IVars`)?.declaration
      ? { size: undefined }
      : undefined;
  }
  if (!type.array) return undefined;
  const className = index.classNameOf(outermostOf(fn));
  const declared = className === undefined ? undefined : index.fieldOf(className, textOf(parts.member));
  const root = declared && context.syntax(declared.path)?.root;
  if (!declared || !root) return { size: undefined };
  for (const node of walk(nodeAt(root, declared.span))) {
    if (!isDeclaratorLike(node)) continue;
    const read = readDeclarator(node);
    if (read.name !== declared.name || read.sizes.length === 0) continue;
    return { size: read.sizes.length === 1 ? index.evaluate(read.sizes[0] ?? "") : undefined };
  }
  return { size: undefined };
}

/**
 * True when something may hold the counter against a bound: a comparison with it, a remainder or mask, or a `min`, in the function,
 * in its callers, or in what it calls. A comparison under the member's name alone counts, whatever it is compared with.
 */
function isBounded(counter: string, member: string, context: FunctionContext): boolean {
  const { fn, index } = context;
  if (comparesMember(fn.body, member)) return true;
  for (const node of walk(fn.body)) {
    const call = callParts(node);
    if (!call) continue;
    if (call.args.some((argument) => normalText(uncast(argument)) === counter) && !/log|print/i.test(call.name))
      return true;
    // Their files are asked for, so that the engine knows that the result rests on them.
    const callees = index.functionsNamed(call.name).filter((callee) => context.syntax(callee.path));
    if (callees.some((callee) => comparesMember(callee.body, member))) return true;
    const macro = index.macro(call.name);
    if (macro && new RegExp(`\\b${member}\\b`).test(macro.body)) return true;
  }
  const callers = callsAround(context, context.file.path, [fn.name]);
  return callers.some((site) => site.fn !== undefined && comparesMember(outermostOf(site.fn).body, member));
}

/** True when the member, or a local copy of it, is compared with anything, masked, or switched on. */
function comparesMember(body: SyntaxNode, member: string): boolean {
  const names = [member];
  for (const node of walk(body)) {
    const value = node.kind === K.initDeclarator ? field(node, "value") : undefined;
    if (value && isJust(value, member)) names.push(readDeclarator(node).name);
    const parts = node.kind === K.assignmentExpression ? binaryParts(node) : undefined;
    if (parts?.operator === "=" && isJust(parts.right, member) && parts.left.kind === K.identifier)
      names.push(textOf(parts.left));
  }
  const pattern = new RegExp(`\\b(?:${names.filter((name) => name !== "").join("|")})\\b`);
  const mentions = (node: SyntaxNode): boolean => pattern.test(textOf(node));
  for (const node of walk(body)) {
    if (node.kind === K.switchStatement && mentions(field(node, "condition") ?? node)) return true;
    const isOperation = node.kind === K.binaryExpression || node.kind === K.assignmentExpression;
    const parts = isOperation ? binaryParts(node) : undefined;
    if (!parts) continue;
    if (COMPARISONS.has(parts.operator) && (mentions(parts.left) || mentions(parts.right))) return true;
    if (/^[%&]=?$/.test(parts.operator) && mentions(parts.left)) return true;
  }
  return false;
}

/** True when the value is the counter itself, not an element that it indexes. */
function isJust(value: SyntaxNode, member: string): boolean {
  const parts = fieldParts(uncast(value));
  return parts !== undefined && textOf(parts.member) === member;
}

/**
 * The highest value of the counter at a write behind a guard `if (counter >= K) { leave }` in the same block, both constant:
 * what the guard lets through, plus the steps between guard and write.
 */
function highest(
  counter: Counter,
  write: SyntaxNode,
  index: SyntaxNode,
  context: FunctionContext,
): { readonly value: bigint; readonly guard: SyntaxNode } | undefined {
  const statement = write.parent;
  const block = statement?.parent;
  if (statement?.kind !== K.expressionStatement || block?.kind !== K.compoundStatement) return undefined;
  const before = block.children.slice(0, block.children.indexOf(statement));
  const at = before.findLastIndex((node) => bound(node, counter.text, context) !== undefined);
  const guard = before[at];
  const most = guard && bound(guard, counter.text, context);
  if (!guard || most === undefined) return undefined;
  let value = most;
  for (const between of before.slice(at + 1)) {
    if (between.kind === K.expressionStatement && isStep(between, counter.text)) value += 1n;
    else if ([...walk(between)].some((node) => changes(node, counter.text))) return undefined;
  }
  if (counter.steps === "before" && index.kind === K.updateExpression) value += 1n;
  return { value, guard };
}

function isStep(statement: SyntaxNode, counter: string): boolean {
  const node = statement.children[0];
  const parts = node?.kind === K.updateExpression ? unaryParts(node) : undefined;
  return parts?.operator === "++" && normalText(uncast(parts.operand)) === counter;
}

function changes(node: SyntaxNode, counter: string): boolean {
  if (node.kind === K.callExpression && callParts(node)?.args.some((each) => textOf(each).includes("ivars")))
    return true;
  const target =
    node.kind === K.updateExpression
      ? unaryParts(node)?.operand
      : node.kind === K.assignmentExpression
        ? binaryParts(node)?.left
        : undefined;
  return target !== undefined && normalText(uncast(target)) === counter;
}

/** The highest counter behind `if (counter >= K) { … return …; }`; undefined for any other statement. */
function bound(statement: SyntaxNode, counter: string, context: FunctionContext): bigint | undefined {
  if (statement.kind !== K.ifStatement || field(statement, "alternative")) return undefined;
  const condition = field(statement, "condition");
  const consequence = field(statement, "consequence");
  if (!condition || !consequence || !leaves(consequence)) return undefined;
  const test = field(condition, "value") ?? condition;
  const parts = binaryParts(uncast(test));
  if (!parts || normalText(uncast(parts.left)) !== counter) return undefined;
  const limit = context.index.evaluate(textOf(parts.right));
  if (limit === undefined) return undefined;
  if (parts.operator === ">=" || parts.operator === "==") return limit - 1n;
  return parts.operator === ">" ? limit : undefined;
}

function leaves(consequence: SyntaxNode): boolean {
  const last = consequence.kind === K.compoundStatement ? consequence.children.at(-1) : consequence;
  return (
    last !== undefined && [K.returnStatement, K.gotoStatement, K.throwStatement].some((kind) => kind === last.kind)
  );
}
