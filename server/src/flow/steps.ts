// Words for the way to a finding: a trail's events as numbered steps, in the terms a driver author uses.
import type { Span } from "../base/span.ts";
import { plural } from "../base/plural.ts";
import type { Step } from "../base/step.ts";
import { expressionType, localVariable } from "../semantics/expression-type.ts";
import type { FunctionInfo, ProjectIndex } from "../semantics/model.ts";
import { binaryParts, callParts, normalText, unaryParts, uncast } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { nodeAt, spanOf, textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import type { Condition } from "./cfg.ts";
import { eventsOf, type OwnershipProblem } from "./ownership.ts";
import { isReleaseCall } from "./ownership-facts.ts";
import type { PathEvent } from "./state.ts";
import { nameOf } from "./reference.ts";
import { fromOf, pathOf, type Env } from "./values.ts";

/** The steps from the acquisition to the loss, neither the loss itself nor branches that say nothing new. */
export function stepsOf(leak: OwnershipProblem, fn: FunctionInfo, index: ProjectIndex): Step[] {
  const { path } = fn.node.source;
  const events = eventsOf(leak.trail);
  const begin = events.findLastIndex((event) => event.kind === "acquire" || event.kind === "fail");
  const steps: Step[] = [];
  const said = new Set<string>();
  for (const event of events.slice(Math.max(begin, 0))) {
    const step = describeEvent(event, leak, { fn, index });
    if (!step) continue;
    // A loop that goes round says the same at the same place again: once is enough.
    const key = `${step.span.start}:${step.text}`;
    if (said.has(key) || steps.at(-1)?.text === step.text) continue;
    said.add(key);
    steps.push({ path, ...step });
  }
  return steps;
}

interface Place {
  readonly fn: FunctionInfo;
  readonly index: ProjectIndex;
}

function describeEvent(event: PathEvent, leak: OwnershipProblem, place: Place): Omit<Step, "path"> | undefined {
  const { site } = leak;
  switch (event.kind) {
    case "acquire":
      return site.how === "borrowed"
        ? { span: event.span, kind: "acquire", text: `+0 from ${site.source}, lent to '${site.variable}'` }
        : { span: event.span, kind: "acquire", text: `+1 from ${site.source}, held by '${site.variable}'` };
    case "retain":
      return { span: event.span, kind: "acquire", text: `retained: ${plural(event.count, "reference")} held` };
    case "release":
      return {
        span: event.span,
        kind: "release",
        text: `released${releaser(event.span, place.fn)}: ${event.count > 0 ? event.count : "none"} left`,
      };
    case "fail":
      return undefined;
    case "adopt":
      return { span: event.span, kind: "note", text: "a smart pointer takes it over (OSNoRetain)" };
    case "keep":
      return { span: event.span, kind: "note", text: "its address is kept here" };
    case "edge": {
      const { condition } = event.edge;
      if (!condition) return undefined;
      const described = describeCondition(condition, event.env, leak, place);
      return described && { span: described.span, kind: "branch", text: described.text };
    }
  }
}

/** " by consume" where a function of the project, or a lambda, gives the reference up. */
function releaser(span: Span, fn: FunctionInfo): string {
  let node: SyntaxNode | undefined = nodeAt(fn.body, span);
  // `&x`, through which the callee empties the variable.
  while (node && !callParts(node))
    node = node === fn.body || node.kind === K.deleteExpression ? undefined : node.parent;
  const call = node && callParts(node);
  return call && call.name !== "" && !isReleaseCall(call) ? ` by ${nameOf(call)}` : "";
}

function describeCondition(
  condition: Condition,
  env: Env,
  leak: OwnershipProblem,
  place: Place,
): { readonly span: Span; readonly text: string } | undefined {
  switch (condition.kind) {
    case "preprocessor":
      return undefined;
    case "case": {
      const subject = normalText(condition.subject);
      const text = condition.node
        ? `taking the case where ${subject} is ${textOf(condition.node)}`
        : `taking no case of the switch over ${subject}`;
      return { span: spanOf(condition.node ?? condition.subject), text };
    }
    case "expression": {
      const status = statusOf(condition.node, condition.value, env, place);
      if (status) {
        // That the acquiring call succeeded is what step 1 says.
        if (status.succeeded && leak.site.call && status.call === nameOf(leak.site.call)) return undefined;
        return { span: spanOf(condition.node), text: `taking the branch where ${status.call} ${status.verb}` };
      }
      if (isAboutVariable(condition.node, leak.site.variable)) return undefined;
      const cast = castOf(condition.node, condition.value, place);
      if (cast) return { span: spanOf(condition.node), text: `taking the branch where the cast to ${cast}` };
      const text = normalText(condition.node);
      const short = text.length > 50 ? `${text.slice(0, 47)}…` : text;
      return { span: spanOf(condition.node), text: `taking the branch where '${short}' is ${condition.value}` };
    }
  }
}

/** "OSDictionary failed" for a test of what `OSDynamicCast(OSDictionary, x)` gave, kept in a variable or not. */
function castOf(node: SyntaxNode, value: boolean, place: Place): string | undefined {
  const inner = uncast(node);
  if (inner.kind === K.unaryExpression) {
    const parts = unaryParts(inner);
    return parts?.operator === "!" ? castOf(parts.operand, !value, place) : undefined;
  }
  const compared = inner.kind === K.binaryExpression ? binaryParts(inner) : undefined;
  if (compared) {
    if (compared.operator !== "==" && compared.operator !== "!=") return undefined;
    const [constant, subject] = isZero(compared.left)
      ? [compared.left, compared.right]
      : [compared.right, compared.left];
    return isZero(constant) ? castOf(subject, (compared.operator === "!=") === value, place) : undefined;
  }
  const call = callParts(inner.kind === K.identifier ? (onlyValueOf(inner, place) ?? inner) : inner);
  const type = call?.name === "OSDynamicCast" ? call.args[0] : undefined;
  return type && `${textOf(type)} ${value ? "succeeded" : "failed"}`;
}

/** What a local variable is declared with, when nothing is assigned to it afterwards. */
function onlyValueOf(variable: SyntaxNode, { fn, index }: Place): SyntaxNode | undefined {
  const name = textOf(variable);
  const value = localVariable(name, variable, fn, index)?.initializer;
  if (!value) return undefined;
  for (const node of walk(fn.body)) {
    if (node.kind === K.assignmentExpression && pathOf(binaryParts(node)?.left ?? node) === name) return undefined;
  }
  return uncast(value);
}

interface Status {
  readonly call: string;
  readonly succeeded: boolean;
  readonly verb: string;
}

/** When a condition tests what a call gave back: which call, and how the branch names its result. */
function statusOf(node: SyntaxNode, value: boolean, env: Env, place: Place, tested = false): Status | undefined {
  const inner = uncast(node);
  if (inner.kind === K.unaryExpression) {
    const parts = unaryParts(inner);
    return parts?.operator === "!" ? statusOf(parts.operand, !value, env, place, tested) : undefined;
  }
  if (inner.kind === K.binaryExpression) {
    const parts = binaryParts(inner);
    if (!parts || (parts.operator !== "==" && parts.operator !== "!=")) return undefined;
    const [constant, subject] = isZero(parts.left) ? [parts.left, parts.right] : [parts.right, parts.left];
    if (!isZero(constant)) return undefined;
    const named = tested || /Success|SUCCESS/.test(textOf(uncast(constant)));
    return statusOf(subject, (parts.operator === "!=") === value, env, place, named);
  }
  if (inner.kind === K.assignmentExpression) {
    const parts = binaryParts(inner);
    return parts ? statusOf(parts.left, value, env, place, tested) : undefined;
  }
  const path = pathOf(inner);
  const from = path === undefined ? undefined : fromOf(env.get(path));
  const call = from ?? (inner.kind === K.callExpression ? nameOfCall(inner) : undefined);
  if (!call) return undefined;
  const type = expressionType(inner, place.fn, place.index);
  // Without a type, only a comparison with kIOReturnSuccess tells that this is a status.
  if ((!type || type.name === "auto") && !tested) return undefined;
  if (type && type.pointers > 0) return { call, succeeded: value, verb: value ? "succeeded" : "returned null" };
  if (type?.name === "bool") return { call, succeeded: value, verb: value ? "returned true" : "returned false" };
  if (type && !/^(kern_return_t|IOReturn|int|int32_t|auto)$/.test(type.name)) {
    return { call, succeeded: false, verb: value ? "gave a value other than 0" : "gave 0" };
  }
  return { call, succeeded: !value, verb: value ? "failed" : "succeeded" };
}

function nameOfCall(node: SyntaxNode): string | undefined {
  const call = callParts(node);
  return call && !/^(is|has|Is|Has)/.test(call.name) && !/^OS\w+Cast$/.test(call.name)
    ? nameOf(call) || undefined
    : undefined;
}

function isZero(node: SyntaxNode): boolean {
  return /^(kIOReturnSuccess|KERN_SUCCESS|kOSReturnSuccess|0|noErr|nullptr|NULL|false)$/.test(textOf(uncast(node)));
}

function isAboutVariable(node: SyntaxNode, variable: string): boolean {
  const inner = uncast(node);
  if (pathOf(inner) === variable) return true;
  const parts = inner.kind === K.binaryExpression ? binaryParts(inner) : undefined;
  return parts !== undefined && (pathOf(parts.left) === variable || pathOf(parts.right) === variable);
}
