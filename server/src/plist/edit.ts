// Edits of a property list that change as little as possible and keep the file's own indentation and line ends. Text edits only.
import type { Edit } from "../base/edit.ts";
import type { PlistDocument, PlistEntry, PlistValue } from "./document.ts";
import { indentAt, startsLine } from "./layout.ts";

/** A value to be written. Its layout follows the file it is written into. */
export type NewValue =
  | string
  | bigint
  | boolean
  | readonly NewValue[]
  | { readonly entries: readonly (readonly [key: string, value: NewValue])[] };

type Dict = PlistValue & { readonly kind: "dict" };
type ArrayValue = PlistValue & { readonly kind: "array" };

/** Replaces the text of a string, number, date or data value; `<string/>` gets tags. Other values are left alone: no edit. */
export function setValue(value: PlistValue, text: string): Edit[] {
  if (value.kind === "dict" || value.kind === "array" || value.kind === "boolean") return [];
  const escaped = escapeXml(text);
  const isEmptyTag = value.contentSpan.start === value.span.start;
  if (isEmptyTag) return [{ span: value.span, newText: `<${value.kind}>${escaped}</${value.kind}>` }];
  return [{ span: value.contentSpan, newText: escaped }];
}

/** Replaces a whole element by another value. */
export function replaceElement(document: PlistDocument, value: PlistValue, replacement: NewValue): Edit[] {
  const style = styleOf(document);
  const indent = indentAt(document.text, value.span.start);
  return [{ span: value.span, newText: lay(replacement, indent, style) }];
}

/** Adds a key with its value to a dictionary: behind the entry `after`, else at the end. */
export function insertEntry(
  document: PlistDocument,
  dict: Dict,
  key: string,
  value: NewValue,
  after: PlistEntry | undefined = dict.entries.at(-1),
): Edit[] {
  const style = styleOf(document);
  const write = (indent: string): string =>
    `<key>${escapeXml(key)}</key>${style.eol}${indent}${lay(value, indent, style)}`;
  if (!after) return fill(document, dict, "dict", style, write);
  const end = after.value?.span.end ?? after.keyElementSpan.end;
  return [behind(document, dict, after.keyElementSpan.start, end, style, write)];
}

/** Adds an item at the end of an array. */
export function insertArrayItem(document: PlistDocument, array: ArrayValue, value: NewValue): Edit[] {
  const style = styleOf(document);
  const write = (indent: string): string => lay(value, indent, style);
  const last = array.items.at(-1);
  if (!last) return fill(document, array, "array", style, write);
  return [behind(document, array, last.span.start, last.span.end, style, write)];
}

/** Text as it may stand between tags. */
export function escapeXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

interface Style {
  readonly eol: string;
  /** One level of indentation. */
  readonly unit: string;
}

function styleOf(document: PlistDocument): Style {
  const { text } = document;
  const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
  return { eol, unit: unitOf(document) ?? /(?:^|[\r\n])([ \t]+)</.exec(text)?.[1] ?? "\t" };
}

/** What the first entry of some dictionary is indented by beyond its dictionary. */
function unitOf({ text, root }: PlistDocument): string | undefined {
  const queue = root ? [root] : [];
  for (let value = queue.shift(), seen = 0; value && seen < 1000; value = queue.shift(), seen++) {
    const children = childrenOf(value);
    const [first] = children;
    if (first !== undefined && startsLine(text, first.start) && startsLine(text, value.span.start)) {
      const outer = indentAt(text, value.span.start);
      const inner = indentAt(text, first.start);
      if (inner.length > outer.length && inner.startsWith(outer)) return inner.slice(outer.length);
    }
    if (value.kind === "dict") for (const entry of value.entries) if (entry.value) queue.push(entry.value);
    if (value.kind === "array") queue.push(...value.items);
  }
  return undefined;
}

