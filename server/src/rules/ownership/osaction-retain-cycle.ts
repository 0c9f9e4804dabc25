// An action of the driver's own, or the source that holds one, is let go only in free(), which cannot run while the action holds the driver.
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { addressOf, callParts, normalText, uncast } from "../../syntax/cpp.ts";
import { spanOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { classes, defineRule, type ClassContext, type RuleFinding } from "../define.ts";
import { reachedFrom, ivarsLife, methodOf } from "./lifecycle.ts";
import { isComplete, objectMembers, type Member } from "./members.ts";
import { usesOf, type Use } from "./member-uses.ts";

export default defineRule({
  meta: {
    id: "osaction-retain-cycle",
    area: "ownership",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "none",
    summary: "An action that targets the driver is let go only in free().",
    why: "An action retains its target until it is cancelled or freed: the driver waits for free() to release what keeps free() from running.",
    messages: {
      cycle: "'{member}' retains the {cls} that holds it: free(), which alone releases it, never runs",
      source: "'{member}' holds an action that retains this {cls}: free(), which alone releases it, never runs",
    },
  },
  trigger: classes(),
  check(context) {
    const { cls, index } = context;
    if (!isComplete(context, cls) || !methodOf(cls, "free")) return [];
    const members = objectMembers(context, cls);
    const are = (className: string): Member[] =>
      members.filter((member) => index.ancestors(member.className).includes(className));
    const actions = are("OSAction");
    const sources = are("IODispatchSource");
    if (actions.length + sources.length === 0 || ivarsLife(context, cls).escapes) return [];
    const found = actions.flatMap((member) => actionCycle(context, member, usesOf(context, cls, member)));
    if (found.length > 0 || actions.some((member) => usesOf(context, cls, member).some(endsTarget))) return found;
    return sources.flatMap((member) => sourceCycle(context, member, usesOf(context, cls, member)));
  },
});

/** An action that the class makes for itself, keeps, and neither cancels nor releases before free(). */
function actionCycle(context: ClassContext, member: Member, uses: readonly Use[]): RuleFinding<"cycle">[] {
  const { cls, index } = context;
  const made = uses.find((use) => use.certain && use.kind === "acquire" && use.what.startsWith("CreateAction"));
  if (!made || index.classNameOf(outermostOf(made.fn)) !== cls.name) return [];
  if (uses.some(endsTarget)) return [];
  const release = onlyRelease(context, uses);
  if (!release) return [];
  const text = `${made.what} makes an action that retains this ${cls.name}`;
  return [
    {
      message: "cycle",
      data: { member: `ivars->${member.name}`, cls: cls.name },
      path: release.fn.path,
      span: spanOf(release.at),
      steps: [{ path: made.fn.path, span: spanOf(made.at), kind: "acquire", text }],
    },
  ];
}

/** Cancelled, aborted, or anything else that the API may do to let go of the target. */
function endsTarget({ kind, what }: Use): boolean {
  return kind === "use" && /^(Cancel|Abort|Aborted|SetAbortedHandler)/.test(what);
}

/** A source that is given such an action, and is neither cancelled nor released before free(). */
function sourceCycle(context: ClassContext, member: Member, uses: readonly Use[]): RuleFinding<"source">[] {
  const { cls } = context;
  const given = uses.filter((use) => use.certain && use.kind === "use" && /^Set\w*Handler$/.test(use.what));
  const [first] = given;
  if (!first || given.length > 1 || uses.some((use) => use.kind === "use" && use.what.startsWith("Cancel"))) return [];
  const action = callParts(first.at)?.args[0];
  if (!action || !isOwnAction(context, action, first.fn)) return [];
  const release = onlyRelease(context, uses);
  if (!release) return [];
  const text = `the source keeps an action that retains this ${cls.name} until it is cancelled`;
  return [
    {
      message: "source",
      data: { member: `ivars->${member.name}`, cls: cls.name },
      path: release.fn.path,
      span: spanOf(release.at),
      steps: [{ path: first.fn.path, span: spanOf(first.at), kind: "note", text }],
    },
  ];
}

/** The release in free(), when it is certain that nothing else gives the member up: not Stop, nor what may run before free(). */
function onlyRelease(context: ClassContext, uses: readonly Use[]): Use | undefined {
  const { cls } = context;
  const ends = uses.filter(({ kind }) => kind === "release" || kind === "clear" || kind === "escape");
  const free = reachedFrom(context, cls, "free");
  if (!ends.every((use) => use.certain && use.kind !== "escape" && free.includes(outermostOf(use.fn))))
    return undefined;
  // free()'s helper may be called by Stop, or by whatever ends the service, just as well.
  const stop = reachedFrom(context, cls, "Stop");
  const [release] = ends;
  if (!release || ends.some((use) => stop.includes(outermostOf(use.fn)))) return undefined;
  return outermostOf(release.fn).name === "free" ? release : undefined;
}

/** True for a local variable or member that the class's own CreateAction… fills in this function, and that is not cancelled there. */
function isOwnAction(context: ClassContext, action: SyntaxNode, fn: FunctionInfo): boolean {
  const owner = outermostOf(fn);
  if (context.index.classNameOf(owner) !== context.cls.name) return false;
  const text = normalText(uncast(action));
  let made = false;
  for (const node of walk(owner.body)) {
    const call = callParts(node);
    if (!call) continue;
    if (call.receiver && call.name === "Cancel" && normalText(uncast(call.receiver)) === text) return false;
    const isMade = call.name.startsWith("CreateAction") && (!call.receiver || normalText(call.receiver) === "this");
    if (isMade && call.args.some((each) => normalText(addressOf(each) ?? each) === text)) made = true;
  }
  return made;
}
