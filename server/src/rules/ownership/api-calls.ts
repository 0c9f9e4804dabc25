// What a call of DriverKit's own API does with references, from the table alone. Says nothing of the project's functions. No rule by itself.
import {
  conventionalOwnership,
  driverKitClass,
  driverKitFunction,
  driverKitMethods,
  outParameters,
  returnOwnership,
} from "../../knowledge/api.ts";
import { macroMeaning } from "../../knowledge/macros.ts";
import { calledMethod, receiverClass } from "../../semantics/expression-type.ts";
import type { FunctionInfo, ProjectIndex } from "../../semantics/model.ts";
import type { CallParts } from "../../syntax/cpp.ts";
import { textOf } from "../../syntax/node.ts";

/** The class of the table that answers for a call; undefined for free functions, unknown classes and methods of the project. */
function apiClass(call: CallParts, fn: FunctionInfo, index: ProjectIndex): string | undefined {
  const className = receiverClass(call, fn, index);
  if (className === undefined) return undefined;
  const method = calledMethod(call, fn, index);
  if (method && method.path !== "") return undefined;
  return index.ancestors(className).find((name) => driverKitClass(name) !== undefined);
}

/** "+1" or "+0" for an object that the call returns; undefined for anything else, an OSSharedPtr included. */
export function returnedByApi(call: CallParts, fn: FunctionInfo, index: ProjectIndex): "+1" | "+0" | undefined {
  if (!call.receiver && call.scope === undefined) {
    if (index.macro(call.name) || index.functionsNamed(call.name).length > 0) return undefined;
    if (macroMeaning(call.name)?.kind === "create") return "+1";
    if (driverKitFunction(call.name)) return returnOwnership(undefined, call.name, true);
  }
  const className = apiClass(call, fn, index);
  return className === undefined ? undefined : returnOwnership(className, call.name, call.receiver === undefined);
}

/** "+1" or "+0" for an object that the call stores through an argument when it succeeds. */
export function storedByApi(
  call: CallParts,
  position: number,
  fn: FunctionInfo,
  index: ProjectIndex,
): "+1" | "+0" | undefined {
  if (/^CreateAction[A-Z_]/.test(call.name) && position === 1 && call.args.length === 2) return "+1";
  const className = apiClass(call, fn, index);
  if (className === undefined) return undefined;
  const overloads = driverKitMethods(className, call.name);
  for (const overload of overloads) {
    if (overload.parameters.length !== call.args.length) continue;
    const found = outParameters(overload).find((parameter) => parameter.index === position);
    if (found) return found.ownership;
  }
  // A method that the table does not have, on a class that it has: the SDK is newer than the table.
  if (overloads.length > 0 || !/^(Create|Copy|New)[A-Z]?/.test(call.name)) return undefined;
  return position === call.args.length - 1 ? conventionalOwnership(call.name) : undefined;
}

/** True when the call leaves the caller's reference to an argument alone, whether or not it takes one of its own. */
export function borrowsArgument(call: CallParts, fn: FunctionInfo, index: ProjectIndex): boolean {
  const free = !call.receiver && call.scope === undefined;
  if (free && index.functionsNamed(call.name).length > 0) return false;
  if (isLogging(call.name)) return true;
  if (call.name === "OSSharedPtr" || (call.name === "reset" && call.receiver)) {
    const second = call.args[1];
    return second !== undefined && textOf(second) === "OSRetain";
  }
  if (free && driverKitFunction(call.name)) return true;
  const className = apiClass(call, fn, index);
  // No method in the table takes over a caller's reference: what DriverKit keeps, it retains (OSObject.iig's rules).
  return className !== undefined && driverKitMethods(className, call.name).length > 0;
}

/** A call that only writes a log line. */
export function isLogging(name: string): boolean {
  return /^(os_log\w*|IOLog|printf|snprintf|fprintf|kprintf|\w*(?:Log|LOG|Trace|TRACE|Debug|DEBUG)\w*)$/.test(name);
}

/** "IOBufferMemoryDescriptor::Create" or "CreateActionFired": a call as a person names it. */
export function callName(call: CallParts): string {
  return call.scope !== undefined && !call.receiver ? `${call.scope}::${call.name}` : call.name;
}
