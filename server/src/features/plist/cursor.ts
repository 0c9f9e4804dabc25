// Where the cursor stands in a property list that is being typed: told from the marks before and behind it, whatever is not closed yet.
import type { Span } from "../../base/span.ts";
import { scanXml, type XmlToken } from "../../plist/tokens.ts";

export interface PlistCursor {
  /** The keys under which the containers around the cursor stand, outermost first, the root left out; "" for an item of an array. */
  readonly keys: readonly string[];
  readonly container: "dict" | "array";
  /** "key": a dictionary's next key belongs here; "value": the value of `key`, or an item of an array. */
  readonly expects: "key" | "value";
  /** The key whose value belongs here; in an array the key that the array stands under. */
  readonly key: string;
  /** The element whose text the cursor is in: "key", "string", "integer", …; undefined between elements. */
  readonly element: string | undefined;
  /** What is typed already, and what a completion replaces. Within one line. */
  readonly span: Span;
  /** What is typed begins with the `<` of a tag. */
  readonly inTag: boolean;
  /** The end tag of `element` follows. */
  readonly closed: boolean;
  /** A value follows that the next key would belong to. */
  readonly hasValue: boolean;
  /** The other keys of the dictionary, with the text of their value where it is a leaf, else "". */
  readonly siblings: ReadonlyMap<string, string>;
}

/** How far behind the cursor the rest of a dictionary is looked for. */
const LOOK_AHEAD = 1 << 18;
/** No property list of a driver is nested like this. */
const MAX_DEPTH = 200;
const LEAVES: ReadonlySet<string> = new Set(["string", "integer", "real", "date", "data"]);

/**
 * The place of an offset (UTF-16) in a text that is a property list or is to become one. Undefined where nothing can be completed:
 * outside the root, in comments and attributes, behind `</`, and where a key or value is complete.
 */
export function cursorAt(text: string, offset: number): PlistCursor | undefined {
  const line = text.slice(lineStart(text, offset), offset);
  const tag = /<\/?[A-Za-z]*$/.exec(line)?.[0];
  if (tag?.startsWith("</")) return undefined;
  const typed = tag ?? "";
  const walker = new Walker(text);
  for (const token of scanXml(text.slice(0, offset - typed.length))) {
    if (token.problem !== undefined && (token.kind === "comment" || token.kind === "cdata")) return undefined;
    // A tag with attributes, or one that is not closed and not the one being typed.
    if (token.problem !== undefined && token.kind === "other") return undefined;
    walker.feed(token);
    if (walker.stack.length > MAX_DEPTH) return undefined;
  }
  // A key or value of one line that was never closed; base64 data has many lines.
  if (walker.leaf && walker.leaf.name !== "data" && (tag !== undefined || walker.isLeft(offset))) {
    if (tag !== undefined && !walker.isLeft(offset)) return undefined;
    walker.endLeaf(offset);
  }
  const frame = walker.stack.at(-1);
  if (!frame) return undefined;
  const { leaf } = walker;
  if (leaf?.name === "data" || leaf?.name === "date") return undefined;
  const expectsKey = leaf ? leaf.name === "key" : frame.kind === "dict" && frame.pending === undefined;
  if (leaf && leaf.name !== "key" && frame.kind === "dict" && frame.pending === undefined) return undefined;
  const key = frame.kind === "dict" ? (frame.pending ?? "") : frame.under;
  const span = leaf ? leafSpan(text, leaf.start, offset) : betweenSpan(text, line, offset, typed);
  const closed = leaf !== undefined && text.startsWith(`</${leaf.name}>`, span.end);
  const ahead = lookAhead(text, span.end, walker, frame);
  return {
    keys: walker.keys,
    container: frame.kind,
    expects: expectsKey ? "key" : "value",
    key,
    element: leaf?.name,
    span,
    inTag: tag !== undefined,
    closed,
    hasValue: ahead.hasValue,
    siblings: frame.entries,
  };
}

interface Frame {
  readonly kind: "dict" | "array";
  /** The key that it stands under; of an array in an array "". */
  readonly under: string;
  /** The last key, while its value has not come. */
  pending: string | undefined;
  readonly entries: Map<string, string>;
}

