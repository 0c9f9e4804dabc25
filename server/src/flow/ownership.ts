// Follows one reference at a time through a function's graph and finds the ways on which it is lost or misused.
// The method is property simulation (Das, Lerner, Seigle, "ESP", PLDI 2002): paths are kept apart while the reference's state differs,
// and otherwise merged after a few; what a merged path knows is what holds on all of its parts.
import type { Span } from "../base/span.ts";
import type { FunctionInfo, ProjectIndex } from "../semantics/model.ts";
import { normalText } from "../syntax/cpp.ts";
import type { SyntaxNode } from "../syntax/node.ts";
import { buildCfg, type CfgEnvironment } from "./build-cfg.ts";
import { Doubt } from "./doubt.ts";
import type { Cfg, Edge } from "./cfg.ts";
import { factsFor } from "./facts.ts";
import type { FlowFacts } from "./ownership-facts.ts";
import { sitesOf, type Site } from "./sites.ts";
import { holds, type Outcome, type PathEvent, type PathState, type Phase } from "./state.ts";
import { Transfer } from "./transfer.ts";
import {
  DOUBT,
  envKey,
  holdersOf,
  join,
  LOOKED,
  OBJECT,
  ONE,
  refine,
  truthOf,
  valueOf,
  withKnown,
  type Env,
} from "./values.ts";

/** A way to a place. Linked backwards; `eventsOf` gives the events in order. */
export interface Trail {
  readonly before: Trail | undefined;
  readonly events: readonly PathEvent[];
}

/** One place where a reference is lost or misused. */
export interface OwnershipProblem {
  readonly site: Site;
  readonly outcome: Outcome;
  readonly span: Span;
  /** The return statement, or the expression that is wrong. */
  readonly node: SyntaxNode | undefined;
  readonly trail: Trail;
}

export interface OwnershipResult {
  readonly fn: FunctionInfo;
  readonly sites: readonly Site[];
  /** Per site, place and outcome at most one, in order of site and place. */
  readonly problems: readonly OwnershipProblem[];
  /** What was asked of the project's other functions, and the answers: the result holds as long as they do. */
  readonly consulted: ReadonlyMap<string, string>;
  /** The work budget ran out or the function was too large; nothing is said of it. */
  readonly givenUp: boolean;
}

/** How many environments are kept apart per block and state of the reference before they are merged. */
const KEEP_APART = 6;
/** Items that are run per function, all references together; real driver functions stay far below. */
const BUDGET = 100_000;

const known = new WeakMap<SyntaxNode, { readonly index: ProjectIndex; readonly result: OwnershipResult }>();

/** The analysis of a function, made once for each state of the project however many rules ask. */
export function ownershipOf(fn: FunctionInfo, environment: CfgEnvironment): OwnershipResult {
  const before = known.get(fn.node);
  if (before?.index === environment.index) return before.result;
  const facts = factsFor(environment);
  const { result: analysed, consulted } = facts.recording(() => {
    try {
      return analyse(fn, facts);
    } catch {
      // Syntax that no one thought of: the function is given up like one that is too large, and counted.
      return { fn, sites: [], problems: [], givenUp: true };
    }
  });
  const result: OwnershipResult = { ...analysed, consulted };
  known.set(fn.node, { index: environment.index, result });
  return result;
}

function analyse(fn: FunctionInfo, facts: FlowFacts): Omit<OwnershipResult, "consulted"> {
  const cfg = buildCfg(fn.body, facts);
  if (!cfg) return { fn, sites: [], problems: [], givenUp: true };
  const sites = sitesOf(fn, facts, cfg);
  const problems: OwnershipProblem[] = [];
  let budget = BUDGET;
  for (const site of sites) {
    const run = followSite(cfg, site, fn, facts, { budget });
    if (!run) return { fn, sites, problems: [], givenUp: true };
    budget = run.budget;
    problems.push(...run.problems);
  }
  return { fn, sites, problems, givenUp: false };
}

