// What the project's own functions do with references: their summaries, worked out when somebody asks and kept for one state of the project.
import { localVariable } from "../semantics/expression-type.ts";
import type { FunctionInfo, ProjectIndex } from "../semantics/model.ts";
import { assignedTo, callParts, isNullConstant, normalText, uncast } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import { buildCfg, type CfgEnvironment } from "./build-cfg.ts";
import { isNestedFunction } from "./graph.ts";
import { followSite } from "./ownership.ts";
import {
  calledBody,
  isLogging,
  isNamedIn,
  outOwnership,
  returnOwnership,
  unseenMayChange,
  type Counted,
  type Effect,
  type FlowFacts,
} from "./ownership-facts.ts";
import { memberOf } from "./places.ts";
import type { Site } from "./sites.ts";
import { OBJECT } from "./values.ts";

/** A helper that calls a helper …: deeper chains are not followed. */
const MAX_DEPTH = 6;
/** Functions that are looked through for a member's name. */
const MAX_REACHED = 60;
/** Items that are run for one summary. */
const BUDGET = 10_000;

const knownFacts = new WeakMap<ProjectIndex, Facts>();

/** The facts of one state of the project. */
export function factsFor(environment: CfgEnvironment): Facts {
  let facts = knownFacts.get(environment.index);
  if (!facts) knownFacts.set(environment.index, (facts = new Facts(environment)));
  return facts;
}

/** The summaries; `FlowFacts` says what each answers. */
export class Facts implements FlowFacts {
  readonly index: ProjectIndex;
  readonly parse: CfgEnvironment["parse"];
  private readonly effects = new Map<SyntaxNode, Map<string, Effect>>();
  private readonly returns = new Map<SyntaxNode, Counted | undefined>();
  private readonly outs = new Map<SyntaxNode, Map<string, Counted | undefined>>();
  private readonly functions = new Map<SyntaxNode, FunctionInfo>();
  private readonly ids = new Map<string, FunctionInfo>();
  private readonly idsByNode = new Map<SyntaxNode, string>();
  private readonly reached = new Map<string, boolean>();
  private counts: ReadonlyMap<string, readonly FunctionInfo[]> | undefined;
  private consulted: Map<string, string> | undefined;
  private depth = 0;

  constructor({ index, parse }: CfgEnvironment) {
    this.index = index;
    this.parse = parse;
    for (const file of index.files) for (const fn of file.functions) this.functions.set(fn.node, fn);
    for (const fn of this.functions.values()) {
      let id = idOf(fn);
      while (this.ids.has(id)) id += "+";
      this.ids.set(id, fn);
      this.idsByNode.set(fn.node, id);
    }
  }

  /** Runs an analysis and keeps what it was told of other functions. */
  recording<T>(work: () => T): { readonly result: T; readonly consulted: ReadonlyMap<string, string> } {
    const outer = this.consulted;
    const consulted = new Map<string, string>();
    this.consulted = consulted;
    try {
      return { result: work(), consulted };
    } finally {
      this.consulted = outer;
    }
  }

  /** True when everything that an analysis was told would be answered the same now. */
  stillHolds(consulted: ReadonlyMap<string, string>): boolean {
    for (const [question, answer] of consulted) {
      const [kind, id, variable] = question.split("\u0000") as [string, string, string];
      const fn = this.ids.get(id);
      if (!fn || this.ask(kind, fn, variable) !== answer) return false;
    }
    return true;
  }

  private ask(kind: string, fn: FunctionInfo, variable: string): string {
    if (kind === "effect") return this.effectOn(fn, variable);
    if (kind === "passed") return String(this.returnedParameter(fn));
    if (kind === "reaches") return String(this.reaches(fn, variable));
    if (kind === "retain" || kind === "release") return String(this.doneElsewhere(fn, kind, variable || undefined));
    return String(kind === "out" ? this.outGives(fn, variable) : this.returnGives(fn));
  }