class Walker {
  readonly stack: Frame[] = [];
  leaf: { readonly name: string; readonly start: number } | undefined;
  constructor(private readonly text: string) {}

  get keys(): string[] {
    return this.stack.slice(1).map((frame, index) => (this.stack[index]?.kind === "array" ? "" : frame.under));
  }

  /** True when the leaf was left open in an earlier line. */
  isLeft(offset: number): boolean {
    return this.leaf !== undefined && /[\r\n]/.test(this.text.slice(this.leaf.start, offset));
  }

  feed(token: XmlToken): void {
    const { kind, name } = token;
    if (kind !== "start" && kind !== "end" && kind !== "empty") return;
    if (this.leaf) {
      const ends = kind === "end" && name !== "dict" && name !== "array";
      this.endLeaf(token.start);
      if (ends) return;
    }
    if (kind === "end") return this.close(name);
    if (name === "dict" || name === "array") {
      const parent = this.stack.at(-1);
      const under = parent?.kind === "array" ? parent.under : (parent?.pending ?? "");
      if (parent) this.takeValue(parent, "");
      if (kind === "start") this.stack.push({ kind: name, under, pending: undefined, entries: new Map() });
      return;
    }
    if (kind === "start" && (name === "key" || LEAVES.has(name))) this.leaf = { name, start: token.end };
    else if (kind === "empty" || name === "true" || name === "false") this.takeValue(this.stack.at(-1), name);
  }

  endLeaf(at: number): void {
    const { leaf } = this;
    this.leaf = undefined;
    if (!leaf) return;
    const text = this.text.slice(leaf.start, at).trim();
    const frame = this.stack.at(-1);
    if (!frame) return;
    if (leaf.name !== "key") return this.takeValue(frame, text);
    frame.pending = text;
    frame.entries.set(text, "");
  }

  private takeValue(frame: Frame | undefined, text: string): void {
    if (frame?.pending !== undefined) frame.entries.set(frame.pending, text);
    if (frame) frame.pending = undefined;
  }

  private close(name: string): void {
    const at = this.stack.findLastIndex((frame) => frame.kind === name);
    if (at >= 0) this.stack.length = at;
  }
}

/** Adds the entries behind the cursor to the frame; says whether a value comes first. */
function lookAhead(text: string, from: number, walker: Walker, frame: Frame): { readonly hasValue: boolean } {
  const depth = walker.stack.length;
  const tokens = scanXml(text.slice(from, from + LOOK_AHEAD)).map((token) => ({
    ...token,
    start: token.start + from,
    end: token.end + from,
  }));
  const leaf = walker.leaf;
  let hasValue: boolean | undefined;
  const behind = new Walker(text);
  behind.stack.push(...walker.stack.slice(0, -1), { ...frame, pending: undefined });
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "start" && token.kind !== "end" && token.kind !== "empty") continue;
    // The end tag of the element that the cursor is in.
    if (leaf && index === 0 && token.kind === "end" && token.name === leaf.name) continue;
    hasValue ??= token.kind !== "end" && token.name !== "key";
    behind.feed(token);
    if (behind.stack.length < depth || behind.stack.length > MAX_DEPTH) break;
  }
  return { hasValue: hasValue ?? false };
}

/** The text of a leaf around the cursor, up to the next tag or the end of the line. */
function leafSpan(text: string, start: number, offset: number): Span {
  let end = offset;
  while (end < text.length && !/[<\r\n]/.test(text.charAt(end))) end++;
  const from = Math.max(start, lineStart(text, offset));
  return { start: from, end };
}

/** The word or the beginning of a tag before the cursor, with a `>` that the editor put behind it. */
function betweenSpan(text: string, line: string, offset: number, typed: string): Span {
  if (typed !== "") {
    const rest = /^[A-Za-z]*\/?>/.exec(text.slice(offset, offset + 20))?.[0] ?? "";
    return { start: offset - typed.length, end: offset + rest.length };
  }
  const word = /[\w.$-]*$/.exec(line)?.[0] ?? "";
  return { start: offset - word.length, end: offset };
}

function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !/[\r\n]/.test(text.charAt(at - 1))) at--;
  return at;
}
