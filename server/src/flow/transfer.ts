// What each item of a block does to one tracked reference and to what is known of variables: the transfer function.
import type { Span } from "../base/span.ts";
import { isObjectPointer } from "../semantics/expression-type.ts";
import type { FunctionInfo } from "../semantics/model.ts";
import { readDeclarator, readType } from "../semantics/types.ts";
import { binaryParts, isDeclaratorLike, unaryParts, uncast } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { childOf, field, postOrder, spanOf, textOf, type SyntaxNode } from "../syntax/node.ts";
import { isNestedFunction } from "./graph.ts";
import { Calls } from "./calls.ts";
import type { Item } from "./cfg.ts";
import type { Doubt } from "./doubt.ts";
import { hasFailed, outcomeOf } from "./exits.ts";
import { adoptsForGood, constructsWithoutTaking } from "./mention.ts";
import { Naming } from "./naming.ts";
import type { FlowFacts } from "./ownership-facts.ts";
import { heldClass, liesIn, placeOf } from "./places.ts";
import { Reference } from "./reference.ts";
import type { Site } from "./sites.ts";
import { fork, holds, type PathEvent, type PathState, type Problem, type Running } from "./state.ts";
import {
  UNINITIALISED,
  OBJECT,
  ONE,
  ZERO,
  holdersOf,
  holdsObject,
  pathOf,
  valueOf,
  withValue,
  type Value,
} from "./values.ts";

export interface TransferResult {
  /** The state at the block's end, or at the function's where `ended`. */
  readonly state: PathState;
  readonly ended: boolean;
  readonly events: readonly PathEvent[];
  readonly problems: readonly Problem[];
}

/** The transfer function for one site. */
export class Transfer {
  private readonly order = new WeakMap<SyntaxNode, readonly SyntaxNode[]>();
  private readonly ref: Reference;
  private readonly naming: Naming;
  private readonly calls: Calls;

