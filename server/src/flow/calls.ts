// What a call does to the tracked reference: it gives it, takes it, counts it, or replaces what holds it.
import type { FunctionInfo } from "../semantics/model.ts";
import { addressOf, binaryParts, callParts, outermostCast, type CallParts } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { spanOf, type SyntaxNode } from "../syntax/node.ts";
import {
  argumentEffect,
  consumesReceiver,
  isLogging,
  isReleaseCall,
  isTakenByReference,
  lambdaEffect,
  mayChangeMember,
  outOwnership,
  passedThrough,
  pointeeEffect,
  type FlowFacts,
} from "./ownership-facts.ts";
import { memberOf } from "./places.ts";
import { type Reference, nameOf } from "./reference.ts";
import type { Site } from "./sites.ts";
import { fork, holds, type Running } from "./state.ts";
import {
  ADDRESS,
  UNINITIALISED,
  LOOKED,
  OBJECT,
  ONE,
  ZERO,
  callKey,
  holdersOf,
  holdsObject,
  pathOf,
  valueOf,
  withValue,
  type Value,
} from "./values.ts";

/** The part of the transfer function for calls. */
export class Calls {
  constructor(
    private readonly ref: Reference,
    private readonly fn: FunctionInfo,
    private readonly facts: FlowFacts,
  ) {}

  /** Runs a call whose arguments have been evaluated; two states where it may give the reference or fail to. */
  call(node: SyntaxNode, state: Running): Running[] {
    const call = callParts(node);
    if (!call) return [state];
    if (node === this.ref.site.call?.node) return this.acquire(this.ref.site.call, state);
    if (state.phase === "failed") this.checkStatusCall(call, state);
    if (call.receiver && consumesReceiver(call, this.fn, this.facts.index)) {
      if (holdsObject(valueOf(call.receiver, state.env, this.facts.index))) this.ref.escape(state);
    }
    const released = isReleaseCall(call);
    if (released) {
      if (call.receiver) this.ref.dereferenced(released.target, state);
      const value = valueOf(released.target, state.env, this.facts.index);
      if (value?.kind === "maybe-object") this.ref.escape(state);
      else if (holdsObject(value)) this.ref.release(state, node, released.all);
      const path = pathOf(released.target);
      if (released.nulls && path !== undefined) {
        this.ref.set(state, path, ZERO);
        // A reference is left and nothing points at it any more: it is lost, whatever the function still does.
        if (holds(state) && value?.kind === "object" && holdersOf(state.env).length === 0 && !this.ref.isKept(state)) {
          state.env = withValue(state.env, "@lost", ONE);
        }
      }
      return [state];
    }
    if (call.receiver && call.name === "retain" && call.args.length === 0) {
      this.ref.retain(call.receiver, node, state);
      return [state];
    }
    if (this.ref.outer.size > 0 && this.mayChangeKept(call, state)) this.ref.escape(state);
    if (state.phase === "failed" && this.ref.site.keeper === "outer" && this.mayChange(this.ref.site.variable, call))
      state.phase = "idle";
    const passed = passedThrough(call, this.fn, this.facts);
    const alias = passed && valueOf(passed, state.env, this.facts.index);
    if (holdsObject(alias)) state.env = withValue(state.env, callKey(node), alias);
    const lambda = lambdaEffect(call, this.fn, this.facts);
    if (lambda) return this.runLambda(lambda, node, state);
    for (const [position, argument] of call.args.entries()) {
      this.outArgument(call, argument, position, state);
      if (!holdsObject(valueOf(argument, state.env, this.facts.index))) continue;
      if (argumentEffect(call, position, this.fn, this.facts) !== "releases") continue;
      const path = isTakenByReference(call, position, this.fn, this.facts) ? pathOf(argument) : undefined;
      if (path === undefined) this.ref.release(state, node, false);
      else this.releaseBy(path, node, state);
    }
    return [state];
  }

