// Start fails half way and leaves behind what it has opened or created: Stop is not called after a failed Start.
import { driverKitMethods } from "../../knowledge/api.ts";
import { receiverClass } from "../../semantics/expression-type.ts";
import type { ClassInfo, FunctionInfo } from "../../semantics/model.ts";
import { loopsAround, outermostOf } from "../../semantics/places.ts";
import { callParts, normalText, type CallParts } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { classes, defineRule, type ClassContext, type RuleFinding } from "../define.ts";
import { callsIn, failingExitAfter, failingExitFromLoop } from "../ownership/failing-exits.ts";
import { ivarsLife, methodOf, reachedFrom } from "../ownership/lifecycle.ts";
import { allObjectMembers, isComplete, type Member } from "../ownership/members.ts";
import { usesOf, type Use } from "../ownership/member-uses.ts";

type Finding = RuleFinding<"open" | "created" | "elements">;

export default defineRule({
  meta: {
    id: "start-failure-no-cleanup",
    area: "lifecycle",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "none",
    summary: "Start fails after it has opened its provider or created objects, and leaves them so.",
    why: "Stop is not called after a failed Start: the device stays open for nobody, and what was created stays until the process ends.",
    messages: {
      open: "Start fails here and leaves '{device}' open; Stop is not called after a failed Start",
      created: "Start fails here and leaves '{member}' behind: only Stop would release it",
      elements: "Start fails here and leaves earlier elements of '{member}' behind: only Stop would release them",
    },
  },
  trigger: classes(),
  check(context) {
    const { cls } = context;
    const start = methodOf(cls, "Start");
    if (!start || !isComplete(context, cls) || ivarsLife(context, cls).escapes) return [];
    return [...leftOpen(context, start), ...leftBehind(context, start)];
  },
});

/** Devices that Start opens and does not close where it fails. */
function leftOpen(context: ClassContext, start: FunctionInfo): Finding[] {
  const { cls, index } = context;
  const names = namesReaching(context, ["Close"]);
  if (reachedFrom(context, cls, "free").some((fn) => names.has(fn.name))) return [];
  const cleans = (code: SyntaxNode): boolean => callsIn(code).some((each) => names.has(plainName(each)));
  const findings: Finding[] = [];
  for (const node of walk(start.body, (each) => each.kind !== K.blockLiteral && each.kind !== K.lambdaExpression)) {
    const call = callParts(node);
    if (call?.name !== "Open" || !call.receiver || normalText(call.args[0] ?? node) !== "this") continue;
    const className = receiverClass(call, start, index);
    if (className === undefined || driverKitMethods(className, "Close").length === 0) continue;
    const exit = failingExitAfter(node, start, cleans);
    if (!exit) continue;
    const device = normalText(call.receiver);
    findings.push({
      message: "open",
      data: { device },
      path: start.path,
      span: spanOf(exit.at),
      steps: [
        { path: start.path, span: spanOf(node), kind: "acquire", text: `Start opens '${device}'` },
        {
          path: start.path,
          span: spanOf(exit.test.children[0] ?? exit.test),
          kind: "branch",
          text: "taking the failing branch",
        },
      ],
    });
  }
  return findings;
}

/** The names of the functions that do what those named do: these, and the class's functions that call one, Start left out. */
function namesReaching({ cls }: ClassContext, names: readonly string[]): Set<string> {
  const callers = callersIn(cls);
  const result = new Set(names);
  for (const name of result) for (const caller of callers.get(name) ?? []) result.add(caller);
  return result;
}

const knownCallers = new WeakMap<ClassInfo, ReadonlyMap<string, readonly string[]>>();

/** The names of the class's functions that call something, by what they call; made once for all members. */
function callersIn(cls: ClassInfo): ReadonlyMap<string, readonly string[]> {
  const known = knownCallers.get(cls);
  if (known) return known;
  const callers = new Map<string, string[]>();
  for (const fn of cls.functions) {
    if (fn.outer || fn.name === "Start") continue;
    for (const name of new Set(callsIn(fn.body).map(plainName))) {
      const list = callers.get(name);
      if (list) list.push(fn.name);
      else callers.set(name, [fn.name]);
    }
  }
  knownCallers.set(cls, callers);
  return callers;
}

/** `Stop_Impl(provider)` calls the body itself. */
function plainName(call: CallParts): string {
  return call.name.replace(/_Impl$/, "");
}

/** Members that Start, or what it calls, fills, and that nothing but Stop and a clean-up that is not run here empties. */
function leftBehind(context: ClassContext, start: FunctionInfo): Finding[] {
  const { cls } = context;
  if (!methodOf(cls, "Stop")) return [];
  const inFree = reachedFrom(context, cls, "free");
  const inStop = reachedFrom(context, cls, "Stop");
  const findings: Finding[] = [];
  for (const member of allObjectMembers(context, cls)) {
    if (member.smart) continue;
    const uses = usesOf(context, cls, member);
    const releases = uses.filter((use) => use.kind === "release");
    if (uses.some((use) => use.kind === "escape") || !releases.some((use) => inStop.includes(outermostOf(use.fn))))
      continue;
    if (releases.some((use) => inFree.includes(outermostOf(use.fn)))) continue;
    const helpers = releases.map((use) => outermostOf(use.fn).name).filter((name) => name !== "Start");
    const names = namesReaching(context, helpers);
    const cleans = (code: SyntaxNode): boolean =>
      releases.some(({ at }) => code.start <= at.start && at.end <= code.end) ||
      callsIn(code).some((call) => names.has(plainName(call)) && !isSuper(call));
    const finding = uses
      .filter((use) => use.kind === "acquire" && use.certain)
      .flatMap((use) => leftBy(start, member, use, cleans) ?? [])[0];
    if (finding) findings.push(finding);
  }
  return findings;
}

/** What Start, or a function that Start calls and does not clean up after, leaves of one acquisition. */
function leftBy(
  start: FunctionInfo,
  member: Member,
  use: Use,
  cleans: (code: SyntaxNode) => boolean,
): Finding | undefined {
  const { fn } = use;
  if (fn !== start && !isCalledUncleaned(start, fn, cleans)) return undefined;
  const loop = use.element === "any" ? loopsAround(use.at, fn)[0] : undefined;
  const exit = loop ? failingExitFromLoop(loop, fn, cleans) : failingExitAfter(use.at, fn, cleans);
  if (!exit) return undefined;
  const place = `ivars->${member.name}`;
  const branch = spanOf(exit.test.children[0] ?? exit.test);
  return {
    message: loop ? "elements" : "created",
    data: { member: place },
    path: fn.path,
    span: spanOf(exit.at),
    steps: [
      { path: fn.path, span: spanOf(use.at), kind: "acquire", text: `+1 from ${use.what}, kept in '${place}'` },
      {
        path: fn.path,
        span: branch,
        kind: "branch",
        text: loop ? "taking the failing branch in a later round" : "taking the failing branch",
      },
    ],
  };
}

/** True when Start calls the function, as a statement of its own, and nothing in Start behind the call cleans up. */
function isCalledUncleaned(start: FunctionInfo, fn: FunctionInfo, cleans: (code: SyntaxNode) => boolean): boolean {
  if (fn.outer) return false;
  const call = callsIn(start.body).find((each) => plainName(each) === fn.name && !isSuper(each));
  return call !== undefined && !cleans(start.body);
}

/** `Stop(provider, SUPERDISPATCH)` and the like. */
function isSuper(call: CallParts): boolean {
  return call.scope === "super" || call.args.some((argument) => textOf(argument) === "SUPERDISPATCH");
}