  private note<T extends string | undefined>(kind: string, fn: FunctionInfo, variable: string, answer: T): T {
    const id = this.idsByNode.get(fn.node);
    if (id !== undefined) this.consulted?.set([kind, id, variable].join("\u0000"), String(answer));
    return answer;
  }

  functionOf(node: SyntaxNode): FunctionInfo | undefined {
    return this.functions.get(node);
  }

  effectOn(fn: FunctionInfo, variable: string): Effect {
    return this.note("effect", fn, variable, this.effectOf(fn, variable));
  }

  private effectOf(fn: FunctionInfo, variable: string): Effect {
    let known = this.effects.get(fn.node);
    if (!known) this.effects.set(fn.node, (known = new Map()));
    const before = known.get(variable);
    if (before) return before;
    // A function that is asked about while it is being worked out calls itself: nothing is known of it then.
    known.set(variable, "unknown");
    const effect = this.within(() => this.computeEffect(fn, variable)) ?? "unknown";
    known.set(variable, effect);
    return effect;
  }

  private computeEffect(fn: FunctionInfo, variable: string): Effect {
    const cfg = buildCfg(fn.body, this);
    if (!cfg) return "unknown";
    const site: Site = {
      call: undefined,
      variable,
      how: "parameter",
      resource: "object",
      source: variable,
      className: "",
      span: fn.nameSpan,
      success: "object",
      keeper: "local",
    };
    const env = new Map([[variable, OBJECT]]);
    const run = followSite(cfg, site, fn, this, {
      budget: BUDGET,
      start: { phase: "owned", count: 1, shared: false, env },
    });
    if (!run || run.ends.size !== 1) return "unknown";
    if (run.ends.has("owned")) return "borrows";
    return run.ends.has("released") && run.problems.length === 0 ? "releases" : "unknown";
  }

  returnGives(fn: FunctionInfo): Counted | undefined {
    return this.note("return", fn, "", this.returned(fn));
  }

  private returned(fn: FunctionInfo): Counted | undefined {
    if (this.returns.has(fn.node)) return this.returns.get(fn.node);
    this.returns.set(fn.node, undefined);
    const values = [...ownNodes(fn.body)].flatMap((node) =>
      node.kind === K.returnStatement && node.children[0] && !isNullConstant(node.children[0])
        ? [node.children[0]]
        : [],
    );
    const gives = this.within(() => this.agree(values.map((value) => this.handedOut(value, undefined, fn))));
    this.returns.set(fn.node, gives);
    return gives;
  }

  returnedParameter(fn: FunctionInfo): string | undefined {
    let name: string | undefined;
    if ((fn.returns?.pointers ?? 0) === 1) {
      const values = [...ownNodes(fn.body)].flatMap((node) =>
        node.kind === K.returnStatement ? [node.children[0]] : [],
      );
      const names = new Set(values.map((value) => value && textOf(uncast(value))));
      const [only] = names;
      if (names.size === 1 && this.index.parametersOf(fn).some((parameter) => parameter.name === only)) name = only;
    }
    return this.note("passed", fn, "", name);
  }

  reaches(fn: FunctionInfo, member: string): boolean {
    const key = `${member}\u0000${this.idsByNode.get(fn.node) ?? ""}`;
    let known = this.reached.get(key);
    if (known === undefined) this.reached.set(key, (known = this.computeReaches(fn, member)));
    this.note("reaches", fn, member, String(known));
    return known;
  }

  private computeReaches(from: FunctionInfo, member: string): boolean {
    const bodies = new Set([from]);
    for (const fn of bodies) {
      if (bodies.size > MAX_REACHED || isNamedIn(textOf(fn.body), member)) return true;
      for (const node of walk(fn.body)) {
        const call = callParts(node);
        const body = call && calledBody(call, fn, this);
        if (body) bodies.add(body);
        else if (call && unseenMayChange(call, member, fn, this.index)) return true;
      }
    }
    return false;
  }

