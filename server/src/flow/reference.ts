// One tracked reference while a block runs over it: what holds it, and what each event does to its count.
import type { Span } from "../base/span.ts";
import type { ProjectIndex } from "../semantics/model.ts";
import type { CallParts } from "../syntax/cpp.ts";
import { spanOf, type SyntaxNode } from "../syntax/node.ts";
import type { Site } from "./sites.ts";
import { holds, type Outcome, type Running } from "./state.ts";
import {
  DOUBT,
  OBJECT,
  ONE,
  fromOf,
  holdersOf,
  holdsObject,
  pathOf,
  valueOf,
  withKnown,
  withValue,
  type Value,
} from "./values.ts";

/** More counts than that are not followed: the function is doing something of its own. */
const MAX_COUNT = 4;

/** The events on one site's reference. What it keeps itself only grows and depends on the graph alone; the rest is in the states. */
export class Reference {
  /** The places outside of the function that have held the object: whoever owns them owns it. */
  readonly outer = new Set<string>();
  /** Some holder is not a plain variable: members and elements have to be looked at. */
  usesPlaces: boolean;

  constructor(
    readonly site: Site,
    private readonly index: ProjectIndex,
  ) {
    this.usesPlaces = !/^\w+$/.test(site.variable);
    if (site.keeper === "outer") this.addOuter(site.variable);
  }

  /** From here on a member, an element or an out-parameter holds the object. */
  addOuter(path: string): void {
    this.outer.add(path);
    this.usesPlaces = true;
  }

  /** True when memory that outlives the function holds the object: at the function's end nothing is lost. */
  isKept(state: Running): boolean {
    return state.env.has("@elsewhere") || holdersOf(state.env).some((name) => this.outer.has(name));
  }

  /** Sets a variable. Where it is part of a holder's path (`slots[i]`, and i goes on), that holder is still there, without a name. */
  set(state: Running, path: string, value: Value | undefined): void {
    const before = state.env;
    state.env = withValue(before, path, value);
    if (!this.usesPlaces) return;
    const lost = holdersOf(before).filter((name) => name !== path && !state.env.has(name));
    if (lost.some((name) => this.outer.has(name))) {
      state.env = withValue(state.env, "@elsewhere", ONE);
    } else if (lost.length > 0) this.escape(state);
  }

  /** Somebody else is responsible from here on: unknown code, or a smart pointer that lives as long as the function. */
  handOn(adopted: boolean, node: SyntaxNode, state: Running): void {
    if (!adopted || !holds(state) || state.count > 1) return this.escape(state);
    state.events.push({ kind: "adopt", span: spanOf(node) });
    state.phase = "adopted";
    state.count = 0;
  }

  /** A local is given what a member holds: an object of somebody else, which may be null. */
  borrow(node: SyntaxNode, state: Running): void {
    if (holds(state)) this.escape(state);
    for (const [name, value] of state.env) if (holdsObject(value)) state.env = withValue(state.env, name, undefined);
    state.phase = "borrowed";
    state.count = 0;
    state.shared = true;
    state.events.push({ kind: "acquire", span: spanOf(node) });
  }

  /** `receiver->retain()`. */
  retain(receiver: SyntaxNode, node: SyntaxNode, state: Running): void {
    const value = valueOf(receiver, state.env, this.index);
    if (!holdsObject(value)) return;
    if (value?.kind === "maybe-object" || state.count >= MAX_COUNT) return this.escape(state);
    if (state.phase === "released" && value?.kind === "object" && !state.shared) {
      this.report(state, "use-after-release", receiver);
      state.phase = "gone";
    }
    if (state.phase !== "owned" && state.phase !== "borrowed") return;
    state.count++;
    state.events.push({ kind: "retain", span: spanOf(node), count: state.count });
  }

  /** One reference is given up; with `all` the object is ended whatever its count. */
  release(state: Running, node: SyntaxNode, all: boolean): void {
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
      case "adopted":
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
  escape(state: Running): void {
    state.phase = "gone";
    state.count = 0;
    for (const [name, value] of state.env) if (holdsObject(value)) state.env = withValue(state.env, name, undefined);
  }

  /** Something is wrong here; what is known of the reference stays. */
  report(state: Running, outcome: Outcome, node: SyntaxNode): void {
    if (this.site.perhapsNamedElsewhere && outcome !== "unchecked" && outcome !== "known-failure") return;
    state.problems.push({ outcome, span: spanOf(node), node, eventsBefore: state.events.length });
  }

  /** Nothing points at what this function must give up. */
  lose(state: Running, outcome: Outcome, span: Span, node: SyntaxNode | undefined): void {
    if (!holds(state)) return;
    // What a member held before belongs to the class: whether that reference was counted is not known here.
    const certain = this.site.how !== "member" && !this.site.perhapsNamedElsewhere && !state.env.has(DOUBT);
    if (certain) state.problems.push({ outcome, span, node, eventsBefore: state.events.length });
    state.phase = "gone";
    state.count = 0;
  }

  /** True for what the acquiring call returned. */
  isStatus(value: Value | undefined): boolean {
    return this.site.call !== undefined && fromOf(value) === nameOf(this.site.call);
  }

  /** `x->release()` runs: x was not null. */
  dereferenced(receiver: SyntaxNode, state: Running): void {
    const path = pathOf(receiver);
    if (path !== undefined && state.env.get(path)?.kind === "object-or-null")
      state.env = withKnown(state.env, path, OBJECT);
  }
}

/** A call as a step names it. */
export function nameOf(call: CallParts): string {
  return call.scope === undefined ? call.name : `${call.scope}::${call.name}`;
}