function childrenOf(value: PlistValue): readonly { readonly start: number; readonly end: number }[] {
  if (value.kind === "dict") return value.entries.map((entry) => entry.keyElementSpan);
  return value.kind === "array" ? value.items.map((item) => item.span) : [];
}

/** Writes something behind a child that begins at `start` and ends at `end`, on lines of its own unless all stands on one line. */
function behind(
  document: PlistDocument,
  container: PlistValue,
  start: number,
  end: number,
  style: Style,
  write: (indent: string) => string,
): Edit {
  const { text } = document;
  if (!/[\r\n]/.test(text.slice(container.span.start, container.span.end))) {
    return { span: { start: end, end }, newText: write("").replace(/[\r\n]+[ \t]*/g, "") };
  }
  const first = childrenOf(container).find((child) => startsLine(text, child.start));
  const indent = startsLine(text, start)
    ? indentAt(text, start)
    : first
      ? indentAt(text, first.start)
      : indentAt(text, container.span.start) + style.unit;
  const at = afterComments(document, end);
  return { span: { start: at, end: at }, newText: style.eol + indent + write(indent) };
}

/** Gives an empty container its first child. */
function fill(
  document: PlistDocument,
  container: PlistValue,
  tag: "dict" | "array",
  style: Style,
  write: (indent: string) => string,
): Edit[] {
  const outer = indentAt(document.text, container.span.start);
  const indent = outer + style.unit;
  const inside = `${style.eol}${indent}${write(indent)}${style.eol}${outer}`;
  const isEmptyTag = container.contentSpan.start === container.span.start;
  if (isEmptyTag) return [{ span: container.span, newText: `<${tag}>${inside}</${tag}>` }];
  const hasComment = document.comments.some(
    (comment) => comment.start >= container.contentSpan.start && comment.end <= container.contentSpan.end,
  );
  if (!hasComment) return [{ span: container.contentSpan, newText: inside }];
  const at = container.contentSpan.start;
  return [{ span: { start: at, end: at }, newText: `${style.eol}${indent}${write(indent)}` }];
}

/** Past the comments that follow on the same line: they belong to what stands before them. */
function afterComments({ text, comments }: PlistDocument, offset: number): number {
  let at = offset;
  for (;;) {
    let next = at;
    while (text.charAt(next) === " " || text.charAt(next) === "\t") next++;
    const comment = comments.find((other) => other.start === next);
    if (!comment) return at;
    at = comment.end;
  }
}

/** The XML of a value whose first line stands at `indent` already. */
function lay(value: NewValue, indent: string, style: Style): string {
  if (typeof value === "string") return `<string>${escapeXml(value)}</string>`;
  if (typeof value === "bigint") return `<integer>${value}</integer>`;
  if (typeof value === "boolean") return value ? "<true/>" : "<false/>";
  const inner = indent + style.unit;
  if (!isArray(value)) {
    const lines = value.entries.flatMap(([key, item]) => [`<key>${escapeXml(key)}</key>`, lay(item, inner, style)]);
    return wrap("dict", lines, indent, inner, style);
  }
  return wrap(
    "array",
    value.map((item) => lay(item, inner, style)),
    indent,
    inner,
    style,
  );
}

/** A value in one line for a message: `[{idVendor: 4660}]`; cut where it grows long. */
export function inOneLine(value: NewValue, limit = 60): string {
  const text = plainText(value);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

function plainText(value: NewValue): string {
  if (typeof value !== "object") return String(value);
  if (isArray(value)) return `[${value.map(plainText).join(", ")}]`;
  return `{${value.entries.map(([key, each]) => `${key}: ${plainText(each)}`).join(", ")}}`;
}

function isArray(value: NewValue): value is readonly NewValue[] {
  return Array.isArray(value);
}

function wrap(tag: string, lines: readonly string[], indent: string, inner: string, style: Style): string {
  if (lines.length === 0) return `<${tag}/>`;
  const body = lines.map((line) => style.eol + inner + line).join("");
  return `<${tag}>${body}${style.eol}${indent}</${tag}>`;
}