  doneElsewhere(fn: FunctionInfo, what: "retain" | "release", name: string | undefined): boolean {
    this.counts ??= this.countAll();
    const around = [fn.path, ...(fn.className === undefined ? [] : [`::${fn.className}`])];
    const counting = around.flatMap((place) => this.counts?.get(`${place} ${what} ${name ?? ""}`) ?? []);
    // A release counts where the other function was handed the object, too.
    const handed = (each: FunctionInfo): boolean =>
      what === "retain" || this.index.parametersOf(each).some((parameter) => parameter.name === name);
    const answer = counting.some((each) => each !== fn && handed(each));
    this.note(what, fn, name ?? "", String(answer));
    return answer;
  }

  /** The functions that retain or release something, by their file or class, what they do, and the name that they do it by ("" for any). */
  private countAll(): Map<string, FunctionInfo[]> {
    const counts = new Map<string, FunctionInfo[]>();
    for (const fn of this.functions.values()) {
      if (fn.outer) continue;
      for (const done of countsOf(fn)) {
        for (const place of [fn.path, ...(fn.className === undefined ? [] : [`::${fn.className}`])]) {
          const key = `${place} ${done}`;
          const known = counts.get(key);
          if (known) known.push(fn);
          else counts.set(key, [fn]);
        }
      }
    }
    return counts;
  }

  outGives(fn: FunctionInfo, parameter: string): Counted | undefined {
    return this.note("out", fn, parameter, this.storedThrough(fn, parameter));
  }

  private storedThrough(fn: FunctionInfo, parameter: string): Counted | undefined {
    let known = this.outs.get(fn.node);
    if (!known) this.outs.set(fn.node, (known = new Map()));
    if (known.has(parameter)) return known.get(parameter);
    known.set(parameter, undefined);
    const given: (Counted | undefined)[] = [];
    const reference = this.index.parametersOf(fn).find(({ name }) => name === parameter)?.type.reference ?? false;
    const [written, passed] = reference ? [parameter, `&${parameter}`] : [`*${parameter}`, parameter];
    this.within(() => {
      for (const node of ownNodes(fn.body)) {
        const stored = assignedTo(node);
        if (stored && textOf(stored.left).replace(/[\s()]/g, "") === written) {
          if (!isNullConstant(stored.right)) given.push(this.handedOut(stored.right, parameter, fn));
        }
        const call = callParts(node);
        if (call && isLogging(call.name)) continue;
        call?.args.forEach((argument, position) => {
          const text = textOf(uncast(argument)).replace(/\s/g, "");
          if (text === passed || (reference && text === parameter)) given.push(outOwnership(call, position, fn, this));
        });
      }
    });
    const gives = this.agree(given);
    known.set(parameter, gives);
    return gives;
  }

