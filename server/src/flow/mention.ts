// What it means that a variable which holds the tracked object is named somewhere.
import type { FunctionInfo } from "../semantics/model.ts";
import { readDeclarator, readType } from "../semantics/types.ts";
import { binaryParts, callParts, declaredName, outermostCast, unaryParts, unwrap } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { field, textOf, type SyntaxNode } from "../syntax/node.ts";
import { isAccessBase } from "./places.ts";
import { argumentEffect, isLogging, isReleaseCall, type FlowFacts } from "./ownership-facts.ts";

/**
 * "look": only the pointer's value counts (a comparison, a log line). "use": the object itself is used. "show": it is used by a callee
 * that may keep a reference of its own. "handled": the call or assignment around deals with it. "escape": anything may become of it.
 */
export type Mention = "look" | "use" | "show" | "handled" | "escape";

/** What becomes of the object at one mention of a holder. */
export function classifyMention(node: SyntaxNode, fn: FunctionInfo, facts: FlowFacts): Mention {
  let child = node;
  let parent = node.parent;
  while (parent) {
    switch (parent.kind) {
      case K.parenthesizedExpression:
      case K.castExpression:
      case K.conditionClause:
      case K.commaExpression:
        break;
      case K.fieldExpression: {
        const call = parent.parent?.kind === K.callExpression ? callParts(parent.parent) : undefined;
        if (call?.receiver && (isReleaseCall(call) || call.name === "retain") && call.args.length === 0)
          return "handled";
        return "use";
      }
      case K.subscriptExpression:
        return "use";
      case K.deleteExpression:
        return "handled";
      case K.binaryExpression:
      case K.unaryExpression:
      case K.sizeofExpression:
      case K.expressionStatement:
      case K.ifStatement:
      case K.whileStatement:
      case K.doStatement:
      case K.forStatement:
      case K.switchStatement:
        return "look";
      case K.conditionalExpression:
        if (parent.children[0] === child) return "look";
        // The graph takes an assigned choice apart; anywhere else the chosen value goes its own way.
        if (!isAssignedChoice(parent)) return "escape";
        break;
      case K.pointerExpression: {
        // `(*x).length()` uses the object; `T &r = *x` and `f(*x)` give it another name.
        if (unaryParts(parent)?.operator !== "&") return isAccessBase(parent) ? "use" : "escape";
        // `&x` as an argument belongs to the call; anywhere else the variable can change behind our back.
        const list = outermostCast(parent).parent;
        return list?.kind === K.argumentList && list.parent?.kind === K.callExpression ? "handled" : "escape";
      }
      case K.assignmentExpression: {
        const parts = binaryParts(parent);
        // The left side is overwritten, the right side becomes an alias or is stored: the assignment decides.
        return parts && (parts.left === child || parts.right === child) ? "handled" : "escape";
      }
      case K.declaration:
        // `if (T *y = x)`: name and value stand in the declaration itself.
        return field(parent, "value") === child && field(parent, "declarator")?.kind === K.pointerDeclarator
          ? "handled"
          : "escape";
      case K.initDeclarator:
        return isPlainPointerDeclaration(parent) ? "handled" : "escape";
      case K.returnStatement:
        return "handled";
      case K.argumentList: {
        const call = parent.parent;
        if (!call) return "escape";
        if (call.kind === K.initDeclarator) return constructsWithoutTaking(parent) ? "show" : "escape";
        const parts = callParts(call);
        // A cast passes its operand on.
        if (!parts || /^OS(DynamicCast|RequiredCast)$/.test(parts.name)) {
          parent = call;
          break;
        }
        if (isReleaseCall(parts)?.target === child) return "handled";
        if (isLogging(parts.name)) return "look";
        const effect = argumentEffect(parts, parts.args.indexOf(child), fn, facts);
        return effect === "unknown" ? "escape" : effect === "releases" ? "handled" : "show";
      }
      default:
        return "escape";
    }
    child = parent;
    parent = parent.parent;
  }
  // Nothing around it: it is a whole condition, statement or returned value.
  return "look";
}

/** `OSSharedPtr<T> p(x, OSRetain)` takes a reference of its own; any other constructor may take this one. */
export function constructsWithoutTaking(list: SyntaxNode): boolean {
  return list.children.length === 2 && textOf(unwrap(list.children[1] as SyntaxNode)) === "OSRetain";
}

/** `OSSharedPtr<T> p(x, OSNoRetain)`: a smart pointer of this function takes over the reference for good. */
export function isAdopted(node: SyntaxNode, fn: FunctionInfo): boolean {
  const list = outermostCast(node).parent;
  if (list?.kind !== K.argumentList || list.children[0] !== outermostCast(node)) return false;
  const declarator = list.parent?.kind === K.initDeclarator ? list.parent : list.parent?.parent;
  const name = declarator?.kind === K.initDeclarator ? declaredName(declarator) : undefined;
  return name !== undefined && adoptsForGood(list, textOf(name), fn);
}

/** True when the arguments hand a reference to a smart pointer that is neither detached nor moved nor handed on by address. */
export function adoptsForGood(list: SyntaxNode, name: string, fn: FunctionInfo): boolean {
  const [, how] = list.children;
  if (list.children.length !== 2 || !how || textOf(unwrap(how)) !== "OSNoRetain") return false;
  const giving = `\\b${name}\\s*\\.\\s*(?:detach|attach|reset|swap)\\b|&\\s*${name}\\b|move\\s*\\(\\s*${name}\\b`;
  return !new RegExp(giving).test(textOf(fn.body));
}

function isAssignedChoice(node: SyntaxNode): boolean {
  let at = node;
  while (at.parent?.kind === K.parenthesizedExpression) at = at.parent;
  return at.parent?.kind === K.assignmentExpression || at.parent?.kind === K.initDeclarator;
}

function isPlainPointerDeclaration(declarator: SyntaxNode): boolean {
  const declaration = declarator.parent;
  if (!field(declarator, "declarator") || declaration?.kind !== K.declaration) return false;
  const declared = readDeclarator(declarator);
  const type = readType(declaration, declared);
  const isStatic = declaration.children.some(
    (child) => child.kind === K.storageClassSpecifier && textOf(child) === "static",
  );
  if (declared.reference || declared.array || isStatic) return false;
  return declared.pointers === 1 || (type.name === "auto" && !type.argument);
}
