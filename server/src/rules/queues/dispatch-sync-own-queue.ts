// DispatchSync or RunAction on the queue that the code already runs on.
import { callsAround, callsOf, type CallSite } from "../../semantics/calls.ts";
import { localVariable } from "../../semantics/expression-type.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf, placeOf, type Place } from "../../semantics/places.ts";
import { callParts, uncast } from "../../syntax/cpp.ts";
import { nodeAt, spanOf, textOf, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, file, type FileContext, type RuleFinding, type Step } from "../define.ts";
import { HANDLER_SETTERS, queueBindingsAround, readable } from "./interrupt-sources.ts";

const SYNCHRONOUS = ["DispatchSync", "DispatchSync_f", "RunAction"];
const DISPATCHING: ReadonlySet<string> = new Set(["DispatchSync", "DispatchAsync", "RunAction"]);

/** How far a handler's calls are followed through the class's own helpers. */
const MAX_CALLS = 3;

export default defineRule({
  meta: {
    id: "dispatch-sync-own-queue",
    area: "queues",
    severity: "error",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "DispatchSync or RunAction is called on the queue that the code already runs on.",
    why: 'A serial queue cannot wait for itself: libdispatch aborts the dext with "dispatch_sync called on queue already owned by current thread".',
    messages: {
      own: "this code already runs on '{queue}': {call} aborts the dext",
    },
  },
  trigger: file(),
  check(context) {
    const findings: RuleFinding<"own">[] = [];
    const table = callsOf(context.file, context.fileSummary);
    const sites = readable(
      context,
      SYNCHRONOUS.flatMap((name) => table.get(name) ?? []),
    );
    sites.sort((a, b) => a.node.start - b.node.start);
    if (sites.length === 0) return [];
    const reentrant = reentrantQueues(context);
    const dispatched = dispatchedBlocks(table);
    for (const site of sites) {
      const queue = queueOf(context, site);
      if (!queue || !site.fn || reentrant.has(queue.key) || asksWhere(site.fn)) continue;
      const own = insideBlock(context, site, queue, dispatched) ?? boundHandler(context, site, queue);
      const onDefault = own ? undefined : methodQueue(context, site.fn, queue, "Default");
      const steps = own ?? onDefault;
      if (!steps) continue;
      const data = { queue: textOf(site.receiver as SyntaxNode), call: site.name };
      // That methods run on the default queue is documented; that every path to them does is not as sure as for a source's queue.
      findings.push({
        message: "own",
        data,
        span: spanOf(site.node),
        steps,
        ...(onDefault ? { severity: "warning" } : {}),
      });
    }
    return findings;
  },
  fixes(context, finding) {
    const syntax = context.syntax(finding.path);
    const call = syntax && callParts(nodeAt(syntax.root, finding.span));
    if (call?.name !== "DispatchSync") return [];
    return [
      {
        title: "Use DispatchAsync",
        // What follows then no longer waits for the block.
        safe: false,
        edits: [{ path: finding.path, edits: [{ span: spanOf(call.nameNode), newText: "DispatchAsync" }] }],
      },
    ];
  },
});

/** A queue as code names it; a local variable belongs to its function. */
interface Queue {
  readonly place: Place;
  readonly key: string;
}

/** The queue that a call is made on; undefined for elements of an array, which may be different ones. */
function queueOf(context: FileContext, site: CallSite): Queue | undefined {
  return site.receiver && site.fn ? namedQueue(context, site.receiver, site.fn) : undefined;
}

function namedQueue(context: FileContext, node: SyntaxNode, fn: FunctionInfo, depth = 0): Queue | undefined {
  const place = placeOf(node);
  if (!place || place.indexed) return undefined;
  if (!place.plain) return { place, key: place.key };
  const local = localVariable(place.name, uncast(node), fn, context.index);
  if (!local) return { place, key: place.name };
  if (local.parameter) return undefined;
  // `auto queue = ivars->queue;` is another name of the member.
  const initial = local.initializer && placeOf(local.initializer);
  if (local.initializer && initial && depth < 4 && !initial.indexed) {
    const alias = namedQueue(context, local.initializer, fn, depth + 1);
    if (alias) return { place, key: alias.key };
  }
  return { place, key: `${fn.path}:${outermostOf(fn).node.start}:${place.name}` };
}

