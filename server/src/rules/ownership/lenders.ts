// Who lends the object that a member keeps, and the retain() that makes it the member's own. No rule by itself.
import { localVariable } from "../../semantics/expression-type.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { isReleaseCall } from "../../flow/ownership-facts.ts";
import { addressOf, binaryParts, callParts, fieldParts, normalText, uncast } from "../../syntax/cpp.ts";
import { codeBehind } from "../../syntax/layout.ts";
import { K } from "../../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import type { BaseContext, Fix } from "../define.ts";
import { returnedBy, storedBy } from "./api-calls.ts";
import { statementOf } from "./edits.ts";

/** Retains a member behind the assignment that fills it; nothing where the assignment is not a statement by itself. */
export function retainBehind(path: string, text: string, assignment: SyntaxNode): Fix[] {
  const parts = binaryParts(assignment);
  const statement = statementOf(assignment);
  if (!parts || !statement) return [];
  const member = textOf(parts.left);
  return [
    {
      title: `Retain '${member}'`,
      safe: false,
      edits: [{ path, edits: [codeBehind(text, statement, `if (${member})`, `    ${member}->retain();`)] }],
    },
  ];
}

/**
 * What lends an object, when it certainly ends with the function: an argument of an external method, or a local variable that
 * owns its object and releases it here. A member, the provider or a parameter lives on.
 */
export function lenderOf(lender: SyntaxNode, fn: FunctionInfo, context: BaseContext): string | undefined {
  let node = uncast(lender);
  for (let steps = 0; steps < 8; steps++) {
    const parts = fieldParts(node);
    if (parts && /^structure(Input|InputDescriptor|OutputDescriptor)$/.test(textOf(parts.member)))
      return normalText(node);
    const call = callParts(node);
    if (call?.receiver) node = uncast(call.receiver);
    else if (call && /^OS(Dynamic|Required)Cast$/.test(call.name) && call.args[1]) node = uncast(call.args[1]);
    else break;
  }
  if (node.kind !== K.identifier) return undefined;
  const name = textOf(node);
  const local = localVariable(name, node, fn, context.index);
  if (!local || local.parameter || local.static) return undefined;
  return isOwnedHere(name, fn, context) ? name : undefined;
}

function isOwnedHere(name: string, fn: FunctionInfo, context: BaseContext): boolean {
  let owned = false;
  let released = false;
  for (const node of walk(outermostOf(fn).body)) {
    const value =
      node.kind === K.initDeclarator && readDeclarator(node).name === name
        ? field(node, "value")
        : node.kind === K.assignmentExpression && normalText(binaryParts(node)?.left ?? node) === name
          ? binaryParts(node)?.right
          : undefined;
    const made = value && callParts(uncast(value));
    if (made && returnedBy(made, fn, context) === "+1") owned = true;
    const call = callParts(node);
    if (!call) continue;
    call.args.forEach((argument, position) => {
      const target = addressOf(argument);
      if (target && textOf(target) === name && storedBy(call, position, fn, context) === "+1") owned = true;
    });
    const release = isReleaseCall(call);
    if (release && textOf(uncast(release.target)) === name) released = true;
  }
  return owned && released;
}