/** The environment behind a condition: in doubt where it is not decided and hangs on how the acquiring call went. */
function behind({ condition }: Edge, before: PathState, env: Env, doubt: Doubt, index: ProjectIndex): Env {
  if (!condition || condition.kind === "preprocessor" || !holds(before)) return env;
  const node = condition.kind === "case" ? condition.subject : condition.node;
  const decided = truthOf(valueOf(node, before.env, index)) !== undefined;
  return !decided && doubt.hangsOn(node, before.env) ? withKnown(env, DOUBT, ONE) : env;
}

/** What conditions are written more than once: only of those the answer has to be remembered. */
function repeatedConditions(cfg: Cfg): ReadonlySet<string> {
  let repeated = repetitions.get(cfg);
  if (repeated) return repeated;
  const asked = new Map<string, Set<SyntaxNode>>();
  for (const { edges } of cfg.blocks) {
    for (const { condition } of edges) {
      if (condition?.kind !== "expression") continue;
      const text = normalText(condition.node).replace(/^[!(]+|\)+$/g, "");
      const nodes = asked.get(text) ?? new Set();
      asked.set(text, nodes.add(condition.node));
    }
  }
  repeated = new Set([...asked].filter(([, nodes]) => nodes.size > 1).map(([text]) => text));
  repetitions.set(cfg, repeated);
  return repeated;
}

const repetitions = new WeakMap<Cfg, ReadonlySet<string>>();

/** Leaves out the answer to a condition that nothing asks again, so that paths which differ in nothing else meet. */
function forgetting(env: Env, before: Env, repeated: ReadonlySet<string>): Env {
  if (env === before) return env;
  let result = env;
  for (const key of env.keys()) {
    if (!key.startsWith("?") || before.has(key)) continue;
    const text = key.slice(1);
    if ([...repeated].some((each) => each.includes(text) || text.includes(each))) continue;
    if (result === env) result = new Map(env);
    (result as Map<string, unknown>).delete(key);
  }
  return result;
}

/** `T *x = OSDynamicCast(T, make());` where the cast fails: the object is there, and nothing points at it. */
function isLostByCast(site: Site, before: PathState, env: Env): boolean {
  if (before.phase !== "owned" || env === before.env || !site.call || holdersOf(env).length > 0) return false;
  const holders = holdersOf(before.env);
  return (
    holders.length > 0 && !before.env.has("@elsewhere") && holders.every((name) => env.get(name)?.kind === "constant")
  );
}

/** Behind a test that it did not decide, the code may know that a call has failed whose status was looked at. */
function phaseBehind(edge: Edge, before: PathState, env: Env): Phase {
  if (before.phase !== "failed" || !edge.condition || !before.env.has(LOOKED)) return before.phase;
  return edge.condition.kind === "expression" && env === before.env ? "failed" : "idle";
}

/** The state at the beginning of a function: nothing is acquired, or the object is there already. */
function startOf(site: Site, index: ProjectIndex): PathState {
  if (site.call || site.origin) return { phase: "idle", count: 0, shared: false, env: new Map() };
  const owned = site.how !== "borrowed";
  return {
    phase: owned ? "owned" : "borrowed",
    count: owned ? 1 : 0,
    shared: index.ancestors(site.className).includes("IOService"),
    env: new Map([[site.variable, site.how === "member" ? { kind: "object-or-null" } : OBJECT]]),
  };
}

/** True when what an earlier result was told of other functions is still so. */
export function stillHolds(consulted: ReadonlyMap<string, string>, environment: CfgEnvironment): boolean {
  return consulted.size === 0 || factsFor(environment).stillHolds(consulted);
}

interface WorkItem {
  readonly block: number;
  readonly state: PathState;
  readonly trail: Trail;
}

interface Followed {
  readonly problems: readonly OwnershipProblem[];
  /** In which phases the function can end. */
  readonly ends: ReadonlySet<Phase>;
  readonly budget: number;
}

