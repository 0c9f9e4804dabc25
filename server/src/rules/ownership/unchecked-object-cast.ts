// A C-style, static or reinterpret cast that takes an object for one of a class that it need not be of.
import { expressionType, isObjectPointer } from "../../semantics/expression-type.ts";
import type { FunctionInfo, ProjectIndex } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { readDeclarator, readTypeDescriptor } from "../../semantics/types.ts";
import { assignedTo, binaryParts, callParts, namedCast, normalText, uncast, unwrap } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { nodeAt, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, syntax } from "../define.ts";

export default defineRule({
  meta: {
    id: "unchecked-object-cast",
    area: "ownership",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "An object is cast to another class without a check of its class.",
    why: "The object may be of another class: what is then called through the pointer reads foreign memory and crashes the driver.",
    messages: {
      down: "'{object}' is taken for {target} unchecked; OSDynamicCast gives null when it is none",
      across: "'{object}' is {source}, which is no {target}; the cast only hides that",
    },
  },
  trigger: syntax(K.castExpression, K.callExpression),
  check({ node, fn, index }) {
    const cast = castOf(node);
    if (!cast || !fn || node.source.expandedFrom) return [];
    const to = readTypeDescriptor(cast.type);
    if (to.pointers !== 1 || to.array || !index.isOSObject(to.name)) return [];
    const value = unwrap(cast.value);
    if (value.kind === K.this || value.kind === K.castExpression || namedCast(value)) return [];
    const from = expressionType(value, fn, index);
    if (!from || !isObjectPointer(from, index)) return [];
    const target = index.resolveName(to.name);
    const source = index.resolveName(from.name);
    if (index.ancestors(source).includes(target)) return [];
    if (isDispatchTarget(value, fn, index) || isChecked(node, value, target, fn, index)) return [];
    const down = index.ancestors(target).includes(source);
    return [
      {
        message: down ? ("down" as const) : ("across" as const),
        data: { object: shown(value), target, source },
        span: spanOf(node),
        context: { fixable: down && !to.const },
      },
    ];
  },
  fixes(context, finding) {
    const file = context.syntax(finding.path);
    const known = finding.context as { fixable: boolean } | undefined;
    if (!file || !known?.fixable) return [];
    const node = nodeAt(file.root, finding.span);
    const cast = castOf(node);
    if (!cast) return [];
    const { name } = readTypeDescriptor(cast.type);
    const newText = `OSDynamicCast(${name}, ${textOf(unwrap(cast.value))})`;
    return [
      {
        title: `Check the class with OSDynamicCast`,
        // The result may be null where the cast never was.
        safe: false,
        edits: [{ path: finding.path, edits: [{ span: spanOf(node), newText }] }],
      },
    ];
  },
});

function castOf(node: SyntaxNode): { readonly type: SyntaxNode; readonly value: SyntaxNode } | undefined {
  if (node.kind === K.castExpression) {
    const [type, value] = [node.children[0], node.children.at(-1)];
    return type?.kind === K.typeDescriptor && value && value !== type ? { type, value } : undefined;
  }
  const named = namedCast(node);
  if (!named || named.type?.kind !== K.typeDescriptor || !/^(static|reinterpret)_cast/.test(textOf(node)))
    return undefined;
  return { type: named.type, value: named.value };
}

const shown = (value: SyntaxNode): string => {
  const text = normalText(value);
  return text.length <= 40 ? text : `${text.slice(0, 37)}…`;
};

/**
 * The `target` of an external method's function: the framework passes what the driver's own ExternalMethod named, and the
 * signature, IOUserClientMethodFunction, leaves no other type.
 */
function isDispatchTarget(value: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): boolean {
  const parameters = index.parametersOf(outermostOf(fn));
  return (
    parameters[0]?.name === textOf(value) &&
    parameters.some((parameter) => index.resolveName(parameter.type.name) === "IOUserClientMethodArguments")
  );
}

/** True when the function has asked for the object's class, or made the object, in another way. */
function isChecked(
  cast: SyntaxNode,
  value: SyntaxNode,
  target: string,
  fn: FunctionInfo,
  index: ProjectIndex,
): boolean {
  const texts = new Set([normalText(uncast(value))]);
  // The result may be what is asked for its class.
  const parent = cast.parent;
  if (parent?.kind === K.initDeclarator) texts.add(readDeclarator(parent).name);
  const assignment = parent?.kind === K.assignmentExpression ? binaryParts(parent) : undefined;
  if (assignment) texts.add(normalText(assignment.left));
  for (const node of walk(outermostOf(fn).body)) {
    const call = callParts(node);
    if (!call) continue;
    if (/^OS(Dynamic|Required|Member)Cast$|^OSTypeID$/.test(call.name)) {
      const [type, object] = call.args;
      const named = type && index.resolveName(textOf(type));
      // What is cast here has been asked, or is itself what a checked cast gave.
      const given = assignedTo(node.parent ?? node)?.left;
      const asked = [object, given].some((each) => each && texts.has(normalText(uncast(each))));
      if (asked && named && index.ancestors(named).includes(target)) return true;
    }
    // `metaCast`, `isKindOf` and the like on the same object.
    if (call.receiver && /cast|kind|class|type/i.test(call.name) && texts.has(normalText(uncast(call.receiver))))
      return true;
  }
  return false;
}
