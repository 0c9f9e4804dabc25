// The static type of an expression, as far as declarations of the project and DriverKit's table tell. Unknown is `undefined`, never a guess.
import { binaryParts, callParts, fieldParts, namedCast, unaryParts, unwrap, type CallParts } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { field, textOf, type SyntaxNode } from "../syntax/node.ts";
import { structMember } from "../knowledge/structs.ts";
import type { FunctionInfo, MethodInfo, ProjectIndex, TypeRef } from "./model.ts";
import { isDeclarator, parseTypeText, readDeclarator, readType, readTypeDescriptor } from "./types.ts";

const MAX_DEPTH = 40;

/** A local variable or parameter that a name refers to. */
export interface LocalVariable {
  readonly name: string;
  readonly type: TypeRef;
  readonly static: boolean;
  /** The declaration statement or parameter. */
  readonly declaration: SyntaxNode | undefined;
  readonly initializer: SyntaxNode | undefined;
  readonly parameter: boolean;
  /** A parameter of the function itself, or a variable of a function around a block or lambda. */
  readonly captured: boolean;
}

/** The variable that `name` refers to at a node: the nearest declaration before it in an enclosing scope, then the parameters. */
export function localVariable(
  name: string,
  at: SyntaxNode,
  fn: FunctionInfo,
  index: ProjectIndex,
): LocalVariable | undefined {
  let child = at;
  for (let scope = around(at); scope; scope = around(scope)) {
    const found = declaredIn(scope, child, at, name, index, fn);
    if (found) return { ...found, captured: !within(scope, fn.body) };
    if (scope === fn.node) break;
    child = scope;
  }
  for (let owner: FunctionInfo | undefined = fn; owner; owner = owner.outer) {
    const parameter = index.parametersOf(owner).find((each) => each.name === name);
    if (parameter) {
      const { type } = parameter;
      return {
        name,
        type,
        static: false,
        declaration: undefined,
        initializer: undefined,
        parameter: true,
        captured: owner !== fn,
      };
    }
    if (owner.outer && owner !== owner.outer) {
      const outer = localVariable(name, owner.node, owner.outer, index);
      return outer && { ...outer, captured: true };
    }
  }
  return undefined;
}

/** The node around; around a macro's expansion stands the macro's call. */
function around(node: SyntaxNode): SyntaxNode | undefined {
  return node.parent ?? node.source.expandedFrom;
}

function within(scope: SyntaxNode, body: SyntaxNode): boolean {
  return body.start <= scope.start && scope.end <= body.end;
}

function declaredIn(
  scope: SyntaxNode,
  before: SyntaxNode,
  at: SyntaxNode,
  name: string,
  index: ProjectIndex,
  fn: FunctionInfo,
): Omit<LocalVariable, "captured"> | undefined {
  for (const child of scope.children) {
    if (child.start >= before.start && child !== before) break;
    const declaration =
      child.kind === K.declaration
        ? child
        : child.kind === K.initStatement || child.kind === K.conditionClause
          ? inner(child)
          : undefined;
    if (!declaration) continue;
    for (const declarator of declaration.children) {
      if (!isDeclarator(declarator) || declarator === field(declaration, "type")) continue;
      const declared = readDeclarator(declarator);
      if (declared.name !== name) continue;
      const initializer = field(declarator.kind === K.initDeclarator ? declarator : declaration, "value");
      const written = readType(declaration, declared);
      // In `auto x = f(x)` the x of the initialiser is another one.
      if (initializer && written.name === "auto" && isInside(at, initializer)) continue;
      const type = plainPointer(
        written.name === "auto" && initializer ? deduced(written, initializer, fn, index) : written,
        index,
      );
      const isStatic = declaration.children.some(
        (each) => each.kind === K.storageClassSpecifier && textOf(each) === "static",
      );
      return { name, type, static: isStatic, declaration, initializer, parameter: false };
    }
  }
  return undefined;
}

function inner(node: SyntaxNode): SyntaxNode | undefined {
  return (
    node.children.find((child) => child.kind === K.declaration) ??
    node.children.flatMap((child) => child.children).find((child) => child.kind === K.declaration)
  );
}

function deduced(written: TypeRef, initializer: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): TypeRef {
  deductions++;
  const type = expressionType(initializer, fn, index);
  deductions--;
  return type ? { ...type, reference: written.reference } : written;
}

function isInside(node: SyntaxNode, outer: SyntaxNode): boolean {
  for (let up: SyntaxNode | undefined = node; up; up = around(up)) if (up === outer) return true;
  return false;
}

/** How many deductions are under way: one variable's type may hang on another's, and in broken code in a circle. */
let deductions = 0;