export interface FollowOptions {
  /** Block visits. */
  readonly budget?: number;
  /** The state at the function's beginning, where it is not the one that the site says. */
  readonly start?: PathState;
  /** Told of each state that enters a block. */
  readonly observe?: (block: number, state: PathState) => void;
}

/** Follows one site to all ends of the function; undefined when the budget does not suffice. Deterministic. */
export function followSite(
  cfg: Cfg,
  site: Site,
  fn: FunctionInfo,
  facts: FlowFacts,
  options: FollowOptions = {},
): Followed | undefined {
  let budget = options.budget ?? BUDGET;
  const start = options.start ?? startOf(site, facts.index);
  const problems = new Map<string, OwnershipProblem>();
  const ends = new Set<Phase>();
  const doubt = new Doubt(site);
  const transfer = new Transfer(site, fn, facts, doubt);
  const repeated = repeatedConditions(cfg);
  const seen = new Seen();
  const queue: WorkItem[] = [{ block: 0, state: start, trail: { before: undefined, events: [] } }];
  for (let at = 0; at < queue.length; at++) {
    const { block, state, trail } = queue[at] as WorkItem;
    const { items, edges } = cfg.blocks[block] ?? { items: [], edges: [] };
    // Running an item takes longer the more is known.
    budget -= 1 + items.length * (1 + (state.env.size >> 5));
    if (budget < 0) return undefined;
    options.observe?.(block, state);
    for (const result of transfer.run(items, state)) {
      const here: Trail = result.events.length > 0 ? { before: trail, events: result.events } : trail;
      for (const problem of result.problems) {
        const key = `${problem.span.start}:${problem.span.end}:${problem.outcome}`;
        const events = result.events.slice(0, problem.eventsBefore);
        if (!problems.has(key)) problems.set(key, { site, ...problem, trail: { before: trail, events } });
      }
      if (result.ended) ends.add(result.state.phase);
      if (result.ended) continue;
      for (const edge of edges) {
        const refined = edge.condition ? refine(edge.condition, result.state.env, facts.index) : result.state.env;
        if (!refined) continue;
        const env = behind(edge, result.state, forgetting(refined, result.state.env, repeated), doubt, facts.index);
        if (isLostByCast(site, result.state, env)) {
          const key = `${site.span.start}:${site.span.end}:cast`;
          const events: PathEvent[] = [{ kind: "edge", edge, env: result.state.env }];
          const found = {
            site,
            outcome: "cast",
            span: site.span,
            node: undefined,
            trail: { before: here, events },
          } as const;
          if (!problems.has(key)) problems.set(key, found);
          continue;
        }
        const phase = phaseBehind(edge, result.state, env);
        const next = seen.admit(edge.to, { ...result.state, phase, env });
        if (!next) continue;
        const step: Trail = { before: here, events: [{ kind: "edge", edge, env: result.state.env }] };
        queue.push({ block: edge.to, state: next, trail: step });
      }
    }
  }
  const ordered = [...problems.values()].sort(
    (a, b) => a.span.start - b.span.start || (a.outcome < b.outcome ? -1 : 1),
  );
  return { problems: ordered, ends, budget };
}

/** Which states have been at which block; merges environments once there are too many. */
class Seen {
  private readonly exact = new Map<string, Set<string>>();
  private readonly merged = new Map<string, Env>();

  /** The state to go on with, or undefined when nothing new can come of it. */
  admit(block: number, state: PathState): PathState | undefined {
    const place = `${block}:${state.phase}:${state.count}:${state.shared}`;
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
    return { ...state, env };
  }
}

/** A trail's events in order. */
export function eventsOf(trail: Trail): PathEvent[] {
  const parts: (readonly PathEvent[])[] = [];
  for (let at: Trail | undefined = trail; at; at = at.before) parts.push(at.events);
  return parts.reverse().flat();
}
