// The places in a function where a local variable may receive a counted (+1) reference.
import type { Span } from "../base/span.ts";
import { calledMethod, isObjectPointer, localVariable, receiverClass } from "../semantics/expression-type.ts";
import type { FunctionInfo, MethodInfo, ProjectIndex, TypeRef } from "../semantics/model.ts";
import { addressOf, binaryParts, callParts, declaredName, uncast, type CallParts } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { field, spanOf, textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import { isNestedFunction } from "./build-cfg.ts";
import { isStatusType } from "./exits.ts";
import type { Cfg, Item } from "./cfg.ts";
import { calledDeclaration, calledFunction, outOwnership, returnOwnership, type FlowFacts } from "./ownership-facts.ts";

/** One acquisition: a call that gives a +1 reference to a local variable. */
export interface Site {
  /** Undefined for a parameter, which is there from the start. */
  readonly call: CallParts | undefined;
  readonly variable: string;
  /** "borrowed": the variable receives an object at +0, which this function must not release. */
  readonly how: "out-parameter" | "return" | "borrowed" | "parameter";
  /** "IOBufferMemoryDescriptor::Create", as a person would name it. */
  readonly source: string;
  /** A USB descriptor is no object: IOUSBHostFreeDescriptor gives it back. */
  readonly resource: "object" | "descriptor";
  /** The class of the object as the variable declares it. */
  readonly className: string;
  /** Where the variable stands in the call, or on the left of the assignment. */
  readonly span: Span;
  /** What the call returns when it succeeds: a status 0, true, anything ("always": it cannot fail), or the object itself. */
  readonly success: "zero" | "nonzero" | "always" | "object";
}

/** All acquisitions that a function's graph runs; those in blocks and lambdas belong to these. */
export function sitesOf(fn: FunctionInfo, facts: FlowFacts, cfg: Cfg): Site[] {
  const { index } = facts;
  const sites: Site[] = [];
  for (const node of nodesOf(cfg)) {
    const call = callParts(node);
    if (!call) continue;
    const method = calledDeclaration(call, fn, index);
    call.args.forEach((argument, position) => {
      const site = outSite(call, argument, position, method, fn, facts);
      if (site) sites.push(site);
    });
    const site = returnSite(call, fn, facts);
    if (site) sites.push(site);
  }
  sites.push(...retainedParameters(fn, index));
  return sites;
}

/** Parameters that the function itself retains and releases: what it takes, it has to give back. */
function retainedParameters(fn: FunctionInfo, index: ProjectIndex): Site[] {
  const text = textOf(fn.body);
  if (!text.includes("retain")) return [];
  return index.parametersOf(fn).flatMap((parameter): Site[] => {
    const { name, type } = parameter;
    if (!name || !isObjectPointer(type, index)) return [];
    const retains = new RegExp(`\\b${name}\\s*->\\s*retain\\s*\\(`).test(text);
    const releases = new RegExp(`\\b${name}\\s*->\\s*release\\s*\\(|OSSafeRelease\\w*\\s*\\(\\s*${name}\\b`).test(text);
    if (!retains || !releases) return [];
    return [
      {
        call: undefined,
        variable: name,
        how: "borrowed",
        resource: "object",
        source: "the caller",
        className: type.name,
        span: fn.nameSpan,
        success: "object",
      },
    ];
  });
}

function expressionOf(item: Item): SyntaxNode | undefined {
  switch (item.kind) {
    case "return":
    case "assign":
      return item.value;
    case "leave":
      return undefined;
    default:
      return item.node;
  }
}

/** Every expression node that a graph runs, macro expansions included, blocks and lambdas as a whole. */
export function* nodesOf(cfg: Cfg): Generator<SyntaxNode> {
  for (const { items } of cfg.blocks) {
    for (const item of items) {
      const node = expressionOf(item);
      if (node) yield* walk(node, (each) => !isNestedFunction(each));
    }
  }
}

function outSite(
  call: CallParts,
  argument: SyntaxNode,
  position: number,
  method: MethodInfo | undefined,
  fn: FunctionInfo,
  facts: FlowFacts,
): Site | undefined {
  const { index } = facts;
  const target = addressOf(argument);
  if (target?.kind !== K.identifier) return undefined;
  const type = localObject(textOf(target), target, fn, index);
  if (!type) return undefined;
  const className = receiverClass(call, fn, index);
  const success = successOf(call, position, method, fn, index);
  if (!success) return undefined;
  if (outOwnership(call, position, fn, facts) !== "+1") return undefined;
  return {
    call,
    variable: textOf(target),
    how: "out-parameter",
    resource: "object",
    source: describe(call, className),
    className: type.name,
    span: spanOf(argument),
    success,
  };
}

/** Which result says that the out-parameter was set: what the declaration notes, else true for a `bool` and 0 for a status. */
function successOf(
  call: CallParts,
  position: number,
  method: MethodInfo | undefined,
  fn: FunctionInfo,
  index: ProjectIndex,
): Site["success"] | undefined {
  const noted = method?.parameters[position]?.annotations ?? [];
  const returns = method?.returns ?? calledFunction(call, fn, index)?.returns;
  const testable = !returns || returns.pointers > 0 || returns.name === "bool" || isStatusType(returns, index);
  if (noted.includes("RETURNS_RETAINED_ON_NONZERO")) return testable ? "nonzero" : undefined;
  if (noted.includes("RETURNS_RETAINED_ON_ZERO")) return testable ? "zero" : undefined;
  if (!returns || isStatusType(returns, index)) return "zero";
  if (returns.name === "bool" || returns.pointers > 0) return "nonzero";
  return "always";
}

function returnSite(call: CallParts, fn: FunctionInfo, facts: FlowFacts): Site | undefined {
  const { index } = facts;
  const target = assignedVariable(call.node);
  if (!target) return undefined;
  const descriptor = descriptorSite(call, target, fn, facts);
  if (descriptor) return descriptor;
  const type = localObject(textOf(target), target, fn, index);
  if (!type) return undefined;
  const ownership = returnOwnership(call, fn, facts);
  // Borrowed objects matter only where somebody releases one.
  if (ownership === undefined || (ownership === "+0" && !/->\s*release\s*\(|OSSafeRelease/.test(textOf(fn.body))))
    return undefined;
  return {
    call,
    variable: textOf(target),
    how: ownership === "+1" ? "return" : "borrowed",
    resource: "object",
    source: describe(call, receiverClass(call, fn, index)),
    className: type.name,
    span: spanOf(target),
    success: "object",
  };
}

/** `CopyConfigurationDescriptor` and its relatives return memory that the caller gives back (USBDriverKit's documentation of each). */
function descriptorSite(call: CallParts, target: SyntaxNode, fn: FunctionInfo, facts: FlowFacts): Site | undefined {
  const { index } = facts;
  if (!/^Copy\w*Descriptor/.test(call.name)) return undefined;
  const method = calledMethod(call, fn, index);
  if (!method || method.path !== "" || !/^IOUSB\w*Descriptor$/.test(method.returns.name)) return undefined;
  const local = localVariable(textOf(target), target, fn, index);
  if (!local || local.parameter || local.static || local.captured || local.type.pointers !== 1) return undefined;
  return {
    call,
    variable: textOf(target),
    how: "return",
    resource: "descriptor",
    source: describe(call, receiverClass(call, fn, index)),
    className: method.returns.name,
    span: spanOf(target),
    success: "object",
  };
}

/** The local that a call's result is directly stored into: `x = call` or `T *x = call`, casts in between allowed. */
function assignedVariable(node: SyntaxNode): SyntaxNode | undefined {
  let at = node;
  let inner = node;
  while (at.parent && !isStore(at.parent)) {
    const cast = at.parent.kind === K.argumentList && at.parent.parent ? callParts(at.parent.parent) : undefined;
    if (cast && /^OS(DynamicCast|RequiredCast)$/.test(cast.name) && cast.args[1] === at) at = inner = cast.node;
    else if (at.parent.kind === K.conditionalExpression && at.parent.children[0] !== at) at = inner = at.parent;
    else if (uncast(at.parent) === inner || uncast(at.parent) === uncast(inner)) at = at.parent;
    else return undefined;
  }
  const parent = at.parent;
  if (parent?.kind === K.initDeclarator) {
    return field(parent, "value") === at ? declaredName(parent) : undefined;
  }
  // `if (T *x = call)` has no declarator of its own around name and value.
  if (parent?.kind === K.declaration) {
    const declarator = field(parent, "declarator");
    return declarator && field(parent, "value") === at ? declaredName(declarator) : undefined;
  }
  const parts = parent && binaryParts(parent);
  if (!parts || parts.operator !== "=" || parts.right !== at) return undefined;
  const left = uncast(parts.left);
  return left.kind === K.identifier ? left : undefined;
}

function isStore(node: SyntaxNode): boolean {
  return node.kind === K.assignmentExpression || node.kind === K.initDeclarator || node.kind === K.declaration;
}

function localObject(name: string, at: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): TypeRef | undefined {
  const local = localVariable(name, at, fn, index);
  if (!local || local.parameter || local.static || local.captured || local.type.reference) return undefined;
  // `__attribute__((cleanup(f)))`: the compiler lets go of it.
  if (local.declaration && /\bcleanup\s*\(/.test(textOf(local.declaration))) return undefined;
  return isObjectPointer(local.type, index) ? local.type : undefined;
}

function describe(call: CallParts, className: string | undefined): string {
  if (call.name === "OSTypeAlloc") return "OSTypeAlloc";
  if (call.scope !== undefined || (call.receiver && className !== undefined))
    return `${className ?? call.scope}::${call.name}`;
  return call.name;
}