/** The queues created as reentrant: their own code may wait for them. */
function reentrantQueues(context: FileContext): Set<string> {
  const keys = new Set<string>();
  for (const site of callsAround(context, context.file.path, ["Create"])) {
    const [, options, , out] = site.args;
    if (site.scope === undefined || !site.fn || !options || !out) continue;
    if (context.index.resolveName(site.scope) !== "IODispatchQueue") continue;
    const value = context.index.evaluate(textOf(options));
    if (value !== undefined && (value & 1n) === 0n) continue;
    const queue = namedQueue(context, out, site.fn);
    if (queue) keys.add(queue.key);
  }
  return keys;
}

/** The blocks of a file that are dispatched to a queue right where they are written, with the call. */
function dispatchedBlocks(table: ReadonlyMap<string, readonly CallSite[]>): Map<SyntaxNode, CallSite> {
  const blocks = new Map<SyntaxNode, CallSite>();
  for (const name of DISPATCHING)
    for (const call of table.get(name) ?? []) for (const argument of call.args) blocks.set(uncast(argument), call);
  return blocks;
}

/** The code tests where it runs. */
function asksWhere(fn: FunctionInfo): boolean {
  return /\bOnQueue\s*\(/.test(textOf(outermostOf(fn).node));
}

/** The call stands in a block that was itself dispatched to the queue. */
function insideBlock(
  context: FileContext,
  site: CallSite,
  queue: Queue,
  dispatched: ReadonlyMap<SyntaxNode, CallSite>,
): Step[] | undefined {
  const call = site.fn?.outer && site.fn.form === "block" ? dispatched.get(site.fn.node) : undefined;
  if (!call?.receiver || !site.fn?.outer) return undefined;
  if (namedQueue(context, call.receiver, site.fn.outer)?.key !== queue.key) return undefined;
  const text = `this block already runs on '${textOf(call.receiver)}'`;
  return [{ path: site.path, span: spanOf(call.nameNode), kind: "call", text }];
}

/** The call is reached from a method that runs on the queue: a handler whose source is bound to it, or a method of that queue. */
function boundHandler(context: FileContext, site: CallSite, queue: Queue): Step[] | undefined {
  if (!site.fn || site.fn.outer) return undefined;
  const visited = new Set<FunctionInfo>();
  let level: { readonly fn: FunctionInfo; readonly steps: readonly Step[] }[] = [{ fn: site.fn, steps: [] }];
  for (let depth = 0; depth <= MAX_CALLS && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { fn, steps } of level) {
      if (visited.has(fn) || asksWhere(fn)) continue;
      visited.add(fn);
      const bound = sourceBinding(context, fn, queue) ?? methodQueue(context, fn, queue, "named");
      if (bound) return [...bound, ...steps];
      for (const caller of callersOf(context, fn)) {
        const text = `'${caller.fn.name}' calls '${fn.name}'`;
        next.push({
          fn: caller.fn,
          steps: [{ path: caller.site.path, span: spanOf(caller.site.nameNode), kind: "call", text }, ...steps],
        });
      }
    }
    level = next;
  }
  return undefined;
}

/** Calls of a method of the same class, outside blocks and lambdas, which may run elsewhere. */
function callersOf(context: FileContext, fn: FunctionInfo): { readonly fn: FunctionInfo; readonly site: CallSite }[] {
  // A method of the interface is dispatched to its own queue; only plain functions run where their caller runs.
  if (fn.form !== "plain") return [];
  const className = context.index.classNameOf(fn);
  const result: { fn: FunctionInfo; site: CallSite }[] = [];
  for (const site of callsAround(context, fn.path, [fn.name])) {
    if (!site.fn || site.fn.outer || (site.receiver && textOf(site.receiver) !== "this")) continue;
    if (className === context.index.classNameOf(site.fn)) result.push({ fn: site.fn, site });
  }
  return result;
}

