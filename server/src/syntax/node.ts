// The syntax node that everything above `syntax` works on: plain, immutable data lowered once from a tree-sitter tree.
import type { Span } from "../base/span.ts";

/** The text that a node's offsets refer to. A macro's expansion has a text of its own and says where in the file it stands. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
  /** Set for expanded text: the macro's call, for which every node of it stands. */
  readonly expandedFrom?: SyntaxNode;
}

/** A named node. `children` are the named children without comments; `fields` is filled only for the kinds in `FIELD_KINDS`. */
export interface SyntaxNode {
  /** The grammar's name of the node; compare it with the constants in `kinds.ts`. */
  readonly kind: string;
  /** UTF-16 offsets into `source.text`. Use `spanOf` for a place in the file. */
  readonly start: number;
  readonly end: number;
  readonly parent: SyntaxNode | undefined;
  readonly children: readonly SyntaxNode[];
  readonly fields: ReadonlyMap<string, SyntaxNode> | undefined;
  readonly source: SourceText;
}

/** One parsed file. */
export interface SyntaxFile {
  readonly path: string;
  readonly text: string;
  readonly root: SyntaxNode;
  /** Comments in order of offset. */
  readonly comments: readonly Span[];
  /** Regions that the parser could not read (outermost ERROR nodes, MISSING tokens as empty spans), in order. */
  readonly errors: readonly Span[];
}

/** The text of a node. */
export function textOf(node: SyntaxNode): string {
  return node.source.text.slice(node.start, node.end);
}

/** The node's place in its file; for a node from a macro's expansion, the place of the macro's call. */
export function spanOf(node: SyntaxNode): Span {
  let at = node;
  while (at.source.expandedFrom) at = at.source.expandedFrom;
  return { start: at.start, end: at.end };
}

/** The child that stands in a field, for kinds whose fields are lowered. */
export function field(node: SyntaxNode, name: string): SyntaxNode | undefined {
  return node.fields?.get(name);
}

/** The first child of a kind. */
export function childOf(node: SyntaxNode, ...kinds: readonly string[]): SyntaxNode | undefined {
  return node.children.find((child) => kinds.includes(child.kind));
}

/** All children of the kinds. */
export function childrenOf(node: SyntaxNode, ...kinds: readonly string[]): SyntaxNode[] {
  return node.children.filter((child) => kinds.includes(child.kind));
}

/** The node and all below it, parents first, in source order; `enter` returning false skips what is below a node. */
export function* walk(node: SyntaxNode, enter?: (node: SyntaxNode) => boolean): Generator<SyntaxNode> {
  const stack = [node];
  for (let next = stack.pop(); next; next = stack.pop()) {
    yield next;
    if (enter && !enter(next)) continue;
    for (let i = next.children.length - 1; i >= 0; i--) stack.push(next.children[i] as SyntaxNode);
  }
}

/** The node and all below it, children before parents, in source order; `enter` returning false takes a node without what is below it. */
export function* postOrder(node: SyntaxNode, enter?: (node: SyntaxNode) => boolean): Generator<SyntaxNode> {
  const stack: { node: SyntaxNode; done: boolean }[] = [{ node, done: false }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (top.done || top.node.children.length === 0 || (enter && !enter(top.node))) {
      yield top.node;
      continue;
    }
    stack.push({ node: top.node, done: true });
    for (let i = top.node.children.length - 1; i >= 0; i--) {
      stack.push({ node: top.node.children[i] as SyntaxNode, done: false });
    }
  }
}

/** The closest ancestor (the node itself excluded) of one of the kinds. */
export function enclosing(node: SyntaxNode, ...kinds: readonly string[]): SyntaxNode | undefined {
  for (let up = node.parent; up; up = up.parent) if (kinds.includes(up.kind)) return up;
  return undefined;
}

/** The deepest node that covers the whole of `span`. */
export function nodeAt(root: SyntaxNode, span: Span): SyntaxNode {
  let node = root;
  for (;;) {
    const inner = node.children.find((child) => child.start <= span.start && span.end <= child.end);
    if (!inner) return node;
    node = inner;
  }
}
