// What the ownership analysis knows at one point of one path, and what it reports. Data only.
import type { Span } from "../base/span.ts";
import type { SyntaxNode } from "../syntax/node.ts";
import type { Edge } from "./cfg.ts";
import type { Env } from "./values.ts";

/**
 * Where the tracked reference is in its life:
 * "idle": not acquired yet, or acquired and lost again; "failed": the acquiring call has failed, and the way from there is followed;
 * "owned": this function holds `count` references; "borrowed": it uses an object of somebody else, and holds `count` of its own;
 * "released": it has given up all it held; "adopted": a smart pointer of this function holds it and will give it up; "gone": somebody else is responsible, and nothing more is said on this path.
 */
export type Phase = "idle" | "failed" | "owned" | "borrowed" | "released" | "adopted" | "gone";

/** A point of the lattice: paths are kept apart while phase, count or sharing differ, and joined in `env`. */
export interface PathState {
  readonly phase: Phase;
  readonly count: number;
  /** Somebody else was shown the object and may keep it alive. */
  readonly shared: boolean;
  readonly env: Env;
}

/**
 * What is wrong at a place. The first two are leaks at a return, by whether the function says that it succeeded; "unchecked" and
 * "known-failure" are uses of what a call may not have set, before its status was tested and where it is known to be an error.
 */
export type Outcome =
  | "success"
  | "failure"
  | "scope"
  | "overwritten"
  | "cast"
  | "double-release"
  | "use-after-release"
  | "release-borrowed"
  | "unchecked"
  | "known-failure"
  | "uninitialised"
  | "mapping";

export interface Problem {
  readonly outcome: Outcome;
  readonly span: Span;
  /** The return statement, or the expression that is wrong. */
  readonly node: SyntaxNode | undefined;
  /** How many of the block's events lie before it. */
  readonly eventsBefore: number;
}

/** What happened on the way; the raw material of steps. */
export type PathEvent =
  | { readonly kind: "acquire"; readonly span: Span }
  | { readonly kind: "retain" | "release"; readonly span: Span; readonly count: number }
  | { readonly kind: "fail" | "keep" | "adopt"; readonly span: Span }
  | { readonly kind: "edge"; readonly edge: Edge; readonly env: Env };

/** A state while a block's items run over it. */
export interface Running {
  phase: Phase;
  count: number;
  shared: boolean;
  env: Env;
  ended: boolean;
  readonly events: PathEvent[];
  readonly problems: Problem[];
}

/** A copy to go on with on another path. */
export function fork(state: Running): Running {
  return { ...state, events: [...state.events], problems: [...state.problems] };
}

/** True while this function holds a reference that it must give up. */
export function holds(state: { readonly phase: Phase; readonly count: number }): boolean {
  return (state.phase === "owned" || state.phase === "borrowed") && state.count > 0;
}