  /**
   * What a function hands out with a returned or stored expression. What it lends and retains by the name that it hands out is the
   * caller's; any other retain in the function may be the one, and then that is not known.
   */
  private handedOut(value: SyntaxNode, parameter: string | undefined, fn: FunctionInfo): Counted | undefined {
    const gives = this.given(value, fn);
    if (gives !== "+0" || !/\bretain\s*\(|OSRetain\b/.test(textOf(fn.body))) return gives;
    const names = [
      normalText(uncast(value)),
      ...(parameter === undefined ? [] : [parameter, `*${parameter}`, `(*${parameter})`]),
    ];
    for (const node of ownNodes(fn.body)) {
      const call = callParts(node);
      if (call?.name === "retain" && call.receiver && names.includes(normalText(call.receiver))) return "+1";
    }
    return undefined;
  }

  /** What a function hands out with an expression: what a call gives, or what the local was given before. */
  private given(node: SyntaxNode, fn: FunctionInfo): Counted | undefined {
    const value = uncast(node);
    const call = callParts(value);
    if (call && /^OS(DynamicCast|RequiredCast)$/.test(call.name) && call.args[1]) return this.given(call.args[1], fn);
    if (call) return returnOwnership(call, fn, this);
    if (value.kind === K.conditionalExpression) {
      const choices = value.children.slice(1).filter((choice) => !isNullConstant(choice));
      return this.agree(choices.map((choice) => this.given(choice, fn)));
    }
    if (value.kind === K.fieldExpression) return isTakenOut(value, fn) ? undefined : "+0";
    if (value.kind !== K.identifier) return undefined;
    const name = textOf(value);
    const local = localVariable(name, value, fn, this.index);
    if (!local) {
      const own = fn.className !== undefined && this.index.fieldOf(fn.className, name) !== undefined;
      return own && !isTakenOut(value, fn) ? "+0" : undefined;
    }
    // A parameter that is handed back is the caller's own object under another name.
    if (local.static || local.parameter) return undefined;
    const sources: (Counted | undefined)[] = [];
    for (const each of ownNodes(fn.body)) {
      const stored = assignedTo(each);
      if (stored && textOf(stored.left) === name && !isNullConstant(stored.right))
        sources.push(this.given(stored.right, fn));
      const made = callParts(each);
      made?.args.forEach((argument, position) => {
        if (textOf(argument).replace(/\s/g, "") === `&${name}`) sources.push(outOwnership(made, position, fn, this));
      });
    }
    return this.agree(sources);
  }

  private agree(given: readonly (Counted | undefined)[]): Counted | undefined {
    const [first] = given;
    return given.length > 0 && given.every((each) => each === first) ? first : undefined;
  }

  private within<T>(work: () => T): T | undefined {
    if (this.depth >= MAX_DEPTH) return undefined;
    this.depth++;
    try {
      return work();
    } finally {
      this.depth--;
    }
  }
}

/** A function's name for the outside, the same in the next state of the project; blocks and lambdas by their outer function. */
function idOf(fn: FunctionInfo): string {
  const outer = fn.outer ? `${idOf(fn.outer)}/` : "";
  return `${outer}${fn.path}|${fn.className ?? ""}::${fn.name}`;
}

/**
 * True when a function that reads a member also gives it another value, clears what it stands in, or frees it: then what it hands out may be
 * the member's own reference.
 */
function isTakenOut(member: SyntaxNode, fn: FunctionInfo): boolean {
  const name = memberOf(normalText(member));
  for (const node of walk(fn.body)) {
    if (node.kind === K.deleteExpression) return true;
    const stored = assignedTo(node);
    if (stored && (stored.right.kind === K.initializerList || memberOf(normalText(stored.left)) === name)) return true;
    const call = callParts(node);
    if (call && /^(?:memset|bzero|free|exchange|swap|move|IODelete\w*|IOSafeDelete\w*|IOFree\w*)$/.test(call.name))
      return true;
  }
  return false;
}

const knownCounts = new WeakMap<SyntaxNode, ReadonlySet<string>>();

/** "retain x" and "release x" for what a function does by the name x and does not undo, and "retain " when it so retains anything. */
function countsOf(fn: FunctionInfo): ReadonlySet<string> {
  let counts = knownCounts.get(fn.body);
  if (counts) return counts;
  const text = textOf(fn.body);
  const calls = [...text.matchAll(/(\w+)(?:\[\w+\])?\)?\s*(?:->|\.)\s*(retain|release)\s*\(/g)];
  const named = (what: string): string[] => calls.flatMap(([, name, did]) => (did === what && name ? [name] : []));
  const safely = [...text.matchAll(/OSSafeRelease\w*\s*\(\s*(\w+)/g)].flatMap(([, name]) => name ?? []);
  const [retained, released] = [named("retain"), [...named("release"), ...safely]];
  const retains = retained.filter((name) => !released.includes(name));
  const releases = released.filter((name) => !retained.includes(name));
  counts = new Set([
    ...retains.map((name) => `retain ${name}`),
    ...(retains.length > 0 ? ["retain "] : []),
    ...releases.map((name) => `release ${name}`),
  ]);
  knownCounts.set(fn.body, counts);
  return counts;
}

function ownNodes(body: SyntaxNode): Iterable<SyntaxNode> {
  return walk(body, (node) => !isNestedFunction(node));
}
