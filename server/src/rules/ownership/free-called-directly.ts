// `x->free()` on a reference-counted object: destroys it whatever its count.
import { isObjectPointer, expressionType } from "../../semantics/expression-type.ts";
import { callParts, unwrap } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { nodeAt, spanOf, textOf, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, syntax } from "../define.ts";
import { guardAround } from "./edits.ts";

export default defineRule({
  meta: {
    id: "free-called-directly",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "safe",
    summary: "free() is called on a reference-counted object.",
    why: "free() runs the destructor whatever the retain count: whoever else holds the object, the kernel's proxy included, is left with a dangling one.",
    messages: {
      free: "'{object}' is reference counted; free() destroys it whatever its retain count",
    },
  },
  trigger: syntax(K.callExpression),
  check({ node, fn, index }) {
    const call = callParts(node);
    if (!call?.receiver || call.name !== "free" || call.args.length > 0 || call.scope !== undefined || !fn) return [];
    const receiver = unwrap(call.receiver);
    if (textOf(receiver) === "super" || textOf(receiver) === "this") return [];
    const type = expressionType(receiver, fn, index);
    if (!type || !isObjectPointer(type, index) || !call.arrow) return [];
    return [{ message: "free", data: { object: textOf(receiver) }, span: spanOf(node) }];
  },
  fixes(context, finding) {
    const file = context.syntax(finding.path);
    const object = finding.data?.object;
    if (!file || object === undefined) return [];
    const call = nodeAt(file.root, finding.span);
    // One release would not be enough for what the function has retained.
    if (isRetained(call, object)) return [];
    const guard = guardAround(call, object);
    const span = guard ?? spanOf(call);
    const newText = guard ? `OSSafeReleaseNULL(${object});` : `OSSafeReleaseNULL(${object})`;
    return [
      {
        title: `Replace by OSSafeReleaseNULL(${object})`,
        safe: true,
        edits: [{ path: finding.path, edits: [{ span, newText }] }],
      },
    ];
  },
});

function isRetained(call: SyntaxNode, object: string): boolean {
  let fn = call;
  while (fn.parent && fn.kind !== K.functionDefinition) fn = fn.parent;
  return textOf(fn)
    .replace(/\s/g, "")
    .includes(`${object.replace(/\s/g, "")}->retain()`);
}
