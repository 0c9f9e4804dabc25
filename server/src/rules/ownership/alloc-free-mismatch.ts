// Memory of one allocator is given back to another, or with another size.
import { codeAround } from "../../semantics/calls.ts";
import type { FileSummary, FunctionInfo } from "../../semantics/model.ts";
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
      const key = keyOf(target, freed.fn, context);
      if (key === undefined) continue;
      const allocations = allocationsOf(context, key, freed.fn);
      const [first] = allocations;
      if (!first || allocations.some((each) => each.what === undefined)) continue;
      const all = allocations as Found<Allocation>[];
      const wrong = all.map((each) => mismatch(each.what, freed.what));
      const [message] = wrong;
      // Where one of several allocations fits, the code may know which one it holds.
      if (!message || !wrong.every((each) => each?.message === message.message)) continue;
      const allocation = first as Found<Allocation>;
      findings.push({
        message: message.message,
        data: { place: normalText(target), allocated: message.allocated, freed: message.freed },
        span: spanOf(freed.what.node),
        // On today's systems new and IOMalloc draw on one heap; what certainly goes wrong is that no destructor, or no constructor, runs.
        ...(message.message === "allocator" ? { severity: "warning" as const } : {}),
        steps: [
          {
            path: allocation.fn.path,
            span: spanOf(allocation.what.node),
            kind: "acquire",
            text: `allocated with ${allocation.what.what}`,
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

/** What a place is called wherever it is the same: "Class ivars->x" for members, the function and name for locals. */
function keyOf(target: SyntaxNode, fn: FunctionInfo, context: FileContext): string | undefined {
  const owner = outermostOf(fn);
  const node = uncast(target);
  const className = context.index.classNameOf(owner) ?? fn.className;
  if (node.kind === K.identifier) {
    const name = textOf(node);
    const local = localVariable(name, node, fn, context.index);
    if (local) return local.parameter || local.type.reference ? undefined : `${owner.path} ${owner.node.start} ${name}`;
    return name === "ivars" && className !== undefined ? `${className} ivars` : undefined;
  }
  const parts = fieldParts(node);
  if (!parts || className === undefined || !/^(this->)?ivars$|^this$/.test(normalText(parts.object))) return undefined;
  return `${className} ${normalText(node).replace(/^this->/, "")}`;
}

/** Every allocation that goes to the place; an entry without one for anything else that is put there. */
function allocationsOf(context: FileContext, key: string, fn: FunctionInfo): Found<Allocation | undefined>[] {
  const result: Found<Allocation | undefined>[] = [];
  const local = key.startsWith("/") || key.includes(fn.path);
  const paths = local ? [fn.path] : codeAround(context, context.file.path).map((summary) => summary.path);
  for (const path of paths) {
    for (const stored of storesIn(context, path)) {
      if (!key.endsWith(textOf(stored.what.target).replace(/^.*\W/, ""))) continue;
      if (keyOf(stored.what.target, stored.fn, context) !== key) continue;
      if (/^(nullptr|NULL|0|\{\})$/.test(normalText(stored.what.value))) continue;
      result.push({ what: allocationOf(context, stored.what.value), fn: stored.fn });
    }
  }
  return result;
}

type Store = { readonly target: SyntaxNode; readonly value: SyntaxNode };

/** Kept by the file's summary: the stores of a file are looked at once for each place that anything frees. */
const stores = new WeakMap<FileSummary, readonly Found<Store>[]>();

function storesIn(context: FileContext, path: string): readonly Found<Store>[] {
  const summary = context.summary(path);
  if (!summary) return [];
  const known = stores.get(summary);
  if (known) return known;
  const found = inFile(context, path, storeOf);
  stores.set(summary, found);
  return found;
}

function storeOf(node: SyntaxNode): Store | undefined {
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
