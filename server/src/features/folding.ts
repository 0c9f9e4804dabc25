// What can be folded in a property list: dictionaries, arrays and comments of several lines. Plain data.
import type { Span } from "../base/span.ts";
import type { PlistDocument, PlistValue } from "../plist/document.ts";

export interface Fold {
  readonly span: Span;
  readonly kind: "region" | "comment";
}

const MAX_DEPTH = 200;
/** A list of more would help nobody, and cost the editor dearly. */
const MAX_FOLDS = 5000;

/** Spans over more than one line, outer ones first, in order of place. */
export function foldsOf(document: PlistDocument): Fold[] {
  const folds: Fold[] = [];
  const add = (span: Span, kind: Fold["kind"]): void => {
    if (folds.length < MAX_FOLDS && /[\r\n]/.test(document.text.slice(span.start, span.end)))
      folds.push({ span, kind });
  };
  const look = (value: PlistValue | undefined, depth: number): void => {
    if (!value || depth > MAX_DEPTH || (value.kind !== "dict" && value.kind !== "array")) return;
    add(value.span, "region");
    if (value.kind === "array") for (const item of value.items) look(item, depth + 1);
    else for (const entry of value.entries) look(entry.value, depth + 1);
  };
  look(document.root, 0);
  for (const comment of document.comments) add(comment, "comment");
  return folds.sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
}
