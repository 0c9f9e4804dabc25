// Whether a condition hangs on how the acquiring call went, in a way that is not followed: a helper that reads the status, a macro, a
// wrapper, a counter of tries. Behind such a condition the object may or may not be there, and nothing is said to be lost until it is used.
import { contains } from "../base/span.ts";
import { callParts } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import { nameOf } from "./reference.ts";
import type { Site } from "./sites.ts";
import { fromOf, holdsObject, ONE, pathOf, withKnown, type Env, type Value } from "./values.ts";

/** The key for a variable whose value was worked out from the status, and is not known. */
const derived = (path: string): string => `~${path}`;
/** The key that is set when the status was stored where other functions can read it. */
const TOLD = "@told";

/** What depends on one site's status. */
export class Doubt {
  private readonly status: string | undefined;
  /** The loop around the call, and the variables that it steps. */
  private readonly loop: SyntaxNode | undefined;
  private readonly stepped: ReadonlySet<string>;

  constructor(private readonly site: Site) {
    // Where the call returns the object itself, the object is the status, and its holders are known.
    this.status = site.call && site.success !== "object" ? nameOf(site.call) : undefined;
    this.loop = site.call && loopAround(site.call.node);
    this.stepped = new Set(this.loop ? steppedIn(this.loop) : []);
  }

  /** True when an expression reads the status, something made of it, or the object by way of a helper. */
  hangsOn(node: SyntaxNode, env: Env): boolean {
    const outside = this.loop === undefined || node.start >= this.loop.end || node.end <= this.loop.start;
    for (const each of walk(node)) {
      switch (each.kind) {
        case K.callExpression:
          if (each === this.site.call?.node || env.has(TOLD) || isPredicate(each, env)) return true;
          break;
        case K.identifier:
        case K.fieldExpression:
        case K.subscriptExpression: {
          const path = each.kind === K.identifier ? textOf(each) : pathOf(each);
          if (path === undefined) break;
          if (env.has(derived(path)) || this.isStatus(env.get(path))) return true;
          if (outside && this.stepped.has(path)) return true;
          break;
        }
      }
    }
    return false;
  }

  /** The environment after `path` was given `value`, made by `node`. */
  stored(path: string, value: Value | undefined, node: SyntaxNode, local: boolean, env: Env): Env {
    if (this.status === undefined) return env;
    if (this.isStatus(value)) return local ? env : withKnown(env, TOLD, ONE);
    const unknown = value === undefined || value.kind === "unknown";
    return unknown && this.hangsOn(node, env) ? withKnown(env, derived(path), ONE) : env;
  }

  private isStatus(value: Value | undefined): boolean {
    const decided = value?.kind === "constant" || value?.kind === "nonzero";
    return decided && this.status !== undefined && fromOf(value) === this.status;
  }
}

/** `isValid(x)`: a function of the project that is asked about the object alone. */
function isPredicate(node: SyntaxNode, env: Env): boolean {
  const call = callParts(node);
  const [only] = call?.args ?? [];
  if (!call || call.receiver || call.args.length !== 1 || !only || /^OS\w+Cast$/.test(call.name)) return false;
  const path = pathOf(only);
  return path !== undefined && holdsObject(env.get(path));
}

const LOOPS: ReadonlySet<string> = new Set([K.forStatement, K.whileStatement, K.doStatement]);

function loopAround(node: SyntaxNode): SyntaxNode | undefined {
  for (let up = node.parent; up; up = up.parent) {
    if (up.kind === K.functionDefinition || up.kind === K.blockLiteral || up.kind === K.lambdaExpression)
      return undefined;
    if (LOOPS.has(up.kind)) return up;
  }
  return undefined;
}

function* steppedIn(loop: SyntaxNode): Generator<string> {
  const update = field(loop, "update");
  for (const node of walk(loop)) {
    const inUpdate = update !== undefined && contains(update, node);
    const steps = node.kind === K.updateExpression || (inUpdate && node.kind === K.assignmentExpression);
    if (steps && node.children[0]) yield textOf(node.children[0]);
  }
}
