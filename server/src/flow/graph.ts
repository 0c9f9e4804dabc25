// A control-flow graph while it is being built: open blocks, the scopes around, where a jump goes. Knows no statement.
import type { Span } from "../base/span.ts";
import { enclosing, textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import { K } from "../syntax/kinds.ts";
import type { Condition, Edge, Item } from "./cfg.ts";

export interface OpenBlock {
  readonly id: number;
  readonly items: Item[];
  readonly edges: Edge[];
}

interface Scope {
  readonly node: SyntaxNode;
  readonly names: string[];
}

/** Where `break` or `continue` goes, and how many scopes stay open there. */
export interface JumpTarget {
  readonly block: OpenBlock;
  readonly depth: number;
  readonly back: boolean;
}

const MAX_BLOCKS = 20_000;

/** Thrown for a function that is larger than any person writes. */
export class TooLarge extends Error {}

export class Graph {
  readonly blocks: OpenBlock[] = [];
  readonly locals = new Map<string, number>();
  current: OpenBlock;
  private readonly scopes: Scope[] = [];
  private readonly labels = new Map<string, OpenBlock>();
  /** The compound statements around each label: the scopes that stay open when one jumps there. */
  private readonly labelHomes = new Map<string, ReadonlySet<SyntaxNode>>();

  constructor(body: SyntaxNode) {
    this.current = this.newBlock();
    for (const node of walk(body, (each) => !isNestedFunction(each))) {
      const label = node.kind === K.labeledStatement ? node.children[0] : undefined;
      if (!label) continue;
      const homes = new Set<SyntaxNode>([body]);
      for (let up = enclosing(node, K.compoundStatement); up; up = enclosing(up, K.compoundStatement)) homes.add(up);
      this.labelHomes.set(textOf(label), homes);
    }
  }

  get depth(): number {
    return this.scopes.length;
  }

  newBlock(): OpenBlock {
    if (this.blocks.length >= MAX_BLOCKS) throw new TooLarge();
    const block: OpenBlock = { id: this.blocks.length, items: [], edges: [] };
    this.blocks.push(block);
    return block;
  }

  add(item: Item): void {
    this.current.items.push(item);
  }

  connect(to: OpenBlock, condition?: Condition, back = false, from = this.current): void {
    from.edges.push({ to: to.id, condition, back });
  }

  openScope(node: SyntaxNode): void {
    this.scopes.push({ node, names: [] });
  }

  /** Ends the innermost scope and the life of its names; `span` is the place that leaves it. */
  closeScope(span: Span): void {
    this.leaveTo(this.scopes.length - 1, span);
    this.scopes.pop();
  }

  /** A name in the innermost scope. */
  declare(name: string): void {
    this.scopes.at(-1)?.names.push(name);
    this.locals.set(name, (this.locals.get(name) ?? 0) + 1);
  }

  /** Ends the life of the names in the scopes above `depth`; the scopes stay open for what follows in the source. */
  private leaveTo(depth: number, span: Span): void {
    const names = this.scopes.slice(depth).flatMap((scope) => scope.names);
    if (names.length > 0) this.add({ kind: "leave", names: names.reverse(), span });
  }

  /** `break` and `continue`; without a target (half-typed code) the path ends. */
  jump(target: JumpTarget | undefined, span: Span): void {
    if (target) {
      this.leaveTo(target.depth, span);
      this.connect(target.block, undefined, target.back);
    }
    this.current = this.newBlock();
  }

  /** A label that is not in this function ends the path: nothing is known of what follows. */
  goto(label: string, span: Span): void {
    const homes = this.labelHomes.get(label);
    let depth = this.scopes.length;
    if (homes) while (depth > 0 && !homes.has((this.scopes[depth - 1] as Scope).node)) depth--;
    this.leaveTo(depth, span);
    if (homes) this.connect(this.labelBlock(label));
    this.current = this.newBlock();
  }

  /** The path arrives at a label. */
  arrive(label: string): void {
    const block = this.labelBlock(label);
    this.connect(block);
    this.current = block;
  }

  private labelBlock(label: string): OpenBlock {
    let block = this.labels.get(label);
    if (!block) this.labels.set(label, (block = this.newBlock()));
    return block;
  }
}

/** Blocks and lambdas: their bodies are not part of the function around them. */
export function isNestedFunction(node: SyntaxNode): boolean {
  return node.kind === K.lambdaExpression || node.kind === K.blockLiteral;
}
