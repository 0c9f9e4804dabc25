// The control-flow graph of one function: what runs in which order, and under which condition. Data only; `build-cfg.ts` makes it.
import type { Span } from "../base/span.ts";
import type { SyntaxNode } from "../syntax/node.ts";

/** Something that happens within a block, in order. */
export type Item =
  /** A full expression is evaluated. */
  | { readonly kind: "evaluate"; readonly node: SyntaxNode }
  /** A declaration statement; its initialisers are evaluated. */
  | { readonly kind: "declare"; readonly node: SyntaxNode }
  /** One alternative of `left = c ? a : b`, taken on its own path. */
  | { readonly kind: "assign"; readonly left: SyntaxNode; readonly value: SyntaxNode; readonly declared: boolean }
  /** `return`, with or without a value, or the end of the body (`implicit`). */
  | {
      readonly kind: "return";
      readonly node: SyntaxNode;
      readonly value: SyntaxNode | undefined;
      readonly implicit: boolean;
      readonly span: Span;
    }
  /** Local variables go out of scope; `span` is the place that leaves it (the closing brace, `break`, `goto` …). */
  | { readonly kind: "leave"; readonly names: readonly string[]; readonly span: Span };

/** Why an edge is taken. */
export type Condition =
  | { readonly kind: "expression"; readonly node: SyntaxNode; readonly value: boolean }
  /** One of several values of a `switch`; `node` undefined is `default` (none of `others`). */
  | {
      readonly kind: "case";
      readonly subject: SyntaxNode;
      readonly node: SyntaxNode | undefined;
      readonly others: readonly SyntaxNode[];
    }
  /** A preprocessor condition: the same text has the same value everywhere in a function. */
  | { readonly kind: "preprocessor"; readonly text: string; readonly value: boolean; readonly span: Span };

export interface Edge {
  readonly to: number;
  readonly condition: Condition | undefined;
  /** The edge goes back to a loop's head. */
  readonly back: boolean;
}

export interface Block {
  readonly id: number;
  readonly items: readonly Item[];
  readonly edges: readonly Edge[];
}

/** Block 0 is the entry; blocks without edges end the function. */
export interface Cfg {
  readonly blocks: readonly Block[];
  /** Every name declared within the body, with the number of declarations of it. */
  readonly locals: ReadonlyMap<string, number>;
}
