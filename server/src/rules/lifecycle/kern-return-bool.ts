// `return false` in a function that returns a kern_return_t: false is 0, and 0 is success.
import { uncast, unwrap } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { nodeAt, spanOf } from "../../syntax/node.ts";
import { defineRule, syntax } from "../define.ts";

export default defineRule({
  meta: {
    id: "kern-return-bool",
    area: "lifecycle",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A function that returns kern_return_t or IOReturn returns true or false.",
    why: "false is 0, which is kIOReturnSuccess: the failure is reported as success and the caller goes on with what was never set up.",
    messages: {
      false: "'false' is kIOReturnSuccess: '{function}' reports success here",
      true: "'true' is 1, an unknown error code: '{function}' reports failure here",
    },
  },
  trigger: syntax(K.returnStatement),
  check({ node, fn, index }) {
    const value = node.children[0] && unwrap(node.children[0]);
    if (!fn?.returns || !value || (value.kind !== K.true && value.kind !== K.false)) return [];
    const { name, pointers, reference } = fn.returns;
    if (pointers > 0 || reference || (!isStatus(name) && !isStatus(index.resolveName(name)))) return [];
    const called = fn.name !== "" ? fn.name : fn.form === "block" ? "the block" : "the lambda";
    return [{ message: value.kind === K.false ? "false" : "true", data: { function: called }, span: spanOf(value) }];
  },
  fixes(context, finding) {
    const file = context.syntax(finding.path);
    if (!file) return [];
    const value = uncast(nodeAt(file.root, finding.span));
    const newText = finding.message === "false" ? "kIOReturnError" : "kIOReturnSuccess";
    return [
      {
        title: `Return ${newText}`,
        // Callers see another result: that is the point, and the reason why nobody should do it unasked.
        safe: false,
        edits: [{ path: finding.path, edits: [{ span: spanOf(value), newText }] }],
      },
    ];
  },
});

function isStatus(type: string): boolean {
  return type === "kern_return_t" || type === "IOReturn";
}
