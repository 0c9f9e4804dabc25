// A property list with positions: what plist rules and features read. Data only; `parse.ts` makes it.
import type { Span } from "../base/span.ts";

interface ValueBase {
  /** The whole element, tags included. */
  readonly span: Span;
  /** What stands between the tags; for an empty-element tag the same as `span`. */
  readonly contentSpan: Span;
}

export interface PlistEntry {
  readonly key: string;
  /** The text between `<key>` and `</key>`. */
  readonly keySpan: Span;
  /** The whole `<key>…</key>` element. */
  readonly keyElementSpan: Span;
  /** Absent while the value is not typed yet. */
  readonly value: PlistValue | undefined;
}

export type PlistValue =
  | (ValueBase & { readonly kind: "dict"; readonly entries: readonly PlistEntry[] })
  | (ValueBase & { readonly kind: "array"; readonly items: readonly PlistValue[] })
  | (ValueBase & { readonly kind: "string" | "integer" | "real" | "date" | "data"; readonly text: string })
  | (ValueBase & { readonly kind: "boolean"; readonly value: boolean });

export type PlistDict = PlistValue & { readonly kind: "dict" };

/** Something wrong with the document as such; rules turn it into findings. */
export interface PlistProblem {
  /**
   * "syntax": no well-formed XML; "structure": XML, but no property list (a key without a value, an unknown element);
   * "value": text that its element does not allow; "duplicate-key": a key that stands twice in one dictionary.
   */
  readonly code: "syntax" | "structure" | "value" | "duplicate-key";
  readonly span: Span;
  /** One line, for a person. */
  readonly message: string;
}

export interface PlistDocument {
  readonly path: string;
  readonly text: string;
  /** "binary" for a binary plist, "other" for text that is no XML property list; both have no root. */
  readonly format: "xml" | "binary" | "other";
  readonly root: PlistValue | undefined;
  /** False where some part could not be read, so that nothing can be called missing. */
  readonly whole: boolean;
  readonly problems: readonly PlistProblem[];
  readonly comments: readonly Span[];
}

/** The entry of a key in a dictionary; the last one where a key stands twice, as CoreFoundation takes it. */
export function entryOf(value: PlistValue | undefined, key: string): PlistEntry | undefined {
  if (value?.kind !== "dict") return undefined;
  return value.entries.findLast((entry) => entry.key === key);
}

/** The value of a key in a dictionary. */
export function valueOf(value: PlistValue | undefined, key: string): PlistValue | undefined {
  return entryOf(value, key)?.value;
}

/** The dictionary that a document is, where every part of it could be read: what is not in it is not there. */
export function wholeDict({ whole, root }: PlistDocument): PlistDict | undefined {
  return whole && root?.kind === "dict" ? root : undefined;
}

/** The text of a string value, entities decoded and white space kept. */
export function stringOf(value: PlistValue | undefined): string | undefined {
  return value?.kind === "string" ? value.text : undefined;
}
