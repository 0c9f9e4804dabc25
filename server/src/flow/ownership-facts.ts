// Who owns what after a call, asked of one call: DriverKit's table first, then the project's declarations, then nothing.
import {
  conventionalOwnership,
  driverKitClass,
  driverKitFunction,
  driverKitMethods,
  outParameters,
  returnOwnership as tableReturnOwnership,
} from "../knowledge/api.ts";
import { macroMeaning } from "../knowledge/macros.ts";
import { calledMethod, receiverClass } from "../semantics/expression-type.ts";
import type { FunctionInfo, MethodInfo, ProjectIndex } from "../semantics/model.ts";
import type { CallParts } from "../syntax/cpp.ts";
import type { SyntaxNode } from "../syntax/node.ts";

export type Counted = "+1" | "+0";

/** The class of DriverKit's table that answers for a call: the receiver's class or its nearest base in the table. */
function tableClass(call: CallParts, fn: FunctionInfo, index: ProjectIndex): string | undefined {
  const className = receiverClass(call, fn, index);
  if (className === undefined) return undefined;
  return [className, ...index.ancestors(className)].find((name) => driverKitClass(name) !== undefined);
}

/**
 * Who owns the object that an out-argument receives when the call succeeds; undefined when that is not known.
 * A method of the project itself is not judged by its name: its body decides, not a convention.
 */
export function outOwnership(
  call: CallParts,
  position: number,
  fn: FunctionInfo,
  index: ProjectIndex,
): Counted | undefined {
  const method = calledMethod(call, fn, index);
  if (method && /^CreateAction/.test(call.name) && position === method.parameters.length - 1) return "+1";
  const className = tableClass(call, fn, index);
  if (className === undefined) return undefined;
  if (isProjectMethod(method)) return undefined;
  for (const overload of driverKitMethods(className, call.name)) {
    if (overload.parameters.length !== call.args.length) continue;
    const found = outParameters(overload).find((parameter) => parameter.index === position);
    if (found) return found.ownership;
  }
  // A method that the table does not have, on a class that it has: the SDK is newer than the table.
  if (driverKitMethods(className, call.name).length > 0 || !/^(Create|Copy|New)[A-Z]?/.test(call.name))
    return undefined;
  return conventionalOwnership(call.name);
}

/** Who owns the object that a call returns; undefined when it returns none or that is not known. */
export function returnOwnership(call: CallParts, fn: FunctionInfo, index: ProjectIndex): Counted | undefined {
  const meaning = macroMeaning(call.name);
  if (!call.receiver && !call.scope && meaning) return meaning.kind === "create" ? "+1" : undefined;
  if (!call.receiver && !call.scope && driverKitFunction(call.name)) {
    return tableReturnOwnership(undefined, call.name, true);
  }
  if (isProjectMethod(calledMethod(call, fn, index))) return undefined;
  const className = tableClass(call, fn, index);
  return className === undefined ? undefined : tableReturnOwnership(className, call.name, call.receiver === undefined);
}

function isProjectMethod(method: MethodInfo | undefined): boolean {
  return method !== undefined && method.path !== "";
}

/**
 * What a call does with the reference that it is handed by value: "borrows" when it leaves the caller's reference alone
 * (whether or not it takes one of its own), "unknown" when it may take it over.
 */
export function argumentEffect(
  call: CallParts,
  position: number,
  fn: FunctionInfo,
  index: ProjectIndex,
): "borrows" | "unknown" {
  if (position < 0) return "unknown";
  const free = !call.receiver && !call.scope;
  if (free && macroMeaning(call.name) && index.macro(call.name) === undefined) return "borrows";
  if (isLogging(call.name)) return "borrows";
  if (/^(OSSharedPtr|reset)$/.test(call.name)) return takesOwnReference(call) ? "borrows" : "unknown";
  if (free && driverKitFunction(call.name)) return "borrows";
  const className = tableClass(call, fn, index);
  if (className === undefined || isProjectMethod(calledMethod(call, fn, index))) return "unknown";
  // No method in the table takes over a caller's reference: what DriverKit keeps, it retains (OSObject.iig's rules).
  return driverKitMethods(className, call.name).length > 0 ? "borrows" : "unknown";
}

/** `OSSharedPtr(x, OSRetain)`: the smart pointer takes a reference of its own and leaves this one. */
function takesOwnReference(call: CallParts): boolean {
  const second = call.args[1];
  return second !== undefined && second.source.text.slice(second.start, second.end).trim() === "OSRetain";
}

function isLogging(name: string): boolean {
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
  if (macroMeaning(call.name)?.kind === "release-null" || /^OSSafeRelease/.test(call.name)) {
    return { target, all: false, nulls: /NULL$/i.test(call.name) };
  }
  return undefined;
}
