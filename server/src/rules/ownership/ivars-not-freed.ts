// `ivars` is allocated, and nothing in the class frees it.
import { classes, defineRule } from "../define.ts";
import { spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { callParts, normalText, uncast } from "../../syntax/cpp.ts";
import { codeBefore } from "../../syntax/layout.ts";
import { K } from "../../syntax/kinds.ts";
import type { ProjectIndex } from "../../semantics/model.ts";
import { ivarsLife, methodOf } from "./lifecycle.ts";
import { isComplete } from "./members.ts";

export default defineRule({
  meta: {
    id: "ivars-not-freed",
    area: "ownership",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "ivars is allocated in init() and never freed.",
    why: "The structure stays behind each time the object ends: the driver grows with every device and every client that comes and goes.",
    messages: {
      never: "ivars from {allocator} is never freed; each {cls} leaks it",
    },
  },
  trigger: classes(),
  check(context) {
    const { cls } = context;
    if (!isComplete(context, cls)) return [];
    const life = ivarsLife(context, cls);
    const [first] = life.allocations;
    if (!first || life.escapes || life.deallocations.length > 0) return [];
    // A helper that frees whatever it is handed.
    if (cls.functions.some((fn) => [...walk(fn.body)].some((node) => isGivenAway(node, context.index)))) return [];
    const free = methodOf(cls, "free");
    return [
      {
        message: "never",
        data: { allocator: first.allocation.what, cls: cls.name },
        path: first.fn.path,
        span: spanOf(first.at),
        steps: free
          ? [{ path: free.path, span: free.nameSpan, kind: "note" as const, text: "free() leaves ivars as it is" }]
          : [],
        context: { className: cls.name },
      },
    ];
  },
  fixes(context, finding) {
    const known = finding.context as { className: string } | undefined;
    const cls = known && context.index.classes.get(known.className);
    const free = cls && methodOf(cls, "free");
    const file = free && context.syntax(free.path);
    const allocator = finding.data?.allocator;
    if (!cls || !free || !file || allocator === undefined || !/^(IONew|IONewZero|new)$/.test(allocator)) return [];
    const end = [...walk(free.body)].find(
      (node) =>
        node.kind === K.expressionStatement && node.children[0] && callParts(node.children[0])?.scope === "super",
    );
    if (!end) return [];
    const line = allocator === "new" ? "delete ivars;" : `IOSafeDeleteNULL(ivars, ${cls.name}_IVars, 1);`;
    return [
      {
        title: "Free ivars in free()",
        // What the structure still holds has to be released before.
        safe: false,
        edits: [{ path: free.path, edits: [codeBefore(file.text, end.start, line)] }],
      },
    ];
  },
});

/** `Destroy(ivars)`, a macro of the like, or a function that frees something. */
function isGivenAway(node: SyntaxNode, index: ProjectIndex): boolean {
  const call = callParts(node);
  if (!call?.args.some((argument) => normalText(uncast(argument)) === "ivars")) return false;
  if (/delete|free|destroy/i.test(call.name)) return true;
  return index
    .functionsNamed(call.name)
    .some((callee) => /IOSafeDelete|IODelete|IOFree|\bdelete\b/.test(textOf(callee.body)));
}