/** The type of an expression within a function. */
export function expressionType(
  node: SyntaxNode,
  fn: FunctionInfo,
  index: ProjectIndex,
  depth = 0,
): TypeRef | undefined {
  if (depth > MAX_DEPTH || deductions > MAX_DEPTH) return undefined;
  const expression = unwrap(node);
  const recurse = (inside: SyntaxNode): TypeRef | undefined => expressionType(inside, fn, index, depth + 1);
  switch (expression.kind) {
    case K.identifier: {
      const name = textOf(expression);
      const local = localVariable(name, expression, fn, index);
      if (local) return local.type;
      return fn.className === undefined ? undefined : index.fieldOf(fn.className, name)?.type;
    }
    case K.this:
      return fn.className === undefined ? undefined : pointerTo(fn.className);
    case K.fieldExpression: {
      const parts = fieldParts(expression);
      if (!parts) return undefined;
      const member = textOf(parts.member);
      const object = unwrap(parts.object);
      if (object.kind === K.identifier && textOf(object) === "ivars" && fn.className !== undefined) {
        return index.fieldOf(fn.className, member)?.type;
      }
      const owner = recurse(object);
      if (!owner) return undefined;
      if (member === "ivars" && index.ancestors(owner.name).length > 0) return pointerTo(`${owner.name}_IVars`);
      const known = structMember(owner.name, member);
      return index.fieldOf(owner.name, member)?.type ?? (known === undefined ? undefined : parseTypeText(known));
    }
    case K.subscriptExpression: {
      const array = expression.children[0] && recurse(expression.children[0]);
      if (!array) return undefined;
      if (array.array) return { ...array, array: false };
      return array.pointers > 0 ? { ...array, pointers: array.pointers - 1 } : undefined;
    }
    case K.pointerExpression: {
      const parts = unaryParts(expression);
      const operand = parts && recurse(parts.operand);
      if (!operand) return undefined;
      return { ...operand, pointers: operand.pointers + (parts.operator === "&" ? 1 : -1) };
    }
    case K.castExpression: {
      const type = expression.children[0];
      return type?.kind === K.typeDescriptor ? readTypeDescriptor(type) : undefined;
    }
    case K.assignmentExpression: {
      const parts = binaryParts(expression);
      return parts && recurse(parts.left);
    }
    case K.callExpression: {
      const cast = namedCast(expression);
      if (cast) return cast.type?.kind === K.typeDescriptor ? readTypeDescriptor(cast.type) : undefined;
      const call = callParts(expression);
      return call && callType(call, fn, index, depth);
    }
    default:
      return undefined;
  }
}

function callType(call: CallParts, fn: FunctionInfo, index: ProjectIndex, depth: number): TypeRef | undefined {
  if (/^OS(DynamicCast|RequiredCast|TypeAlloc|MemberCast)$/.test(call.name) && call.args[0]) {
    return pointerTo(index.resolveName(textOf(call.args[0])));
  }
  if (/^(IONew|IONewZero)$/.test(call.name) && call.args[0]) return pointerTo(index.resolveName(textOf(call.args[0])));
  // `OSSharedPtr<T>(x, OSNoRetain)` makes one.
  if (call.name === "OSSharedPtr") {
    const list = call.node.children[0]?.children.find((child) => child.kind === K.templateArgumentList);
    const argument = list?.children[0];
    return {
      ...parseTypeText("OSSharedPtr"),
      argument: argument ? readTypeDescriptor(argument) : parseTypeText("OSObject"),
    };
  }
  const receiver = call.receiver && expressionType(call.receiver, fn, index, depth + 1);
  // `p->get()` and `p->x` of a smart pointer.
  if (receiver?.argument && (call.name === "get" || call.name === "detach") && !call.arrow)
    return { ...receiver.argument, pointers: receiver.argument.pointers + 1 };
  const method = calledMethod(call, fn, index);
  if (method) return plainPointer(method.returns, index);
  if (!call.receiver && !call.scope) {
    const candidates = index.functionsNamed(call.name);
    if (candidates.length === 1) return candidates[0]?.returns;
  }
  return undefined;
}

/** The class that a call's method is looked up in: the scope, the receiver's class, or the function's own. */
export function receiverClass(call: CallParts, fn: FunctionInfo, index: ProjectIndex): string | undefined {
  // `Start(provider, SUPERDISPATCH)` runs what the class overrides.
  const last = call.args.at(-1);
  if (!call.receiver && last && textOf(last) === "SUPERDISPATCH")
    return fn.className && index.ancestors(fn.className)[1];
  if (call.receiver) {
    if (textOf(unwrap(call.receiver)) === "super") return fn.className;
    const type = expressionType(call.receiver, fn, index);
    if (!type) return undefined;
    return call.arrow && type.argument && type.pointers === 0 ? type.argument.name : type.name;
  }
  if (call.scope !== undefined) {
    if (call.scope === "super") return fn.className && index.ancestors(fn.className)[1];
    return index.resolveName(call.scope);
  }
  return fn.className;
}

/** The method that a call refers to, in the project or in DriverKit's table. */
export function calledMethod(call: CallParts, fn: FunctionInfo, index: ProjectIndex): MethodInfo | undefined {
  const className = receiverClass(call, fn, index);
  return className === undefined ? undefined : index.method(className, call.name);
}

/** True when the expression's type is a pointer to a class that derives from OSObject. */
export function isObjectPointer(type: TypeRef | undefined, index: ProjectIndex): boolean {
  return type !== undefined && type.pointers === 1 && !type.array && index.isOSObject(index.resolveName(type.name));
}

/** `OSArrayPtr` and its like (OSCollections headers) are pointers by another name. */
function plainPointer(type: TypeRef, index: ProjectIndex): TypeRef {
  const name = /^((?:OS|IO)\w+)Ptr$/.exec(type.name)?.[1];
  return name !== undefined && index.isOSObject(name) ? { ...type, name, pointers: type.pointers + 1 } : type;
}

function pointerTo(name: string): TypeRef {
  return parseTypeText(`${name} *`);
}
