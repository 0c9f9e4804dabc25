// An interrupt source for a PCI device is created with an index that nobody asked the type of.
import { callsAround, codeAround, type CallSite } from "../../semantics/calls.ts";
import { localVariable } from "../../semantics/expression-type.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { argumentsFor, constantValue, isCounter, isWritten, loopsAround, outermostOf } from "../../semantics/places.ts";
import { callParts, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, file, type FileContext, type RuleFinding, type Step } from "../define.ts";
import { classOfValue, creationsIn, type SourceCreation } from "./interrupt-sources.ts";

export default defineRule({
  meta: {
    id: "interrupt-index-assumed",
    area: "queues",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "none",
    summary:
      "A PCI interrupt source is created with a literal or counted index whose interrupt type was never looked at.",
    why: "Index 0 may be the legacy line: on such a Mac the source waits for an interrupt that never comes, or is one off for every vector.",
    messages: {
      assumed: "interrupt index '{index}' is assumed to be an MSI vector; it may be the legacy line",
    },
  },
  trigger: file(),
  check(context) {
    const findings: RuleFinding<"assumed">[] = [];
    for (const creation of creationsIn(context)) {
      if (!isPci(context, creation)) continue;
      const steps = assumed(context, creation.index, creation.fn, creation.site.node, 0);
      if (!steps) continue;
      findings.push({
        message: "assumed",
        data: { index: textOf(creation.index) },
        span: spanOf(creation.index),
        steps: [...countedAt(context), ...steps],
      });
    }
    return findings;
  },
});

/** The provider is an IOPCIDevice, or its class is not known and the file speaks of PCI. */
function isPci(context: FileContext, creation: SourceCreation): boolean {
  const type = classOfValue(context, creation.provider, creation.fn);
  if (type !== undefined && type !== "IOService" && type !== "OSObject")
    return context.index.ancestors(type).includes("IOPCIDevice");
  if (/IOPCIDevice|kIOInterruptTypePCI|PCIDriverKit|ConfigureInterrupts/.test(context.file.text)) return true;
  return codeAround(context, context.file.path).some((other) =>
    other.includes.some((include) => include.name.startsWith("PCIDriverKit/")),
  );
}

/** The steps that lead to an assumed index, none needed where it stands in the call itself; undefined where it is not assumed. */
function assumed(
  context: FileContext,
  index: SyntaxNode,
  fn: FunctionInfo,
  at: SyntaxNode,
  depth: number,
): Step[] | undefined {
  const node = uncast(index);
  if (node.kind !== K.identifier) {
    return context.index.evaluate(textOf(node)) === undefined ? undefined : [];
  }
  const name = textOf(node);
  const loop = loopsAround(at, fn).find((candidate) => isCounter(candidate, name));
  if (loop) return isFiltered(loop, at, name) ? undefined : [counterStep(fn, loop, name)];
  const local = localVariable(name, node, fn, context.index);
  if (!local) return context.index.evaluate(name) === undefined ? undefined : [];
  if (local.parameter && depth === 0) return assumedByCaller(context, fn, name, at);
  if (local.parameter || asksForType(outermostOf(fn).body, name)) return undefined;
  if (isWritten(outermostOf(fn).body, name) || constantValue(context, node, fn) === undefined) return undefined;
  return local.declaration
    ? [{ path: fn.path, span: spanOf(local.declaration), kind: "note", text: `'${name}' is always the same` }]
    : [];
}

/** The index is the function's parameter: it is assumed when a caller passes a literal or a counter without a look at its type. */
function assumedByCaller(context: FileContext, fn: FunctionInfo, name: string, at: SyntaxNode): Step[] | undefined {
  if (asksForType(outermostOf(fn).body, name)) return undefined;
  for (const { site, node } of argumentsFor(context, fn, name)) {
    if (!site.fn || site.node === at) continue;
    const steps = assumed(context, node, site.fn, site.node, 1);
    if (steps)
      return [
        ...steps,
        { path: site.path, span: spanOf(node), kind: "call", text: `'${textOf(node)}' is passed as the index` },
      ];
  }
  return undefined;
}

function counterStep(fn: FunctionInfo, loop: SyntaxNode, name: string): Step {
  const head = field(loop, "condition") ?? loop;
  return { path: fn.path, span: spanOf(head), kind: "note", text: `'${name}' only counts` };
}

/** True when the loop looks at the type of the index it counts, or skips indices by some other test of them. */
function isFiltered(loop: SyntaxNode, at: SyntaxNode, name: string): boolean {
  if (asksForType(loop, name)) return true;
  for (const node of walk(loop)) {
    if (node.kind !== K.ifStatement) continue;
    const condition = field(node, "condition");
    if (!condition || node.start > at.start) continue;
    const around = node.end >= at.end && !(condition.start <= at.start && at.end <= condition.end);
    const skips = skipsRound(field(node, "consequence"));
    if ((around || skips) && looksUp(condition, name)) return true;
  }
  return false;
}

function skipsRound(consequence: SyntaxNode | undefined): boolean {
  if (!consequence) return false;
  const last = consequence.kind === K.compoundStatement ? consequence.children.at(-1) : consequence;
  return last?.kind === K.continueStatement;
}

/** A table indexed by the variable or a call that is given it. */
function looksUp(condition: SyntaxNode, name: string): boolean {
  for (const node of walk(condition)) {
    if (node.kind !== K.subscriptArgumentList && node.kind !== K.argumentList) continue;
    for (const inner of walk(node)) if (inner.kind === K.identifier && textOf(inner) === name) return true;
  }
  return false;
}

/** True when GetInterruptType is called for the variable below `root`. */
function asksForType(root: SyntaxNode, name: string): boolean {
  for (const node of walk(root)) {
    const call = callParts(node);
    if (call?.name === "GetInterruptType" && call.args.some((argument) => textOf(uncast(argument)) === name))
      return true;
  }
  return false;
}

/** Where the types are looked at after all, without the indices being kept. */
function countedAt(context: FileContext): Step[] {
  const site: CallSite | undefined = callsAround(context, context.file.path, ["GetInterruptType"])[0];
  if (!site) return [];
  const text = "the types are looked at here, but the indices found are not what the sources are created with";
  return [{ path: site.path, span: spanOf(site.nameNode), kind: "note", text }];
}
