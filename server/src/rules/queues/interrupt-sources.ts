// What the interrupt and queue rules have in common: the calls that create sources and queues, taken apart. No rule by itself.
import { contains } from "../../base/span.ts";
import { callsAround, callsOf, codeAround, type CallSite, type CodeBase } from "../../semantics/calls.ts";
import { expressionType } from "../../semantics/expression-type.ts";
import type { FileSummary, FunctionInfo, ProjectIndex } from "../../semantics/model.ts";
import { outermostOf, placeOf, type Place } from "../../semantics/places.ts";
import type { SyntaxNode } from "../../syntax/node.ts";
import type { FileContext } from "../define.ts";

/** `IOInterruptDispatchSource::Create(provider, index, queue, &source)`. */
export interface SourceCreation {
  readonly site: CallSite;
  readonly fn: FunctionInfo;
  readonly provider: SyntaxNode;
  readonly index: SyntaxNode;
  readonly queue: SyntaxNode;
  /** Where the source goes; undefined where the argument names no variable. */
  readonly source: Place | undefined;
}

/** Reads a call as the creation of an interrupt source; undefined for any other call, and outside functions. */
export function sourceCreation(site: CallSite, base: CodeBase): SourceCreation | undefined {
  if (site.name !== "Create" || site.scope === undefined || !site.fn) return undefined;
  if (base.index.resolveName(site.scope) !== "IOInterruptDispatchSource") return undefined;
  const [provider, index, queue, out, ...more] = site.args;
  if (!provider || !index || !queue || !out || more.length > 0) return undefined;
  return { site, fn: site.fn, provider, index, queue, source: placeOf(out) };
}

/** The interrupt sources that a file creates. */
export function creationsIn(context: FileContext): SourceCreation[] {
  return readable(context, callsOf(context.file, context.fileSummary).get("Create") ?? [])
    .map((site) => sourceCreation(site, context))
    .filter((creation) => creation !== undefined);
}

/** Kept by index and group of files: both belong to one state of the workspace. */
const around = new WeakMap<ProjectIndex, WeakMap<readonly FileSummary[], readonly SourceCreation[]>>();

/** The interrupt sources created in all code that is built together with a file. */
export function creationsAround(base: CodeBase, path: string): readonly SourceCreation[] {
  const known = around.get(base.index);
  const group = codeAround(base, path);
  const found = known?.get(group);
  if (found) return found;
  const creations = callsAround(base, path, ["Create"])
    .map((site) => sourceCreation(site, base))
    .filter((creation) => creation !== undefined)
    .slice(0, MAX_SITES);
  if (known) known.set(group, creations);
  else around.set(base.index, new WeakMap([[group, creations]]));
  return creations;
}

/** A source of any kind with the queue that its handlers run on. */
export interface QueueBinding {
  readonly site: CallSite;
  readonly fn: FunctionInfo;
  readonly queue: SyntaxNode;
  readonly source: Place | undefined;
}

/** Where `Create` of each class of source has its queue and its source (the `.iig` of each in xnu, `iokit/DriverKit`). */
const QUEUE_POSITIONS: ReadonlyMap<string, readonly [queue: number, source: number]> = new Map([
  ["IOInterruptDispatchSource", [2, 3]],
  ["IOTimerDispatchSource", [0, 1]],
  ["IODataQueueDispatchSource", [1, 2]],
]);

/** The setters that make an action a source's handler. */
export const HANDLER_SETTERS = ["SetHandler", "SetDataAvailableHandler", "SetDataServicedHandler"];

/** The sources of every kind created in all code that is built together with a file. */
export function queueBindingsAround(base: CodeBase, path: string): QueueBinding[] {
  return callsAround(base, path, ["Create"])
    .flatMap((site): QueueBinding[] => {
      const positions = site.scope === undefined ? undefined : QUEUE_POSITIONS.get(base.index.resolveName(site.scope));
      if (!positions || !site.fn || site.args.length !== positions[1] + 1) return [];
      const [queue, out] = positions.map((position) => site.args[position]);
      return queue && out ? [{ site, fn: site.fn, queue, source: placeOf(out) }] : [];
    })
    .slice(0, MAX_SITES);
}

/** A file with more such calls was not written by a person; judging them all would take long. */
const MAX_SITES = 300;

/** Those of a file's calls that stand in functions without an unreadable part: what cannot be read cannot be judged. */
export function readable(context: FileContext, sites: readonly CallSite[]): CallSite[] {
  const some = sites.slice(0, MAX_SITES);
  if (context.file.errors.length === 0) return some;
  return some.filter((site) => {
    if (!site.fn) return false;
    const { node } = outermostOf(site.fn);
    return !context.file.errors.some((error) => contains(node, error));
  });
}

/** The class of an expression's value as far as it is declared: "IOPCIDevice" of an `IOPCIDevice *`; undefined where unknown. */
export function classOfValue(base: CodeBase, node: SyntaxNode, fn: FunctionInfo): string | undefined {
  const type = expressionType(node, fn, base.index);
  if (!type || type.name === "" || type.name === "auto") return undefined;
  return base.index.resolveName(type.argument && type.pointers === 0 ? type.argument.name : type.name);
}
