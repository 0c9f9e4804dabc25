// CopyClientMemoryForType hands out a member's descriptor without a reference for the caller, who consumes one.
import { expressionType } from "../../semantics/expression-type.ts";
import type { FunctionInfo, ProjectIndex } from "../../semantics/model.ts";
import { outermostOf, placeOf } from "../../semantics/places.ts";
import { addressOf, binaryParts, callParts, isNullConstant, normalText, unaryParts, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { nodeAt, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, syntax } from "../define.ts";
import { insertBefore } from "../ownership/edits.ts";
import { mayRetain, namesFor, valueBehind } from "../ownership/retains.ts";

export default defineRule({
  meta: {
    id: "user-client-copyclientmemory-ref",
    area: "user-client",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "CopyClientMemoryForType gives out a member without a reference for its caller.",
    why: "The caller consumes one reference of what it is given: after the first mapping the descriptor is destroyed while the driver still uses it.",
    messages: {
      lent: "'{member}' is given out without a retain(); the caller consumes a reference",
    },
  },
  trigger: syntax(K.assignmentExpression),
  check({ node, fn, index }) {
    const parts = binaryParts(node);
    if (!parts || parts.operator !== "=" || !fn || node.source.expandedFrom) return [];
    const owner = outermostOf(fn);
    if (owner.name !== "CopyClientMemoryForType") return [];
    const out = outParameter(owner, index);
    const target = uncast(parts.left);
    if (out === undefined || target.kind !== K.pointerExpression) return [];
    const pointer = unaryParts(target);
    if (pointer?.operator !== "*" || textOf(pointer.operand) !== out) return [];
    const value = valueBehind(parts.right);
    const place = placeOf(value);
    if (!place || place.plain || !isMember(value)) return [];
    const type = expressionType(parts.right, fn, index);
    if (type?.argument !== undefined && type.pointers === 0) return [];
    const names = namesFor(value, fn);
    names.add(out);
    if (mayRetain(names, fn, index) || isHandedOver(value, owner)) return [];
    return [{ message: "lent", data: { member: normalText(value) }, span: spanOf(node) }];
  },
  fixes(context, finding) {
    const file = context.syntax(finding.path);
    if (!file) return [];
    const node = nodeAt(file.root, finding.span);
    const parts = binaryParts(node);
    const member = parts && textOf(valueBehind(parts.right));
    const edit = member === undefined ? undefined : insertBefore(file.text, node, `${member}->retain();`);
    if (!edit) return [];
    return [
      {
        title: `Retain '${member}' for the caller`,
        safe: false,
        edits: [{ path: finding.path, edits: [edit] }],
      },
    ];
  },
});

/** The name of the parameter that the descriptor goes out through. */
function outParameter(owner: FunctionInfo, index: ProjectIndex): string | undefined {
  return index.parametersOf(owner).find((parameter) => parameter.type.pointers === 2)?.name;
}

/** True for `ivars->x`, `ivars->a.b[i]`, `this->x`: what the driver keeps. */
function isMember(node: SyntaxNode): boolean {
  return /^(this->)?ivars->|^this->/.test(normalText(node));
}

/**
 * True when the function makes the member's object itself, or takes it out of the member: then the reference that the member
 * had may be the one that is given away.
 */
function isHandedOver(member: SyntaxNode, owner: FunctionInfo): boolean {
  const text = normalText(member);
  for (const node of walk(owner.body)) {
    if (node.kind === K.assignmentExpression) {
      const parts = binaryParts(node);
      if (parts && normalText(parts.left) === text && (isNullConstant(parts.right) || callParts(uncast(parts.right))))
        return true;
    }
    const call = callParts(node);
    if (call?.args.some((argument) => normalText(addressOf(argument) ?? node) === text)) return true;
  }
  return false;
}
