// The places in a function where a local variable may receive a counted (+1) reference.
import type { Span } from "../base/span.ts";
import { calledMethod, isObjectPointer, localVariable, receiverClass } from "../semantics/expression-type.ts";
import type { FunctionInfo, MethodInfo, ProjectIndex, TypeRef } from "../semantics/model.ts";
import { addressOf, binaryParts, callParts, declaredName, uncast, type CallParts } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { field, spanOf, textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import { otherNameOf } from "./aliases.ts";
import { isNestedFunction } from "./graph.ts";
import { isStatusType } from "./exits.ts";
import type { Cfg, Item } from "./cfg.ts";
import {
  calledDeclaration,
  calledFunction,
  isReleaseCall,
  isTakenByReference,
  outOwnership,
  returnOwnership,
  type FlowFacts,
} from "./ownership-facts.ts";
import { heldClass, isAccessBase, memberOf, placeOf, type Place } from "./places.ts";
import { pathOf } from "./values.ts";

/** One acquisition: a call that gives a +1 reference to a local variable. */
export interface Site {
  /** Undefined for a parameter, which is there from the start. */
  readonly call: CallParts | undefined;
  /** The function names something that may be the same place: only a use right behind a failed call is certain. */
  readonly perhapsNamedElsewhere?: boolean;
  /** What a local is given that the class keeps: the member or element on the right of the assignment. */
  readonly origin?: SyntaxNode;
  /** The access path that receives the object; see `pathOf`. */
  readonly variable: string;
  /** "outer": a member or element, which outlives the function. */
  readonly keeper: Place["keeper"];
  /**
   * "borrowed": the variable receives an object at +0, which this function must not release. "consumed": a parameter whose reference the
   * caller hands over. "member": what a member holds when the function begins.
   */
  readonly how: "out-parameter" | "return" | "borrowed" | "parameter" | "consumed" | "member";
  /** "IOBufferMemoryDescriptor::Create", as a person would name it. */
  readonly source: string;
  /** A USB descriptor is no object: IOUSBHostFreeDescriptor gives it back. */
  readonly resource: "object" | "descriptor";
  /** The class of the object as the variable declares it. */
  readonly className: string;
  /** Where the variable stands in the call, on the left of the assignment, or among the parameters. */
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
  sites.push(...parameterSites(fn, facts), ...memberSites(fn, facts, cfg), ...retainedAliases(fn, index, cfg));
  return sites.flatMap((site): Site[] => {
    const other = otherNameOf({ path: site.variable, keeper: site.keeper }, fn, index);
    if (other === "certainly") return [];
    return [other ? { ...site, perhapsNamedElsewhere: true } : site];
  });
}

/** Parameters of which the function may give up too little or too much: handed over, retained, or lent by the system and released. */
function parameterSites(fn: FunctionInfo, facts: FlowFacts): Site[] {
  const { index } = facts;
  const text = textOf(fn.body);
  const counts = /->\s*(?:retain|release)\s*\(|OSSafeRelease/.test(text);
  return index.parametersOf(fn).flatMap((parameter): Site[] => {
    const { name, type } = parameter;
    if (!name || !isObjectPointer(type, index)) return [];
    const consumed = parameter.annotations?.includes("CONSUMED") ?? false;
    if (!consumed && !(counts && isCountedHere(name, text, fn, facts))) return [];
    return [
      {
        call: undefined,
        variable: name,
        keeper: "local",
        how: consumed ? "consumed" : "borrowed",
        resource: "object",
        source: "the caller",
        className: type.name,
        span: fn.parameters.includes(parameter) ? parameter.span : fn.nameSpan,
        success: "object",
      },
    ];
  });
}

/**
 * True where a parameter, or another name for it, is retained and released; where it is retained and no other function that is handed one
 * of that name releases it; and where it is released although nothing retains it and the system is the caller, which never hands over.
 */
function isCountedHere(name: string, text: string, fn: FunctionInfo, facts: FlowFacts): boolean {
  const others = [...text.matchAll(/(\w+)\s*=\s*([^;]*);/g)].flatMap(([, other, value]) =>
    other !== undefined && value !== undefined && isAlias(value, name) ? [other] : [],
  );
  const names = [name, ...others].join("|");
  const retains = new RegExp(`\\b(?:${names})\\s*->\\s*retain\\s*\\(`).test(text);
  const releases = new RegExp(
    `\\b(?:${names})\\s*->\\s*release\\s*\\(|OSSafeRelease\\w*\\s*\\(\\s*(?:${names})\\b`,
  ).test(text);
  if (retains) return releases || (!isKeeper(fn.name) && !facts.doneElsewhere(fn, "release", name));
  return releases && isCalledBySystem(fn, facts.index) && !facts.doneElsewhere(fn, "retain", undefined);
}

/** `T *x = OSDynamicCast(T, name)` and `x = name`. */
function isAlias(value: string, name: string): boolean {
  return new RegExp(`^(?:OS\\w+Cast\\s*\\(\\s*\\w+\\s*,\\s*)?${name}\\s*\\)?$`).test(value.trim());
}

/** True for a function whose name says that it takes a reference for its caller. */
function isKeeper(name: string): boolean {
  return /retain|addref|keep|hold/i.test(name);
}

/** True for a method that the class overrides: its caller is DriverKit, which lends what it passes. */
function isCalledBySystem(fn: FunctionInfo, index: ProjectIndex): boolean {
  const base = fn.className === undefined ? undefined : index.ancestors(fn.className)[1];
  return base !== undefined && index.method(base, fn.name)?.path === "";
}

/** Locals that are given what a member holds, and retained: the function has to give that up again. */
function retainedAliases(fn: FunctionInfo, index: ProjectIndex, cfg: Cfg): Site[] {
  const text = textOf(fn.body);
  if (!/->\s*retain\s*\(/.test(text)) return [];
  return [...nodesOf(cfg)].flatMap((node): Site[] => {
    if (node.kind !== K.fieldExpression && node.kind !== K.subscriptExpression && node.kind !== K.identifier) return [];
    if (isAccessBase(node) || placeOf(node, fn, index)?.keeper !== "outer") return [];
    const target = assignedVariable(node);
    const holder = target?.kind === K.identifier ? holderAt(target, fn, index) : undefined;
    if (!holder || holder.keeper !== "local" || !new RegExp(`\\b${holder.path}\\s*->\\s*retain\\s*\\(`).test(text))
      return [];
    return [
      {
        ...holder,
        call: undefined,
        origin: node,
        variable: holder.path,
        how: "borrowed",
        resource: "object",
        source: textOf(node),
        span: spanOf(node),
        success: "object",
      },
    ];
  });
}

/** Members that are released here and named again afterwards, where the class holds no more than one reference in them. */
function memberSites(fn: FunctionInfo, facts: FlowFacts, cfg: Cfg): Site[] {
  const { index } = facts;
  const released = new Map<string, { readonly node: SyntaxNode; readonly className: string }>();
  const sites = new Map<string, Site>();
  for (const node of nodesOf(cfg)) {
    if (node.kind !== K.callExpression && node.kind !== K.fieldExpression && node.kind !== K.identifier) continue;
    const path = node.kind === K.callExpression ? undefined : pathOf(node);
    const before = path === undefined ? undefined : released.get(path);
    if (path !== undefined && before && node.start > before.node.end && !isAssigned(node) && !sites.has(path)) {
      if (facts.doneElsewhere(fn, "retain", memberOf(path))) continue;
      sites.set(path, {
        call: undefined,
        variable: path,
        keeper: "outer",
        how: "member",
        resource: "object",
        source: "the class",
        className: before.className,
        span: spanOf(before.node),
        success: "object",
      });
    }
    const call = callParts(node);
    const release = call && isReleaseCall(call);
    if (!call || !release || release.nulls || release.all) continue;
    const place = placeOf(release.target, fn, index);
    if (place?.keeper !== "outer" || /\[(?!\d+\])|^\*/.test(place.path) || !isThereFromTheStart(place.path, fn, index))
      continue;
    const type = heldClass(release.target, fn, index);
    if (type && !released.has(place.path)) released.set(place.path, { node, className: type.name });
  }
  return [...sites.values()];
}

/** True for a member of the class, or of what a parameter points at: it is the same thing when the function begins. */
function isThereFromTheStart(path: string, fn: FunctionInfo, index: ProjectIndex): boolean {
  if (/^(?:this->|ivars->|\w+$)/.test(path)) return true;
  const root = /^(\w+)->/.exec(path)?.[1];
  return root !== undefined && index.parametersOf(fn).some(({ name }) => name === root);
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
  const target = addressOf(argument) ?? (isTakenByReference(call, position, fn, facts) ? uncast(argument) : undefined);
  const holder = target && holderAt(target, fn, index);
  if (!holder) return undefined;
  const className = receiverClass(call, fn, index);
  const success = successOf(call, position, method, fn, index);
  if (!success) return undefined;
  const ownership = outOwnership(call, position, fn, facts);
  if (ownership === undefined || (ownership === "+0" && (holder.keeper === "outer" || !mayMiscount(fn))))
    return undefined;
  return {
    call,
    variable: holder.path,
    keeper: holder.keeper,
    how: ownership === "+1" ? "out-parameter" : "borrowed",
    resource: "object",
    source: describe(call, className),
    className: holder.className,
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
  const holder = holderAt(target, fn, index);
  if (!holder) return undefined;
  const ownership = returnOwnership(call, fn, facts);
  if (ownership === undefined || (ownership === "+0" && (holder.keeper === "outer" || !mayMiscount(fn))))
    return undefined;
  return {
    call,
    variable: holder.path,
    keeper: holder.keeper,
    how: ownership === "+1" ? "return" : "borrowed",
    resource: "object",
    source: describe(call, receiverClass(call, fn, index)),
    className: holder.className,
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
    keeper: "local",
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
  return pathOf(left) === undefined ? undefined : left;
}

function isStore(node: SyntaxNode): boolean {
  return node.kind === K.assignmentExpression || node.kind === K.initDeclarator || node.kind === K.declaration;
}

/** Borrowed objects matter only where somebody counts; what a member borrows is the class's matter. */
function mayMiscount(fn: FunctionInfo): boolean {
  return /->\s*(?:release|retain)\s*\(|OSSafeRelease/.test(textOf(fn.body));
}

/** The place of an object pointer that may receive a reference, and the class that it is declared with. */
function holderAt(
  node: SyntaxNode,
  fn: FunctionInfo,
  index: ProjectIndex,
): (Place & { readonly className: string }) | undefined {
  const place = placeOf(node, fn, index);
  if (!place) return undefined;
  const type =
    node.kind === K.identifier && place.keeper === "local"
      ? localObject(place.path, node, fn, index)
      : heldClass(node, fn, index);
  return type && { ...place, className: type.name };
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

/** True for the left side of an assignment. */
function isAssigned(node: SyntaxNode): boolean {
  return node.parent?.kind === K.assignmentExpression && node.parent.children[0] === node;
}
