// Turns a tree-sitter tree into plain nodes, once. Crossing into WASM is what costs, so named nodes only and fields only where needed.
import type { Span } from "../base/span.ts";
import { FIELD_KINDS, K } from "./kinds.ts";
import type { SourceText, SyntaxFile } from "./node.ts";
import type { RawNode } from "./parsers.ts";

/** Deeper nesting than any person writes; what lies below is left out and counts as unreadable, so that recursion above is bounded. */
const MAX_DEPTH = 1500;

interface Mutable {
  kind: string;
  start: number;
  end: number;
  parent: Mutable | undefined;
  children: Mutable[];
  fields: Map<string, Mutable> | undefined;
  source: SourceText;
}

/** Lowers a tree. The result does not refer to the tree, which may be deleted afterwards. */
export function lower(rootNode: RawNode, source: SourceText): Pick<SyntaxFile, "root" | "comments" | "errors"> {
  const comments: Span[] = [];
  const errors: Span[] = rootNode.hasError ? errorSpans(rootNode) : [];
  const root = plain(rootNode, undefined, source);
  const stack: { raw: RawNode; node: Mutable; depth: number }[] = [{ raw: rootNode, node: root, depth: 0 }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { raw, node, depth } = top;
    if (depth >= MAX_DEPTH) {
      errors.push({ start: node.start, end: node.end });
      continue;
    }
    const ids = new Map<number, Mutable>();
    const wanted = FIELD_KINDS.get(node.kind);
    for (const child of raw.namedChildren) {
      const kind = child.type;
      if (kind === K.comment) {
        comments.push({ start: child.startIndex, end: child.endIndex });
        continue;
      }
      const lowered = plain(child, node, source);
      node.children.push(lowered);
      if (wanted) ids.set(child.id, lowered);
      stack.push({ raw: child, node: lowered, depth: depth + 1 });
    }
    if (!wanted) continue;
    node.fields = new Map();
    for (const name of wanted) {
      const id = raw.childForFieldName(name)?.id;
      const child = id === undefined ? undefined : ids.get(id);
      if (child) node.fields.set(name, child);
    }
  }
  comments.sort(byStart);
  errors.sort(byStart);
  return { root, comments, errors };
}

function plain(raw: RawNode, parent: Mutable | undefined, source: SourceText): Mutable {
  return { kind: raw.type, start: raw.startIndex, end: raw.endIndex, parent, children: [], fields: undefined, source };
}

function errorSpans(root: RawNode): Span[] {
  const spans: Span[] = [];
  const stack: RawNode[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.isError || node.isMissing) spans.push({ start: node.startIndex, end: node.endIndex });
    else if (node.hasError) for (const child of node.children) stack.push(child);
  }
  return spans;
}

function byStart(a: Span, b: Span): number {
  return a.start - b.start || a.end - b.end;
}
