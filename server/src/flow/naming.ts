// What becomes of the tracked reference where a holder is named: in an expression, in a block or lambda that captures it.
import type { FunctionInfo } from "../semantics/model.ts";
import { binaryParts, declaredName, unaryParts } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import { classifyMention, isAdopted } from "./mention.ts";
import { isLocalCleanup, isNamedIn, type FlowFacts } from "./ownership-facts.ts";
import { isAccessBase, liesIn } from "./places.ts";
import type { Reference } from "./reference.ts";
import type { Running } from "./state.ts";
import { DOUBT, LOOKED, ONE, holdersOf, holdsObject, pathOf, withValue } from "./values.ts";

/** The part of the transfer function for names. */
export class Naming {
  constructor(
    private readonly ref: Reference,
    private readonly fn: FunctionInfo,
    private readonly facts: FlowFacts,
  ) {}

  /** A variable, member or element is named; `name` is its access path. */
  mention(node: SyntaxNode, name: string, state: Running): void {
    if (this.ref.usesPlaces && this.mentionAround(node, name, state)) return;
    const value = state.env.get(name);
    if (value?.kind === "uninitialised" && name === this.ref.site.variable && state.phase !== "failed") {
      return this.readUninitialised(node, state);
    }
    if (state.phase === "failed" && name !== this.ref.site.variable && this.ref.isStatus(value) && !isAssigned(node))
      look(state);
    const unchecked = state.phase === "failed" && name === this.ref.site.variable && value?.kind !== "constant";
    if (!holdsObject(value) && !unchecked && !(state.phase === "failed" && value?.kind === "constant")) {
      if (value?.kind === "address") this.useAddress(node, state);
      return;
    }
    const mention = classifyMention(node, this.fn, this.facts);
    // It is used here: whatever the conditions before have asked, it is there.
    if (mention === "use" && state.env.has(DOUBT)) state.env = withValue(state.env, DOUBT, undefined);
    if (state.phase === "failed") {
      if (name !== this.ref.site.variable) return;
      // `x->release()` is a use like any other when x was never set; OSSafeReleaseNULL(x) bears a null.
      if (value?.kind === "uninitialised" && (mention === "look" || (mention === "handled" && !isReceiver(node)))) {
        return this.readUninitialised(node, state);
      }
      const used = mention === "use" || (mention === "handled" && isReceiver(node));
      if (used && this.ref.site.how === "out-parameter")
        this.ref.report(state, state.env.has(LOOKED) ? "known-failure" : "unchecked", node);
      state.env = withValue(state.env, name, undefined);
      state.phase = "idle";
      return;
    }
    if (state.phase === "released") {
      // What is done to a place that others can reach may be to fill it anew.
      if (mention === "escape" && this.ref.outer.has(name)) return this.ref.escape(state);
      const dangling = mention === "use" || mention === "show" || mention === "escape";
      if (dangling && value?.kind === "object" && !state.shared) this.ref.report(state, "use-after-release", node);
      if (dangling) state.phase = "gone";
      return;
    }
    if (mention === "escape") this.ref.handOn(isAdopted(node, this.fn), node, state);
    else if (mention === "show") state.shared = true;
  }

