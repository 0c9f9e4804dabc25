// The life of a class: what runs from Stop and from free(), how `ivars` is allocated and freed. No rule by itself.
import { expressionType } from "../../semantics/expression-type.ts";
import type { ClassInfo, FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { callParts, normalText, uncast, unwrap, type CallParts } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import type { BaseContext } from "../define.ts";
import { binaryParts } from "../../syntax/cpp.ts";
import { isLogging } from "../../flow/ownership-facts.ts";
import { codeOf } from "./members.ts";

const MAX_FUNCTIONS = 200;
const MAX_NAMESAKES = 4;

/** The method of a class by name, with a body; the outermost one. */
export function methodOf(cls: ClassInfo, name: string): FunctionInfo | undefined {
  return cls.functions.find((fn) => fn.name === name && !fn.outer);
}

/**
 * The functions of the project that may run when a method of the class is called, itself first: what it calls by name in the class
 * and in the project, blocks and lambdas included. Bounded; a name that many functions have is not followed.
 */
export function reachedFrom(context: BaseContext, cls: ClassInfo, name: string): FunctionInfo[] {
  const first = methodOf(cls, name);
  const seen = new Set<FunctionInfo>(first ? [first] : []);
  const paths = new Set(codeOf(context, cls).map((summary) => summary.path));
  const own = new Map<string, FunctionInfo[]>();
  for (const fn of cls.functions) if (paths.has(fn.path)) own.set(fn.name, [...(own.get(fn.name) ?? []), fn]);
  for (const fn of seen) {
    if (seen.size > MAX_FUNCTIONS) break;
    for (const callee of calleesOf(fn))
      for (const each of own.get(callee) ?? fewNamed(callee, context, paths)) seen.add(each);
  }
  return [...seen];
}

const callees = new WeakMap<FunctionInfo, ReadonlySet<string>>();

/** The names that a function calls, in order. `super::free()` and the like end in the base class and are left out. */
function calleesOf(fn: FunctionInfo): ReadonlySet<string> {
  const known = callees.get(fn);
  if (known) return known;
  const names = new Set<string>();
  for (const node of walk(fn.body)) {
    const call = callParts(node);
    if (!call || call.name === "") continue;
    if (call.scope === "super" || call.args.some((argument) => textOf(argument) === "SUPERDISPATCH")) continue;
    if (call.receiver && textOf(unwrap(call.receiver)) === "super") continue;
    // `Stop_Impl(provider)` calls the body itself.
    names.add(call.name.replace(/_Impl$/, ""));
  }
  callees.set(fn, names);
  return names;
}

/** The functions of a name where they are few enough to be meant. */
function fewNamed(name: string, context: BaseContext, paths: ReadonlySet<string>): readonly FunctionInfo[] {
  const found: FunctionInfo[] = [];
  for (const fn of context.index.functionsNamed(name)) {
    if (paths.has(fn.path)) found.push(fn);
    if (found.length > MAX_NAMESAKES) return [];
  }
  return found;
}

/** How memory comes and goes. */
export type Allocator = "new" | "new[]" | "IONew" | "IOMalloc" | "malloc";

export interface Allocation {
  readonly allocator: Allocator;
  /** The call or expression as a person names it: "IONewZero". */
  readonly what: string;
  /** "T" of IONew(T, n) and `new T`. */
  readonly type: string | undefined;
  readonly size: bigint | undefined;
  readonly node: SyntaxNode;
}

/** Reads an expression as an allocation of raw memory; undefined for anything else, placement new included. */
export function allocationOf(context: BaseContext, expression: SyntaxNode): Allocation | undefined {
  const node = uncast(expression);
  if (node.kind === K.newExpression) {
    if (field(node, "placement")) return undefined;
    const type = field(node, "type");
    const isArray = /\[[^\]]*\]\s*$/.test(textOf(node)) || /^new\s+[\w:<> ]+\[/.test(textOf(node));
    if (!type || /nothrow/.test(textOf(node))) return undefined;
    return {
      allocator: isArray ? "new[]" : "new",
      what: "new",
      type: context.index.resolveName(textOf(type)),
      size: undefined,
      node,
    };
  }
  const call = callParts(node);
  if (!call || call.receiver || call.scope !== undefined || context.index.macro(call.name)) return undefined;
  if (context.index.functionsNamed(call.name).length > 0) return undefined;
  const [first] = call.args;
  if (/^(IONew|IONewZero)$/.test(call.name) && first) {
    const type = context.index.resolveName(textOf(first).replace(/^struct\s+/, ""));
    return { allocator: "IONew", what: call.name, type, size: undefined, node };
  }
  if (/^(IOMalloc|IOMallocZero)$/.test(call.name) && first) {
    return { allocator: "IOMalloc", what: call.name, type: undefined, size: sizeOf(context, first), node };
  }
  if (/^(malloc|calloc)$/.test(call.name))
    return { allocator: "malloc", what: call.name, type: undefined, size: undefined, node };
  return undefined;
}

export interface Deallocation {
  readonly allocator: Allocator;
  readonly what: string;
  readonly type: string | undefined;
  readonly size: bigint | undefined;
  readonly target: SyntaxNode;
  readonly node: SyntaxNode;
}

/** Reads a node as the end of raw memory: `IOSafeDeleteNULL(x, T, n)`, `IOFree(x, size)`, `delete x`, `::free(x)`. */
export function deallocationOf(context: BaseContext, node: SyntaxNode): Deallocation | undefined {
  if (node.kind === K.deleteExpression) {
    const target = node.children.at(-1);
    if (!target) return undefined;
    const isArray = /^(::\s*)?delete\s*\[/.test(textOf(node));
    return {
      allocator: isArray ? "new[]" : "new",
      what: isArray ? "delete[]" : "delete",
      type: undefined,
      size: undefined,
      target: uncast(target),
      node,
    };
  }
  const call = callParts(node);
  const target = call?.args[0];
  if (!call || !target || call.receiver || (call.scope !== undefined && call.scope !== "std")) return undefined;
  if (context.index.macro(call.name) || context.index.functionsNamed(call.name).length > 0) {
    if (!/^free$/.test(call.name)) return undefined;
  }
  const common = { what: call.name, target: uncast(target), node };
  if (/^(IOSafeDeleteNULL|IODelete)$/.test(call.name)) {
    const type = call.args[1];
    const named = type && context.index.resolveName(textOf(type).replace(/^struct\s+/, ""));
    return { ...common, allocator: "IONew", type: named, size: undefined };
  }
  if (call.name === "IOFree") {
    const size = call.args[1];
    return { ...common, allocator: "IOMalloc", type: undefined, size: size && sizeOf(context, size) };
  }
  if (call.name === "free" && call.args.length === 1) {
    return { ...common, allocator: "malloc", type: undefined, size: undefined };
  }
  return undefined;
}

function sizeOf(context: BaseContext, node: SyntaxNode): bigint | undefined {
  return context.index.evaluate(textOf(node));
}

/** How a class allocates and frees its `ivars`. */
export interface IvarsLife {
  readonly allocations: readonly {
    readonly allocation: Allocation;
    readonly fn: FunctionInfo;
    readonly at: SyntaxNode;
  }[];
  readonly deallocations: readonly { readonly deallocation: Deallocation; readonly fn: FunctionInfo }[];
  /** The whole structure is handed to something that is not known, or its destructor is called by hand. */
  readonly escapes: boolean;
}

/** Kept by the class, which belongs to one index, and that is all it is made of. */
const lives = new WeakMap<ClassInfo, IvarsLife>();

/** Looks at every mention of `ivars` as a whole in the class's functions. */
export function ivarsLife(context: BaseContext, cls: ClassInfo): IvarsLife {
  const known = lives.get(cls);
  if (known) return known;
  const allocations: IvarsLife["allocations"][number][] = [];
  const deallocations: IvarsLife["deallocations"][number][] = [];
  let escapes = false;
  for (const fn of cls.functions) {
    if (fn.outer) continue;
    for (const node of walk(fn.body)) {
      const parts = node.kind === K.assignmentExpression ? binaryParts(node) : undefined;
      if (parts && isIvars(parts.left)) {
        const allocation = allocationOf(context, parts.right);
        if (allocation) allocations.push({ allocation, fn, at: node });
        else if (!/^(nullptr|NULL|0)$/.test(textOf(parts.right))) escapes = true;
      }
      const deallocation = deallocationOf(context, node);
      if (deallocation && pointsToIvars(context, cls, deallocation.target, fn)) {
        deallocations.push({ deallocation, fn });
        continue;
      }
      const call = callParts(node);
      if (call && isHandedOut(context, call)) escapes = true;
      if (node.kind === K.returnStatement) {
        const value = node.children.at(-1);
        if (value && isIvars(value)) escapes = true;
      }
    }
  }
  const life = { allocations, deallocations, escapes };
  lives.set(cls, life);
  return life;
}

function isIvars(node: SyntaxNode): boolean {
  return /^(this->)?ivars$/.test(normalText(uncast(node)));
}

/** True for an expression that points to the class's `ivars`: it, or a local variable or parameter of its type. */
export function pointsToIvars(context: BaseContext, cls: ClassInfo, node: SyntaxNode, fn: FunctionInfo): boolean {
  if (isIvars(node)) return context.index.classOf(outermostOf(fn)) === cls;
  const type = cls.ivars && expressionType(uncast(node), fn, context.index);
  return type !== undefined && type.pointers === 1 && context.index.resolveName(type.name) === cls.ivars?.name;
}

/** True when `ivars` itself goes to a function that the project does not define, or its destructor is called. */
function isHandedOut(context: BaseContext, call: CallParts): boolean {
  if (call.receiver && isIvars(call.receiver) && call.name.startsWith("~")) return true;
  const mentions = call.args.some(
    (argument) => isIvars(argument) || /^[&*]\(?(this->)?ivars\)?$/.test(normalText(argument)),
  );
  if (!mentions || isLogging(call.name)) return false;
  if (
    /^(memset|bzero|memset_s|memcpy|IOSafeDeleteNULL|IODelete|IOFree|free|sizeof|require\w*|__Require\w*|assert)$/.test(
      call.name,
    )
  )
    return false;
  return context.index.functionsNamed(call.name).length === 0;
}
