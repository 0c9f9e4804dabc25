// The object members of a class, and what the project does with each: acquired, retained, released, handed out. No rule by itself.
import { codeAround } from "../../semantics/calls.ts";
import { expressionType } from "../../semantics/expression-type.ts";
import type { ClassInfo, FileSummary, FunctionInfo, ProjectIndex, TypeRef } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { activeChildren, branchContents, isConditional } from "../../semantics/preprocessor.ts";
import { fieldParts, normalText, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { textOf, type SyntaxFile, type SyntaxNode } from "../../syntax/node.ts";
import type { BaseContext } from "../define.ts";

/** A member that holds references: `OSAction *action`, `IODispatchQueue *queues[4]`, `OSSharedPtr<IOMemoryMap> map`. */
export interface Member {
  readonly name: string;
  readonly type: TypeRef;
  /** The class of the objects. */
  readonly className: string;
  readonly smart: boolean;
  readonly array: boolean;
}

/** A place where a member is named: `ivars->queue`, `self->ivars->queues[i]`. */
export interface Mention {
  /** The whole place, the index included. */
  readonly node: SyntaxNode;
  readonly fn: FunctionInfo;
  /** The index of an array's element: a constant, "any" for another one, undefined for the whole member. */
  readonly element: bigint | "any" | undefined;
  /** True when it is certainly this class's member, and not one of the same name elsewhere. */
  readonly certain: boolean;
}

/** The members of `struct X_IVars`, or of the class itself, that point to objects, in order of declaration. */
export function objectMembers(cls: ClassInfo, index: ProjectIndex): Member[] {
  const fields = [...(cls.ivars?.fields ?? []), ...(cls.declaration?.fields ?? [])];
  const members: Member[] = [];
  for (const { name, type } of fields) {
    if (name === "") continue;
    const smart = type.name === "OSSharedPtr" && type.pointers === 0;
    const className = index.resolveName(smart ? (type.argument?.name ?? "") : type.name);
    if (!smart && (type.pointers !== 1 || type.reference)) continue;
    if (!index.isOSObject(className)) continue;
    members.push({ name, type, className, smart, array: type.array });
  }
  return members;
}

interface FieldMention {
  readonly node: SyntaxNode;
  readonly fn: FunctionInfo;
}

const tables = new WeakMap<FileSummary, ReadonlyMap<string, readonly FieldMention[]>>();

/** The field expressions of a file by the member that they name, in source order. */
function fieldsOf(file: SyntaxFile, summary: FileSummary): ReadonlyMap<string, readonly FieldMention[]> {
  const known = tables.get(summary);
  if (known) return known;
  const table = new Map<string, FieldMention[]>();
  const owners = new Map(summary.functions.map((fn) => [fn.node, fn]));
  const stack: { node: SyntaxNode; fn: FunctionInfo | undefined }[] = [{ node: file.root, fn: undefined }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node } = next;
    const fn = owners.get(node) ?? next.fn;
    const parts = fn && fieldParts(node);
    if (fn && parts) {
      const name = textOf(parts.member);
      const list = table.get(name);
      if (list) list.push({ node, fn });
      else table.set(name, [{ node, fn }]);
    } else if (fn && node.kind === K.identifier && fn.className !== undefined) {
      const list = table.get(` ${textOf(node)}`);
      if (list) list.push({ node, fn });
      else table.set(` ${textOf(node)}`, [{ node, fn }]);
    }
    const children = isConditional(node) ? branchContents(node) : activeChildren(node);
    for (let i = children.length - 1; i >= 0; i--) stack.push({ node: children[i] as SyntaxNode, fn });
  }
  tables.set(summary, table);
  return table;
}

/** The files whose code may touch a class's members: what is built together with its functions. */
export function codeOf(context: BaseContext, cls: ClassInfo): readonly FileSummary[] {
  const path = cls.functions[0]?.path ?? cls.declaration?.path;
  return path === undefined ? [] : codeAround(context, path);
}

