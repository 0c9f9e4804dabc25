// The only place that knows web-tree-sitter. Owns every parse tree: whoever keeps one must dispose it, or WASM memory leaks.
import { Edit as TreeEdit, Language, Parser, type Node, type Tree } from "web-tree-sitter";
import { LineIndex } from "../base/line-index.ts";
import { K } from "./kinds.ts";
import { lower } from "./lower.ts";
import { childOf, type SourceText, type SyntaxFile, type SyntaxNode } from "./node.ts";

/** The WASM files' bytes; the outermost layer reads them from wherever they lie. */
export interface WasmBytes {
  readonly runtime: Uint8Array;
  readonly driverkit: Uint8Array;
  readonly xml: Uint8Array;
}

export type Dialect = "driverkit" | "xml";

/** What the raw node of the parser looks like to `lower.ts`, so that no other file imports web-tree-sitter. */
export type RawNode = Node;

/** A tree kept for incremental parsing. Call `dispose` when it is no longer needed. */
export interface KeptTree {
  readonly dialect: Dialect;
  readonly text: string;
  dispose(): void;
}

class Kept implements KeptTree {
  constructor(
    readonly dialect: Dialect,
    readonly text: string,
    readonly tree: Tree,
  ) {}
  dispose(): void {
    this.tree.delete();
  }
}

export interface ParseOptions {
  /** A tree of an earlier text of the same file; it is consumed (disposed) by the call. */
  readonly previous?: KeptTree | undefined;
  /** Keep the tree for the next parse; the caller then owns `kept` in the result. */
  readonly keep?: boolean;
  /** Milliseconds after which the parser gives up; the file then counts as one unreadable region. */
  readonly timeoutMs?: number;
}

export interface ParseResult {
  readonly file: SyntaxFile;
  readonly kept: KeptTree | undefined;
}

/** Parsers for both grammars. One instance serves a whole process. */
export class Parsers {
  private readonly parser = new Parser();

  private constructor(private readonly languages: Readonly<Record<Dialect, Language>>) {}

  /** Loads the runtime and the grammars from bytes. Rejects when the bytes are not the expected WASM. */
  static async load(wasm: WasmBytes): Promise<Parsers> {
    await Parser.init({ wasmBinary: wasm.runtime, locateFile: (name: string) => name });
    const [driverkit, xml] = await Promise.all([Language.load(wasm.driverkit), Language.load(wasm.xml)]);
    return new Parsers({ driverkit, xml });
  }

  /**
   * Parses a text and lowers it. Never throws: a text that cannot be parsed gives a file whose whole text is one error region.
   * A tree with errors is parsed anew rather than incrementally, because error recovery depends on the history of edits
   * and the result must be that of a fresh parse.
   */
  parse(dialect: Dialect, path: string, text: string, options: ParseOptions = {}): ParseResult {
    const previous = options.previous instanceof Kept ? options.previous : undefined;
    let tree: Tree | null = null;
    try {
      this.parser.setLanguage(this.languages[dialect]);
      const readable = dialect === "driverkit" ? readableText(text) : text;
      if (previous && previous.dialect === dialect && !previous.tree.rootNode.hasError) {
        editTree(previous, readable);
        tree = this.parseWithin(readable, previous.tree, options.timeoutMs);
        if (tree?.rootNode.hasError) {
          tree.delete();
          tree = null;
        }
      }
      tree ??= this.parseWithin(readable, null, options.timeoutMs);
      previous?.dispose();
      const source: SourceText = { path, text };
      if (!tree) return { file: unreadable(path, text), kept: undefined };
      const lowered = lower(tree.rootNode, source);
      const file: SyntaxFile = { path, text, ...lowered };
      if (options.keep) return { file, kept: new Kept(dialect, readable, tree) };
      tree.delete();
      return { file, kept: undefined };
    } catch {
      // web-tree-sitter throws when WASM memory runs out; the parser must not be left in the middle of a parse.
      this.parser.reset();
      tree?.delete();
      return { file: unreadable(path, text), kept: undefined };
    }
  }

