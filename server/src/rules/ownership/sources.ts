// Where an object comes from that is stored: with a reference, borrowed, or from somewhere unknown. No rule by itself.
import { localVariable } from "../../semantics/expression-type.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { isReleaseCall } from "../../flow/ownership-facts.ts";
import { addressOf, binaryParts, callParts, fieldParts, isNullConstant, normalText, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import type { BaseContext } from "../define.ts";
import { callName, returnedBy, storedBy } from "./api-calls.ts";
import { valueBehind } from "./retains.ts";

/** Where a value comes from. */
export interface Source {
  readonly kind:
    | "null"
    /** With a reference that the function owns. */
    | "+1"
    /** Without one. */
    | "+0"
    /** The provider: DriverKit keeps it from Start to Stop. */
    | "provider"
    | "unknown";
  /** The call that gives it: "OSDictionary::getObject"; "" where there is none. */
  readonly what: string;
  /** For "+0": the object that the value was asked of, or the variable that lends it. */
  readonly lender?: SyntaxNode;
}

const UNKNOWN: Source = { kind: "unknown", what: "" };
const MAX_DEPTH = 4;

/** Where the value of an expression comes from, as the function says it. A variable with several sources is unknown. */
export function sourceOf(context: BaseContext, expression: SyntaxNode, fn: FunctionInfo, depth = 0): Source {
  if (depth > MAX_DEPTH) return UNKNOWN;
  if (isNullConstant(expression)) return { kind: "null", what: "" };
  const node = valueBehind(expression);
  const call = callParts(node);
  if (call) {
    if (call.name === "GetProvider") return { kind: "provider", what: "GetProvider" };
    const given = returnedBy(call, fn, context);
    if (given === undefined) return UNKNOWN;
    return { kind: given, what: callName(call), ...(call.receiver ? { lender: call.receiver } : {}) };
  }
  const parts = fieldParts(node);
  if (parts && parts.arrow && /^structureInput(Descriptor)?$|^structureOutputDescriptor$/.test(textOf(parts.member))) {
    return { kind: "+0", what: normalText(node), lender: node };
  }
  if (node.kind !== K.identifier) return UNKNOWN;
  const name = textOf(node);
  const local = localVariable(name, node, fn, context.index);
  if (!local) return UNKNOWN;
  const owner = outermostOf(fn);
  if (local.parameter) {
    return name === "provider" || /^(Start|Stop)$/.test(owner.name) ? { kind: "provider", what: name } : UNKNOWN;
  }
  return variableSource(context, name, node, fn, depth);
}

/** All that a function puts into a variable, when that is one thing besides null, and it keeps the reference until it is stored. */
function variableSource(context: BaseContext, name: string, at: SyntaxNode, fn: FunctionInfo, depth: number): Source {
  const found: Source[] = [];
  let retained = false;
  for (const node of walk(outermostOf(fn).body)) {
    if (node.kind === K.initDeclarator && readDeclarator(node).name === name) {
      const value = field(node, "value");
      if (value) found.push(sourceOf(context, value, fn, depth + 1));
    } else if (node.kind === K.assignmentExpression) {
      const parts = binaryParts(node);
      if (parts && uncast(parts.left).kind === K.identifier && textOf(uncast(parts.left)) === name)
        found.push(sourceOf(context, parts.right, fn, depth + 1));
    }
    const call = callParts(node);
    if (!call) continue;
    call.args.forEach((argument, position) => {
      const target = addressOf(argument);
      if (target?.kind !== K.identifier || textOf(target) !== name) return;
      const given = storedBy(call, position, fn, context);
      found.push(given ? { kind: given, what: callName(call) } : UNKNOWN);
    });
    const released = isReleaseCall(call);
    // Released behind the store: the member's reference is another one, or none at all.
    if (released && textOf(uncast(released.target)) === name && node.start > at.start) return UNKNOWN;
    if (call.name === "retain" && call.receiver && textOf(uncast(call.receiver)) === name) retained = true;
  }
  const real = found.filter((source) => source.kind !== "null");
  const [only] = real;
  if (real.length !== 1 || !only) return UNKNOWN;
  if (!retained) return only;
  return only.kind === "+0" || only.kind === "provider" ? { kind: "+1", what: "retain" } : UNKNOWN;
}