/** Every place in the project that names the member, by path and place. */
export function mentionsOf(context: BaseContext, cls: ClassInfo, member: string): Mention[] {
  const result: Mention[] = [];
  for (const summary of codeOf(context, cls)) {
    const syntax = context.syntax(summary.path);
    if (!syntax) continue;
    const table = fieldsOf(syntax, summary);
    for (const { node, fn } of table.get(member) ?? []) {
      const certain = ownerOf(node, fn, cls, context.index);
      if (certain !== undefined) result.push(mention(node, fn, certain, context.index));
    }
    const own = cls.declaration?.fields.some((each) => each.name === member) ?? false;
    const inStruct = cls.ivars?.fields.some((each) => each.name === member) ?? false;
    if (!own && !inStruct) continue;
    for (const { node, fn } of table.get(` ${member}`) ?? []) {
      const className = context.index.classNameOf(outermostOf(fn)) ?? fn.className;
      if (className !== (own ? cls.name : undefined) && className !== (inStruct ? cls.ivars?.name : undefined))
        continue;
      result.push(mention(node, fn, true, context.index));
    }
  }
  return result;
}

function mention(field: SyntaxNode, fn: FunctionInfo, certain: boolean, index: ProjectIndex): Mention {
  let node = field;
  let element: Mention["element"];
  for (let up = node.parent; up; up = node.parent) {
    if (up.kind === K.parenthesizedExpression) node = up;
    else if (up.kind === K.subscriptExpression && up.children[0] === node) {
      const list = up.children.at(-1);
      const value = list?.children[0] && index.evaluate(textOf(list.children[0]));
      element = value ?? "any";
      node = up;
    } else break;
  }
  return { node, fn, element, certain };
}

/**
 * Whether a field expression names a member of the class: true when certain, false when it may, undefined when it names
 * another class's member.
 */
function ownerOf(node: SyntaxNode, fn: FunctionInfo, cls: ClassInfo, index: ProjectIndex): boolean | undefined {
  const parts = fieldParts(node);
  if (!parts) return undefined;
  const object = uncast(parts.object);
  const text = normalText(object);
  const className = index.classNameOf(outermostOf(fn)) ?? fn.className;
  if (text === "ivars" || text === "this->ivars") {
    return className === undefined ? false : className === cls.name ? true : undefined;
  }
  if (object.kind === K.this) return className === cls.name ? true : undefined;
  const inner = fieldParts(object);
  if (inner && textOf(inner.member) === "ivars") {
    const type = expressionType(inner.object, fn, index);
    const owner = type && index.resolveName(type.argument && type.pointers === 0 ? type.argument.name : type.name);
    return owner === undefined ? false : owner === cls.name ? true : undefined;
  }
  const type = expressionType(object, fn, index);
  if (!type || type.name === "" || type.name === "auto") return false;
  const owner = index.resolveName(type.argument && type.pointers === 0 ? type.argument.name : type.name);
  if (owner === cls.ivars?.name || owner === cls.name) return true;
  return index.classes.has(owner) || index.isOSObject(owner) ? undefined : false;
}

/**
 * True when the class is all there: it has a declaration, and those of its lifecycle methods that it declares have bodies.
 * Of a class that is shown in part nothing can be said to be missing.
 */
export function isComplete(context: BaseContext, cls: ClassInfo): boolean {
  if (!cls.declaration) return false;
  const defined = new Set(cls.functions.map((fn) => fn.name));
  if (!defined.has("free") && !defined.has("Stop")) return false;
  for (const name of ["init", "free", "Start", "Stop"]) {
    if (defined.has(name)) continue;
    if (cls.declaration.methods.some((method) => method.name === name)) return false;
  }
  // What cannot be read may hold what is looked for.
  return cls.functions.every((fn) => {
    const errors = context.syntax(fn.path)?.errors ?? [];
    return !errors.some((error) => fn.node.start <= error.start && error.end <= fn.node.end);
  });
}
