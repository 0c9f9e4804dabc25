// A completion that the caller lends for one call is kept in a member without a reference of its own.
import { expressionType, localVariable } from "../../semantics/expression-type.ts";
import type { ClassInfo, FunctionInfo } from "../../semantics/model.ts";
import { outermostOf, placeOf } from "../../semantics/places.ts";
import { binaryParts, fieldParts, isNullConstant, normalText, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { nodeAt, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, syntax, type BaseContext, type SyntaxContext } from "../define.ts";
import { isComplete, objectMembers } from "./members.ts";
import { usesOf } from "./member-uses.ts";
import { isLentCompletion } from "./completions.ts";
import { mayRetain, namesFor } from "./retains.ts";
import { insertBefore } from "./edits.ts";

export default defineRule({
  meta: {
    id: "osaction-completion-not-retained",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A completion is kept for later without a reference of its own.",
    why: "The completion is retained only while the call runs; when it is used later it may be gone, and the driver crashes or answers nobody.",
    messages: {
      kept: "'{completion}' is kept in '{place}' without a retain(); it is only lent for this call",
    },
  },
  trigger: syntax(K.assignmentExpression),
  check(context) {
    const { node, fn, index } = context;
    const parts = binaryParts(node);
    if (!parts || parts.operator !== "=" || !fn || node.source.expandedFrom) return [];
    if (!isLasting(parts.left, fn, context) || !isLentCompletion(context, parts.right, fn)) return [];
    const names = namesFor(parts.right, fn);
    const place = placeOf(parts.left);
    if (place) names.add(place.name);
    if (mayRetain(names, fn, index) || isCleared(parts.left, node, fn)) return [];
    const data = { completion: normalText(uncast(parts.right)), place: normalText(parts.left) };
    return [{ message: "kept", data, span: spanOf(node) }];
  },
  fixes(context, finding) {
    const file = context.syntax(finding.path);
    if (!file) return [];
    const node = nodeAt(file.root, finding.span);
    const parts = binaryParts(node);
    const summary = context.summary(finding.path);
    const fn = summary?.functions.find((each) => each.body.start <= node.start && node.end <= each.body.end);
    const cls = fn && context.index.classOf(fn);
    // Without a release the retain would only leak.
    if (parts && cls && isComplete(context, cls) && !isReleasedBy(context, cls, textOf(parts.left))) return [];
    const completion = parts && textOf(uncast(parts.right));
    const edit = completion === undefined ? undefined : insertBefore(file.text, node, `${completion}->retain();`);
    if (!edit) return [];
    return [
      {
        title: `Retain '${completion}' before it is kept`,
        // Where the completion has been called, the reference is to be released.
        safe: false,
        edits: [{ path: finding.path, edits: [edit] }],
      },
    ];
  },
});

function isReleasedBy(context: BaseContext, cls: ClassInfo, place: string): boolean {
  const member = objectMembers(context, cls).find(({ name }) => place.endsWith(`->${name}`));
  return member === undefined || usesOf(context, cls, member).some(({ kind }) => kind === "release");
}

/** True for a raw pointer that outlives the call: a member of the class, of `ivars`, or of what a pointer points to. */
function isLasting(left: SyntaxNode, fn: FunctionInfo, { index }: SyntaxContext): boolean {
  const node = uncast(left);
  const type = expressionType(node, fn, index);
  if (type && (type.argument !== undefined || type.pointers !== 1)) return false;
  if (node.kind === K.identifier) {
    return !localVariable(textOf(node), node, fn, index) && type !== undefined;
  }
  let root: SyntaxNode = node;
  let throughPointer = false;
  for (let steps = 0; steps < 40; steps++) {
    const parts = fieldParts(root);
    if (parts) {
      if (parts.arrow) throughPointer = true;
      root = uncast(parts.object);
    } else if (root.kind === K.subscriptExpression && root.children[0]) root = uncast(root.children[0]);
    else break;
  }
  if (root.kind !== K.identifier && root.kind !== K.this) return false;
  const local = root.kind === K.identifier ? localVariable(textOf(root), root, fn, index) : undefined;
  // A value that lives in the function itself does not keep anything.
  if (local && !throughPointer) return local.type.reference;
  if (local) return !local.parameter ? throughPointer && type !== undefined : type !== undefined;
  return true;
}

/** True when the place is set to null, or to something else, further down in the same function. */
function isCleared(place: SyntaxNode, after: SyntaxNode, fn: FunctionInfo): boolean {
  const text = normalText(place);
  for (const node of walk(outermostOf(fn).body)) {
    if (node.start <= after.start || node.kind !== K.assignmentExpression) continue;
    const parts = binaryParts(node);
    if (parts && normalText(parts.left) === text && isNullConstant(parts.right)) return true;
  }
  return false;
}
