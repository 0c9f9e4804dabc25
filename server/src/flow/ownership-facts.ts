// Who owns what after a call, asked of one call: DriverKit's table first, then the project's declarations, then nothing.
import {
  conventionalOwnership,
  driverKitFunction,
  driverKitMethods,
  driverKitMethodsNamed,
  outParameters,
  returnOwnership as tableReturnOwnership,
} from "../knowledge/api.ts";
import { macroMeaning } from "../knowledge/macros.ts";
import { calledMethod, expressionType, localVariable, receiverClass } from "../semantics/expression-type.ts";
import type { FunctionInfo, MethodInfo, ProjectIndex, TypeRef } from "../semantics/model.ts";
import { declaredName, type CallParts } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import type { CfgEnvironment } from "./build-cfg.ts";

export type Counted = "+1" | "+0";

/**
 * What a callee does with a reference that it is handed by value: "borrows" when it leaves the caller's reference alone (whether or not
 * it takes one of its own), "releases" when it gives the caller's up, "unknown" when it may take it over.
 */
export type Effect = "borrows" | "releases" | "unknown";

/** The surroundings of an analysis: the project, a parser for macros, and what the project's own functions do. */
export interface FlowFacts extends CfgEnvironment {
  /** The function, block or lambda of a node. */
  functionOf(node: SyntaxNode): FunctionInfo | undefined;
  /** What a function does to the object that a parameter, or a variable it captures, holds when it is called. */
  effectOn(fn: FunctionInfo, variable: string): Effect;
  /** Who owns the object that a function of the project returns. */
  returnGives(fn: FunctionInfo): Counted | undefined;
  /** The parameter that every return of a function gives back; undefined for other functions. */
  returnedParameter(fn: FunctionInfo): string | undefined;
  /** Who owns the object that a function of the project stores through a parameter. */
  outGives(fn: FunctionInfo, parameter: string): Counted | undefined;
  /** Whether a function, or one that it calls, names a member: it may release it or give it another object. */
  reaches(fn: FunctionInfo, member: string): boolean;
  /** Whether another function of the class or file retains what a name stands for (anything without one), or releases its parameter of that name. */
  doneElsewhere(fn: FunctionInfo, what: "retain" | "release", name: string | undefined): boolean;
}

/** The declaration of what a call runs: a method, or a free function's prototype that says who owns what. */
export function calledDeclaration(call: CallParts, fn: FunctionInfo, index: ProjectIndex): MethodInfo | undefined {
  const free = !call.receiver && call.scope === undefined ? index.prototype(call.name) : undefined;
  return free ?? calledMethod(call, fn, index);
}

/** The project's own function that a call runs, when there is exactly one that it can be. */
export function calledFunction(call: CallParts, fn: FunctionInfo, index: ProjectIndex): FunctionInfo | undefined {
  const fits = (each: FunctionInfo): boolean =>
    (each.form === "plain" || each.form === "impl") && index.parametersOf(each).length === call.args.length;
  // `detail::make()`: a scope that is no class is a namespace, and its function a free one.
  const inNamespace =
    !call.receiver && call.scope !== undefined && !index.classes.has(call.scope) && !index.isDriverKitClass(call.scope);
  if ((call.receiver || call.scope !== undefined) && !inNamespace) {
    const className = receiverClass(call, fn, index);
    const own = className === undefined ? [] : (index.classes.get(className)?.functions ?? []);
    const named = own.filter((each) => each.name === call.name && fits(each));
    return named.length === 1 ? named[0] : undefined;
  }
  const reachable = index
    .functionsNamed(call.name)
    .filter((each) => (each.className === undefined || each.className === fn.className) && fits(each));
  // Each file may have its own: `static` and unnamed namespaces keep them apart.
  const here = reachable.length > 1 ? reachable.filter((each) => each.path === fn.path) : reachable;
  return here.length === 1 ? here[0] : undefined;
}

/** The lambda that a call of a local variable runs: `auto cleanup = [&] { … }; … cleanup();` */
export function calledLambda(call: CallParts, fn: FunctionInfo, facts: FlowFacts): FunctionInfo | undefined {
  if (call.receiver || call.scope !== undefined || call.nameNode.kind !== K.identifier) return undefined;
  const local = localVariable(call.name, call.nameNode, fn, facts.index);
  const initializer = local?.initializer;
  return initializer?.kind === K.lambdaExpression ? facts.functionOf(initializer) : undefined;
}

