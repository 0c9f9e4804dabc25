// Several dispatch queues get one and the same name.
import { callsOf, type CallSite } from "../../semantics/calls.ts";
import { localVariable } from "../../semantics/expression-type.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { argumentsFor, isWritten, loopsAround, outermostOf, placeOf } from "../../semantics/places.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { contains } from "../../base/span.ts";
import { field, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, file, type FileContext, type RuleFinding, type Step } from "../define.ts";
import { readable } from "./interrupt-sources.ts";

export default defineRule({
  meta: {
    id: "queue-same-name",
    area: "queues",
    severity: "info",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "Several dispatch queues are created with the same name.",
    why: "A crash log and a spin report name the queue a thread runs on; with one name for all, nobody can tell which one it was.",
    messages: {
      loop: "every queue created in this loop is named {name}; crash logs cannot tell them apart",
      twice: "another queue is named {name} too; crash logs cannot tell them apart",
    },
  },
  trigger: file(),
  check(context) {
    const findings: RuleFinding<"loop" | "twice">[] = [];
    const first = new Map<string, { site: CallSite; out: string }>();
    const sites = callsOf(context.file, context.fileSummary).get("Create") ?? [];
    for (const site of readable(context, sites)) {
      const [name, , , out] = site.args;
      if (site.scope === undefined || !site.fn || !name || !out || site.args.length !== 4) continue;
      if (context.index.resolveName(site.scope) !== "IODispatchQueue") continue;
      const loop = repeats(context, site, site.fn, name, out);
      const data = { name: textOf(name) };
      if (loop) {
        findings.push({ message: "loop", data, span: spanOf(name), steps: [loop] });
        continue;
      }
      if (!isFixed(context, name, site.fn)) continue;
      const key = `${outermostOf(site.fn).node.start} ${textOf(uncast(name))}`;
      const place = placeOf(out)?.key ?? textOf(out);
      const earlier = first.get(key);
      if (!earlier) first.set(key, { site, out: place });
      else if (earlier.out !== place || placeOf(out)?.indexed === true) {
        const step: Step = {
          path: context.file.path,
          span: spanOf(earlier.site.node),
          kind: "note",
          text: "the first queue of this name",
        };
        findings.push({ message: "twice", data, span: spanOf(name), steps: [step] });
      }
    }
    return findings;
  },
});

/** The loop in which the call makes one queue after another under one name: its own, or one around a call of its function. */
function repeats(
  context: FileContext,
  site: CallSite,
  fn: FunctionInfo,
  name: SyntaxNode,
  out: SyntaxNode,
): Step | undefined {
  const [loop] = loopsAround(site.node, fn);
  if (loop) {
    if (!isFixed(context, name, fn) || !goesElsewhere(loop, out)) return undefined;
    return { path: fn.path, span: headOf(loop), kind: "note", text: "each round creates another queue" };
  }
  // A helper that makes the queue of the index it is given.
  if (!isFixed(context, name, fn) || placeOf(out)?.indexed !== true || fn.form === "top-level") return undefined;
  const parameters = context.index.parametersOf(fn).map((parameter) => parameter.name);
  const index = [...walk(out)]
    .filter((node) => node.kind === K.subscriptArgumentList)
    .flatMap((list) => [...walk(list)])
    .find((node) => node.kind === K.identifier && parameters.includes(textOf(node)));
  if (!index) return undefined;
  for (const { site: call, node } of argumentsFor(context, fn, textOf(index))) {
    const around = call.fn && loopsAround(call.node, call.fn)[0];
    if (around && uncast(node).kind === K.identifier)
      return {
        path: call.path,
        span: headOf(around),
        kind: "call",
        text: `each round calls '${fn.name}', which creates another queue`,
      };
  }
  return undefined;
}

function headOf(loop: SyntaxNode): { start: number; end: number } {
  const condition = field(loop, "condition") ?? field(loop, "right");
  return condition ? spanOf(condition) : { start: loop.start, end: loop.start + 1 };
}

/** True when each round's queue goes to another place: an element, or a variable of the loop's body. A retry writes one place. */
function goesElsewhere(loop: SyntaxNode, out: SyntaxNode): boolean {
  const place = placeOf(out);
  if (!place) return false;
  if (place.indexed) {
    for (const node of walk(out)) {
      if (node.kind !== K.subscriptArgumentList) continue;
      for (const inner of walk(node)) if (inner.kind === K.identifier && changesIn(loop, textOf(inner))) return true;
    }
    return false;
  }
  const body = field(loop, "body");
  if (!place.plain || !body) return false;
  const declared = [...walk(body)].some(
    (node) => node.kind === K.declaration && node.children.some((child) => readDeclarator(child).name === place.name),
  );
  return (
    declared &&
    [...walk(body)].some((node) => node.kind === K.assignmentExpression && storesAway(node, place.name, loop))
  );
}

function changesIn(loop: SyntaxNode, name: string): boolean {
  return (
    isWritten(loop, name) ||
    (field(loop, "declarator") !== undefined && textOf(field(loop, "declarator") as SyntaxNode).includes(name))
  );
}

/** `table[i] = queue`. */
function storesAway(assignment: SyntaxNode, name: string, loop: SyntaxNode): boolean {
  const [left, right] = [assignment.children[0], assignment.children.at(-1)];
  return (
    left !== undefined &&
    right !== undefined &&
    textOf(uncast(right)) === name &&
    placeOf(left)?.indexed === true &&
    contains(loop, assignment)
  );
}

/** True when the name is the same whenever the call runs: a literal, a macro or constant, or a variable that nothing writes to. */
function isFixed(context: FileContext, name: SyntaxNode, fn: FunctionInfo): boolean {
  const node = uncast(name);
  if (node.kind === K.stringLiteral || node.kind === K.concatenatedString) return true;
  if (node.kind !== K.identifier) return false;
  const text = textOf(node);
  const local = localVariable(text, node, fn, context.index);
  if (!local) return context.index.macro(text) !== undefined || /^(?:[A-Z][A-Z0-9_]*|k[A-Z]\w*)$/.test(text);
  if (local.parameter || !local.initializer || !local.declaration || local.type.array) return false;
  const literal = uncast(local.initializer);
  if (literal.kind !== K.stringLiteral && literal.kind !== K.concatenatedString) return false;
  return !isWritten(outermostOf(fn).body, text);
}
