// Abstract values of variables, and what a condition says about them. Knows nothing of ownership but that a variable may hold "the object".
import type { ProjectIndex } from "../semantics/model.ts";
import { binaryParts, callParts, isNullConstant, normalText, unaryParts, uncast } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { textOf, type SyntaxNode } from "../syntax/node.ts";
import type { Condition } from "./cfg.ts";

/**
 * What is known of a variable. `from` names the call whose result it holds, for the words of a step.
 * "object": points at the tracked object. "object-or-null": a checked cast of it. "maybe-object": the object on some of the merged paths.
 * "address": memory that the tracked mapping makes visible. "uninitialised": declared and never set.
 */
export type Value =
  | { readonly kind: "constant"; readonly value: bigint; readonly from?: string | undefined }
  | { readonly kind: "nonzero"; readonly from?: string | undefined }
  | { readonly kind: "unknown"; readonly from?: string | undefined }
  | { readonly kind: "object" }
  | { readonly kind: "object-or-null" }
  | { readonly kind: "maybe-object" }
  | { readonly kind: "address" }
  | { readonly kind: "uninitialised" };

/** Values by access path ("ret", "ivars->flag"), by call ("@123", its offset) and by condition text ("?a<b", 1 or 0). Absent is unknown. */
export type Env = ReadonlyMap<string, Value>;

export const ZERO: Value = { kind: "constant", value: 0n };
export const ONE: Value = { kind: "constant", value: 1n };
export const OBJECT: Value = { kind: "object" };
export const UNINITIALISED: Value = { kind: "uninitialised" };

export const ADDRESS: Value = { kind: "address" };

/** True when the value is, or may be, the tracked object. */
export function holdsObject(value: Value | undefined): boolean {
  return value?.kind === "object" || value?.kind === "object-or-null" || value?.kind === "maybe-object";
}

/** The names of all variables that hold the object for certain (or null after a checked cast). */
export function holdersOf(env: Env): string[] {
  return [...env]
    .filter(([key, value]) => !key.startsWith("@") && (value.kind === "object" || value.kind === "object-or-null"))
    .map(([name]) => name);
}

/** A copy of `env` with one value set; `undefined` forgets it. Facts that mention the variable are forgotten. */
export function withValue(env: Env, path: string, value: Value | undefined): Env {
  const next = new Map(env);
  for (const key of env.keys()) if (key !== path && mentions(key, path)) next.delete(key);
  if (value === undefined) next.delete(path);
  else next.set(path, value);
  return next;
}

function mentions(key: string, path: string): boolean {
  if (key.startsWith("@")) return false;
  for (let at = key.indexOf(path); at >= 0; at = key.indexOf(path, at + 1)) {
    const before = key[at - 1];
    const after = key[at + path.length];
    if (after === "^") return false;
    if (!(before && /\w/.test(before)) && !(after && /\w/.test(after))) return true;
  }
  return false;
}

/** The key that is set when the status of the acquiring call has been looked at. */
export const LOOKED = "@looked";

/** The key that is set behind a condition which hangs on the acquiring call in a way that is not followed (`doubt.ts`). */
export const DOUBT = "@doubt";

/** Marks for what may have become of the object: one path on which it has is enough to be careful. */
const MARKS: ReadonlySet<string> = new Set(["@captured", "@elsewhere", "@stored", LOOKED, DOUBT]);

/** What holds on both of two paths, and what may have become of the object on either. */
export function join(a: Env, b: Env): Env {
  const result = new Map<string, Value>();
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const value = MARKS.has(key) ? ONE : joinValues(a.get(key), b.get(key));
    if (value) result.set(key, value);
  }
  return result;
}

function joinValues(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a && b && sameValue(a, b)) return a;
  if (holdsObject(a) || holdsObject(b)) {
    const nullable = (value: Value | undefined): boolean =>
      value?.kind === "object-or-null" || value?.kind === "object";
    return nullable(a) && nullable(b) ? { kind: "object-or-null" } : { kind: "maybe-object" };
  }
  if (a && b && isNonzero(a) && isNonzero(b)) return { kind: "nonzero", from: sameFrom(a, b) };
  const from = a && b ? sameFrom(a, b) : undefined;
  return from ? { kind: "unknown", from } : undefined;
}

