// Start fails half way and leaves behind what it has opened or created: Stop is not called after a failed Start.
import { driverKitMethods } from "../../knowledge/api.ts";
import { receiverClass } from "../../semantics/expression-type.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { callParts, normalText } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { spanOf, walk } from "../../syntax/node.ts";
import { classes, defineRule, type ClassContext, type RuleFinding } from "../define.ts";
import { callsIn, failingExitsAfter } from "../ownership/failing-exits.ts";
import { ivarsLife, methodOf, reachedFrom } from "../ownership/lifecycle.ts";
import { isComplete, objectMembers } from "../ownership/members.ts";
import { usesOf } from "../ownership/member-uses.ts";

type Finding = RuleFinding<"open" | "created">;

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
  const closes = closers(context);
  if (reachedFrom(context, cls, "free").some((fn) => closes.has(fn))) return [];
  const names = new Set([...closes].map((fn) => fn.name));
  const findings: Finding[] = [];
  for (const node of walk(start.body, (each) => each.kind !== K.blockLiteral && each.kind !== K.lambdaExpression)) {
    const call = callParts(node);
    if (call?.name !== "Open" || !call.receiver || normalText(call.args[0] ?? node) !== "this") continue;
    const className = receiverClass(call, start, index);
    if (className === undefined || driverKitMethods(className, "Close").length === 0) continue;
    const exit = failingExitsAfter(node, start).find(
      ({ code }) =>
        ![...callsIn(code)].some((each) => each.name === "Close" || names.has(each.name.replace(/_Impl$/, ""))),
    );
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

/** The functions of the class that close something, or call one that does. */
function closers(context: ClassContext): Set<FunctionInfo> {
  const result = new Set<FunctionInfo>();
  const named = (fn: FunctionInfo): boolean =>
    [...callsIn([fn.body])].some(
      (call) => call.name === "Close" || [...result].some((each) => each.name === call.name.replace(/_Impl$/, "")),
    );
  const candidates = context.cls.functions.filter((fn) => !fn.outer && fn.name !== "Start");
  for (let round = 0; round < 4; round++) for (const fn of candidates) if (!result.has(fn) && named(fn)) result.add(fn);
  return result;
}

/** Members that Start, or what it calls, fills and that only Stop empties. */
function leftBehind(context: ClassContext, start: FunctionInfo): Finding[] {
  const { cls, index } = context;
  const stop = methodOf(cls, "Stop");
  const inStart = reachedFrom(context, cls, "Start");
  // A Start that calls its own Stop where it fails cleans up, well or badly.
  if (!stop || inStart.includes(stop)) return [];
  const inFree = reachedFrom(context, cls, "free");
  const inStop = reachedFrom(context, cls, "Stop");
  const findings: Finding[] = [];
  for (const member of objectMembers(cls, index)) {
    if (member.smart) continue;
    const uses = usesOf(context, cls, member);
    if (uses.some((use) => use.kind === "escape")) continue;
    const releases = uses.filter((use) => use.kind === "release");
    const onlyStop = releases.every((use) => {
      const fn = outermostOf(use.fn);
      return inStop.includes(fn) && !inFree.includes(fn) && !inStart.includes(fn);
    });
    if (releases.length === 0 || !onlyStop) continue;
    for (const use of uses) {
      if (use.kind !== "acquire" || !use.certain || use.fn !== start) continue;
      const exit = failingExitsAfter(use.at, start)[0];
      if (!exit) continue;
      const place = `ivars->${member.name}`;
      findings.push({
        message: "created",
        data: { member: place },
        path: start.path,
        span: spanOf(exit.at),
        steps: [
          { path: start.path, span: spanOf(use.at), kind: "acquire", text: `+1 from ${use.what}, kept in '${place}'` },
          {
            path: start.path,
            span: spanOf(exit.test.children[0] ?? exit.test),
            kind: "branch",
            text: "taking the failing branch",
          },
        ],
      });
      break;
    }
  }
  return findings;
}
