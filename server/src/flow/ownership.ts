// Follows one +1 reference at a time through a function's graph and finds the ways on which it is lost.
// The method is property simulation (Das, Lerner, Seigle, "ESP", PLDI 2002): paths are kept apart while the reference's state differs,
// and otherwise merged after a few; what a merged path knows is what holds on all of its parts.
import type { Span } from "../base/span.ts";
import type { FunctionInfo, ProjectIndex } from "../semantics/model.ts";
import type { SyntaxNode } from "../syntax/node.ts";
import { buildCfg, type CfgEnvironment } from "./build-cfg.ts";
import type { Cfg, Edge } from "./cfg.ts";
import { sitesOf, type Site } from "./sites.ts";
import { Transfer, type Outcome, type PathState } from "./transfer.ts";
import { envKey, join, refine, type Env } from "./values.ts";

/** What happened on the edge or in the block before a state; the raw material of a finding's steps. */
export type PathEvent =
  | { readonly kind: "acquire"; readonly span: Span }
  | { readonly kind: "retain" | "release"; readonly span: Span; readonly count: number }
  | { readonly kind: "edge"; readonly edge: Edge; readonly env: Env };

/** A way to an exit. Linked backwards; `eventsOf` gives the events in order. */
export interface Trail {
  readonly before: Trail | undefined;
  readonly events: readonly PathEvent[];
}

/** One place where the reference is lost. */
export interface Leak {
  readonly site: Site;
  readonly outcome: Outcome;
  readonly span: Span;
  /** The return statement, when it is one. */
  readonly node: SyntaxNode | undefined;
  readonly trail: Trail;
}

export interface OwnershipResult {
  readonly fn: FunctionInfo;
  readonly sites: readonly Site[];
  /** Per site and place at most one, in order of site and place. */
  readonly leaks: readonly Leak[];
  /** The work budget ran out or the function was too large; nothing is said of it. */
  readonly givenUp: boolean;
}

/** How many environments are kept apart per block and state of the reference before they are merged. */
const KEEP_APART = 6;
/** Block visits per function; real driver functions stay far below. */
const BUDGET = 60_000;

interface WorkItem {
  readonly block: number;
  readonly state: PathState;
  readonly trail: Trail;
}

const known = new WeakMap<SyntaxNode, { readonly index: ProjectIndex; readonly result: OwnershipResult }>();

/** The analysis of a function, made once for each state of the project however many rules ask. */
export function ownershipOf(fn: FunctionInfo, environment: CfgEnvironment): OwnershipResult {
  const before = known.get(fn.node);
  if (before?.index === environment.index) return before.result;
  const result = analyseOwnership(fn, environment);
  known.set(fn.node, { index: environment.index, result });
  return result;
}

/** Analyses one function. Deterministic; never throws on any syntax. */
function analyseOwnership(fn: FunctionInfo, environment: CfgEnvironment): OwnershipResult {
  const { index } = environment;
  const cfg = buildCfg(fn.body, environment);
  if (!cfg) return { fn, sites: [], leaks: [], givenUp: true };
  const sites = sitesOf(fn, index, cfg);
  const leaks: Leak[] = [];
  let budget = BUDGET;
  for (const site of sites) {
    const run = followSite(cfg, site, fn, index, budget);
    if (!run) return { fn, sites, leaks: [], givenUp: true };
    budget = run.budget;
    leaks.push(...run.leaks);
  }
  return { fn, sites, leaks, givenUp: false };
}

function followSite(
  cfg: Cfg,
  site: Site,
  fn: FunctionInfo,
  index: ProjectIndex,
  budget: number,
): { readonly leaks: readonly Leak[]; readonly budget: number } | undefined {
  const leaks = new Map<string, Leak>();
  const transfer = new Transfer(site, fn, index, cfg.locals);
  const seen = new Seen();
  const start: PathState = { count: 0, env: new Map() };
  const queue: WorkItem[] = [{ block: 0, state: start, trail: { before: undefined, events: [] } }];
  for (let at = 0; at < queue.length; at++) {
    if (--budget < 0) return undefined;
    const { block, state, trail } = queue[at] as WorkItem;
    const { items, edges } = cfg.blocks[block] ?? { items: [], edges: [] };
    for (const result of transfer.run(items, state)) {
      const here: Trail = result.events.length > 0 ? { before: trail, events: result.events } : trail;
      for (const loss of result.losses) {
        const key = `${loss.span.start}:${loss.span.end}:${loss.outcome}`;
        const events = result.events.slice(0, loss.eventsBefore);
        if (!leaks.has(key)) leaks.set(key, { site, ...loss, trail: { before: trail, events } });
      }
      if (!result.state) continue;
      for (const edge of edges) {
        const env = edge.condition ? refine(edge.condition, result.state.env, index) : result.state.env;
        if (!env) continue;
        const next = seen.admit(edge.to, { count: result.state.count, env });
        if (!next) continue;
        const step: Trail = { before: here, events: [{ kind: "edge", edge, env: result.state.env }] };
        queue.push({ block: edge.to, state: next, trail: step });
      }
    }
  }
  const ordered = [...leaks.values()].sort((a, b) => a.span.start - b.span.start || (a.outcome < b.outcome ? -1 : 1));
  return { leaks: ordered, budget };
}

/** Which states have been at which block; merges environments once there are too many. */
class Seen {
  private readonly exact = new Map<string, Set<string>>();
  private readonly merged = new Map<string, Env>();

  /** The state to go on with, or undefined when nothing new can come of it. */
  admit(block: number, state: PathState): PathState | undefined {
    const place = `${block}:${state.count}`;
    const key = envKey(state.env);
    let known = this.exact.get(place);
    if (!known) this.exact.set(place, (known = new Set()));
    if (known.has(key)) return undefined;
    known.add(key);
    if (known.size <= KEEP_APART) return state;
    const before = this.merged.get(place);
    const env = before ? join(before, state.env) : state.env;
    if (before && envKey(env) === envKey(before)) return undefined;
    this.merged.set(place, env);
    return { count: state.count, env };
  }
}

/** A trail's events in order. */
export function eventsOf(trail: Trail): PathEvent[] {
  const parts: (readonly PathEvent[])[] = [];
  for (let at: Trail | undefined = trail; at; at = at.before) parts.push(at.events);
  return parts.reverse().flat();
}