function isNonzero(value: Value): boolean {
  return value.kind === "nonzero" || (value.kind === "constant" && value.value !== 0n);
}

function sameFrom(a: Value, b: Value): string | undefined {
  const [x, y] = [fromOf(a), fromOf(b)];
  return x === y ? x : undefined;
}

/** The call that a value comes from, if that is known. */
export function fromOf(value: Value | undefined): string | undefined {
  return value && "from" in value ? value.from : undefined;
}

function sameValue(a: Value, b: Value): boolean {
  if (a.kind !== b.kind) return false;
  if (fromOf(a) !== fromOf(b)) return false;
  return a.kind !== "constant" || b.kind !== "constant" || a.value === b.value;
}

/** A text that is equal exactly for equal environments. */
export function envKey(env: Env): string {
  let key = keys.get(env);
  if (key === undefined) {
    key = [...env]
      .map(
        ([name, value]) => `${name}=${value.kind}${value.kind === "constant" ? value.value : ""}${fromOf(value) ?? ""}`,
      )
      .sort()
      .join(";");
    keys.set(env, key);
  }
  return key;
}

const keys = new WeakMap<Env, string>();

/** The access path of an expression: a variable or a chain of members ("ivars->q", "this->a.b", "slots[i]"); undefined for others. */
export function pathOf(node: SyntaxNode): string | undefined {
  const inner = uncast(node);
  switch (inner.kind) {
    case K.identifier:
    case K.this:
      return textOf(inner);
    case K.fieldExpression: {
      const object = inner.children[0];
      return object && pathOf(object) !== undefined ? normalText(inner) : undefined;
    }
    case K.subscriptExpression: {
      const [array, list] = inner.children;
      const index = list?.children[0];
      if (!array || !index || pathOf(array) === undefined) return undefined;
      return index.kind === K.numberLiteral || pathOf(index) !== undefined ? normalText(inner) : undefined;
    }
    case K.pointerExpression: {
      const parts = unaryParts(inner);
      return parts?.operator === "*" && pathOf(parts.operand) !== undefined ? normalText(inner) : undefined;
    }
    default:
      return undefined;
  }
}

/** The key under which a call's own result is kept, for conditions like `if (Create(…) == kIOReturnSuccess)`. */
export function callKey(node: SyntaxNode): string {
  return `@${node.source.expandedFrom ? `${callKey(node.source.expandedFrom)}.` : ""}${node.start}`;
}