  /** The whole that a holder is a part of is named: a copy, a callee or a loop over it may do anything. True when that was so. */
  private mentionAround(node: SyntaxNode, name: string, state: Running): boolean {
    const inside = holdersOf(state.env).filter((holder) => liesIn(holder, name));
    const array = /^(.*)\[[^\]]*\]$/.exec(name)?.[1];
    const elements = array === undefined ? [] : holdersOf(state.env).filter((holder) => holder.startsWith(`${array}[`));
    // `pair[i]` may be the element that is known as `pair[1]`.
    if (elements.some((holder) => holder !== name && !liesIn(holder, name) && !areNumbered(holder, name))) {
      this.ref.escape(state);
      return true;
    }
    if (inside.length === 0) return false;
    if (isAccessBase(node)) {
      const called = node.parent?.parent?.kind === K.callExpression && node.parent.parent.children[0] === node.parent;
      if (called) this.ref.escape(state);
      return true;
    }
    if (classifyMention(node, this.fn, this.facts) !== "look") this.ref.escape(state);
    return true;
  }

  /** Reading what was never set; handing out its address sets it. */
  private readUninitialised(node: SyntaxNode, state: Running): void {
    const parent = node.parent;
    const assigned = parent?.kind === K.assignmentExpression && parent.children[0] === node;
    const out = parent?.kind === K.pointerExpression && unaryParts(parent)?.operator === "&";
    if (assigned || out || parent?.kind === K.sizeofExpression) return;
    this.ref.report(state, "uninitialised", node);
    state.env = withValue(state.env, this.ref.site.variable, undefined);
    state.phase = "gone";
  }

  /** The address of a mapping is named: kept beyond this function, or used when the mapping is no more. */
  private useAddress(node: SyntaxNode, state: Running): void {
    if (state.phase !== "released" || state.shared) return;
    const mention = classifyMention(node, this.fn, this.facts);
    if (mention !== "use" && mention !== "show" && mention !== "escape") return;
    this.ref.report(state, "mapping", node);
    state.phase = "gone";
  }

  /** A block or lambda that names a holder may keep or release it at any time, unless it is a local clean-up that we can read. */
  capture(node: SyntaxNode, state: Running): void {
    if (state.phase === "failed") look(state);
    if (isNeverNamed(node, this.fn)) return;
    const text = textOf(node);
    // Captured by reference before it holds anything: whoever has the lambda may release what it will hold.
    const byReference = node.kind === K.lambdaExpression && /^\[[^\]]*&/.test(text) && !isLocalCleanup(node, this.fn);
    if (byReference && isNamedIn(text, this.ref.site.variable)) {
      state.env = withValue(state.env, "@captured", ONE);
    }
    const names = holdersOf(state.env).filter((name) => isNamedIn(text, name));
    if (names.length > 0 && !isLocalCleanup(node, this.fn)) {
      const inner = this.facts.functionOf(node);
      // A block that only reads holds nothing: a raw pointer is captured without a reference.
      const reads = inner !== undefined && names.every((name) => this.facts.effectOn(inner, name) === "borrows");
      if (reads) state.shared = true;
      else this.ref.escape(state);
    }
    // What it assigns is not known afterwards.
    for (const each of walk(node)) {
      if (each.kind !== K.assignmentExpression && each.kind !== K.updateExpression) continue;
      const target = each.children[0] && pathOf(each.children[0]);
      if (target !== undefined && !holdsObject(state.env.get(target))) this.ref.set(state, target, undefined);
    }
  }
}

/** From here on the function may know that the call has failed, in a way that is not followed. */
function look(state: Running): void {
  state.env = withValue(state.env, LOOKED, ONE);
}

/** True for what `=` sets; `ret |= f()` reads it as well. */
function isAssigned(node: SyntaxNode): boolean {
  const parts = node.parent && binaryParts(node.parent);
  return node.parent?.kind === K.assignmentExpression && parts?.operator === "=" && parts.left === node;
}

function isReceiver(node: SyntaxNode): boolean {
  return node.parent?.kind === K.fieldExpression;
}

/** True for a block or lambda in a local that is not named again, but for `(void)finish;`: it never runs. */
function isNeverNamed(node: SyntaxNode, fn: FunctionInfo): boolean {
  const declarator = node.parent;
  const name = declarator?.kind === K.initDeclarator ? declaredName(declarator) : undefined;
  if (!name) return false;
  return [...walk(fn.body)].every(
    (each) => each.kind !== K.identifier || textOf(each) !== textOf(name) || each === name || isDiscarded(each),
  );
}

function isDiscarded(node: SyntaxNode): boolean {
  return node.parent?.kind === K.castExpression && node.parent.parent?.kind === K.expressionStatement;
}

/** True for two elements of an array that have different numbers. */
function areNumbered(a: string, b: string): boolean {
  return /\[\d+\]/.test(a) && /\[\d+\]/.test(b);
}
