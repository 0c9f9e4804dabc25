// The marks of an XML text as a flat list: from the syntax tree where it could be read, by a scanner of its own where it could not.
import type { Span } from "../base/span.ts";
import { K } from "../syntax/kinds.ts";
import { childOf, textOf, type SyntaxFile, type SyntaxNode } from "../syntax/node.ts";

/** `name` is the element's name for tags and the entity's name for entities ("#38", "#x26", "amp"); else "". */
export interface XmlToken extends Span {
  readonly kind: "start" | "end" | "empty" | "text" | "entity" | "cdata" | "comment" | "other";
  readonly name: string;
  /** What is wrong with the mark itself, in one line. */
  readonly problem?: string;
}

/**
 * The marks of a text in order, without gaps between them that hold anything but white space. tree-sitter's recovery drops end tags and
 * swallows what follows a half-typed tag, so a text with errors is scanned anew; both ways give the same for a text without errors.
 */
export function xmlTokens(file: SyntaxFile): XmlToken[] {
  return file.errors.length === 0 && file.root.kind === K.xmlDocument ? tokensOfTree(file.root) : scanXml(file.text);
}

function tokensOfTree(root: SyntaxNode): XmlToken[] {
  const tokens: XmlToken[] = [];
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    const token = tokenOf(node);
    if (token) tokens.push(token);
    else for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i] as SyntaxNode);
  }
  return tokens;
}

function tokenOf(node: SyntaxNode): XmlToken | undefined {
  const { start, end } = node;
  switch (node.kind) {
    case K.xmlStartTag:
      return { kind: "start", name: nameOf(node), start, end };
    case K.xmlEndTag:
      return { kind: "end", name: nameOf(node), start, end };
    case K.xmlEmptyTag:
      return { kind: "empty", name: nameOf(node), start, end };
    case K.xmlCharData:
      return { kind: "text", name: "", start, end };
    case K.xmlEntityReference:
    case K.xmlCharacterReference:
      return { kind: "entity", name: textOf(node).slice(1, -1), start, end };
    case K.xmlCData:
      return { kind: "cdata", name: "", start, end };
    case K.xmlComment:
      return { kind: "comment", name: "", start, end };
    case K.xmlDoctype:
      return { kind: "other", name: "", start, end };
    default:
      return undefined;
  }
}

function nameOf(tag: SyntaxNode): string {
  const name = childOf(tag, K.xmlName);
  return name ? textOf(name) : "";
}

const TAG_NAME = /[A-Za-z_:][\w:.-]*/y;
/** The first mark of a merge that was not finished, with its line. */
const CONFLICT_MARK = /^<{7}(?!<).*/my;
/** The problem of that mark; the marks that follow it are part of it. */
export const CONFLICT_PROBLEM = "This is the mark of a merge whose conflict was not resolved.";
const REFERENCE = /&(#x[0-9A-Fa-f]{1,8}|#[0-9]{1,8}|[A-Za-z_][\w.-]{0,63});/y;

/** Scans a text from left to right, never back: linear, and every character falls into one mark. */
export function scanXml(text: string): XmlToken[] {
  const tokens: XmlToken[] = [];
  let at = 0;
  while (at < text.length) {
    const token = text.charAt(at) === "<" ? scanMark(text, at) : scanText(text, at);
    tokens.push(token);
    at = Math.max(token.end, at + 1);
  }
  return tokens;
}

function scanMark(text: string, start: number): XmlToken {
  if (text.startsWith("<!--", start)) return until(text, start, "-->", "comment", "This comment is not closed.");
  if (text.startsWith("<![CDATA[", start))
    return until(text, start, "]]>", "cdata", "This CDATA section is not closed.");
  if (text.startsWith("<?", start)) return until(text, start, "?>", "other", "This declaration is not closed.");
  if (text.startsWith("<!", start)) return scanDoctype(text, start);
  const isEnd = text.charAt(start + 1) === "/";
  TAG_NAME.lastIndex = start + (isEnd ? 2 : 1);
  const name = TAG_NAME.exec(text)?.[0] ?? "";
  CONFLICT_MARK.lastIndex = start;
  const conflict = CONFLICT_MARK.exec(text)?.[0];
  if (conflict !== undefined)
    return { kind: "text", name: "", start, end: start + conflict.length, problem: CONFLICT_PROBLEM };
  if (name === "" && !(isEnd && text.charAt(start + 2) === ">")) {
    return {
      kind: "text",
      name: "",
      start,
      end: start + 1,
      problem: "This “<” begins no tag; as text it is written &lt;.",
    };
  }
  return scanTag(text, start, start + (isEnd ? 2 : 1) + name.length, name, isEnd);
}

/** The rest of a tag. A tag that is not closed ends where the next one begins, or with its line. */
function scanTag(text: string, start: number, from: number, name: string, isEnd: boolean): XmlToken {
  let quote = "";
  for (let i = from; ; i++) {
    const c = text.charAt(i);
    if (c === "" || c === "<" || (quote === "" && (c === "\n" || c === "\r") && !continues(text, i))) {
      return { kind: isEnd ? "end" : "start", name, start, end: i, problem: "This tag is not closed with “>”." };
    }
    if (quote !== "") {
      if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if (c === ">") {
      const kind = isEnd ? "end" : text.charAt(i - 1) === "/" ? "empty" : "start";
      return { kind, name, start, end: i + 1 };
    }
  }
}

/** True when a tag goes on in a following line: nothing but white space stands between it and an attribute or its end. */
function continues(text: string, at: number): boolean {
  let i = at;
  while (i < text.length && i - at < 200 && /\s/.test(text.charAt(i))) i++;
  return text.charAt(i) === ">" || text.startsWith("/>", i) || /[A-Za-z_]/.test(text.charAt(i));
}

/** A document type declaration. Entities that it declares are not read: they are never expanded. */
function scanDoctype(text: string, start: number): XmlToken {
  let depth = 0;
  let quote = "";
  for (let i = start + 2; i < text.length; i++) {
    const c = text.charAt(i);
    if (quote !== "") {
      if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if (c === "[") depth++;
    else if (c === "]") depth--;
    else if (c === ">" && depth <= 0) return { kind: "other", name: "", start, end: i + 1 };
  }
  // Not closed: only its first line is given up, so that the rest can still be read.
  const line = text.indexOf("\n", start);
  const end = line < 0 ? text.length : line;
  return { kind: "other", name: "", start, end, problem: "This declaration is not closed." };
}

function scanText(text: string, start: number): XmlToken {
  if (text.charAt(start) === "&") {
    REFERENCE.lastIndex = start;
    const reference = REFERENCE.exec(text);
    if (reference) return { kind: "entity", name: reference[1] ?? "", start, end: start + reference[0].length };
    return { kind: "text", name: "", start, end: start + 1, problem: "Write “&” as &amp; here." };
  }
  let end = start + 1;
  while (end < text.length && text.charAt(end) !== "<" && text.charAt(end) !== "&") end++;
  return { kind: "text", name: "", start, end };
}

function until(
  text: string,
  start: number,
  mark: string,
  kind: "comment" | "cdata" | "other",
  problem: string,
): XmlToken {
  const found = text.indexOf(mark, start);
  if (found >= 0) return { kind, name: "", start, end: found + mark.length };
  return { kind, name: "", start, end: text.length, problem };
}