/** The value of an expression in an environment; undefined when nothing is known of it. */
export function valueOf(node: SyntaxNode, env: Env, index: ProjectIndex): Value | undefined {
  const inner = uncast(node);
  if (isNullConstant(inner)) return ZERO;
  const path = pathOf(inner);
  if (path !== undefined) {
    const known = env.get(path);
    if (known) return known;
  }
  switch (inner.kind) {
    case K.numberLiteral:
    case K.true:
    case K.false:
    case K.identifier:
    case K.charLiteral: {
      const value = index.evaluate(textOf(inner));
      return value === undefined ? undefined : { kind: "constant", value };
    }
    case K.qualifiedIdentifier: {
      const value = index.evaluate(textOf(inner));
      return value === undefined ? undefined : { kind: "constant", value };
    }
    case K.assignmentExpression: {
      const parts = binaryParts(inner);
      return parts ? valueOf(parts.left, env, index) : undefined;
    }
    case K.callExpression: {
      const known = env.get(callKey(inner));
      if (known) return known;
      const call = callParts(inner);
      if (call?.receiver && call.name === "GetAddress" && holdsObject(valueOf(call.receiver, env, index)))
        return ADDRESS;
      // Hints for the compiler, and `bool(x)`: what is asked is whether x is true.
      if (call && /^(?:__builtin_expect|(?:os_)?(?:un)?likely|bool)$/.test(call.name) && call.args[0])
        return valueOf(call.args[0], env, index);
      if (call && /^OS(DynamicCast|RequiredCast)$/.test(call.name) && call.args[1]) {
        const operand = valueOf(call.args[1], env, index);
        if (operand?.kind === "object") return call.name === "OSDynamicCast" ? { kind: "object-or-null" } : operand;
        if (holdsObject(operand) || (operand?.kind === "constant" && operand.value === 0n)) return operand;
        return undefined;
      }
      return call?.name ? { kind: "unknown", from: call.scope ? `${call.scope}::${call.name}` : call.name } : undefined;
    }
    case K.unaryExpression: {
      const parts = unaryParts(inner);
      const operand = parts && valueOf(parts.operand, env, index);
      if (parts?.operator === "!" && operand) {
        const truth = truthOf(operand);
        return truth === undefined ? undefined : truth ? ZERO : ONE;
      }
      if (parts?.operator === "-" && operand?.kind === "constant") return { kind: "constant", value: -operand.value };
      return undefined;
    }
    case K.binaryExpression: {
      const parts = binaryParts(inner);
      if (parts?.operator === "+" || parts?.operator === "-") {
        const sides = [valueOf(parts.left, env, index), valueOf(parts.right, env, index)];
        return sides.some((side) => side?.kind === "address") ? ADDRESS : undefined;
      }
      const truth =
        parts?.operator === "&&" || parts?.operator === "||"
          ? truthOfBoth(parts, env, index)
          : truthOfComparison(inner, env, index);
      return truth === undefined ? undefined : truth ? ONE : ZERO;
    }
    default:
      return undefined;
  }
}

/** Whether a value counts as true. */
export function truthOf(value: Value | undefined): boolean | undefined {
  switch (value?.kind) {
    case "constant":
      return value.value !== 0n;
    case "nonzero":
    case "object":
      return true;
    default:
      return undefined;
  }
}

/** `a && b` and `a || b` as values: one side may decide. */
function truthOfBoth(
  { left, operator, right }: { readonly left: SyntaxNode; readonly operator: string; readonly right: SyntaxNode },
  env: Env,
  index: ProjectIndex,
): boolean | undefined {
  const deciding = operator === "||";
  const [a, b] = [truthOf(valueOf(left, env, index)), truthOf(valueOf(right, env, index))];
  if (a === deciding || b === deciding) return deciding;
  return a === undefined || b === undefined ? undefined : !deciding;
}

function truthOfComparison(node: SyntaxNode, env: Env, index: ProjectIndex): boolean | undefined {
  const parts = binaryParts(node);
  if (!parts) return undefined;
  const [left, right] = [valueOf(parts.left, env, index), valueOf(parts.right, env, index)];
  if (left?.kind === "constant" && right?.kind === "constant") {
    switch (parts.operator) {
      case "==":
        return left.value === right.value;
      case "!=":
        return left.value !== right.value;
      case "<":
        return left.value < right.value;
      case "<=":
        return left.value <= right.value;
      case ">":
        return left.value > right.value;
      case ">=":
        return left.value >= right.value;
      default:
        return undefined;
    }
  }
  const zero = [left, right].find((value) => value?.kind === "constant" && value.value === 0n);
  const other = zero === left ? right : left;
  if (!zero || truthOf(other) !== true) return undefined;
  return parts.operator === "==" ? false : parts.operator === "!=" ? true : undefined;
}

