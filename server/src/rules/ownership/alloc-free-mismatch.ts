// Memory of one allocator is given back to another, or with another size.
import { codeAround } from "../../semantics/calls.ts";
import type { FunctionInfo, ProjectIndex } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { localVariable } from "../../semantics/expression-type.ts";
import { binaryParts, fieldParts, normalText, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, file, type FileContext, type RuleFinding } from "../define.ts";
import { allocationOf, deallocationOf, type Allocation, type Deallocation } from "./lifecycle.ts";

interface Found<T> {
  readonly what: T;
  readonly fn: FunctionInfo;
}

export default defineRule({
  meta: {
    id: "alloc-free-mismatch",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "Memory is freed by another allocator, or with another size or type, than it was allocated with.",
    why: "Each allocator keeps its own books: the destructor is left out or the heap is damaged, and the driver leaks, or crashes later.",
    messages: {
      allocator: "'{place}' comes from {allocated} and goes to {freed}: two different allocators",
      array: "'{place}' comes from new[] and goes to delete: it must be delete[]",
      scalar: "'{place}' comes from new and goes to delete[]: it must be delete",
      size: "'{place}' is allocated with {allocated} bytes and freed with {freed}",
      type: "'{place}' is allocated as {allocated} and freed as {freed}",
    },
  },
  trigger: file(),
  check(context) {
    const findings: RuleFinding<"allocator" | "array" | "scalar" | "size" | "type">[] = [];
    for (const freed of inFile(context, context.file.path, (node) => deallocationOf(context, node))) {
      const { target } = freed.what;
      const place = placeOf(target, freed.fn, context.index);
      if (!place) continue;
      const paths = place.local
        ? [freed.fn.path]
        : codeAround(context, context.file.path).map((summary) => summary.path);
      const all = paths.flatMap((path) => allocationsIn(context, path).get(place.key) ?? []);
      if (!all.every(isKnown)) continue;
      const [first] = all;
      const wrong = all.map((each) => mismatch(each.what, freed.what));
      const [message] = wrong;
      // Where one of several allocations fits, the code may know which one it holds.
      if (!first || !message || !wrong.every((each) => each?.message === message.message)) continue;
      findings.push({
        message: message.message,
        data: { place: normalText(target), allocated: message.allocated, freed: message.freed },
        span: spanOf(freed.what.node),
        // On today's systems new and IOMalloc draw on one heap; what certainly goes wrong is that no destructor, or no constructor, runs.
        ...(message.message === "allocator" ? { severity: "warning" as const } : {}),
        steps: [
          {
            path: first.fn.path,
            span: spanOf(first.what.node),
            kind: "acquire",
            text: `allocated with ${first.what.what}`,
          },
        ],
      });
    }
    return findings;
  },
});

type Mismatch = {
  readonly message: "allocator" | "array" | "scalar" | "size" | "type";
  readonly allocated: string;
  readonly freed: string;
};

function mismatch(allocated: Allocation, freed: Deallocation): Mismatch | undefined {
  const names = { allocated: allocated.what, freed: freed.what };
  if (allocated.allocator === freed.allocator) {
    if (allocated.allocator === "IOMalloc" && allocated.size !== undefined && freed.size !== undefined) {
      if (allocated.size === freed.size) return undefined;
      return { message: "size", allocated: String(allocated.size), freed: String(freed.size) };
    }
    if (allocated.allocator === "IONew" && allocated.type && freed.type && allocated.type !== freed.type) {
      return { message: "type", allocated: allocated.type, freed: freed.type };
    }
    return undefined;
  }
  if (allocated.allocator === "new[]" && freed.allocator === "new") return { message: "array", ...names };
  if (allocated.allocator === "new" && freed.allocator === "new[]") return { message: "scalar", ...names };
  // IONew is IOMalloc of the type's size, and IODelete is IOFree of it (IOLib.h).
  const raw = new Set<string>(["IONew", "IOMalloc"]);
  if (raw.has(allocated.allocator) && raw.has(freed.allocator)) return undefined;
  return { message: "allocator", ...names };
}

interface Place {
  /** What the place is called wherever it is the same: "Class ivars->x" for members, the function and name for locals. */
  readonly key: string;
  readonly local: boolean;
}

function placeOf(target: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): Place | undefined {
  const owner = outermostOf(fn);
  const node = uncast(target);
  const className = index.classNameOf(owner) ?? fn.className;
  if (node.kind === K.identifier) {
    const name = textOf(node);
    const local = localVariable(name, node, fn, index);
    if (local?.parameter || local?.type.reference) return undefined;
    if (local) return { key: `${owner.path} ${owner.node.start} ${name}`, local: true };
    return name === "ivars" && className !== undefined ? { key: `${className} ivars`, local: false } : undefined;
  }
  const parts = fieldParts(node);
  if (!parts || className === undefined || !/^(this->)?ivars$|^this$/.test(normalText(parts.object))) return undefined;
  return { key: `${className} ${normalText(node).replace(/^this->/, "")}`, local: false };
}

type Allocations = ReadonlyMap<string, readonly Found<Allocation | undefined>[]>;

/** By index, which is made anew when any code changes. */
const tables = new WeakMap<ProjectIndex, Map<string, Allocations>>();

/** What the code of a file puts into which place; an entry without an allocation for anything that is none. Null is left out. */
function allocationsIn(context: FileContext, path: string): Allocations {
  let known = tables.get(context.index);
  if (!known) tables.set(context.index, (known = new Map()));
  const done = known.get(path);
  if (done) return done;
  const result = new Map<string, Found<Allocation | undefined>[]>();
  for (const { what: stored, fn } of inFile(context, path, storeOf)) {
    const key = placeOf(stored.target, fn, context.index)?.key;
    if (key === undefined || /^(nullptr|NULL|0|\{\})$/.test(normalText(stored.value))) continue;
    const found = { what: allocationOf(context, stored.value), fn };
    const list = result.get(key);
    if (list) list.push(found);
    else result.set(key, [found]);
  }
  known.set(path, result);
  return result;
}

function isKnown(found: Found<Allocation | undefined>): found is Found<Allocation> {
  return found.what !== undefined;
}

function storeOf(node: SyntaxNode): { readonly target: SyntaxNode; readonly value: SyntaxNode } | undefined {
  if (node.kind === K.assignmentExpression) {
    const parts = binaryParts(node);
    return parts?.operator === "=" ? { target: parts.left, value: parts.right } : undefined;
  }
  if (node.kind !== K.initDeclarator) return undefined;
  const value = field(node, "value");
  const declared = readDeclarator(node);
  const target = [...walk(node)].find((each) => each.kind === K.identifier && textOf(each) === declared.name);
  return value && target ? { target, value } : undefined;
}

/** What a reader finds in the functions of a file, in order. */
function inFile<T>(context: FileContext, path: string, read: (node: SyntaxNode) => T | undefined): Found<T>[] {
  const result: Found<T>[] = [];
  for (const fn of context.summary(path)?.functions ?? []) {
    if (fn.outer || fn.form === "top-level") continue;
    for (const node of walk(fn.body)) {
      if (node.source.expandedFrom) continue;
      const what = read(node);
      if (what) result.push({ what, fn });
    }
  }
  return result;
}
