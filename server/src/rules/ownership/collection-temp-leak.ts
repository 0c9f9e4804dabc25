// A new object is used where it stands – as an argument, as a receiver, or not at all – and nobody has its pointer to release it.
import { macroMeaning } from "../../knowledge/macros.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { callParts, namedCast, type CallParts } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { nodeAt, spanOf, textOf, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, syntax, type BaseContext } from "../define.ts";
import { callName, effectOfPassing, returnedBy } from "./api-calls.ts";

export default defineRule({
  meta: {
    id: "collection-temp-leak",
    area: "ownership",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A new object is used in place, and nobody can release it.",
    why: "The caller owns the reference that the call returns; without a variable it can never be released, and each pass leaks one object.",
    messages: {
      argument: "leaks: {callee} takes no ownership of what {call} returns at +1",
      receiver: "leaks: nothing holds what {call} returns at +1 after {callee}",
      discarded: "leaks: the result of {call} is +1 and is thrown away",
    },
  },
  trigger: syntax(K.callExpression),
  check(context) {
    const { node, fn } = context;
    const call = callParts(node);
    if (!call || !fn || node.source.expandedFrom || returnedBy(call, fn, context) !== "+1") return [];
    const use = useOf(node, fn, context);
    if (!use) return [];
    const data = { call: callName(call), callee: use.callee ? callName(use.callee) : "" };
    return [{ message: use.how, data, span: spanOf(node), context: { how: use.how } }];
  },
  fixes(context, finding) {
    const file = context.syntax(finding.path);
    const known = finding.context as { how: string } | undefined;
    if (!file || !known || known.how === "discarded") return [];
    const call = nodeAt(file.root, finding.span);
    if (call.kind !== K.callExpression) return [];
    const owned = `OSSharedPtr(${textOf(call)}, OSNoRetain)`;
    return [
      {
        title: "Let an OSSharedPtr release the object after use",
        // What the callee returns may point into the object, which now ends with the statement.
        safe: false,
        edits: [
          {
            path: finding.path,
            edits: [{ span: finding.span, newText: known.how === "argument" ? `${owned}.get()` : owned }],
          },
        ],
      },
    ];
  },
});

/** How a +1 result is used where it stands; undefined where somebody gets hold of it, or that is not known. */
function useOf(
  call: SyntaxNode,
  fn: FunctionInfo,
  context: BaseContext,
): { readonly how: "argument" | "receiver" | "discarded"; readonly callee?: CallParts } | undefined {
  let value = call;
  for (let up = value.parent; up; up = value.parent) {
    switch (up.kind) {
      case K.parenthesizedExpression:
      case K.castExpression:
        value = up;
        continue;
      case K.expressionStatement:
        return { how: "discarded" };
      case K.fieldExpression: {
        const callee = up.parent && up.children[0] === value ? callParts(up.parent) : undefined;
        // A balanced `X::Create()->release()`, strange as it is, leaks nothing.
        if (!callee || callee.receiver !== value || /^(release|free|detach)$/.test(callee.name)) return undefined;
        return { how: "receiver", callee };
      }
      case K.argumentList: {
        if (!up.parent) return undefined;
        if (namedCast(up.parent)) {
          value = up.parent;
          continue;
        }
        const callee = callParts(up.parent);
        if (!callee) return undefined;
        if (/^OS(Dynamic|Required)Cast$/.test(callee.name)) {
          value = up.parent;
          continue;
        }
        const meaning = callee.receiver || callee.scope !== undefined ? undefined : macroMeaning(callee.name);
        if (meaning && meaning.kind !== "log") return undefined;
        const position = callee.args.indexOf(value);
        return effectOfPassing(callee, position, fn, context) === "borrows" ? { how: "argument", callee } : undefined;
      }
      default:
        return undefined;
    }
  }
  return undefined;
}
