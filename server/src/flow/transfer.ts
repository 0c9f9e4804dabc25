// What each item of a block does to one tracked reference and to what is known of variables: the transfer function.
import type { Span } from "../base/span.ts";
import type { FunctionInfo } from "../semantics/model.ts";
import { readDeclarator, readType } from "../semantics/types.ts";
import { isObjectPointer } from "../semantics/expression-type.ts";
import { addressOf, binaryParts, callParts, isDeclaratorLike, unaryParts, type CallParts } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { childOf, field, postOrder, spanOf, textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import { isNestedFunction } from "./build-cfg.ts";
import type { Item } from "./cfg.ts";
import { hasFailed, outcomeOf } from "./exits.ts";
import { classifyMention, constructsWithoutTaking, isPlainLocal } from "./mention.ts";
import {
  argumentEffect,
  consumesReceiver,
  isLocalCleanup,
  isReleaseCall,
  lambdaEffect,
  outOwnership,
  passedThrough,
  pointeeEffect,
  type FlowFacts,
} from "./ownership-facts.ts";
import type { Site } from "./sites.ts";
import { fork, holds, type Outcome, type PathEvent, type PathState, type Problem, type Running } from "./state.ts";
import { callKey, holdersOf, holdsObject, OBJECT, pathOf, valueOf, withValue, ZERO, type Value } from "./values.ts";

export interface TransferResult {
  /** The state at the block's end, or at the function's where `ended`. */
  readonly state: PathState;
  readonly ended: boolean;
  readonly events: readonly PathEvent[];
  readonly problems: readonly Problem[];
}

/** More counts than that are not followed: the function is doing something of its own. */
const MAX_COUNT = 4;

const UNINITIALISED: Value = { kind: "uninitialised" };

/** The transfer function for one site. Stateless between calls of `run`. */
export class Transfer {
  private readonly order = new WeakMap<SyntaxNode, readonly SyntaxNode[]>();

  constructor(
    private readonly site: Site,
    private readonly fn: FunctionInfo,
    private readonly facts: FlowFacts,
  ) {}

  /** All states in which a block can end when it is entered in `state`: several where a call may succeed or fail. */
  run(items: readonly Item[], state: PathState): TransferResult[] {
    let running: Running[] = [{ ...state, ended: false, events: [], problems: [] }];
    for (const item of items) running = running.flatMap((each) => (each.ended ? [each] : this.item(item, each)));
    return running.map(({ ended, phase, count, shared, env, events, problems }) => ({
      state: { phase, count, shared, env },
      ended,
      events,
      problems,
    }));
  }

  private item(item: Item, state: Running): Running[] {
    switch (item.kind) {
      case "evaluate":
        return this.evaluate(item.node, state);
      case "declare":
        return this.declaration(item.node, state);
      case "return": {
        const states = item.value ? this.evaluate(item.value, state) : [state];
        for (const each of states) this.leaveFunction(item, each);
        return states;
      }
      case "assign":
        return this.evaluate(item.value, state).flatMap((each) => {
          if (item.declared) each.env = withValue(each.env, textOf(item.left), undefined);
          return this.store(item.left, valueOf(item.value, each.env, this.facts.index), item.value, each);
        });
      case "leave":
        this.leaveScope(item.names, item.span, state);
        return [state];
    }
  }

  /** Runs an expression: its parts in the order of evaluation. */
  private evaluate(root: SyntaxNode, start: Running): Running[] {
    let order = this.order.get(root);
    if (!order) {
      order = [...postOrder(root, (node) => !isNestedFunction(node))].filter(hasEffect);
      this.order.set(root, order);
    }
    let states = [start];
    for (const node of order) states = states.flatMap((state) => this.effect(node, state));
    return states;
  }

  private effect(node: SyntaxNode, state: Running): Running[] {
    switch (node.kind) {
      case K.identifier:
        this.mention(node, state);
        return [state];
      case K.callExpression:
        return this.call(node, state);
      case K.assignmentExpression: {
        const parts = binaryParts(node);
        if (!parts) return [state];
        const value = parts.operator === "=" ? valueOf(parts.right, state.env, this.facts.index) : undefined;
        return this.store(parts.left, value, node, state);
      }
      case K.updateExpression: {
        const path = pathOf(unaryParts(node)?.operand ?? node);
        if (path !== undefined) state.env = withValue(state.env, path, undefined);
        return [state];
      }
      case K.deleteExpression: {
        const operand = node.children.at(-1);
        if (operand && holdsObject(valueOf(operand, state.env, this.facts.index))) this.release(state, node, true);
        return [state];
      }
      default:
        this.capture(node, state);
        return [state];
    }
  }

  /** A block or lambda that names a holder may keep or release it at any time, unless it is a local clean-up that we can read. */
  private capture(node: SyntaxNode, state: Running): void {
    const text = textOf(node);
    // Captured by reference before it holds anything: whoever has the lambda may release what it will hold.
    const byReference = node.kind === K.lambdaExpression && /^\[[^\]]*&/.test(text) && !isLocalCleanup(node, this.fn);
    if (byReference && new RegExp(`\\b${escapeRegExp(this.site.variable)}\\b`).test(text)) {
      state.env = withValue(state.env, "@captured", { kind: "constant", value: 1n });
    }
    const names = holdersOf(state.env).filter((name) => new RegExp(`\\b${escapeRegExp(name)}\\b`).test(text));
    if (names.length > 0 && !isLocalCleanup(node, this.fn)) {
      const inner = this.facts.functionOf(node);
      // A block that only reads holds nothing: a raw pointer is captured without a reference.
      const reads = inner !== undefined && names.every((name) => this.facts.effectOn(inner, name) === "borrows");
      if (reads) state.shared = true;
      else this.escape(state);
    }
    // What it assigns is not known afterwards.
    for (const each of walk(node)) {
      if (each.kind !== K.assignmentExpression && each.kind !== K.updateExpression) continue;
      const target = each.children[0] && pathOf(each.children[0]);
      if (target !== undefined && !holdsObject(state.env.get(target)))
        state.env = withValue(state.env, target, undefined);
    }
  }

  private mention(node: SyntaxNode, state: Running): void {
    const name = textOf(node);
    const value = state.env.get(name);
    if (value?.kind === "uninitialised" && name === this.site.variable && state.phase !== "failed") {
      return this.readUninitialised(node, state);
    }
    const unchecked = state.phase === "failed" && name === this.site.variable && value?.kind !== "constant";
    if (!holdsObject(value) && !unchecked && !(state.phase === "failed" && value?.kind === "constant")) {
      if (value?.kind === "address") this.useAddress(node, state);
      return;
    }
    const mention = classifyMention(node, this.fn, this.facts);
    if (state.phase === "failed") {
      if (name !== this.site.variable) return;
      // `x->release()` is a use like any other when x was never set; OSSafeReleaseNULL(x) bears a null.
      if (value?.kind === "uninitialised" && (mention === "look" || (mention === "handled" && !isReceiver(node)))) {
        return this.readUninitialised(node, state);
      }
      const used = mention === "use" || (mention === "handled" && isReceiver(node));
      if (used && this.site.how === "out-parameter") this.report(state, "unchecked", node);
      state.env = withValue(state.env, name, undefined);
      state.phase = "idle";
      return;
    }
    if (state.phase === "released") {
      const dangling = mention === "use" || mention === "show" || mention === "escape";
      if (dangling && value?.kind === "object" && !state.shared) this.report(state, "use-after-release", node);
      if (dangling) state.phase = "gone";
      return;
    }
    if (mention === "escape") this.escape(state);
    else if (mention === "show") state.shared = true;
  }

  /** Reading what was never set; handing out its address sets it. */
  private readUninitialised(node: SyntaxNode, state: Running): void {
    const parent = node.parent;
    const assigned = parent?.kind === K.assignmentExpression && parent.children[0] === node;
    const out = parent?.kind === K.pointerExpression && unaryParts(parent)?.operator === "&";
    if (assigned || out || parent?.kind === K.sizeofExpression) return;
    this.report(state, "uninitialised", node);
    state.env = withValue(state.env, this.site.variable, undefined);
    state.phase = "gone";
  }

  /** The address of a mapping is named: kept beyond this function, or used when the mapping is no more. */
  private useAddress(node: SyntaxNode, state: Running): void {
    if (state.phase !== "released" || state.shared) return;
    const mention = classifyMention(node, this.fn, this.facts);
    if (mention !== "use" && mention !== "show" && mention !== "escape") return;
    this.report(state, "mapping", node);
    state.phase = "gone";
  }

  private call(node: SyntaxNode, state: Running): Running[] {
    const call = callParts(node);
    if (!call) return [state];
    if (node === this.site.call?.node) return this.acquire(this.site.call, state);
    if (state.phase === "failed") this.checkStatusCall(call, state);
    if (call.receiver && consumesReceiver(call, this.fn, this.facts.index)) {
      if (holdsObject(valueOf(call.receiver, state.env, this.facts.index))) this.escape(state);
    }
    const released = isReleaseCall(call);
    if (released) {
      const value = valueOf(released.target, state.env, this.facts.index);
      if (value?.kind === "maybe-object") this.escape(state);
      else if (holdsObject(value)) this.release(state, node, released.all);
      const path = pathOf(released.target);
      if (released.nulls && path !== undefined) {
        state.env = withValue(state.env, path, ZERO);
        // A reference is left and nothing points at it any more: it is lost, whatever the function still does.
        if (holds(state) && value?.kind === "object" && holdersOf(state.env).length === 0) {
          state.env = withValue(state.env, "@lost", { kind: "constant", value: 1n });
        }
      }
      return [state];
    }
    if (call.receiver && call.name === "retain" && call.args.length === 0) {
      this.retain(call.receiver, node, state);
      return [state];
    }
    const passed = passedThrough(call, this.fn, this.facts);
    const alias = passed && valueOf(passed, state.env, this.facts.index);
    if (holdsObject(alias)) state.env = withValue(state.env, callKey(node), alias);
    const lambda = lambdaEffect(call, this.fn, this.facts);
    if (lambda) return this.runLambda(lambda, node, state);
    for (const [position, argument] of call.args.entries()) {
      this.outArgument(call, argument, position, state);
      if (!holdsObject(valueOf(argument, state.env, this.facts.index))) continue;
      if (argumentEffect(call, position, this.fn, this.facts) === "releases") this.release(state, node, false);
    }
    return [state];
  }

  /** A clean-up lambda called here: it does to each captured holder what its body does. */
  private runLambda(effects: ReturnType<typeof lambdaEffect> & object, node: SyntaxNode, state: Running): Running[] {
    for (const name of holdersOf(state.env)) {
      const effect = effects.get(name);
      if (effect === undefined) continue;
      if (effect === "unknown") this.escape(state);
      else if (effect === "releases") {
        this.release(state, node, false);
        state.env = withValue(state.env, name, undefined);
        if (state.phase === "released") state.phase = "gone";
      }
    }
    return [state];
  }

  private retain(receiver: SyntaxNode, node: SyntaxNode, state: Running): void {
    const value = valueOf(receiver, state.env, this.facts.index);
    if (!holdsObject(value)) return;
    if (value?.kind === "maybe-object" || state.count >= MAX_COUNT) return this.escape(state);
    if (state.phase !== "owned" && state.phase !== "borrowed") return;
    state.count++;
    state.events.push({ kind: "retain", span: spanOf(node), count: state.count });
  }

  /** A callee that is given the status may stop the function (a checking macro that we do not know). */
  private checkStatusCall(call: CallParts, state: Running): void {
    const tests = call.args.some((argument) => {
      const value = valueOf(argument, state.env, this.facts.index);
      return value !== undefined && "from" in value && value.from !== undefined;
    });
    if (tests) state.phase = "idle";
  }

  /** `&x` handed to a call: afterwards x holds something else. */
  private outArgument(call: CallParts, argument: SyntaxNode, position: number, state: Running): void {
    const target = addressOf(argument);
    const path = target && pathOf(target);
    if (path === undefined) return;
    const value = state.env.get(path);
    if (holdsObject(value)) {
      const effect = pointeeEffect(call, position, this.fn, this.facts);
      if (effect === "borrows") return;
      if (effect === "releases") {
        this.release(state, argument, false);
        state.env = withValue(state.env, path, undefined);
        if (state.phase === "released") state.phase = "gone";
        return;
      }
      const ownership = outOwnership(call, position, this.fn, this.facts);
      if (state.phase === "released") state.phase = "gone";
      else if (ownership === undefined || value?.kind !== "object" || holdersOf(state.env).length > 1)
        this.escape(state);
      else this.lose(state, "overwritten", spanOf(argument), argument);
    }
    state.env = withValue(state.env, path, { kind: "unknown", from: nameOf(call) });
  }

  /** The site's own call: one path on which it gives the reference, one on which it does not. */
  private acquire(call: CallParts, state: Running): Running[] {
    const { site } = this;
    const failed = fork(state);
    const key = callKey(call.node);
    const from = nameOf(call);
    const unset = failed.env.get(site.variable);
    if (holds(state)) {
      // The same call again, in a loop: what it gave before is lost unless something else holds it.
      if (holdersOf(state.env).some((name) => name !== site.variable)) this.escape(state);
      else this.lose(state, "overwritten", site.span, call.node);
    }
    for (const each of [state, failed]) {
      for (const [name, value] of each.env) {
        if (holdsObject(value) || value.kind === "address") each.env = withValue(each.env, name, undefined);
      }
      // A service is kept by its provider as well: releasing our reference does not end it.
      each.shared = this.facts.index.ancestors(site.className).includes("IOService");
    }
    const watched = state.env.has("@captured");
    state.phase = watched ? "gone" : site.how === "borrowed" ? "borrowed" : "owned";
    state.count = watched || site.how === "borrowed" ? 0 : 1;
    state.events.push({ kind: "acquire", span: site.span });
    const [yes, no] = results(site, from);
    state.env = withValue(state.env, key, yes);
    failed.env = withValue(failed.env, key, no);
    failed.phase = site.how === "out-parameter" ? "failed" : "idle";
    failed.count = 0;
    if (site.how === "out-parameter") {
      state.env = withValue(state.env, site.variable, OBJECT);
      failed.events.push({ kind: "fail", span: site.span });
      // On failure a variable keeps what it had: the stubs that iig makes write it only on success, and so does
      // IOInterruptDispatchSource::Create_Impl. IOBufferMemoryDescriptor::Create_Impl is the one that is known to write null.
      const keeps = unset?.kind === "constant" && unset.value === 0n;
      const untouched = unset?.kind === "uninitialised" && site.source !== "IOBufferMemoryDescriptor::Create";
      failed.env = withValue(failed.env, site.variable, keeps ? ZERO : untouched ? UNINITIALISED : undefined);
    }
    return site.success === "always" ? [state] : [state, failed];
  }

  /** Stores a value: an alias in a plain local, anything else hands it on. */
  private store(left: SyntaxNode, value: Value | undefined, node: SyntaxNode, state: Running): Running[] {
    const path = pathOf(left);
    const local = isPlainLocal(left, this.fn, this.facts);
    if (holdsObject(value) && !local) return this.storeOutside(path, value, node, state);
    if (value?.kind === "address" && !local && holds(state)) {
      state.events.push({ kind: "keep", span: spanOf(node) });
      state.env = withValue(state.env, "@kept", { kind: "constant", value: 1n });
    }
    if (path === undefined) return [state];
    const before = state.env.get(path);
    state.env = withValue(state.env, path, value);
    if (!holdsObject(before) || holdsObject(value) || !holds(state) || holdersOf(state.env).length > 0) return [state];
    if (before?.kind === "object") this.lose(state, "overwritten", spanOf(node), node);
    else this.escape(state);
    return [state];
  }

  /** `*out = OSDynamicCast(T, x)`: where the cast fails nothing was stored, and the object is still ours. */
  private storeOutside(
    path: string | undefined,
    value: Value | undefined,
    node: SyntaxNode,
    state: Running,
  ): Running[] {
    const states: Running[] = [state];
    if (value?.kind === "object-or-null" && path !== undefined && holds(state)) {
      const failed = fork(state);
      failed.env = withValue(failed.env, path, ZERO);
      states.push(failed);
    }
    if (state.phase === "released" && value?.kind === "object" && !state.shared)
      this.report(state, "use-after-release", node);
    const spare = state.phase === "owned" ? 1 : 0;
    if (value?.kind === "object" && holds(state) && state.count > spare) {
      // Retained before: what is stored takes that reference, and ours is still to be given up.
      state.count--;
      state.shared = true;
      state.env = withValue(state.env, "@stored", { kind: "constant", value: 1n });
      return states;
    }
    this.escape(state);
    if (path !== undefined) state.env = withValue(state.env, path, { kind: "nonzero" });
    return states;
  }

  private declaration(node: SyntaxNode, start: Running): Running[] {
    let states = [start];
    // `if (T *x = call)`: name and value stand in the declaration itself.
    const [declarator, value] = [field(node, "declarator"), field(node, "value")];
    if (declarator && value) {
      states = this.evaluate(value, start);
      for (const state of states) this.initialise(readDeclarator(declarator).name, value, state);
      return states;
    }
    for (const child of node.children) {
      if (child.kind === K.initDeclarator) {
        const value = field(child, "value");
        const { name } = readDeclarator(child);
        if (value) states = states.flatMap((state) => this.evaluate(value, state));
        for (const state of states) this.initialise(name, value, state);
      } else if (isDeclaratorLike(child) && child !== field(node, "type")) {
        const declared = readDeclarator(child);
        const unset = declared.name === this.site.variable && this.isUnset(node, declared);
        for (const state of states) {
          if (declared.functionDeclarator) this.construction(declared.functionDeclarator, state);
          if (declared.name) this.shadow(declared.name, state);
          if (declared.name) state.env = withValue(state.env, declared.name, unset ? UNINITIALISED : undefined);
        }
      }
    }
    return states;
  }

  /** A name that is declared anew in an inner scope hides the outer one until the scope ends. */
  private shadow(name: string, state: Running): void {
    const outer = state.env.get(name);
    if (holdsObject(outer)) state.env = withValue(state.env, `${name}^`, outer);
  }

  private isUnset(node: SyntaxNode, declared: ReturnType<typeof readDeclarator>): boolean {
    const isStatic = node.children.some((child) => child.kind === K.storageClassSpecifier);
    return !isStatic && !declared.functionDeclarator && isObjectPointer(readType(node, declared), this.facts.index);
  }

  /** `OSSharedPtr<T> p(x, OSNoRetain);` reads like the declaration of a function; its "parameter types" are the arguments. */
  private construction(declarator: SyntaxNode, state: Running): void {
    const list = childOf(declarator, K.parameterList);
    if (!list || constructsWithoutTaking(list)) return;
    if (list.children.some((argument) => holdsObject(state.env.get(textOf(argument))))) this.escape(state);
  }

  private initialise(name: string, value: SyntaxNode | undefined, state: Running): void {
    if (!name) return;
    const inner = value && braced(value);
    const known = inner === undefined ? ZERO : inner === null ? undefined : valueOf(inner, state.env, this.facts.index);
    this.shadow(name, state);
    state.env = withValue(state.env, name, value ? known : undefined);
  }

  private release(state: Running, node: SyntaxNode, all: boolean): void {
    switch (state.phase) {
      case "owned":
        state.count = all ? 0 : state.count - 1;
        state.events.push({ kind: "release", span: spanOf(node), count: state.count });
        if (state.count > 0) return;
        if (state.env.has("@kept") && !state.shared) this.report(state, "mapping", node);
        // What was stored may be taken back on a path that fails: a further release is then the stored one's.
        state.phase = state.env.has("@stored") ? "gone" : "released";
        return;
      case "borrowed":
        if (state.count > 0) {
          state.count--;
          state.events.push({ kind: "release", span: spanOf(node), count: state.count });
        } else {
          if (!all && !state.env.has("@stored")) this.report(state, "release-borrowed", node);
          state.phase = "gone";
        }
        return;
      case "released":
        this.report(state, "double-release", node);
        state.phase = "gone";
        return;
      case "idle":
      case "failed":
      case "gone":
        return;
    }
  }

  /** From here on somebody else may be responsible; nothing more is said of this reference. */
  private escape(state: Running): void {
    state.phase = "gone";
    state.count = 0;
    for (const [name, value] of state.env) if (holdsObject(value)) state.env = withValue(state.env, name, undefined);
  }

  private report(state: Running, outcome: Outcome, node: SyntaxNode): void {
    state.problems.push({ outcome, span: spanOf(node), node, eventsBefore: state.events.length });
  }

  private lose(state: Running, outcome: Outcome, span: Span, node: SyntaxNode | undefined): void {
    if (!holds(state)) return;
    state.problems.push({ outcome, span, node, eventsBefore: state.events.length });
    state.phase = "gone";
    state.count = 0;
  }

  private leaveScope(names: readonly string[], span: Span, state: Running): void {
    for (const name of names) {
      const value = state.env.get(name);
      const outer = state.env.get(`${name}^`);
      state.env = withValue(state.env, name, outer);
      if (outer) state.env = withValue(state.env, `${name}^`, undefined);
      if (value === undefined) continue;
      if (!holdsObject(value) || !holds(state) || holdersOf(state.env).length > 0) continue;
      if (value.kind === "object")
        this.lose(state, hasFailed(state.env, this.fn) ? "failure" : "scope", span, undefined);
      else this.escape(state);
    }
  }

  private leaveFunction(item: Extract<Item, { kind: "return" }>, state: Running): void {
    state.ended = true;
    const value = item.value && valueOf(item.value, state.env, this.facts.index);
    if (holdsObject(value)) {
      // A helper that hands its parameter back leaves the caller's reference as it is.
      if (this.site.how === "parameter" && state.phase === "owned") return;
      if (state.phase === "released" && value?.kind === "object" && !state.shared && item.value) {
        this.report(state, "use-after-release", item.value);
      }
      return this.escape(state);
    }
    if (value?.kind === "address" && holds(state))
      state.env = withValue(state.env, "@kept", { kind: "constant", value: 1n });
    if (!holds(state)) return;
    if (holdersOf(state.env).length === 0 && !state.env.has("@lost")) return this.escape(state);
    const outcome = outcomeOf(item.value, value, state.env, this.fn, this.facts.index);
    if (this.site.how === "parameter") return;
    this.lose(state, outcome, item.span, item.implicit ? undefined : item.node);
  }
}

function isReceiver(node: SyntaxNode): boolean {
  return node.parent?.kind === K.fieldExpression;
}

function results(site: Site, from: string): readonly [Value, Value] {
  switch (site.success) {
    case "zero":
      return [
        { kind: "constant", value: 0n, from },
        { kind: "nonzero", from },
      ];
    case "nonzero":
      return [
        { kind: "nonzero", from },
        { kind: "constant", value: 0n, from },
      ];
    case "always":
      return [
        { kind: "unknown", from },
        { kind: "unknown", from },
      ];
    case "object":
      return [OBJECT, { kind: "constant", value: 0n, from }];
  }
}

/** A call as a step names it. */
export function nameOf(call: CallParts): string {
  return call.scope === undefined ? call.name : `${call.scope}::${call.name}`;
}

/** The value of `T *x = {v}` and `T *x(v)`; undefined for `{}`, null where there are several. */
function braced(value: SyntaxNode): SyntaxNode | undefined | null {
  if (value.kind !== K.initializerList && value.kind !== K.argumentList) return value;
  if (value.children.length === 0) return undefined;
  return value.children.length === 1 ? (value.children[0] ?? null) : null;
}

function hasEffect(node: SyntaxNode): boolean {
  return EFFECTS.has(node.kind) || isNestedFunction(node);
}

const EFFECTS: ReadonlySet<string> = new Set([
  K.identifier,
  K.callExpression,
  K.assignmentExpression,
  K.updateExpression,
  K.deleteExpression,
]);

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
