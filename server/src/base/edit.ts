// Text edits and how to apply them. Knows nothing of files.
import { overlaps, type Span } from "./span.ts";

/** Replaces the text of `span` with `newText`. */
export interface Edit {
  readonly span: Span;
  readonly newText: string;
}

/**
 * Applies edits to a text. Edits are given against the original text, in any order.
 * Of overlapping edits the first in the list wins and the others are dropped; two insertions at one place keep their order.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const kept: Edit[] = [];
  for (const edit of edits) {
    if (edit.span.start < 0 || edit.span.end > text.length || edit.span.start > edit.span.end) continue;
    if (!kept.some((other) => conflicts(other.span, edit.span))) kept.push(edit);
  }
  const ordered = kept.map((edit, index) => ({ edit, index }));
  ordered.sort(
    (a, b) => a.edit.span.start - b.edit.span.start || a.edit.span.end - b.edit.span.end || a.index - b.index,
  );
  let result = "";
  let position = 0;
  for (const { edit } of ordered) {
    result += text.slice(position, edit.span.start) + edit.newText;
    position = edit.span.end;
  }
  return result + text.slice(position);
}

function conflicts(a: Span, b: Span): boolean {
  if (overlaps(a, b)) return true;
  // An insertion strictly inside a replaced range is lost with that range.
  if (a.start === a.end) return b.start < a.start && a.start < b.end;
  if (b.start === b.end) return a.start < b.start && b.start < a.end;
  return false;
}