  /**
   * Parses statements that stand in no file (a macro's expansion). Every node's place is that of `origin`, the macro's call.
   * Gives the compound statement around them; undefined when they cannot be read without error.
   */
  statements(text: string, origin: SyntaxNode): SyntaxNode | undefined {
    try {
      const whole = `void f() {\n${text}\n}`;
      this.parser.setLanguage(this.languages.driverkit);
      const tree = this.parseWithin(whole, null, 1_000);
      if (!tree) return undefined;
      const lowered = lower(tree.rootNode, { path: origin.source.path, text: whole, expandedFrom: origin });
      tree.delete();
      const definition = lowered.root.children[0];
      return lowered.errors.length === 0 && definition ? childOf(definition, K.compoundStatement) : undefined;
    } catch {
      this.parser.reset();
      return undefined;
    }
  }

  private parseWithin(text: string, old: Tree | null, timeoutMs = 10_000): Tree | null {
    const deadline = performance.now() + timeoutMs;
    // Strings longer than the parser's buffer are handed over in pieces, so that one call never copies a whole big file.
    const tree = this.parser.parse((index) => text.slice(index, index + 8192), old, {
      progressCallback: () => performance.now() > deadline,
    });
    if (!tree) this.parser.reset();
    return tree;
  }
}

/**
 * Ownership annotations (OSMetaClass.h and DriverKit's headers) may stand where the grammar of C++ has no place for a word: before a
 * type, before a parameter. The parser is given spaces; whoever reads declarations finds them in the text.
 */
const ANNOTATION =
  /\b(?:OS|LIBKERN|DRIVERKIT)_(?:RETURNS_(?:NOT_)?RETAINED(?:_ON_ZERO|_ON_NONZERO)?|CONSUMED|CONSUMES_THIS)\b/g;

/**
 * The text with "code left out here" lines (`.....`, `…`), as forum posts have them, turned into as many spaces: C++ would take
 * the dots for a pack expansion and swallow the statement behind them. Three dots alone are such a line only behind a
 * statement or a brace, since a parameter list may end in them.
 */
function readableText(text: string): string {
  const plain = text.replace(ANNOTATION, (word, offset: number) => {
    // In a directive the word is what is defined or asked for.
    const line = text.slice(text.lastIndexOf("\n", offset) + 1, offset);
    return /^\s*#/.test(line) ? word : " ".repeat(word.length);
  });
  return plain.replace(/^[ \t]*(?:\.{3,}|…)[ \t]*(?=\r?$)/gm, (line, offset: number) => {
    if (line.trim() === "..." && !/(?:^|[;{}])\s*$/.test(text.slice(Math.max(0, offset - 200), offset))) return line;
    return " ".repeat(line.length);
  });
}

/** Tells the old tree what changed, as one edit between the common prefix and suffix of both texts. */
function editTree(kept: Kept, text: string): void {
  const old = kept.text;
  let start = 0;
  const shorter = Math.min(old.length, text.length);
  while (start < shorter && old.charCodeAt(start) === text.charCodeAt(start)) start++;
  let same = 0;
  while (same < shorter - start && old.charCodeAt(old.length - 1 - same) === text.charCodeAt(text.length - 1 - same))
    same++;
  const before = new LineIndex(old);
  const after = new LineIndex(text);
  const point = (lines: LineIndex, offset: number): { row: number; column: number } => {
    const at = lines.positionAt(offset);
    return { row: at.line, column: at.character };
  };
  kept.tree.edit(
    new TreeEdit({
      startIndex: start,
      oldEndIndex: old.length - same,
      newEndIndex: text.length - same,
      startPosition: point(before, start),
      oldEndPosition: point(before, old.length - same),
      newEndPosition: point(after, text.length - same),
    }),
  );
}

function unreadable(path: string, text: string): SyntaxFile {
  const source: SourceText = { path, text };
  const root = {
    kind: "translation_unit",
    start: 0,
    end: text.length,
    parent: undefined,
    children: [],
    fields: undefined,
    source,
  };
  return { path, text, root, comments: [], errors: text.length > 0 ? [{ start: 0, end: text.length }] : [] };
}
