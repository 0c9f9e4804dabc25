// A completion is stored over one that may still wait for its answer.
import { expressionType } from "../../semantics/expression-type.ts";
import { outermostOf } from "../../semantics/places.ts";
import { binaryParts, fieldParts, isNullConstant, normalText } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { spanOf, walk } from "../../syntax/node.ts";
import { defineRule, syntax } from "../define.ts";
import { isLentCompletion } from "./completions.ts";

export default defineRule({
  meta: {
    id: "osaction-overwrite",
    area: "ownership",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "none",
    summary: "A completion is stored over an earlier one that nobody has looked at.",
    why: "The client whose completion is overwritten waits for ever, and the reference that was taken for it is lost.",
    messages: {
      lost: "a completion that '{place}' still holds is lost here: its client waits for ever",
    },
  },
  trigger: syntax(K.assignmentExpression),
  check(context) {
    const { node, fn, index } = context;
    const parts = binaryParts(node);
    if (!parts || parts.operator !== "=" || !fn || node.source.expandedFrom) return [];
    const place = fieldParts(parts.left);
    if (!place || !/ivars$|^this$/.test(normalText(place.object))) return [];
    const type = expressionType(parts.left, fn, index);
    // A smart pointer releases what it held; what its client waits for is another matter.
    if (!type || type.pointers !== 1 || type.array || type.argument !== undefined) return [];
    if (!isLentCompletion(context, parts.right, fn)) return [];
    // A helper's caller may have looked.
    const owner = outermostOf(fn);
    const text = normalText(parts.left);
    for (const other of walk(owner.body)) {
      if (other.start >= node.start) break;
      if (other.kind === K.fieldExpression && other !== parts.left && normalText(other) === text) return [];
    }
    // Kept for the time of the call only.
    for (const other of walk(owner.body)) {
      const later = other.start > node.start && other.kind === K.assignmentExpression ? binaryParts(other) : undefined;
      if (later && normalText(later.left) === text && isNullConstant(later.right)) return [];
    }
    // A test of a flag beside it, such as ivars->pending, may stand for one of the completion.
    for (const other of walk(owner.body)) {
      if (other.kind !== K.ifStatement || other.start >= node.start) continue;
      const condition = other.children[0];
      if (condition && /ivars->(?!.*(driver|provider|device))/.test(normalText(condition))) return [];
    }
    if (!index.parametersOf(owner).some((parameter) => parameter.type.name === "IOUserClientMethodArguments"))
      return [];
    return [{ message: "lost", data: { place: text }, span: spanOf(node) }];
  },
});