/** What a call of a local lambda does to the variables around it, by name; undefined when the call is none. */
export function lambdaEffect(
  call: CallParts,
  fn: FunctionInfo,
  facts: FlowFacts,
): { get(name: string): Effect | undefined } | undefined {
  const lambda = calledLambda(call, fn, facts);
  if (!lambda) return undefined;
  const text = textOf(lambda.node);
  return { get: (name) => (isNamedIn(text, name) ? facts.effectOn(lambda, name) : undefined) };
}

/** True when a text names every variable and member of a path. */
export function isNamedIn(text: string, path: string): boolean {
  const names = path.match(/[A-Za-z_$][\w$]*/g) ?? [];
  return names.every((name) => new RegExp(`(?<![\\w$])${name.replace(/\$/g, "\\$")}(?![\\w$])`).test(text));
}

/** Whether a call may change what a member of that name holds: code of the project that names it, and code that cannot be seen. */
export function mayChangeMember(call: CallParts, member: string, fn: FunctionInfo, facts: FlowFacts): boolean {
  const own = calledBody(call, fn, facts);
  return own ? facts.reaches(own, member) : unseenMayChange(call, member, fn, facts.index);
}

/** The function of the project, or the local lambda, that a call runs, when there is exactly one that it can be. */
export function calledBody(call: CallParts, fn: FunctionInfo, facts: FlowFacts): FunctionInfo | undefined {
  return calledFunction(call, fn, facts.index) ?? calledLambda(call, fn, facts);
}

/** `mayChangeMember` for a call of which no body is known. */
export function unseenMayChange(call: CallParts, member: string, fn: FunctionInfo, index: ProjectIndex): boolean {
  const macro = index.macro(call.name);
  if (macro && !call.receiver) return isNamedIn(macro.body, member);
  const method = calledDeclaration(call, fn, index);
  if (method) return isProjectMethod(method);
  // A class of the SDK that the table does not have, or a type of the C++ library, does not know this class's members; `this` does.
  if (call.receiver) return expressionType(call.receiver, fn, index) === undefined;
  return call.scope === undefined && isOwnMethod(call.name, fn, index);
}

/** True for a name with several functions in the class: which one runs is not known. */
function isOwnMethod(name: string, fn: FunctionInfo, index: ProjectIndex): boolean {
  return fn.className !== undefined && index.functionsNamed(name).some((each) => each.className === fn.className);
}

