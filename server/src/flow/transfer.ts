// What each item of a block does to one tracked reference and to what is known of variables: the transfer function.
import type { Span } from "../base/span.ts";
import { isObjectPointer, localVariable } from "../semantics/expression-type.ts";
import type { FunctionInfo, ProjectIndex } from "../semantics/model.ts";
import { readDeclarator, readType } from "../semantics/types.ts";
import {
  addressOf,
  binaryParts,
  callParts,
  isDeclaratorLike,
  unaryParts,
  uncast,
  unwrap,
  type CallParts,
} from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { childOf, field, postOrder, spanOf, textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import { isNestedFunction } from "./build-cfg.ts";
import type { Item } from "./cfg.ts";
import { argumentEffect, isReleaseCall, outOwnership } from "./ownership-facts.ts";
import type { PathEvent } from "./ownership.ts";
import type { Site } from "./sites.ts";
import {
  callKey,
  fromOf,
  holdersOf,
  holdsObject,
  OBJECT,
  pathOf,
  truthOf,
  valueOf,
  withValue,
  ZERO,
  type Env,
  type Value,
} from "./values.ts";

/** The reference's state on one path: how many counts this function holds (0: none), and what is known of variables. */
export interface PathState {
  readonly count: number;
  readonly env: Env;
}

/** How the function leaves where the reference is lost. */
export type Outcome = "success" | "failure" | "scope" | "overwritten";

export interface Loss {
  readonly outcome: Outcome;
  readonly span: Span;
  readonly node: SyntaxNode | undefined;
  /** How many of the result's events lie before it. */
  readonly eventsBefore: number;
}

export interface TransferResult {
  /** Undefined when the path ends in the block. */
  readonly state: PathState | undefined;
  readonly events: readonly PathEvent[];
  readonly losses: readonly Loss[];
}

/** More counts than that are not followed: the function is doing something of its own. */
const MAX_COUNT = 4;

interface Running {
  count: number;
  env: Env;
  ended: boolean;
  readonly events: PathEvent[];
  readonly losses: Loss[];
}

/** The transfer function for one site. Stateless between calls of `run`. */
export class Transfer {
  private readonly order = new WeakMap<SyntaxNode, readonly SyntaxNode[]>();

  constructor(
    private readonly site: Site,
    private readonly fn: FunctionInfo,
    private readonly index: ProjectIndex,
    private readonly locals: ReadonlyMap<string, number>,
  ) {}

  /** All states in which a block can end when it is entered in `state`: two where the site's call may succeed or fail. */
  run(items: readonly Item[], state: PathState): TransferResult[] {
    let running: Running[] = [{ ...state, ended: false, events: [], losses: [] }];
    for (const item of items) {
      running = running.flatMap((each) => (each.ended ? [each] : this.item(item, each)));
    }
    return running.map(({ ended, count, env, events, losses }) => ({
      state: ended ? undefined : { count, env },
      events,
      losses,
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
      case "leave":
        this.leaveScope(item.names, item.span, state);
        return [state];
    }
  }

  /** Runs an expression: its parts in the order of evaluation. */
  private evaluate(root: SyntaxNode, start: Running): Running[] {
    let states = [start];
    for (const node of this.evaluationOrder(root)) {
      states = states.flatMap((state) => this.effect(node, state));
    }
    return states;
  }

  /** Operands before operators; nested functions as a whole. */
  private evaluationOrder(root: SyntaxNode): readonly SyntaxNode[] {
    const known = this.order.get(root);
    if (known) return known;
    const order = [...postOrder(root, (node) => !isNestedFunction(node))].filter(hasEffect);
    this.order.set(root, order);
    return order;
  }

  private effect(node: SyntaxNode, state: Running): Running[] {
    switch (node.kind) {
      case K.identifier:
        this.mention(node, state);
        return [state];
      case K.callExpression:
        return this.call(node, state);
      case K.assignmentExpression:
        this.assignment(node, state);
        return [state];
      case K.updateExpression: {
        const parts = unaryParts(node);
        const path = parts && pathOf(parts.operand);
        if (path !== undefined) state.env = withValue(state.env, path, undefined);
        return [state];
      }
      case K.deleteExpression: {
        const operand = node.children.at(-1);
        if (operand && holdsObject(valueOf(operand, state.env, this.index))) this.release(state, spanOf(node), true);
        return [state];
      }
      default:
        this.capture(node, state);
        return [state];
    }
  }

  /** A block or lambda that names a holder may keep or release it at any time. */
  private capture(node: SyntaxNode, state: Running): void {
    const text = textOf(node);
    const copiesAll = node.kind === K.lambdaExpression && /^\[\s*[=&]\s*\]/.test(text);
    const captured = holdersOf(state.env).some((name) => new RegExp(`\\b${escapeRegExp(name)}\\b`).test(text));
    if (captured) this.escape(state);
    // What a block assigns is not known afterwards.
    for (const each of walk(node)) {
      if (each.kind !== K.assignmentExpression && each.kind !== K.updateExpression) continue;
      const target = each.children[0] && pathOf(each.children[0]);
      if (target !== undefined && state.env.has(target) && (copiesAll || /\w/.test(target))) {
        state.env = withValue(state.env, target, undefined);
      }
    }
  }

  /** A holder is named: harmless where it is only looked at, otherwise somebody else may own it from now on. */
  private mention(node: SyntaxNode, state: Running): void {
    const value = state.env.get(textOf(node));
    if (!holdsObject(value) || this.isHarmless(node, state)) return;
    this.escape(state);
  }

  private isHarmless(node: SyntaxNode, state: Running): boolean {
    let child = node;
    for (let parent = node.parent; parent; child = parent, parent = parent.parent) {
      switch (parent.kind) {
        case K.parenthesizedExpression:
        case K.castExpression:
        case K.conditionClause:
        case K.commaExpression:
          continue;
        case K.fieldExpression:
        case K.subscriptExpression:
        case K.binaryExpression:
        case K.unaryExpression:
        case K.sizeofExpression:
        case K.deleteExpression:
        case K.expressionStatement:
        case K.ifStatement:
        case K.whileStatement:
        case K.doStatement:
        case K.forStatement:
        case K.switchStatement:
          return true;
        case K.conditionalExpression:
          return parent.children[0] === child;
        case K.pointerExpression: {
          if (unaryParts(parent)?.operator !== "&") return true;
          // `&x` as an argument belongs to the call; anywhere else the variable can change behind our back.
          const list = outermostCast(parent).parent;
          return list?.kind === K.argumentList && list.parent?.kind === K.callExpression;
        }
        case K.assignmentExpression: {
          const parts = binaryParts(parent);
          if (!parts) return false;
          // The left side is overwritten and a plain local on it becomes an alias: both are handled by the assignment.
          return parts.left === child || this.isLocalPath(parts.left, state);
        }
        case K.initDeclarator:
          return this.isPlainPointerDeclaration(parent);
        case K.argumentList: {
          const call = parent.parent;
          if (!call) return false;
          if (call.kind === K.initDeclarator) return constructsWithoutTaking(parent);
          const parts = callParts(call);
          // A named cast passes its operand on.
          if (!parts) {
            child = call;
            parent = call;
            continue;
          }
          if (/^OS(DynamicCast|RequiredCast)$/.test(parts.name)) {
            child = call;
            parent = call;
            continue;
          }
          return argumentEffect(parts, parts.args.indexOf(child), this.fn, this.index) !== "unknown";
        }
        default:
          return false;
      }
    }
    // Nothing around it: it is a whole condition or statement.
    return true;
  }

  private isLocalPath(node: SyntaxNode, _state: Running): boolean {
    const left = uncast(node);
    if (left.kind !== K.identifier) return false;
    const local = localVariable(textOf(left), left, this.fn, this.index);
    return local !== undefined && !local.static && !local.captured && !local.type.reference && !local.parameter;
  }

  private isPlainPointerDeclaration(declarator: SyntaxNode): boolean {
    const name = field(declarator, "declarator");
    const declaration = declarator.parent;
    if (!name || declaration?.kind !== K.declaration) return false;
    const declared = readDeclarator(declarator);
    const type = readType(declaration, declared);
    const isStatic = declaration.children.some(
      (child) => child.kind === K.storageClassSpecifier && textOf(child) === "static",
    );
    return (
      !declared.reference &&
      !declared.array &&
      !isStatic &&
      (declared.pointers === 1 || (type.name === "auto" && !type.argument))
    );
  }

  private call(node: SyntaxNode, state: Running): Running[] {
    const call = callParts(node);
    if (!call) return [state];
    if (node === this.site.call.node) return this.acquire(call, state);
    const released = isReleaseCall(call);
    if (released) {
      const value = valueOf(released.target, state.env, this.index);
      if (value?.kind === "maybe-object") this.escape(state);
      else if (holdsObject(value)) this.release(state, spanOf(node), released.all);
      const path = pathOf(released.target);
      if (released.nulls && path !== undefined) state.env = withValue(state.env, path, ZERO);
      return [state];
    }
    if (call.receiver && call.name === "retain" && call.args.length === 0) {
      const value = valueOf(call.receiver, state.env, this.index);
      if (value?.kind === "maybe-object" || state.count >= MAX_COUNT) this.escape(state);
      else if (holdsObject(value) && state.count > 0) {
        state.count++;
        state.events.push({ kind: "retain", span: spanOf(node), count: state.count });
      }
      return [state];
    }
    for (const [position, argument] of call.args.entries()) this.outArgument(call, argument, position, state);
    return [state];
  }

  /** `&x` handed to a call: afterwards x holds something else. */
  private outArgument(call: CallParts, argument: SyntaxNode, position: number, state: Running): void {
    const target = addressOf(argument);
    const path = target && pathOf(target);
    if (path === undefined) return;
    const value = state.env.get(path);
    if (holdsObject(value)) {
      const ownership = outOwnership(call, position, this.fn, this.index);
      if (ownership === undefined || value?.kind !== "object" || holdersOf(state.env).length > 1) this.escape(state);
      else this.lose(state, "overwritten", spanOf(argument), undefined);
    }
    state.env = withValue(state.env, path, { kind: "unknown", from: nameOf(call) });
  }

  /** The site's own call: one path on which it gives the reference, one on which it does not. */
  private acquire(call: CallParts, state: Running): Running[] {
    const { site } = this;
    const failed: Running = { ...state, events: [...state.events], losses: [...state.losses] };
    const key = callKey(call.node);
    const from = nameOf(call);
    if (state.count > 0) {
      // The same call again, in a loop: what it gave before is lost unless something else holds it.
      const others = holdersOf(state.env).filter((name) => name !== site.variable);
      if (others.length > 0) this.escape(state);
      else this.lose(state, "overwritten", site.span, undefined);
      failed.count = 0;
    }
    for (const holder of holdersOf(state.env)) state.env = withValue(state.env, holder, undefined);
    for (const holder of holdersOf(failed.env)) failed.env = withValue(failed.env, holder, undefined);
    state.count = 1;
    state.events.push({ kind: "acquire", span: site.span });
    const [yes, no] = results(site, from);
    state.env = withValue(state.env, key, yes);
    failed.env = withValue(failed.env, key, no);
    if (site.how === "out-parameter") {
      const before = failed.env.get(site.variable);
      state.env = withValue(state.env, site.variable, OBJECT);
      // On failure the variable keeps a null it had; whether DriverKit writes it is not the same for every call.
      const keeps = before?.kind === "constant" && before.value === 0n;
      failed.env = withValue(failed.env, site.variable, keeps ? ZERO : undefined);
    }
    return [state, failed];
  }

  private assignment(node: SyntaxNode, state: Running): void {
    const parts = binaryParts(node);
    if (!parts) return;
    const path = pathOf(parts.left);
    const value = parts.operator === "=" ? valueOf(parts.right, state.env, this.index) : undefined;
    this.store(parts.left, path, value, spanOf(node), state);
  }

  private store(
    left: SyntaxNode,
    path: string | undefined,
    value: Value | undefined,
    span: Span,
    state: Running,
  ): void {
    if (holdsObject(value) && !this.isLocalPath(left, state)) {
      this.escape(state);
      return;
    }
    if (path === undefined) return;
    if (holdsObject(state.env.get(path)) && !holdsObject(value)) {
      const others = holdersOf(state.env).filter((name) => name !== path);
      const known = state.env.get(path)?.kind === "object";
      state.env = withValue(state.env, path, value);
      if (state.count > 0 && others.length === 0) {
        if (known) this.lose(state, "overwritten", span, undefined);
        else this.escape(state);
      }
      return;
    }
    state.env = withValue(state.env, path, value);
  }

  private declaration(node: SyntaxNode, start: Running): Running[] {
    let states = [start];
    for (const child of node.children) {
      if (child.kind === K.initDeclarator) {
        const value = field(child, "value");
        const name = readDeclarator(child).name;
        if (value) states = states.flatMap((state) => this.evaluate(value, state));
        for (const state of states) this.initialise(name, value, state);
      } else if (isDeclaratorLike(child)) {
        const { name, functionDeclarator } = readDeclarator(child);
        for (const state of states) {
          if (functionDeclarator) this.construction(functionDeclarator, state);
          if (name) state.env = withValue(state.env, name, undefined);
        }
      }
    }
    return states;
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
    const known = inner === undefined ? ZERO : inner === null ? undefined : valueOf(inner, state.env, this.index);
    state.env = withValue(state.env, name, value ? known : undefined);
  }

  private release(state: Running, span: Span, all: boolean): void {
    if (state.count === 0) return;
    state.count = all ? 0 : state.count - 1;
    state.events.push({ kind: "release", span, count: state.count });
  }

  /** From here on somebody else may be responsible; nothing more is said of this reference. */
  private escape(state: Running): void {
    state.count = 0;
    for (const [name, value] of state.env) if (holdsObject(value)) state.env = withValue(state.env, name, undefined);
  }

  private lose(state: Running, outcome: Outcome, span: Span, node: SyntaxNode | undefined): void {
    if (state.count === 0) return;
    state.losses.push({ outcome, span, node, eventsBefore: state.events.length });
    state.count = 0;
  }

  private leaveScope(names: readonly string[], span: Span, state: Running): void {
    for (const name of names) {
      const value = state.env.get(name);
      state.env = withValue(state.env, name, undefined);
      if (!holdsObject(value) || state.count === 0) continue;
      if (holdersOf(state.env).length > 0) continue;
      if (value?.kind === "object" && (this.locals.get(name) ?? 0) >= 1) this.lose(state, "scope", span, undefined);
      else this.escape(state);
    }
  }

  private leaveFunction(item: Extract<Item, { kind: "return" }>, state: Running): void {
    state.ended = true;
    if (state.count === 0) return;
    const value = item.value && valueOf(item.value, state.env, this.index);
    if (holdsObject(value)) return this.escape(state);
    if (![...state.env.values()].some((each) => each.kind === "object" || each.kind === "object-or-null"))
      return this.escape(state);
    this.lose(state, this.outcomeOf(item, value, state), item.span, item.implicit ? undefined : item.node);
  }

  private outcomeOf(item: Extract<Item, { kind: "return" }>, value: Value | undefined, state: Running): Outcome {
    const returns = this.fn.returns;
    const truth = truthOf(value);
    // `return false` from a function that returns a status is success to the kernel and failure to its author.
    if (item.value && textOf(item.value) === "false") return "failure";
    if (item.value && truth !== undefined) {
      const truthIsSuccess =
        returns?.name === "bool" || (returns?.pointers ?? 0) > 0 || isObjectPointer(returns, this.index);
      return truth === truthIsSuccess ? "success" : "failure";
    }
    if (item.value) return "success";
    // A void function says by its path alone whether it failed: some call's status is known to be an error.
    const failed = [...state.env].some(
      ([key, each]) => !key.startsWith("?") && fromOf(each) !== undefined && isErrorStatus(each),
    );
    return failed ? "failure" : "success";
  }
}

function isErrorStatus(value: Value): boolean {
  return value.kind === "nonzero" || (value.kind === "constant" && value.value !== 0n);
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

/** `OSSharedPtr<T> p(x, OSRetain)` takes a reference of its own; any other constructor may take this one. */
function constructsWithoutTaking(list: SyntaxNode): boolean {
  return list.children.length === 2 && textOf(unwrap(list.children[1] as SyntaxNode)) === "OSRetain";
}

function outermostCast(node: SyntaxNode): SyntaxNode {
  let at = node;
  while (at.parent && (at.parent.kind === K.castExpression || at.parent.kind === K.parenthesizedExpression))
    at = at.parent;
  return at;
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
