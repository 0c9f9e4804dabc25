// A member that a method fills anew each time it is called, over what the last call has left there. Used by the rule leak-on-overwrite.
import { callsAround } from "../../semantics/calls.ts";
import { localVariable } from "../../semantics/expression-type.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { callParts, fieldParts } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import type { ClassContext, RuleFinding } from "../define.ts";
import { ivarsLife, reachedFrom } from "./lifecycle.ts";
import { isComplete, objectMembers, type Member } from "./members.ts";
import { usesOf, type Use } from "./member-uses.ts";

const MAX_DEPTH = 4;
const MAX_CALLERS = 8;

/**
 * The places where a method that runs more than once – a client calls it, an action does, or it is a setter or the like – gives a member an object, and
 * neither looks at what the member holds, or at any other state of the driver, nor gives it up.
 */
export function overwritesOf(context: ClassContext): RuleFinding<"again">[] {
  const { cls } = context;
  if (!isComplete(context, cls) || ivarsLife(context, cls).escapes) return [];
  return objectMembers(context, cls).flatMap((member) =>
    member.smart || member.array ? [] : judge(context, member, usesOf(context, cls, member)),
  );
}

function judge(context: ClassContext, member: Member, uses: readonly Use[]): RuleFinding<"again">[] {
  const acquires = uses.filter(({ kind, certain, what }) => kind === "acquire" && certain && what !== "retain");
  if (acquires.length === 0 || !uses.some(({ kind }) => kind === "release")) return [];
  if (uses.some(({ kind, copy }) => kind === "escape" && copy === undefined)) return [];
  const started = new Set(["init", "Start"].flatMap((name) => reachedFrom(context, context.cls, name)));
  for (const use of acquires) {
    const fn = outermostOf(use.fn);
    if (use.fn !== fn || started.has(fn)) continue;
    if (acquires.some((other) => other !== use && outermostOf(other.fn) === fn)) continue;
    if (!runsAgain(context, fn, use.at, uses, 0)) continue;
    const data = { variable: `ivars->${member.name}`, source: use.what };
    return [{ message: "again", data, path: fn.path, span: spanOf(use.at) }];
  }
  return [];
}

/** True when the place is reached on each of several calls, whatever the earlier ones have left. */
function runsAgain(
  context: ClassContext,
  fn: FunctionInfo,
  at: SyntaxNode,
  uses: readonly Use[],
  depth: number,
): boolean {
  if (givesUp(context, fn, uses) || dependsOnState(context, fn, at)) return false;
  if (isCalledAgain(context, fn)) return true;
  if (depth >= MAX_DEPTH) return false;
  const sites = callsAround(context, fn.path, [fn.name]);
  // Where nobody in the project calls it, its name says what it is for.
  if (sites.length === 0 && isForRepetition(fn)) return true;
  if (sites.length > MAX_CALLERS) return false;
  return sites.some((site) => {
    const caller = site.fn && outermostOf(site.fn);
    return caller && caller !== fn && caller === site.fn && runsAgain(context, caller, site.node, uses, depth + 1);
  });
}

/** A client calls it with its arguments, or an action that fires. */
function isCalledAgain({ index }: ClassContext, fn: FunctionInfo): boolean {
  const className = index.classNameOf(fn);
  return (
    index.parametersOf(fn).some(({ type }) => index.resolveName(type.name) === "IOUserClientMethodArguments") ||
    (className !== undefined && index.method(className, fn.name)?.actionType !== undefined)
  );
}

/** `SetName`, `Arm`, `RefreshStatus`: a method that is there to be called whenever something changes. */
function isForRepetition({ name }: FunctionInfo): boolean {
  return /^(?:[sS]et(?!Up)|[rR]earm|[aA]rm|[rR]efresh|[rR]eload|[uU]pdate|[rR]ename|[rR]esize|[rR]eplace)(?=[A-Z_]|$)/.test(
    name,
  );
}

/** The function, or one that it calls, releases or empties the member, or does with it what cannot be followed. */
function givesUp({ index }: ClassContext, fn: FunctionInfo, uses: readonly Use[]): boolean {
  const ends = uses.filter(({ kind }) => kind === "release" || kind === "clear" || kind === "escape");
  const names = new Set(ends.map((use) => outermostOf(use.fn).name));
  if (ends.some((use) => outermostOf(use.fn) === fn)) return true;
  for (const node of walk(fn.body)) {
    const call = callParts(node);
    if (!call) continue;
    if (names.has(call.name)) return true;
    // A helper of a helper.
    const callees = index.functionsNamed(call.name);
    if (callees.some((callee) => [...names].some((name) => new RegExp(`\\b${name}\\s*\\(`).test(textOf(callee.body)))))
      return true;
  }
  return false;
}

/** A condition before or around the place asks for the state of the driver: of `ivars`, a member, or through a call. */
function dependsOnState(context: ClassContext, fn: FunctionInfo, at: SyntaxNode): boolean {
  for (const node of walk(fn.body)) {
    if (node.start >= at.start) break;
    const condition =
      node.kind === K.switchStatement || node.kind === K.conditionalExpression || node.kind === K.ifStatement
        ? field(node, "condition")
        : undefined;
    if (condition && !(condition.start <= at.start && at.end <= condition.end) && asksState(context, fn, condition))
      return true;
  }
  return false;
}

function asksState(context: ClassContext, fn: FunctionInfo, condition: SyntaxNode, depth = 0): boolean {
  const { index } = context;
  for (const node of walk(condition, (each) => each.kind !== K.argumentList)) {
    const call = callParts(node);
    if (call && (index.functionsNamed(call.name).length > 0 || (call.receiver && call.args.length === 0))) return true;
    const member = fieldParts(node);
    if (member && !call && !isCallee(node) && !/^(this->)?ivars$/.test(textOf(node))) {
      if (!isArgument(member.object, fn, index)) return true;
    }
    if (node.kind !== K.identifier || node.parent?.kind === K.qualifiedIdentifier || isCallee(node)) continue;
    const local = localVariable(textOf(node), node, fn, index);
    // A member by its plain name; anything else that is not local is a constant.
    if (!local && index.fieldOf(context.cls.name, textOf(node)) && textOf(node) !== "ivars") return true;
    if (local?.initializer && depth < MAX_DEPTH && asksState(context, fn, local.initializer, depth + 1)) return true;
  }
  return false;
}

/** What is called: its own name says nothing of the state. */
function isCallee(node: SyntaxNode): boolean {
  return node.parent?.kind === K.callExpression && node.parent.children[0] === node;
}

/** `arguments` of an external method, or another parameter: what the caller gives, not what the driver remembers. */
function isArgument(object: SyntaxNode, fn: FunctionInfo, index: ClassContext["index"]): boolean {
  return object.kind === K.identifier && localVariable(textOf(object), object, fn, index)?.parameter === true;
}