/** The function handles the events of a source whose queue is this one: Create(…, queue, &s), s->SetHandler(a), CreateActionFn(…, &a). */
function sourceBinding(context: FileContext, fn: FunctionInfo, queue: Queue): Step[] | undefined {
  const className = context.index.classNameOf(fn);
  if (className === undefined || fn.name === "") return undefined;
  const bindings = queueBindingsAround(context, fn.path);
  for (const action of callsAround(context, fn.path, [`CreateAction${fn.name}`])) {
    const made = action.args[1] && placeOf(action.args[1]);
    if (!made) continue;
    for (const set of callsAround(context, fn.path, HANDLER_SETTERS)) {
      const given = set.args[0] && placeOf(set.args[0]);
      const receiver = set.receiver && placeOf(set.receiver);
      if (!given || !receiver || given.name !== made.name) continue;
      if (made.plain && (set.path !== action.path || sameFunction(set, action) === false)) continue;
      for (const creation of bindings) {
        if (creation.source?.name !== receiver.name) continue;
        if (receiver.plain && (creation.site.path !== set.path || !sameFunction(creation.site, set))) continue;
        const bound = namedQueue(context, creation.queue, creation.fn);
        if (bound?.key !== queue.key) continue;
        const text = `the source's handlers run on '${textOf(creation.queue)}'`;
        return [
          { path: creation.site.path, span: spanOf(creation.queue), kind: "note", text },
          { path: set.path, span: spanOf(set.nameNode), kind: "call", text: `'${fn.name}' becomes its handler` },
        ];
      }
    }
  }
  return undefined;
}

function sameFunction(a: CallSite, b: CallSite): boolean {
  return a.fn !== undefined && b.fn !== undefined && outermostOf(a.fn) === outermostOf(b.fn);
}

/**
 * The function is a method that DriverKit runs on a queue of the object, and the queue is that one: "named" by QUEUENAME, or
 * the "Default" one (IOService.iig, SetDispatchQueue).
 */
function methodQueue(
  context: FileContext,
  fn: FunctionInfo,
  queue: Queue,
  which: "named" | "Default",
): Step[] | undefined {
  const className = context.index.classNameOf(fn);
  if (fn.form !== "impl" || className === undefined || !context.index.isOSObject(className)) return undefined;
  const method = context.index.method(className, fn.name);
  if (!method || method.attributes.some((mark) => /^LOCAL|INVOKEREPLY|^REPLY/.test(mark))) return undefined;
  const wanted = which === "Default" && method.queueName === undefined ? "Default" : method.queueName;
  if (wanted === undefined || (which === "named") !== (method.queueName !== undefined)) return undefined;
  const names: readonly { call: string; queue: number }[] = [
    { call: "CopyDispatchQueue", queue: 1 },
    { call: "SetDispatchQueue", queue: 1 },
  ];
  for (const { call, queue: position } of names) {
    for (const site of callsAround(context, fn.path, [call])) {
      const [name] = site.args;
      const other = site.args[position];
      if (!site.fn || !name || !other || (site.receiver && textOf(site.receiver) !== "this")) continue;
      if (context.index.classNameOf(site.fn) !== className || queueName(context, name) !== wanted) continue;
      if (namedQueue(context, other, site.fn)?.key !== queue.key) continue;
      const text = `'${textOf(other).replace(/^&\s*/, "")}' is the queue that '${fn.name}' runs on`;
      return [{ path: site.path, span: spanOf(site.nameNode), kind: "note", text }];
    }
  }
  return undefined;
}

/** The text of a queue's name; kIOServiceDefaultQueueName is "Default" (IOService.iig). */
function queueName(context: FileContext, node: SyntaxNode): string | undefined {
  const text = textOf(uncast(node));
  if (text === "kIOServiceDefaultQueueName") return "Default";
  const body = /^\w+$/.test(text) ? context.index.macro(text)?.body : text;
  return body === undefined ? undefined : /^"([^"]*)"$/.exec(body)?.[1];
}
