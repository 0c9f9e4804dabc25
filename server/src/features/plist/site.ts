// What stands at an offset of a property list: a key or a value, and under which keys. For complete text; see `cursor.ts` for half-typed.
import type { Span } from "../../base/span.ts";
import type { PlistDocument, PlistEntry, PlistValue } from "../../plist/document.ts";

export interface PlistSite {
  /** The keys around, outermost first, the site's own key left out; "" for an item of an array. As in `PlistCursor.keys`. */
  readonly keys: readonly string[];
  /** The entry whose key or value stands at the offset; for an item of an array the entry that the array is the value of. */
  readonly entry: PlistEntry;
  readonly dict: PlistValue & { readonly kind: "dict" };
  readonly on: "key" | "value";
  /** The leaf at the offset; undefined on a key, and between the elements of a dictionary or array. */
  readonly leaf: PlistValue | undefined;
}

/** No property list of a driver is nested like this. */
const MAX_DEPTH = 60;

/** The innermost entry at an offset; undefined outside of all. Both ends of a text belong to it. */
export function siteAt(document: PlistDocument, offset: number): PlistSite | undefined {
  return document.root && within(document.root, offset, [], undefined, 0);
}

interface Around {
  readonly entry: PlistEntry;
  readonly dict: PlistSite["dict"];
  readonly keys: readonly string[];
}

function within(
  value: PlistValue,
  offset: number,
  keys: readonly string[],
  around: Around | undefined,
  depth: number,
): PlistSite | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (value.kind === "dict") {
    for (const entry of value.entries) {
      if (holds(entry.keyElementSpan, offset)) return { keys, entry, dict: value, on: "key", leaf: undefined };
      if (!entry.value || !holds(entry.value.span, offset)) continue;
      return within(entry.value, offset, [...keys, entry.key], { entry, dict: value, keys }, depth + 1);
    }
    return undefined;
  }
  if (value.kind === "array") {
    for (const item of value.items) {
      if (!holds(item.span, offset)) continue;
      return within(item, offset, [...keys, ""], around, depth + 1);
    }
    return undefined;
  }
  return around && { ...around, on: "value", leaf: value };
}

function holds(span: Span, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}
