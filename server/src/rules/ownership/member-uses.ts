// What is done with an object where it is named: a use of a member, or of a local variable that holds it, put into words. No rule by itself.
import { localVariable } from "../../semantics/expression-type.ts";
import type { ClassInfo, FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { isLogging, isReleaseCall } from "../../flow/ownership-facts.ts";
import { macroMeaning } from "../../knowledge/macros.ts";
import { binaryParts, callParts, isNullConstant, namedCast, unaryParts, type CallParts } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import type { BaseContext } from "../define.ts";
import { callName, effectOfPassing, storedBy } from "./api-calls.ts";
import { mentionsOf, type Member, type Mention } from "./members.ts";
import { sourceOf, type Source } from "./sources.ts";

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
  /** The release stands behind a local copy of the member. */
  readonly copied?: boolean;
}

const MAX_COPIES = 2;

/** Everything that the project does with a member, by path and place. */
export function usesOf(context: BaseContext, cls: ClassInfo, member: Member): Use[] {
  return mentionsOf(context, cls, member.name).flatMap((mention) => classify(context, mention, member.smart, 0));
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
        return follow(context, declared.name, up, mention, copies, use, declared.reference ? smart : false);
      }
      case K.forRangeLoop: {
        const declarator = field(up, "declarator");
        const name = declarator ? readDeclarator(declarator).name : "";
        if (field(up, "right") !== node) return use("use", up);
        return follow(context, name, field(up, "body") ?? up, mention, copies, use, smart, "any");
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
  const source = sourceOf(context, value, mention.fn);
  if (smart) {
    if (/^OSSharedPtr\s*<[^>]*>\s*(\(\s*\)|\{\s*\})$/.test(textOf(value))) return use("clear", assignment);
    return use("acquire", assignment, { what: source.what, source });
  }
  if (source.kind === "null") return use("clear", assignment, { nulls: true });
  return use(source.kind === "+1" ? "acquire" : "store", assignment, { what: source.what, source });
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
  if (target.kind !== K.identifier) return use("escape", at);
  const local = localVariable(textOf(target), target, mention.fn, context.index);
  if (!local || local.type.reference) return use("escape", at);
  return follow(context, textOf(target), at, mention, copies, use, false);
}

/** Follows a local variable that holds the member's object. */
function follow(
  context: BaseContext,
  name: string,
  from: SyntaxNode,
  mention: Mention,
  copies: number,
  use: Maker,
  smart: boolean,
  element: Mention["element"] = mention.element,
): Use[] {
  if (name === "" || copies >= MAX_COPIES) return use("escape", from);
  const result: Use[] = [];
  const owner = outermostOf(mention.fn);
  for (const node of walk(owner.body)) {
    if (node.kind !== K.identifier || textOf(node) !== name || node.start < from.start) continue;
    if (node.parent?.kind === K.initDeclarator && node.parent.children[0] === node) continue;
    const copy: Mention = { node, fn: mention.fn, element, certain: mention.certain };
    for (const each of classify(context, copy, smart, copies + 1)) {
      if (each.kind === "acquire" || each.kind === "store") continue;
      // The variable is emptied; the member is not.
      if (each.kind === "clear" && !smart) continue;
      result.push({ ...each, copied: true, nulls: false });
    }
  }
  return result.length > 0 ? result : use("use", from);
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
  return use(effect === "releases" ? "release" : "escape", call.node, { nulls: false });
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
