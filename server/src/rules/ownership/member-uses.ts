// What is done with an object where it is named: a use of a member, or of a local variable that holds it, put into words. No rule by itself.
import { localVariable } from "../../semantics/expression-type.ts";
import type { ClassInfo, FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { isLogging, isReleaseCall } from "../../flow/ownership-facts.ts";
import { macroMeaning } from "../../knowledge/macros.ts";
import {
  binaryParts,
  callParts,
  isNullConstant,
  namedCast,
  normalText,
  uncast,
  unaryParts,
  type CallParts,
} from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import type { BaseContext } from "../define.ts";
import { callName, effectOfPassing, storedBy } from "./api-calls.ts";
import { mentionsOf, mentionsOfField, type Member, type Mention } from "./members.ts";
import { sourceOf, type Source } from "./sources.ts";
import { erasuresOf, releasedAsParameter, structureEscapes } from "./unnamed-uses.ts";

/** What happens to the reference that a member or variable holds. */
export type UseKind =
  /** The member gets an object together with a reference to it. */
  | "acquire"
  /** The member gets an object; `source` says from where. */
  | "store"
  | "retain"
  | "release"
  /** A smart pointer or pointer is set to null, or emptied. */
  | "clear"
  /** The reference may be given up somewhere: an unknown callee, a copy that is kept, an address. */
  | "escape"
  | "use";

export interface Use {
  readonly kind: UseKind;
  /** The expression that does it: the call, or the assignment. */
  readonly at: SyntaxNode;
  readonly fn: FunctionInfo;
  readonly element: Mention["element"];
  readonly certain: boolean;
  /** What gave the object: "IODispatchQueue::Create". */
  readonly what: string;
  readonly source?: Source;
  /** For a release: the member is null afterwards. */
  readonly nulls?: boolean;
  /** The local variable that holds a copy of the member, where the use is one of that. */
  readonly copy?: string;
}

const MAX_COPIES = 2;

/** Everything that the project does with a member, by path and place. */
export function usesOf(context: BaseContext, cls: ClassInfo, member: Member): Use[] {
  const mentions = mentionsOf(context, cls, member);
  const uses = balanced(mentions.flatMap((mention) => classify(context, mention, member.smart, 0)));
  uses.push(...unnamed(context, cls, member, mentions));
  if (!member.within) return uses;
  const structs = mentionsOfField(context, cls, member.within.field);
  const escapes = structs.flatMap(({ node, fn, element }) =>
    structureEscapes(context, node, fn).map((at): Use => ({
      kind: "escape",
      at,
      fn,
      element,
      certain: false,
      what: "",
    })),
  );
  return [...uses, ...escapes];
}

/** What happens to the member's object, or to the member, without its name. */
function unnamed(context: BaseContext, cls: ClassInfo, member: Member, mentions: readonly Mention[]): Use[] {
  const common = { element: undefined, certain: false, what: "" };
  const released = releasedAsParameter(context, cls, member, mentions).map(({ at, fn, name }): Use => ({
    ...common,
    kind: "release",
    at,
    fn,
    copy: name,
  }));
  // Zeroes over a smart pointer release nothing.
  const erased = erasuresOf(context, cls).filter(({ at }) => !member.smart || at.kind === K.assignmentExpression);
  return [...released, ...erased.map(({ at, fn }): Use => ({ ...common, kind: "clear", at, fn, nulls: true }))];
}

/** What a function retains and hands to its caller is the caller's: neither the retain nor the handing over concerns the member. */
function balanced(uses: readonly Use[]): Use[] {
  const handsOut = ({ kind, at }: Use): boolean =>
    kind === "escape" &&
    (at.kind === K.returnStatement ||
      (at.kind === K.assignmentExpression && binaryParts(at)?.left.kind === K.pointerExpression));
  const given = new Set(uses.filter(handsOut).map((use) => use.fn));
  const retained = new Set(uses.filter((use) => use.kind === "retain" && given.has(use.fn)).map((use) => use.fn));
  return uses.map((use) =>
    retained.has(use.fn) && (use.kind === "retain" || handsOut(use)) ? { ...use, kind: "use" as const } : use,
  );
}

/** What one mention does. A local variable that gets a copy of the object is followed. */
function classify(context: BaseContext, mention: Mention, smart: boolean, copies: number): Use[] {
  const { fn, element, certain } = mention;
  const use = (kind: UseKind, at: SyntaxNode, more: Partial<Use> = {}): Use[] => [
    { kind, at, fn, element, certain, what: "", ...more },
  ];
  let node = mention.node;
  for (let up = node.parent; up; up = node.parent) {
    switch (up.kind) {
      case K.parenthesizedExpression:
      case K.castExpression:
        node = up;
        continue;
      case K.conditionalExpression:
        if (field(up, "condition") === node) return use("use", up);
        node = up;
        continue;
      case K.binaryExpression:
      case K.unaryExpression:
      case K.conditionClause:
      case K.ifStatement:
      case K.whileStatement:
      case K.forStatement:
      case K.doStatement:
      case K.expressionStatement:
      case K.switchStatement:
      case K.sizeofExpression:
      case K.subscriptArgumentList:
        return use("use", up);
      case K.subscriptExpression:
        return use("use", up);
      case K.pointerExpression: {
        if (unaryParts(up)?.operator !== "&") return use("use", up);
        return outArgument(context, up, mention, use);
      }
      case K.fieldExpression: {
        if (up.children[0] !== node) return use("use", up);
        const call = up.parent ? callParts(up.parent) : undefined;
        if (!call || call.receiver !== up.children[0]) return use("use", up);
        return calledOn(context, call, mention, smart, use);
      }
      case K.assignmentExpression: {
        const parts = binaryParts(up);
        if (!parts) return use("escape", up);
        if (parts.left === node) return stored(context, up, parts.right, mention, smart, use);
        return copied(context, parts.left, mention, up, copies, use);
      }
      case K.initDeclarator: {
        const declared = readDeclarator(up);
        if (declared.pointers > 1) return use("escape", up);
        const { name, reference } = declared;
        return follow(context, { name, reference, from: up, smart: reference && smart }, mention, copies, use);
      }
      case K.forRangeLoop: {
        const declarator = field(up, "declarator");
        if (field(up, "right") !== node || !declarator) return use("use", up);
        const { name, reference } = readDeclarator(declarator);
        const element: Mention = { ...mention, element: "any" };
        return follow(context, { name, reference, from: field(up, "body") ?? up, smart }, element, copies, use);
      }
      case K.argumentList: {
        const owner = up.parent;
        if (!owner) return use("escape", up);
        if (namedCast(owner)) {
          node = owner;
          continue;
        }
        const call = callParts(owner);
        if (!call) return use("escape", owner);
        if (!call.receiver && macroMeaning(call.name)?.kind === "cast") {
          node = owner;
          continue;
        }
        return passed(context, call, node, mention, smart, use);
      }
      case K.returnStatement:
        // By its name the method lends; the member still holds the object.
        return use(/^[gG]et/.test(fn.name) && copies === 0 ? "use" : "escape", up);
      default:
        return use("escape", up);
    }
  }
  return use("use", node);
}

type Maker = (kind: UseKind, at: SyntaxNode, more?: Partial<Use>) => Use[];

/** `&member`: an out-argument of DriverKit's API, or of a function of the project's that fills it in the same way. */
function outArgument(context: BaseContext, address: SyntaxNode, mention: Mention, use: Maker): Use[] {
  let node: SyntaxNode = address;
  for (let up = node.parent; up; up = node.parent) {
    if (up.kind === K.castExpression || up.kind === K.parenthesizedExpression) {
      node = up;
      continue;
    }
    if (up.kind !== K.argumentList || !up.parent) return use("escape", up);
    if (namedCast(up.parent)) {
      node = up.parent;
      continue;
    }
    const call = callParts(up.parent);
    if (!call) return use("escape", up.parent);
    const stored = storedBy(call, call.args.indexOf(node), mention.fn, context);
    if (stored === "+1") return use("acquire", call.node, { what: callName(call) });
    return use(stored === "+0" ? "store" : "escape", call.node, { what: callName(call) });
  }
  return use("escape", address);
}

/** `member->method(…)` or `member.method(…)`. */
function calledOn(context: BaseContext, call: CallParts, mention: Mention, smart: boolean, use: Maker): Use[] {
  if (smart && !call.arrow) {
    if (call.name === "get") {
      // The plain pointer goes on; what is done with it is done to the object.
      const pointer: Mention = { ...mention, node: call.node };
      return classify(context, pointer, false, 1).filter((each) => each.kind !== "store" && each.kind !== "clear");
    }
    if (call.name === "attach") {
      const owner = call.node.parent?.kind === K.argumentList ? call.node.parent.parent : undefined;
      const outer = owner ? callParts(owner) : undefined;
      if (call.args.length > 0) return use("acquire", call.node, { what: "attach" });
      const given = outer && storedBy(outer, outer.args.indexOf(call.node), mention.fn, context);
      return given === "+1" && outer ? use("acquire", call.node, { what: callName(outer) }) : use("store", call.node);
    }
    if (call.name === "reset" && call.args.length > 0 && !isNullConstant(call.args[0] as SyntaxNode)) {
      return use("acquire", call.node, { what: "reset" });
    }
    return use("clear", call.node, { nulls: true });
  }
  if (call.name === "retain") return use("retain", call.node, { what: "retain" });
  const released = isReleaseCall(call);
  if (released) return use("release", call.node, { nulls: released.nulls });
  return use("use", call.node, { what: call.name });
}

/** `member = value`. */
function stored(
  context: BaseContext,
  assignment: SyntaxNode,
  value: SyntaxNode,
  mention: Mention,
  smart: boolean,
  use: Maker,
): Use[] {
  if (isNullConstant(value) || /^\{\s*\}$/.test(textOf(value))) return use("clear", assignment, { nulls: true });
  const source = heldBy(sourceOf(context, value, mention.fn), value, mention.fn);
  if (smart) {
    if (/^OSSharedPtr\s*<[^>]*>\s*(\(\s*\)|\{\s*\})$/.test(textOf(value))) return use("clear", assignment);
    return use("acquire", assignment, { what: source.what, source });
  }
  if (source.kind === "null") return use("clear", assignment, { nulls: true });
  return use(source.kind === "+1" ? "acquire" : "store", assignment, { what: source.what, source });
}

/** What is not the function's own becomes so where the function retains it: `x->retain(); member = x;`. */
function heldBy(source: Source, value: SyntaxNode, fn: FunctionInfo): Source {
  if (source.kind === "+1" || source.kind === "null") return source;
  const text = normalText(uncast(value));
  for (const node of walk(outermostOf(fn).body)) {
    const call = callParts(node);
    if (call?.name === "retain" && call.receiver && normalText(uncast(call.receiver)) === text)
      return { kind: "+1", what: "retain" };
  }
  return source;
}

/** `other = member`. */
function copied(
  context: BaseContext,
  target: SyntaxNode,
  mention: Mention,
  at: SyntaxNode,
  copies: number,
  use: Maker,
): Use[] {
  if (isListed(context, target, mention.fn)) return use("use", at);
  if (target.kind !== K.identifier) return use("escape", at);
  const local = localVariable(textOf(target), target, mention.fn, context.index);
  if (!local || local.type.reference) return use("escape", at);
  return follow(context, { name: textOf(target), reference: false, from: at, smart: false }, mention, copies, use);
}

/** `queues[2] = member;` in an array that is the function's own, and that neither it nor a function that is given the array releases from. */
function isListed(context: BaseContext, target: SyntaxNode, fn: FunctionInfo): boolean {
  const list = target.kind === K.subscriptExpression ? target.children[0] : undefined;
  if (list?.kind !== K.identifier) return false;
  const name = textOf(list);
  const local = localVariable(name, list, fn, context.index);
  if (!local || local.parameter || local.static || !local.type.array) return false;
  return ![...walk(outermostOf(fn).body)].some((node) => {
    const call = callParts(node);
    if (!call) return false;
    const release = isReleaseCall(call);
    if (release) return new RegExp(`\\b${name}\\b`).test(textOf(release.target));
    if (!call.args.some((argument) => textOf(uncast(argument)) === name)) return false;
    return context.index.functionsNamed(call.name).some((callee) => /release/i.test(textOf(callee.body)));
  });
}

/** A local variable that stands for a member. */
interface Copy {
  readonly name: string;
  /** It is the member by another name, not a copy of the pointer. */
  readonly reference: boolean;
  /** Where it gets its object. */
  readonly from: SyntaxNode;
  readonly smart: boolean;
}

/** Follows a local variable that holds the member's object. */
function follow(
  context: BaseContext,
  { name, reference, from, smart }: Copy,
  mention: Mention,
  copies: number,
  use: Maker,
): Use[] {
  if (name === "" || copies >= MAX_COPIES) return use("escape", from);
  const result: Use[] = [];
  const owner = outermostOf(mention.fn);
  for (const node of walk(owner.body)) {
    if (node.kind !== K.identifier || textOf(node) !== name || node.start < from.start) continue;
    if (isWithin(node, field(from, "declarator"))) continue;
    for (const each of classify(context, { ...mention, node }, smart, copies + 1)) {
      if (reference) {
        result.push(each);
        continue;
      }
      if (each.kind === "acquire" || each.kind === "store") continue;
      // The variable is emptied; the member is not.
      if (each.kind === "clear" && !smart) continue;
      result.push({ ...each, copy: name, nulls: false });
    }
  }
  return result.length > 0 ? result : use("use", from);
}

function isWithin(node: SyntaxNode, outer: SyntaxNode | undefined): boolean {
  return outer !== undefined && outer.start <= node.start && node.end <= outer.end;
}

/** `callee(…, member, …)`. */
function passed(
  context: BaseContext,
  call: CallParts,
  argument: SyntaxNode,
  mention: Mention,
  smart: boolean,
  use: Maker,
): Use[] {
  const released = isReleaseCall(call);
  if (released && released.target === argument) {
    return use("release", call.node, { nulls: released.nulls || isNulledBehind(call) });
  }
  if (isLogging(call.name)) return use("use", call.node);
  if (smart) return /^(move|swap|exchange)$/.test(call.name) ? use("escape", call.node) : use("use", call.node);
  const { index } = context;
  const meaning = call.receiver || call.scope !== undefined ? undefined : macroMeaning(call.name);
  if (meaning && !index.macro(call.name)) {
    return use(/^(log|check|require|fail-if|require-return)$/.test(meaning.kind) ? "use" : "escape", call.node);
  }
  const effect = effectOfPassing(call, call.args.indexOf(argument), mention.fn, context);
  if (effect === "borrows") return use("use", call.node, { what: callName(call) });
  if (effect !== "releases") return use("escape", call.node);
  const callees = index.functionsNamed(call.name);
  const position = call.args.indexOf(argument);
  // What takes a reference to the pointer may well empty it.
  return use("release", call.node, {
    nulls: callees.some((each) => index.parametersOf(each)[position]?.type.reference),
  });
}

/** `OSSafeRelease(x); x = nullptr;` */
function isNulledBehind(call: CallParts): boolean {
  const statement = call.node.parent;
  const siblings = statement?.parent?.children ?? [];
  const next = statement ? siblings[siblings.indexOf(statement) + 1] : undefined;
  const parts = next?.kind === K.expressionStatement && next.children[0] ? binaryParts(next.children[0]) : undefined;
  return (
    parts !== undefined && isNullConstant(parts.right) && textOf(parts.left) === textOf(call.args[0] ?? parts.left)
  );
}