  /** A clean-up lambda called here: it does to each captured holder what its body does. */
  private runLambda(effects: ReturnType<typeof lambdaEffect> & object, node: SyntaxNode, state: Running): Running[] {
    for (const name of holdersOf(state.env)) {
      const effect = effects.get(name);
      if (effect === undefined) continue;
      if (effect === "unknown") this.ref.escape(state);
      else if (effect === "releases") {
        this.releaseBy(name, node, state);
      }
    }
    return [state];
  }

  /** Code that can reach the variable itself releases what it holds, and may have set it to null or to another object. */
  private releaseBy(path: string, node: SyntaxNode, state: Running): void {
    this.ref.release(state, node, false);
    this.ref.set(state, path, undefined);
    if (state.phase === "released") state.phase = "gone";
  }

  /** The project's own code may release, replace or hand on what a member holds. */
  private mayChangeKept(call: CallParts, state: Running): boolean {
    const kept = holdersOf(state.env).filter((name) => this.ref.outer.has(name));
    return kept.some((name) => this.mayChange(name, call));
  }

  private mayChange(place: string, call: CallParts): boolean {
    return mayChangeMember(call, memberOf(place), this.fn, this.facts);
  }

  /** A callee that is given the status may stop the function (a checking macro that we do not know). */
  private checkStatusCall(call: CallParts, state: Running): void {
    if (isLogging(call.name)) return;
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
        return this.releaseBy(path, argument, state);
      }
      const ownership = outOwnership(call, position, this.fn, this.facts);
      const others = holdersOf(state.env).length > 1;
      if (state.phase === "released") state.phase = "gone";
      else if (ownership === undefined || value?.kind !== "object" || (others && !this.ref.outer.has(path)))
        this.ref.escape(state);
      else if (!others && !state.env.has("@elsewhere")) this.ref.lose(state, "overwritten", spanOf(argument), argument);
    }
    this.ref.set(state, path, { kind: "unknown", from: nameOf(call) });
    // IOBufferMemoryDescriptor maps itself, and says where.
    if (call.name === "GetAddressRange" && call.receiver && this.isObject(call.receiver, state)) {
      this.ref.usesPlaces = true;
      state.env = withValue(state.env, `${path}.address`, ADDRESS);
    }
  }

  private isObject(node: SyntaxNode, state: Running): boolean {
    return valueOf(node, state.env, this.facts.index)?.kind === "object";
  }

  /** The site's own call: one path on which it gives the reference, one on which it does not. */
  private acquire(call: CallParts, state: Running): Running[] {
    const { site } = this.ref;
    const failed = fork(state);
    const key = callKey(call.node);
    const from = nameOf(call);
    const unset = failed.env.get(site.variable);
    if (holds(state)) {
      // The same call again, in a loop: what it gave before is lost unless something else holds it.
      const unsure = state.env.has("@elsewhere") || (site.keeper === "outer" && unset?.kind !== "object");
      if (unsure || holdersOf(state.env).some((name) => name !== site.variable)) this.ref.escape(state);
      else this.ref.lose(state, "overwritten", site.span, call.node);
    }
    for (const each of [state, failed]) {
      for (const [name, value] of each.env) {
        if (holdsObject(value) || value.kind === "address") each.env = withValue(each.env, name, undefined);
      }
      each.env = withValue(each.env, "@elsewhere", undefined);
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
    const written = site.success !== "object";
    failed.phase = site.how === "out-parameter" ? "failed" : "idle";
    failed.count = 0;
    failed.env = withValue(failed.env, LOOKED, goesToVariable(call.node) ? undefined : ONE);
    if (written) {
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
}

/** True for a result that is dropped or put into a variable; anything else may be how the function learns of it. */
function goesToVariable(call: SyntaxNode): boolean {
  const { parent } = outermostCast(call);
  if (parent?.kind === K.expressionStatement || parent?.kind === K.initDeclarator) return true;
  const parts = parent?.kind === K.assignmentExpression ? binaryParts(parent) : undefined;
  return parts?.operator === "=" && parts.left.kind === K.identifier;
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
