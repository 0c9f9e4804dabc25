// What happens to a member's object where the member is not named: `ivars` is emptied, a structure within it goes elsewhere, or the object
// goes by a parameter's name. No rule by itself.
import { callsAround } from "../../semantics/calls.ts";
import type { ClassInfo, FileSummary, FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { isLogging, isReleaseCall } from "../../flow/ownership-facts.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { binaryParts, callParts, unaryParts, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import type { BaseContext } from "../define.ts";
import { callsIn } from "./failing-exits.ts";
import { ivarsLife, methodOf, pointsToIvars } from "./lifecycle.ts";
import { codeOf, type Member, type Mention } from "./members.ts";

/** A place that concerns a member without naming it. */
export interface UnnamedUse {
  readonly at: SyntaxNode;
  readonly fn: FunctionInfo;
}

/** Fills memory with zeroes, whatever lies there. */
const ERASING: readonly string[] = ["memset", "memset_s", "bzero", "explicit_bzero"];

const erased = new WeakMap<ClassInfo, readonly UnnamedUse[]>();

/** Where `ivars` is emptied as a whole: `*ivars = {}`, `bzero(ivars, sizeof(*ivars))`; not where it has just been allocated. */
export function erasuresOf(context: BaseContext, cls: ClassInfo): readonly UnnamedUse[] {
  const known = erased.get(cls);
  if (known) return known;
  const path = cls.functions[0]?.path;
  const calls = path === undefined ? [] : callsAround(context, path, ERASING);
  const places = calls.flatMap(({ fn, node, args: [target] }) => (fn && target ? [{ at: node, fn, target }] : []));
  const fresh = new Set(ivarsLife(context, cls).allocations.map(({ fn }) => fn));
  const found = [...places, ...codeOf(context, cls).flatMap(assignmentsThroughPointers)].filter(
    ({ target, fn }) => !fresh.has(outermostOf(fn)) && pointsToIvars(context, cls, target, fn),
  );
  erased.set(cls, found);
  return found;
}

interface Assignment extends UnnamedUse {
  readonly target: SyntaxNode;
}

const assignments = new WeakMap<FileSummary, readonly Assignment[]>();

/** Every `*pointer = value` of a file, by place. */
function assignmentsThroughPointers(summary: FileSummary): readonly Assignment[] {
  const known = assignments.get(summary);
  if (known) return known;
  const found: Assignment[] = [];
  for (const fn of summary.functions) {
    if (fn.outer || !/\*\s*\(?[\w>-]+\)?\s*=[^=]/.test(textOf(fn.body))) continue;
    for (const at of walk(fn.body)) {
      const left = at.kind === K.assignmentExpression ? binaryParts(at)?.left : undefined;
      const parts = left && unaryParts(left);
      if (parts?.operator === "*") found.push({ at, fn, target: parts.operand });
    }
  }
  assignments.set(summary, found);
  return found;
}

/**
 * Releases of a parameter that may well be the member's object: `ivars->provider = nullptr; provider->release();`, in a function that names the
 * member, and in Stop, whose provider is that of Start.
 */
export function releasedAsParameter(
  context: BaseContext,
  cls: ClassInfo,
  member: Member,
  mentions: readonly Mention[],
): readonly (UnnamedUse & { readonly name: string })[] {
  const { index } = context;
  const isRelated = (className: string): boolean =>
    index.ancestors(className).includes(member.className) || index.ancestors(member.className).includes(className);
  const functions = new Set(mentions.map(({ fn }) => outermostOf(fn)));
  const stop = methodOf(cls, "Stop");
  if (stop) functions.add(stop);
  return [...functions].flatMap((fn) => {
    const names = index
      .parametersOf(fn)
      .filter(({ type }) => type.pointers === 1 && isRelated(index.resolveName(type.name)))
      .map(({ name }) => name);
    if (names.length === 0) return [];
    const calls = callsIn(fn.body);
    // What the function retains for itself it releases for itself.
    const own = new Set(
      calls.flatMap(({ name, receiver }) => (name === "retain" && receiver ? [textOf(receiver)] : [])),
    );
    return calls.flatMap((call) => {
      const released = isReleaseCall(call);
      const name = released && textOf(uncast(released.target));
      return name !== undefined && names.includes(name) && !own.has(name) ? [{ at: call.node, fn, name }] : [];
    });
  });
}

const MAX_COPIES = 2;

/** A mention of a structure as a whole, and of a variable that stands for it, where it goes to what its members cannot be followed in. */
export function structureEscapes(context: BaseContext, node: SyntaxNode, fn: FunctionInfo, copies = 0): SyntaxNode[] {
  let at = node;
  for (let up = at.parent; up; up = at.parent) {
    switch (up.kind) {
      case K.parenthesizedExpression:
      case K.pointerExpression:
      case K.castExpression:
        at = up;
        continue;
      case K.argumentList: {
        const call = up.parent && callParts(up.parent);
        if (!call) return [node];
        const harmless =
          isLogging(call.name) || /^(memset|bzero|sizeof|IOSafeDeleteNULL|IODelete|IOFree)$/.test(call.name);
        return harmless || context.index.functionsNamed(call.name).length > 0 ? [] : [node];
      }
      case K.assignmentExpression:
        // Kept somewhere else; a local pointer to it is followed by its type.
        return binaryParts(up)?.right === at && binaryParts(up)?.left.kind !== K.identifier ? [node] : [];
      case K.initDeclarator: {
        const { name } = readDeclarator(up);
        if (name === "" || copies >= MAX_COPIES) return [];
        return [...walk(outermostOf(fn).body)]
          .filter((each) => each.kind === K.identifier && each.start >= at.end && textOf(each) === name)
          .flatMap((each) => structureEscapes(context, each, fn, copies + 1));
      }
      case K.returnStatement:
      case K.lambdaCaptureSpecifier:
        return [node];
      default:
        return [];
    }
  }
  return [];
}
