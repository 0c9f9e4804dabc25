// Which expressions stand for a completion that a caller lends for the time of one call. No rule by itself.
import { expressionType, localVariable } from "../../semantics/expression-type.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { argumentsFor, outermostOf } from "../../semantics/places.ts";
import type { CodeBase } from "../../semantics/calls.ts";
import { binaryParts, fieldParts, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { mayRetain, namesFor } from "./retains.ts";

const MAX_DEPTH = 3;
const MAX_CALLERS = 8;

/**
 * True when the expression is a completion that the caller only lends: `arguments->completion` of an external method, an OSAction
 * parameter of a method that the framework calls, or a parameter for which every caller in the project passes such a one
 * without retaining it.
 */
export function isLentCompletion(base: CodeBase, expression: SyntaxNode, fn: FunctionInfo, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  const node = uncast(expression);
  const parts = fieldParts(node);
  if (parts) {
    if (textOf(parts.member) !== "completion" || !parts.arrow) return false;
    const type = expressionType(parts.object, fn, base.index);
    return type?.name === "IOUserClientMethodArguments";
  }
  if (node.kind !== K.identifier) return false;
  const local = localVariable(textOf(node), node, fn, base.index);
  if (!local) return false;
  if (!local.parameter) {
    const name = textOf(node);
    return (
      local.initializer !== undefined &&
      !isReassigned(outermostOf(fn), name) &&
      isLentCompletion(base, local.initializer, fn, depth + 1)
    );
  }
  if (local.type.pointers !== 1 || base.index.resolveName(local.type.name) !== "OSAction") return false;
  const owner = outermostOf(fn);
  if (!base.index.parametersOf(owner).some((parameter) => parameter.name === local.name)) return false;
  if (owner.form === "impl") return !isOwnTarget(base, owner, local.name);
  const passed = argumentsFor(base, owner, local.name);
  return (
    passed.length > 0 &&
    passed.length <= MAX_CALLERS &&
    passed.every(({ site, node: argument }) => {
      const caller = site.fn;
      return (
        caller !== undefined &&
        outermostOf(caller) !== owner &&
        isLentCompletion(base, argument, caller, depth + 1) &&
        !mayRetain(namesFor(argument, caller), caller, base.index)
      );
    })
  );
}

/** The `action` that a handler of the driver's own is called with (TARGET): the driver made it and holds it already. */
function isOwnTarget(base: CodeBase, owner: FunctionInfo, name: string): boolean {
  const className = base.index.classNameOf(owner);
  const method = className === undefined ? undefined : base.index.method(className, owner.name);
  if (!method) return true;
  return (
    method.actionType !== undefined ||
    method.parameters.some((parameter) => parameter.name === name && parameter.attributes.includes("TARGET"))
  );
}

function isReassigned(fn: FunctionInfo, name: string): boolean {
  for (const node of walk(fn.body)) {
    const parts = node.kind === K.assignmentExpression ? binaryParts(node) : undefined;
    if (parts && textOf(uncast(parts.left)) === name) return true;
  }
  return false;
}
