// `delete` on a pointer to a reference-counted object: its memory goes while others still hold references.
import { expressionType, isObjectPointer } from "../../semantics/expression-type.ts";
import { placeOf } from "../../semantics/places.ts";
import { unwrap } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { nodeAt, spanOf, textOf } from "../../syntax/node.ts";
import { defineRule, syntax } from "../define.ts";

export default defineRule({
  meta: {
    id: "deleted-object",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "safe",
    summary: "delete is used on a reference-counted object.",
    why: "delete frees the memory whatever the retain count, and past free(): whoever else holds the object, the kernel's proxy included, is left with a dangling one.",
    messages: {
      deleted: "'{object}' is reference counted; delete destroys it whatever its retain count",
    },
  },
  trigger: syntax(K.deleteExpression),
  check({ node, fn, index }) {
    const operand = node.children.at(-1);
    if (!operand || !fn || node.source.expandedFrom) return [];
    const object = unwrap(operand);
    // `delete this` stands in a class's own free(), where the count is at its end.
    if (object.kind === K.this) return [];
    if (!isObjectPointer(expressionType(object, fn, index), index)) return [];
    return [{ message: "deleted", data: { object: textOf(object) }, span: spanOf(node) }];
  },
  fixes(context, finding) {
    const file = context.syntax(finding.path);
    if (!file) return [];
    const node = nodeAt(file.root, finding.span);
    const operand = node.children.at(-1);
    if (!operand || node.kind !== K.deleteExpression) return [];
    const object = textOf(unwrap(operand));
    // Only a variable can be set to null.
    const newText = placeOf(operand) ? `OSSafeReleaseNULL(${object})` : `(${object})->release()`;
    return [
      {
        title: `Replace by ${newText}`,
        safe: true,
        edits: [{ path: finding.path, edits: [{ span: spanOf(node), newText }] }],
      },
    ];
  },
});