  constructor(
    site: Site,
    private readonly fn: FunctionInfo,
    private readonly facts: FlowFacts,
    private readonly doubt: Doubt,
  ) {
    this.ref = new Reference(site, facts.index);
    this.naming = new Naming(this.ref, fn, facts);
    this.calls = new Calls(this.ref, fn, facts);
  }

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
          if (item.declared) this.ref.set(each, textOf(item.left), undefined);
          return this.store(item.left, this.valueFrom(item.value, each), item.value, each);
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
        this.naming.mention(node, textOf(node), state);
        return [state];
      case K.fieldExpression:
      case K.subscriptExpression: {
        const path = this.ref.usesPlaces ? pathOf(node) : undefined;
        if (path !== undefined) this.naming.mention(node, path, state);
        return [state];
      }
      case K.callExpression:
        return this.calls.call(node, state);
      case K.assignmentExpression: {
        const parts = binaryParts(node);
        if (!parts) return [state];
        const value = parts.operator === "=" ? this.valueFrom(parts.right, state) : undefined;
        return this.store(parts.left, value, node, state);
      }
      case K.updateExpression: {
        const path = pathOf(unaryParts(node)?.operand ?? node);
        if (path !== undefined) this.ref.set(state, path, undefined);
        return [state];
      }
      case K.deleteExpression: {
        const operand = node.children.at(-1);
        if (operand && holdsObject(valueOf(operand, state.env, this.facts.index))) this.ref.release(state, node, true);
        return [state];
      }
      default:
        this.naming.capture(node, state);
        return [state];
    }
  }

  /** Stores a value: an alias in a plain local, anything else hands it on. */
  private store(left: SyntaxNode, value: Value | undefined, node: SyntaxNode, state: Running): Running[] {
    const path = pathOf(left);
    const local = placeOf(left, this.fn, this.facts.index)?.keeper === "local";
    if (holdsObject(value) && !local) return this.storeOutside(left, value, node, state);
    if (holdsObject(value) && path !== undefined && !/^\w+$/.test(path)) this.ref.usesPlaces = true;
    if (value?.kind === "address" && !local && holds(state)) {
      state.events.push({ kind: "keep", span: spanOf(node) });
      state.env = withValue(state.env, "@kept", ONE);
    }
    if (path === undefined) return [state];
    const before = state.env.get(path);
    this.ref.set(state, path, value);
    this.derive(path, value, node, local, state);
    if (!holdsObject(before) || holdsObject(value) || !holds(state) || holdersOf(state.env).length > 0) return [state];
    if (before?.kind === "object" && !state.env.has("@elsewhere"))
      this.ref.lose(state, "overwritten", spanOf(node), node);
    else this.ref.escape(state);
    return [state];
  }

  /** `*out = OSDynamicCast(T, x)`: where the cast fails nothing was stored, and the object is still ours. */
  private storeOutside(left: SyntaxNode, value: Value | undefined, node: SyntaxNode, state: Running): Running[] {
    const path = pathOf(left);
    const states: Running[] = [state];
    if (value?.kind === "object-or-null" && path !== undefined && holds(state)) {
      const failed = fork(state);
      failed.env = withValue(failed.env, path, ZERO);
      states.push(failed);
    }
    if (state.phase === "released" && value?.kind === "object" && !state.shared)
      this.ref.report(state, "use-after-release", node);
    const spare = state.phase === "owned" ? 1 : 0;
    if (value?.kind === "object" && holds(state) && state.count > spare) {
      // Retained before: what is stored takes that reference, and ours is still to be given up.
      state.count--;
      state.shared = true;
      state.env = withValue(state.env, "@stored", ONE);
      return states;
    }
    if (path !== undefined && this.keepsFollowing(left, value, state)) {
      this.ref.addOuter(path);
      this.ref.set(state, path, OBJECT);
      return states;
    }
    this.ref.escape(state);
    if (path !== undefined) state.env = withValue(state.env, path, { kind: "nonzero" });
    return states;
  }

  /** What a member, an element or an out-parameter was given is the owner's to release, and can still be lost or misused here. */
  private keepsFollowing(left: SyntaxNode, value: Value | undefined, state: Running): boolean {
    if (value?.kind !== "object" || state.phase !== "owned" || this.ref.site.how === "parameter") return false;
    const { index } = this.facts;
    return placeOf(left, this.fn, index)?.keeper === "outer" && heldClass(left, this.fn, index) !== undefined;
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
        const unset = declared.name === this.ref.site.variable && this.isUnset(node, declared);
        for (const state of states) {
          if (declared.functionDeclarator) this.construction(declared, state);
          if (declared.name) this.shadow(declared.name, state);
          if (declared.name) this.ref.set(state, declared.name, unset ? UNINITIALISED : undefined);
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
  private construction({ name, functionDeclarator }: ReturnType<typeof readDeclarator>, state: Running): void {
    const list = functionDeclarator && childOf(functionDeclarator, K.parameterList);
    if (!list || constructsWithoutTaking(list)) return;
    if (list.children.some((argument) => holdsObject(state.env.get(textOf(argument)))))
      this.ref.handOn(adoptsForGood(list, name, this.fn), list, state);
  }

  private initialise(name: string, value: SyntaxNode | undefined, state: Running): void {
    if (!name) return;
    const inner = value && braced(value);
    const known = inner === undefined ? ZERO : inner === null ? undefined : this.valueFrom(inner, state);
    this.shadow(name, state);
    this.ref.set(state, name, value ? known : undefined);
    if (value) this.derive(name, known, value, true, state);
  }

  /** What is worked out from the acquiring call's status says later how it went. */
  private derive(path: string, value: Value | undefined, node: SyntaxNode, local: boolean, state: Running): void {
    if (holds(state)) state.env = this.doubt.stored(path, value, node, local, state.env);
  }

  /** The value that is stored. Where a local is given what a member holds, and the site is about that, its object begins here. */
  private valueFrom(node: SyntaxNode, state: Running): Value | undefined {
    if (uncast(node) !== this.ref.site.origin) return valueOf(node, state.env, this.facts.index);
    this.ref.borrow(node, state);
    return { kind: "object-or-null" };
  }

  private leaveScope(names: readonly string[], span: Span, state: Running): void {
    for (const name of names) {
      const parts = this.ref.usesPlaces
        ? holdersOf(state.env).filter((each) => liesIn(each, name) && !this.ref.outer.has(each))
        : [];
      const values = [name, ...parts].map((each) => state.env.get(each));
      for (const part of parts) state.env = withValue(state.env, part, undefined);
      const hidden = state.env.get(`${name}^`);
      this.ref.set(state, name, hidden);
      if (hidden) state.env = withValue(state.env, `${name}^`, undefined);
      if (!values.some(holdsObject) || !holds(state) || holdersOf(state.env).length > 0 || this.ref.isKept(state))
        continue;
      if (values.some((value) => value?.kind === "object"))
        this.ref.lose(state, hasFailed(state.env, this.fn) ? "failure" : "scope", span, undefined);
      else this.ref.escape(state);
    }
  }

  private leaveFunction(item: Extract<Item, { kind: "return" }>, state: Running): void {
    state.ended = true;
    const value = item.value && valueOf(item.value, state.env, this.facts.index);
    if (holdsObject(value)) {
      // A helper that hands its parameter back leaves the caller's reference as it is.
      if (this.ref.site.how === "parameter" && state.phase === "owned") return;
      if (state.phase === "released" && value?.kind === "object" && !state.shared && item.value) {
        this.ref.report(state, "use-after-release", item.value);
      }
      return this.ref.escape(state);
    }
    if (value?.kind === "address" && state.phase === "released" && !state.shared && item.value)
      this.ref.report(state, "mapping", item.value);
    if (value?.kind === "address" && holds(state)) state.env = withValue(state.env, "@kept", ONE);
    if (!holds(state) || (this.ref.isKept(state) && !state.env.has("@lost"))) return;
    if (holdersOf(state.env).length === 0 && !state.env.has("@lost")) return this.ref.escape(state);
    const outcome = outcomeOf(item.value, value, state.env, this.fn, this.facts.index);
    if (this.ref.site.how === "parameter") return;
    this.ref.lose(state, outcome, item.span, item.implicit ? undefined : item.node);
  }
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
  K.fieldExpression,
  K.subscriptExpression,
  K.callExpression,
  K.assignmentExpression,
  K.updateExpression,
  K.deleteExpression,
]);
