// Where a function can keep an object: its own variables, or memory that is there after it.
import { expressionType, isObjectPointer, localVariable } from "../semantics/expression-type.ts";
import type { FunctionInfo, ProjectIndex, TypeRef } from "../semantics/model.ts";
import { fieldParts, unaryParts, uncast } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { textOf, type SyntaxNode } from "../syntax/node.ts";
import { pathOf } from "./values.ts";

/** A variable, member or element that an expression names. */
export interface Place {
  /** Its access path; see `pathOf`. */
  readonly path: string;
  /** "local": a variable of this function, or a part of one. "outer": a member, an element, what a pointer points at: it outlives the call. */
  readonly keeper: "local" | "outer";
}

/**
 * The place that an expression names; undefined for what has no path, and for variables of which somebody else may hold the address
 * (globals, statics, references, parameters, captured variables).
 */
export function placeOf(expression: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): Place | undefined {
  const node = uncast(expression);
  const path = pathOf(node);
  if (path === undefined) return undefined;
  if (node.kind === K.identifier) {
    const local = localVariable(path, node, fn, index);
    if (!local) return isOwnMember(path, fn, index) ? { path, keeper: "outer" } : undefined;
    const own = !local.static && !local.captured && !local.type.reference && !local.parameter;
    return own ? { path, keeper: "local" } : undefined;
  }
  return { path, keeper: isPartOfLocal(node, fn, index) ? "local" : "outer" };
}

/** The class of the object pointer that a place is declared to hold; undefined for smart pointers, numbers and the unknown. */
export function heldClass(expression: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): TypeRef | undefined {
  const type = expressionType(uncast(expression), fn, index);
  return type && !type.reference && isObjectPointer(type, index) ? type : undefined;
}

/** True for `record.memory` and `pair[1]` where `record` and `pair` are plain locals: nobody else can name them. */
function isPartOfLocal(node: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): boolean {
  let at = uncast(node);
  let indexed = false;
  while (at.kind !== K.identifier) {
    const base = at.children[0];
    if (!base) return false;
    if (at.kind === K.subscriptExpression) {
      if (at.children[1]?.children[0]?.kind !== K.numberLiteral) return false;
      indexed = true;
    } else if (at.kind !== K.fieldExpression || fieldParts(at)?.arrow !== false) return false;
    at = uncast(base);
  }
  const local = localVariable(textOf(at), at, fn, index);
  if (!local || local.static || local.captured || local.parameter || local.type.reference) return false;
  // A destructor may release what the structure holds.
  if (index.functionsNamed(`~${index.resolveName(local.type.name)}`).length > 0) return false;
  // An array of pointers has pointers, and is no pointer.
  return local.type.array || (local.type.pointers === 0 && !indexed);
}

function isOwnMember(name: string, fn: FunctionInfo, index: ProjectIndex): boolean {
  return fn.className !== undefined && index.fieldOf(fn.className, name) !== undefined;
}

/** True when one path begins with the other: `record.memory` lies in `record`, `ivars->q` in `ivars`. */
export function liesIn(path: string, around: string): boolean {
  return path.startsWith(around) && /^(?:\.|\[|->)/.test(path.slice(around.length));
}

/** True for the object that a longer access goes through: `record` in `record.memory`. */
export function isAccessBase(node: SyntaxNode): boolean {
  let at = node;
  while (at.parent?.kind === K.parenthesizedExpression) at = at.parent;
  const { parent } = at;
  if (parent?.children[0] !== at) return false;
  if (parent.kind === K.pointerExpression) return unaryParts(parent)?.operator === "*";
  return parent.kind === K.fieldExpression || parent.kind === K.subscriptExpression;
}

/** The last member of a path: "buffer" of `ivars->slots[0].buffer`. */
export function memberOf(path: string): string {
  return /(\w+)(?:\[[^\]]*\])*$/.exec(path)?.[1] ?? path;
}
