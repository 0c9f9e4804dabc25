// The outline of a file: a plist by its keys, code by its classes and functions. Plain data.
import type { Span } from "../base/span.ts";
import type { PlistDocument, PlistValue } from "../plist/document.ts";
import type { ClassDeclaration, FileSummary } from "../semantics/model.ts";

export interface OutlineSymbol {
  readonly name: string;
  /** Shown dimmed beside the name. */
  readonly detail: string;
  readonly kind: "key" | "item" | "dict" | "array" | "class" | "struct" | "method" | "function" | "field";
  /** The whole thing; the children lie within it. */
  readonly span: Span;
  /** What is selected when the symbol is chosen; lies within `span`. */
  readonly nameSpan: Span;
  readonly children: readonly OutlineSymbol[];
}

/** No property list of a driver is nested like this; the limit bounds recursion on hostile input. */
const MAX_DEPTH = 60;

/** The keys of a property list, nested as they are. */
export function outlineOfPlist(document: PlistDocument): OutlineSymbol[] {
  return document.root ? childrenOf(document.root, 0) : [];
}

function childrenOf(value: PlistValue, depth: number): OutlineSymbol[] {
  if (depth > MAX_DEPTH) return [];
  if (value.kind === "dict") {
    return value.entries.map((entry) => ({
      name: entry.key === "" ? "(no name)" : entry.key,
      detail: entry.value ? describe(entry.value) : "",
      kind: kindOf(entry.value, "key"),
      span: { start: entry.keyElementSpan.start, end: entry.value?.span.end ?? entry.keyElementSpan.end },
      nameSpan: entry.keySpan,
      children: entry.value ? childrenOf(entry.value, depth + 1) : [],
    }));
  }
  if (value.kind !== "array") return [];
  return value.items.map((item, index) => ({
    name: String(index),
    detail: describe(item),
    kind: kindOf(item, "item"),
    span: item.span,
    nameSpan: item.span,
    children: childrenOf(item, depth + 1),
  }));
}

function kindOf(value: PlistValue | undefined, leaf: "key" | "item"): OutlineSymbol["kind"] {
  return value?.kind === "dict" || value?.kind === "array" ? value.kind : leaf;
}

function describe(value: PlistValue): string {
  switch (value.kind) {
    case "dict":
    case "array":
      return "";
    case "boolean":
      return String(value.value);
    default: {
      const line = value.text.replace(/\s+/g, " ").trim();
      return line.length > 60 ? `${line.slice(0, 59)}…` : line;
    }
  }
}

/** The classes of a file with their methods and members, then its functions, in order. */
export function outlineOfCode(summary: FileSummary): OutlineSymbol[] {
  const functions = summary.functions
    .filter((fn) => fn.outer === undefined && fn.form !== "top-level" && fn.name !== "")
    .map((fn): OutlineSymbol => {
      const span = { start: fn.node.start, end: fn.node.end };
      const name = fn.className === undefined ? fn.name : `${fn.className}::${fn.name}`;
      return {
        name,
        detail: fn.form === "impl" ? "IMPL" : "",
        kind: fn.className === undefined ? "function" : "method",
        span,
        nameSpan: within(span, fn.nameSpan),
        children: [],
      };
    });
  return [...summary.classes.map(outlineOfClass), ...functions].sort((a, b) => a.span.start - b.span.start);
}

function outlineOfClass(declaration: ClassDeclaration): OutlineSymbol {
  const methods = declaration.methods.map((method): OutlineSymbol => ({
    name: method.name,
    detail: method.attributes.join(" "),
    kind: "method",
    span: method.span,
    nameSpan: within(method.span, method.nameSpan),
    children: [],
  }));
  const fields = declaration.fields.map((field): OutlineSymbol => ({
    name: field.name,
    detail: field.type.text,
    kind: "field",
    span: field.span,
    nameSpan: field.span,
    children: [],
  }));
  return {
    name: declaration.name,
    detail: declaration.base ?? "",
    kind: declaration.kind,
    span: declaration.span,
    nameSpan: within(declaration.span, declaration.nameSpan),
    children: [...methods, ...fields].sort((a, b) => a.span.start - b.span.start),
  };
}

/** Editors reject an outline in which a name lies outside its symbol. */
function within(outer: Span, inner: Span): Span {
  return outer.start <= inner.start && inner.end <= outer.end ? inner : outer;
}
