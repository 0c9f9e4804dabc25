// Where a part of a decoded string stands in the file: entities and CDATA sections make the two differ.
import type { Span } from "../base/span.ts";
import type { PlistDocument, PlistValue } from "./document.ts";

/**
 * The place in the file of the part `[start, end)` of a string value's text (UTF-16 offsets in the decoded text).
 * The whole content where the two cannot be aligned.
 */
export function placeOfText(document: PlistDocument, value: PlistValue, start: number, end: number): Span {
  if (value.kind !== "string") return value.span;
  const { contentSpan } = value;
  const raw = document.text.slice(contentSpan.start, contentSpan.end);
  if (raw === value.text) return { start: contentSpan.start + start, end: contentSpan.start + end };
  const offsets = alignEntities(raw, value.text);
  const from = offsets?.[start];
  const to = offsets?.[end];
  if (from === undefined || to === undefined) return contentSpan;
  return { start: contentSpan.start + from, end: contentSpan.start + to };
}

/** For each offset of the decoded text (its end included) the offset in the raw text; undefined when they do not fit together. */
function alignEntities(raw: string, decoded: string): number[] | undefined {
  const offsets: number[] = [];
  let at = 0;
  for (let i = 0; i < decoded.length; i++) {
    offsets.push(at);
    if (raw.charAt(at) !== "&" || decoded.startsWith(raw.slice(at, at + 5), i)) {
      if (raw.charAt(at) !== decoded.charAt(i)) return undefined;
      at++;
      continue;
    }
    const end = raw.indexOf(";", at);
    if (end < 0) return undefined;
    at = end + 1;
    // A character beyond the basic plane takes two code units of the decoded text and one reference.
    const code = decoded.codePointAt(i) ?? 0;
    if (code > 0xffff) {
      offsets.push(at);
      i++;
    }
  }
  offsets.push(raw.length);
  return at === raw.length ? offsets : undefined;
}
