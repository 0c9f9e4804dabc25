// ConfigureInterrupts guarantees fewer vectors than the driver creates sources for.
import { plural } from "../../base/plural.ts";
import { callsAround, callsOf, type CallSite } from "../../semantics/calls.ts";
import { constantValue, loopsAround, placeOf, roundsOf } from "../../semantics/places.ts";
import { uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, nodeAt, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, file, type FileContext, type RuleFinding, type Step } from "../define.ts";
import { creationsAround, readable, type SourceCreation } from "./interrupt-sources.ts";

export default defineRule({
  meta: {
    id: "interrupt-required-less-than-used",
    area: "queues",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "ConfigureInterrupts requires fewer vectors than sources are created.",
    why: "The system may grant only what is required; creating a source for a vector beyond that fails on some Macs and ports and works on others.",
    messages: {
      fewer: "only {required} guaranteed, but {used} sources are created",
    },
  },
  trigger: file(),
  check(context) {
    const findings: RuleFinding<"fewer">[] = [];
    const sites = callsOf(context.file, context.fileSummary).get("ConfigureInterrupts") ?? [];
    if (sites.length === 0) return [];
    const all = callsAround(context, context.file.path, ["ConfigureInterrupts"]);
    // Two devices, or a second try with other numbers: which sources go with which call cannot be told.
    const devices = new Set(all.map((site) => (site.receiver ? placeOf(site.receiver)?.name : undefined)));
    if (devices.size > 1) return [];
    const required = all.map((site) => requiredBy(context, site));
    const most = required.reduce<bigint | undefined>(
      (a, b) => (a === undefined || b === undefined ? undefined : a > b ? a : b),
      0n,
    );
    const used = usedSources(context);
    if (most === undefined || !used || used.count <= most || most === 0n) return [];
    for (const site of readable(context, sites)) {
      const argument = site.args[1];
      const value = requiredBy(context, site);
      if (value === undefined) continue;
      findings.push({
        message: "fewer",
        data: { required: plural(value, "vector is", "vectors are"), used: used.count.toString() },
        span: spanOf(argument ?? site.node),
        steps: used.steps,
      });
    }
    return findings;
  },
  fixes(context, finding) {
    const syntax = context.syntax(finding.path);
    const used = finding.data?.used;
    if (!syntax || used === undefined) return [];
    const node = nodeAt(syntax.root, finding.span);
    if (node.kind !== K.numberLiteral) return [];
    return [
      {
        title: `Require ${used} vectors`,
        // On a machine that has fewer, the driver then fails at ConfigureInterrupts instead of later.
        safe: false,
        edits: [{ path: finding.path, edits: [{ span: spanOf(node), newText: used }] }],
      },
    ];
  },
});

/** numRequired of a call; 1 where it is left out, as IOPCIDevice.iig has it. */
function requiredBy(context: FileContext, site: CallSite): bigint | undefined {
  const argument = site.args[1];
  if (!argument) return 1n;
  return site.fn ? constantValue(context, argument, site.fn) : undefined;
}

/** How many sources are created whatever happens; undefined where that depends on what was found at run time. */
function usedSources(context: FileContext): { readonly count: bigint; readonly steps: readonly Step[] } | undefined {
  const indices = new Set<bigint>();
  const steps: Step[] = [];
  let count = 0n;
  for (const creation of creationsAround(context, context.file.path)) {
    const { site, fn } = creation;
    const loops = loopsAround(site.node, fn);
    if (loops.length === 0) {
      const value = constantValue(context, creation.index, fn);
      if (value === undefined) return undefined;
      indices.add(value);
    } else {
      const [loop] = loops;
      const rounds = loop && loops.length === 1 ? roundsOf(context, loop, fn) : undefined;
      if (rounds === undefined || !loop || toleratesFailure(loop, creation)) return undefined;
      count = rounds > count ? rounds : count;
    }
    const text = loops.length === 0 ? "a source is created here" : "a source is created in each round";
    steps.push({ path: site.path, span: spanOf(site.nameNode), kind: "call", text });
  }
  const total = BigInt(indices.size) > count ? BigInt(indices.size) : count;
  return total === 0n ? undefined : { count: total, steps };
}

/** True when the loop ends early and goes on with what it has: it copes with fewer vectors. */
function toleratesFailure(loop: SyntaxNode, creation: SourceCreation): boolean {
  const body = field(loop, "body");
  if (!body) return true;
  for (const node of walk(body)) {
    if (node.kind !== K.ifStatement || node.end < creation.site.node.start) continue;
    const consequence = field(node, "consequence");
    if (!consequence) continue;
    for (const inner of walk(consequence, (each) => each.kind !== K.forStatement && each.kind !== K.whileStatement))
      if (inner.kind === K.breakStatement || inner.kind === K.continueStatement) return true;
  }
  // A loop whose condition also tests a status ends early in the same way.
  const condition = field(loop, "condition");
  return condition !== undefined && /&&|\|\|/.test(textOf(uncast(condition)));
}