/** True for a lambda that is kept in a local, captures by reference, and is only ever called: it runs when it is called and never else. */
export function isLocalCleanup(node: SyntaxNode, fn: FunctionInfo): boolean {
  const declarator = node.parent;
  if (node.kind !== K.lambdaExpression || declarator?.kind !== K.initDeclarator) return false;
  if (!/^\[\s*&/.test(textOf(node))) return false;
  const name = declaredName(declarator);
  if (!name) return false;
  for (const each of walk(fn.body)) {
    if (each === name || each.kind !== K.identifier || textOf(each) !== textOf(name)) continue;
    if (each.parent?.kind !== K.callExpression || each.parent.children[0] !== each) return false;
  }
  return true;
}

/** The class of DriverKit's table that answers for a call: the receiver's class or its nearest base in the table. */
function tableClass(call: CallParts, fn: FunctionInfo, index: ProjectIndex): string | undefined {
  const className = receiverClass(call, fn, index);
  if (className === undefined) return undefined;
  return [className, ...index.ancestors(className)].find((name) => index.isDriverKitClass(name));
}

/**
 * Who owns the object that an out-argument receives when the call succeeds; undefined when that is not known.
 * A function of the project itself is not judged by its name: its body decides, not a convention.
 */
export function outOwnership(
  call: CallParts,
  position: number,
  fn: FunctionInfo,
  facts: FlowFacts,
): Counted | undefined {
  const { index } = facts;
  const method = calledDeclaration(call, fn, index);
  if (method && /^CreateAction/.test(call.name) && position === method.parameters.length - 1) return "+1";
  const noted = method?.parameters[position]?.annotations ?? [];
  if (noted.some((each) => each.startsWith("RETURNS_RETAINED"))) return "+1";
  if (noted.includes("RETURNS_NOT_RETAINED")) return "+0";
  const own = calledFunction(call, fn, index);
  const parameter = own && index.parametersOf(own)[position]?.name;
  if (own && parameter) return facts.outGives(own, parameter);
  if (isProjectMethod(method) && isBodiless(method, index))
    return convention(method, method?.parameters[position]?.type, index);
  const className = tableClass(call, fn, index);
  if (className === undefined && !method) return ownershipByName(call, position, fn, index);
  if (className === undefined || isProjectMethod(method)) return undefined;
  for (const overload of driverKitMethods(className, call.name)) {
    if (overload.parameters.length !== call.args.length) continue;
    const found = outParameters(overload).find((parameter) => parameter.index === position);
    if (found) return found.ownership;
  }
  if (driverKitMethods(className, call.name).length > 0) return undefined;
  if (method) return convention(method, pointee(method.parameters[position]?.type), index);
  // A method that the table does not have, on a class that it has: the SDK is newer than the table.
  return /^(Create|Copy|New)[A-Z]?/.test(call.name) ? conventionalOwnership(call.name) : undefined;
}

/** On an object of unknown type (a template's, an optional's): what all of DriverKit's methods of that name and length agree on. */
function ownershipByName(
  call: CallParts,
  position: number,
  fn: FunctionInfo,
  index: ProjectIndex,
): Counted | undefined {
  if (!call.receiver || index.functionsNamed(call.name).length > 0) return undefined;
  if (index.isDriverKitClass(receiverClass(call, fn, index) ?? "")) return undefined;
  const found = driverKitMethodsNamed(call.name)
    .filter((method) => !method.static && method.parameters.length === call.args.length)
    .map((method) => outParameters(method).find((parameter) => parameter.index === position)?.ownership);
  return found.every((ownership) => ownership === found[0]) ? found[0] : undefined;
}

/** Who owns the object that a call returns; undefined when it returns none or that is not known. */
export function returnOwnership(call: CallParts, fn: FunctionInfo, facts: FlowFacts): Counted | undefined {
  const { index } = facts;
  const meaning = macroMeaning(call.name);
  if (!call.receiver && !call.scope && meaning) return meaning.kind === "create" ? "+1" : undefined;
  if (!call.receiver && !call.scope && driverKitFunction(call.name)) {
    return tableReturnOwnership(undefined, call.name, true);
  }
  const smart = smartPointerGives(call, fn, index);
  if (smart) return smart;
  const method = calledDeclaration(call, fn, index);
  if (method?.annotations?.includes("RETURNS_RETAINED")) return "+1";
  if (method?.annotations?.includes("RETURNS_NOT_RETAINED")) return "+0";
  const own = calledFunction(call, fn, index);
  if (own) return facts.returnGives(own);
  if (isProjectMethod(method))
    return isBodiless(method, index) ? convention(method, method?.returns, index) : undefined;
  const className = tableClass(call, fn, index);
  if (className === undefined) return undefined;
  if (method && driverKitMethods(className, call.name).length === 0) return convention(method, method.returns, index);
  return tableReturnOwnership(className, call.name, call.receiver === undefined);
}

/** What a `T **` parameter receives. */
function pointee(type: TypeRef | undefined): TypeRef | undefined {
  return type && type.pointers === 2 ? { ...type, pointers: 1 } : undefined;
}

/** `p.detach()` gives the smart pointer's reference up to the caller, `p.get()` lends it (OSSharedPtr). */
function smartPointerGives(call: CallParts, fn: FunctionInfo, index: ProjectIndex): Counted | undefined {
  if (!call.receiver || call.arrow || (call.name !== "detach" && call.name !== "get")) return undefined;
  if (expressionType(call.receiver, fn, index)?.name !== "OSSharedPtr") return undefined;
  return call.name === "detach" ? "+1" : "+0";
}

/** True for a method of which the project has a declaration and no body anywhere: Apple's convention is all there is to go by. */
function isBodiless(method: MethodInfo | undefined, index: ProjectIndex): boolean {
  if (!method || method.className === "") return false;
  return !index.functionsNamed(method.name).some((each) => index.classNameOf(each) === method.className);
}

function convention(
  method: MethodInfo | undefined,
  type: TypeRef | undefined,
  index: ProjectIndex,
): Counted | undefined {
  if (!method || !type || type.pointers === 0 || !index.isOSObject(index.resolveName(type.name))) return undefined;
  return conventionalOwnership(method.name);
}

function isProjectMethod(method: MethodInfo | undefined): boolean {
  return method !== undefined && method.path !== "";
}

/** What a call does with the reference that it is handed as the argument at a position. */
export function argumentEffect(call: CallParts, position: number, fn: FunctionInfo, facts: FlowFacts): Effect {
  const { index } = facts;
  if (position < 0) return "unknown";
  const free = !call.receiver && !call.scope;
  if (free && macroMeaning(call.name) && index.macro(call.name) === undefined) return "borrows";
  // The functions that walk through a USB configuration (USBDriverKit's descriptor parsing) only read it.
  if (isLogging(call.name) || /^IOUSBGet/.test(call.name)) return "borrows";
  if (/^(OSSharedPtr|reset)$/.test(call.name)) return takesOwnReference(call) ? "borrows" : "unknown";
  const method = calledDeclaration(call, fn, index);
  if (method?.parameters[position]?.annotations?.includes("CONSUMED")) return "releases";
  const own = calledFunction(call, fn, index);
  const parameter = own && index.parametersOf(own)[position];
  if (own && parameter) return facts.effectOn(own, parameter.name);
  if (free && driverKitFunction(call.name)) return "borrows";
  // A method that the table lacks, of a class that it has: the SDK is newer. What DriverKit keeps, it retains all the same.
  const receiver = call.receiver || call.scope !== undefined ? receiverClass(call, fn, index) : undefined;
  if (receiver !== undefined && index.isDriverKitClass(receiver) && !method) return "borrows";
  if (!method && isInherited(call, receiver ?? fn.className, index)) return "borrows";
  const className = tableClass(call, fn, index);
  if (className === undefined || isProjectMethod(method)) return "unknown";
  // No method in the table takes over a caller's reference: what DriverKit keeps, it retains (OSObject.iig's rules).
  return method ? "borrows" : "unknown";
}

/** True for a method that a class can only have from a base which neither the project nor the table has: the SDK is newer. */
function isInherited(call: CallParts, className: string | undefined, index: ProjectIndex): boolean {
  if (className === undefined || !index.isOSObject(className) || index.functionsNamed(call.name).length > 0)
    return false;
  const base = index.ancestors(className).at(-1);
  const known = base === undefined || index.classes.has(base) || index.isDriverKitClass(base);
  return !known && index.macro(call.name) === undefined && index.prototype(call.name) === undefined;
}

/** `OSSharedPtr(x, OSRetain)`: the smart pointer takes a reference of its own and leaves this one. */
function takesOwnReference(call: CallParts): boolean {
  const second = call.args[1];
  return second !== undefined && second.source.text.slice(second.start, second.end).trim() === "OSRetain";
}

/** The argument that a helper of the project hands back: `T *same(T *x) { …; return x; }`. */
export function passedThrough(call: CallParts, fn: FunctionInfo, facts: FlowFacts): SyntaxNode | undefined {
  const own = calledFunction(call, fn, facts.index);
  const name = own && facts.returnedParameter(own);
  if (!own || name === undefined) return undefined;
  return call.args[facts.index.parametersOf(own).findIndex((parameter) => parameter.name === name)];
}

/** True for an argument that a function of the project takes as `T *&`. */
export function isTakenByReference(call: CallParts, position: number, fn: FunctionInfo, facts: FlowFacts): boolean {
  const own = calledFunction(call, fn, facts.index);
  const type = own && facts.index.parametersOf(own)[position]?.type;
  return type !== undefined && type.reference && type.pointers === 1;
}

/** What a helper of the project does to the object behind a `T **` parameter that it is handed the address of. */
export function pointeeEffect(call: CallParts, position: number, fn: FunctionInfo, facts: FlowFacts): Effect {
  const own = calledFunction(call, fn, facts.index);
  const parameter = own && facts.index.parametersOf(own)[position];
  return own && parameter?.type.pointers === 2 ? facts.effectOn(own, `*${parameter.name}`) : "unknown";
}

/** True when a method takes over a reference to the object that it is called on. */
export function consumesReceiver(call: CallParts, fn: FunctionInfo, index: ProjectIndex): boolean {
  return (
    call.receiver !== undefined && (calledMethod(call, fn, index)?.annotations?.includes("CONSUMES_THIS") ?? false)
  );
}

/** True for what writes a log line: its arguments are only read. */
export function isLogging(name: string): boolean {
  return /^(os_log|IOLog|printf|snprintf|fprintf|kprintf|os_log_\w+|\w*(?:Log|LOG|Trace|TRACE|Debug|DEBUG)\w*)$/.test(
    name,
  );
}

export interface ReleaseCall {
  /** The expression whose reference is given up. */
  readonly target: SyntaxNode;
  /** `free()` ends the object whatever its count. */
  readonly all: boolean;
  /** The variable is null afterwards. */
  readonly nulls: boolean;
}

/** A call that gives a reference up: `x->release()`, `x->free()`, `OSSafeReleaseNULL(x)` and their like. */
export function isReleaseCall(call: CallParts): ReleaseCall | undefined {
  if (call.receiver && call.args.length === 0 && (call.name === "release" || call.name === "free")) {
    return { target: call.receiver, all: call.name === "free", nulls: false };
  }
  const target = call.args[0];
  if (call.receiver || !target) return undefined;
  if (call.name === "IOUSBHostFreeDescriptor") return { target, all: true, nulls: false };
  if (macroMeaning(call.name)?.kind === "release-null" || /^OSSafeRelease/.test(call.name)) {
    return { target, all: false, nulls: /NULL$/i.test(call.name) };
  }
  return undefined;
}
