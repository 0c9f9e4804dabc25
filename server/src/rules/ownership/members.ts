// The object members of a class, and what the project does with each: acquired, retained, released, handed out. No rule by itself.
import { codeAround } from "../../semantics/calls.ts";
import { expressionType, localVariable } from "../../semantics/expression-type.ts";
import type { ClassInfo, FieldInfo, FileSummary, FunctionInfo, ProjectIndex, TypeRef } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { activeChildren, branchContents, isConditional } from "../../semantics/preprocessor.ts";
import { binaryParts, fieldParts, normalText, unaryParts, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { nodeAt, textOf, walk, type SyntaxFile, type SyntaxNode } from "../../syntax/node.ts";
import type { BaseContext } from "../define.ts";

/** A member that holds references: `OSAction *action`, `IODispatchQueue *queues[4]`, `OSSharedPtr<IOMemoryMap> map`. */
export interface Member {
  readonly name: string;
  readonly type: TypeRef;
  /** The class of the objects. */
  readonly className: string;
  readonly smart: boolean;
  readonly array: boolean;
  /** The structure within `ivars` that it is a member of: `rx.buffer`, `channels[i].buffer`, `path->buffer`. */
  readonly within?: { readonly field: string; readonly struct: string; readonly member: string };
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
export function objectMembers(context: BaseContext, cls: ClassInfo): Member[] {
  return pointers(context, [...(cls.ivars?.fields ?? []), ...(cls.declaration?.fields ?? [])]);
}

function pointers(context: BaseContext, fields: readonly FieldInfo[]): Member[] {
  const { index } = context;
  const members: Member[] = [];
  for (const each of fields) {
    const { name, type } = each;
    if (name === "") continue;
    const smart = type.name === "OSSharedPtr" && type.pointers === 0;
    const className = index.resolveName(smart ? (type.argument?.name ?? "") : type.name);
    if (!smart && (type.pointers !== 1 || type.reference)) continue;
    if (!index.isOSObject(className) || isUnionArm(context, each)) continue;
    members.push({ name, type, className, smart, array: type.array });
  }
  return members;
}

/** True for an arm of a union: what is stored under one name may be released under another, so nothing is said of it. */
function isUnionArm(context: BaseContext, { path, span }: FieldInfo): boolean {
  const file = context.syntax(path);
  for (let node = file && nodeAt(file.root, span); node; node = node.parent)
    if (node.kind === K.unionSpecifier) return true;
  return false;
}

/** The same, and behind them the object members of the structures that `ivars` holds or points to. */
export function allObjectMembers(context: BaseContext, cls: ClassInfo): Member[] {
  const { index } = context;
  const nested: Member[] = [];
  for (const { name, type } of cls.ivars?.fields ?? []) {
    const struct = index.resolveName(type.name);
    const inner = index.classes.get(struct)?.declaration;
    if (!inner || type.reference || type.pointers > 1 || index.isOSObject(struct) || struct === cls.ivars?.name)
      continue;
    const dot = type.pointers === 1 ? "->" : ".";
    for (const each of pointers(context, inner.fields)) {
      const within = { field: name, struct, member: each.name };
      nested.push({ ...each, name: `${name}${dot}${each.name}`, array: each.array || type.array, within });
    }
  }
  return [...objectMembers(context, cls), ...nested];
}

/** How many casts, indices and variables may stand between a name and the structure that it is in. */
const MAX_STEPS = 8;

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
export function mentionsOf(context: BaseContext, cls: ClassInfo, { name, within }: Member): Mention[] {
  return within ? nestedMentions(context, cls, within) : mentionsOfField(context, cls, name);
}

/** Every place that names a member of the class's own, by path and place. */
export function mentionsOfField(context: BaseContext, cls: ClassInfo, member: string): Mention[] {
  const { index } = context;
  const result: Mention[] = [];
  const own = cls.declaration?.fields.some((each) => each.name === member) ? cls.name : undefined;
  const struct = cls.ivars?.fields.some((each) => each.name === member) ? cls.ivars.name : undefined;
  for (const summary of codeOf(context, cls)) {
    const syntax = context.syntax(summary.path);
    if (!syntax) continue;
    const table = fieldsOf(syntax, summary);
    const fields = byOwner(table.get(member), index);
    for (const { node, fn, owner } of inOrder(fields, [cls.name, cls.ivars?.name, ANYBODY]))
      result.push(mention(node, fn, owner !== ANYBODY, index));
    const plain = byOwner(table.get(` ${member}`), index);
    for (const { node, fn } of inOrder(plain, [own, struct])) result.push(mention(node, fn, true, index));
  }
  return result;
}

/**
 * The places that name a member of a structure within `ivars`: certain through `ivars`, possible through a pointer to such a structure,
 * of which there may be several.
 */
function nestedMentions(context: BaseContext, cls: ClassInfo, within: NonNullable<Member["within"]>): Mention[] {
  const { index } = context;
  const result: Mention[] = [];
  for (const summary of codeOf(context, cls)) {
    const syntax = context.syntax(summary.path);
    if (!syntax) continue;
    const table = fieldsOf(syntax, summary);
    for (const { node, fn, owner } of inOrder(byOwner(table.get(within.member), index), [within.struct, ANYBODY])) {
      const object = fieldParts(node)?.object;
      const around = object && outerField(object, fn, index);
      if (!around || owner === ANYBODY) {
        result.push(mention(node, fn, false, index));
        continue;
      }
      const outer = ownerOf(around, fn, index) ?? ANYBODY;
      const isOurs = outer === cls.name || outer === cls.ivars?.name || outer === ANYBODY;
      if (!isOurs || textOf(fieldParts(around)?.member ?? around) !== within.field) {
        // What another pointer points at may be the same structure.
        if ((expressionType(around, fn, index)?.pointers ?? 1) > 0) result.push(mention(node, fn, false, index));
        continue;
      }
      const found = mention(node, fn, outer !== ANYBODY, index);
      result.push({ ...found, element: found.element ?? mention(around, fn, true, index).element });
    }
    const plain = byOwner(table.get(` ${within.member}`), index);
    for (const { node, fn } of inOrder(plain, [within.struct])) result.push(mention(node, fn, false, index));
  }
  return result;
}

/**
 * `ivars->channels` of `ivars->channels[i]`, `(*ivars->path)`, and a local variable that stands for such a structure all the time;
 * undefined where it may be any.
 */
function outerField(object: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): SyntaxNode | undefined {
  let node = uncast(object);
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    if (fieldParts(node)) return node;
    const inner =
      node.kind === K.subscriptExpression
        ? node.children[0]
        : node.kind === K.pointerExpression
          ? unaryParts(node)?.operand
          : node.kind === K.identifier
            ? onlyStructure(node, fn, index)
            : undefined;
    if (!inner) return undefined;
    node = uncast(inner);
  }
  return undefined;
}

/** What `auto &channel = …`, or `Channel *channel = …` that is given nothing else afterwards, stands for. */
function onlyStructure(variable: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): SyntaxNode | undefined {
  const name = textOf(variable);
  const local = localVariable(name, variable, fn, index);
  if (!local?.initializer || local.static) return undefined;
  if (local.type.reference) return local.initializer;
  const isMoved = (node: SyntaxNode): boolean =>
    (node.kind === K.assignmentExpression || node.kind === K.updateExpression) &&
    textOf((node.kind === K.updateExpression ? node.children[0] : binaryParts(node)?.left) ?? node) === name;
  return local.type.pointers === 1 && ![...walk(outermostOf(fn).body)].some(isMoved) ? local.initializer : undefined;
}

/** The owner of a field expression whose object's type cannot be said. */
const ANYBODY = "";

interface OwnedMention extends FieldMention {
  /** The class or structure whose member it is. */
  readonly owner: string;
}

type ByOwner = ReadonlyMap<string, readonly OwnedMention[]>;

const owned = new WeakMap<ProjectIndex, WeakMap<readonly FieldMention[], ByOwner>>();

/** The mentions of a name in a file by owner, made once: many classes may have a member of that name, and each asks for its own. */
function byOwner(mentions: readonly FieldMention[] | undefined, index: ProjectIndex): ByOwner {
  if (!mentions) return new Map();
  let tables = owned.get(index);
  if (!tables) owned.set(index, (tables = new WeakMap()));
  const known = tables.get(mentions);
  if (known) return known;
  const result = new Map<string, OwnedMention[]>();
  for (const { node, fn } of mentions) {
    const owner = ownerOf(node, fn, index);
    if (owner === undefined) continue;
    const list = result.get(owner);
    if (list) list.push({ node, fn, owner });
    else result.set(owner, [{ node, fn, owner }]);
  }
  tables.set(mentions, result);
  return result;
}

function inOrder(mentions: ByOwner, owners: readonly (string | undefined)[]): OwnedMention[] {
  const found = owners.flatMap((owner) => (owner === undefined ? [] : (mentions.get(owner) ?? [])));
  return found.sort((a, b) => a.node.start - b.node.start);
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

/** The class or structure whose member a field expression, or a name alone, is; `ANYBODY` where that is not known, undefined for none. */
function ownerOf(node: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): string | undefined {
  const className = index.classNameOf(outermostOf(fn)) ?? fn.className;
  if (node.kind === K.identifier) return className;
  const parts = fieldParts(node);
  if (!parts) return undefined;
  const object = uncast(parts.object);
  const text = normalText(object);
  if (text === "ivars" || text === "this->ivars") return className ?? ANYBODY;
  if (object.kind === K.this) return className;
  const inner = fieldParts(object);
  if (inner && textOf(inner.member) === "ivars") {
    const type = expressionType(inner.object, fn, index);
    return type ? classIn(type, index) : ANYBODY;
  }
  const type = expressionType(object, fn, index);
  if (!type || type.name === "" || type.name === "auto") return ANYBODY;
  const owner = classIn(type, index);
  return index.classes.has(owner) || index.isOSObject(owner) ? owner : ANYBODY;
}

/** The class that a pointer points at, a smart one too. */
function classIn(type: TypeRef, index: ProjectIndex): string {
  return index.resolveName(type.argument && type.pointers === 0 ? type.argument.name : type.name);
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