/** The environment after an edge's condition; undefined when the edge cannot be taken. */
export function refine(condition: Condition, env: Env, index: ProjectIndex): Env | undefined {
  switch (condition.kind) {
    case "expression":
      return refineExpression(condition.node, condition.value, env, index);
    case "preprocessor":
      return refineKey(`#${condition.text}`, condition.value, env);
    case "case": {
      const path = pathOf(condition.subject);
      const known = valueOf(condition.subject, env, index);
      if (condition.node) {
        const value = index.evaluate(textOf(condition.node));
        if (value === undefined) return env;
        if (known?.kind === "constant") return known.value === value ? env : undefined;
        return path === undefined ? env : withKnown(env, path, { kind: "constant", value, from: fromOf(known) });
      }
      if (known?.kind !== "constant") return env;
      return condition.others.some((other) => index.evaluate(textOf(other)) === known.value) ? undefined : env;
    }
  }
}

function refineExpression(node: SyntaxNode, truth: boolean, env: Env, index: ProjectIndex): Env | undefined {
  const inner = uncast(node);
  if (inner.kind === K.assignmentExpression) {
    const parts = binaryParts(inner);
    if (parts?.operator === "=") return refineExpression(parts.left, truth, env, index);
  }
  if (inner.kind === K.unaryExpression) {
    const parts = unaryParts(inner);
    if (parts?.operator === "!") return refineExpression(parts.operand, !truth, env, index);
  }
  const known = valueOf(inner, env, index);
  const already = truthOf(known);
  if (already !== undefined) return already === truth ? env : undefined;
  if (inner.kind === K.binaryExpression) {
    const parts = binaryParts(inner);
    if (parts && (parts.operator === "==" || parts.operator === "!=")) {
      const equal = (parts.operator === "==") === truth;
      const right = valueOf(parts.right, env, index);
      const left = valueOf(parts.left, env, index);
      if (right?.kind === "constant") return refineEqual(parts.left, right.value, equal, env, index);
      if (left?.kind === "constant") return refineEqual(parts.right, left.value, equal, env, index);
    }
    return refineKey(`?${normalText(inner)}`, truth, env);
  }
  const key = pathOf(inner) ?? (inner.kind === K.callExpression ? callKey(inner) : undefined);
  if (known?.kind === "object-or-null") {
    const path = pathOf(inner) ?? castOperand(inner);
    if (path === undefined) return env;
    return withKnown(env, pathOf(inner) ?? `@cast ${path}`, truth ? OBJECT : ZERO);
  }
  if (known?.kind === "maybe-object") return env;
  // A mapping's address stays one when it is tested against null.
  if (known?.kind === "address") return truth || key === undefined ? env : withKnown(env, key, ZERO);
  if (inner.kind === K.callExpression && !env.has(callKey(inner)))
    return refineKey(`?${normalText(inner)}`, truth, env);
  if (key === undefined) return refineKey(`?${normalText(inner)}`, truth, env);
  const from = fromOf(known);
  return withKnown(env, key, truth ? { kind: "nonzero", from } : { kind: "constant", value: 0n, from });
}

function castOperand(node: SyntaxNode): string | undefined {
  const operand = callParts(node)?.args[1];
  return operand && pathOf(operand);
}

function refineEqual(node: SyntaxNode, value: bigint, equal: boolean, env: Env, index: ProjectIndex): Env | undefined {
  if (value === 0n) return refineExpression(node, !equal, env, index);
  const subject = uncast(node);
  const path = pathOf(subject) ?? (subject.kind === K.callExpression ? callKey(subject) : undefined);
  const known = valueOf(subject, env, index);
  if (known?.kind === "constant") return (known.value === value) === equal ? env : undefined;
  if (holdsObject(known)) return env;
  if (path === undefined || !equal) return refineKey(`?${normalText(subject)}==${value}`, equal, env);
  return withKnown(env, path, { kind: "constant", value, from: fromOf(known) });
}

function refineKey(key: string, truth: boolean, env: Env): Env | undefined {
  const known = truthOf(env.get(key));
  if (known !== undefined) return known === truth ? env : undefined;
  return withKnown(env, key, truth ? ONE : ZERO);
}

/** Learning more of a value does not invalidate the facts that mention it, as setting it would. */
export function withKnown(env: Env, key: string, value: Value): Env {
  return new Map(env).set(key, value);
}
