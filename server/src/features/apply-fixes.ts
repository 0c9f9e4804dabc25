// Puts several fixes together so that none of them is applied in part. Plain data in and out; the callers write the result.
import { compareStrings } from "../base/compare.ts";
import { lineBreakOf } from "../base/decode.ts";
import { applyEdits, type Edit } from "../base/edit.ts";
import { overlaps, type Span } from "../base/span.ts";
import type { FileEdit, Fix } from "../rules/define.ts";

export interface FixPlan {
  /** Sorted by path; the edits of a file by offset. */
  readonly files: readonly FileEdit[];
  /** Fixes that are in, and those left for another pass because they touch what another changes. */
  readonly taken: number;
  readonly postponed: number;
}

/**
 * Chooses, first come first served, fixes whose edits do not touch each other. A fix that contradicts itself, edits a text that is not
 * known or reaches beyond its end is left out. `textOf` gives the texts that the edits were made for.
 */
export function planFixes(fixes: readonly Fix[], textOf: (path: string) => string | undefined): FixPlan {
  const taken = new Map<string, Edit[]>();
  let count = 0;
  let postponed = 0;
  for (const fix of fixes) {
    const own = new Map<string, Edit[]>();
    for (const { path, edits } of fix.edits) own.set(path, [...(own.get(path) ?? []), ...edits]);
    const all = [...own].flatMap(([path, edits]) => edits.map((edit) => ({ path, edit })));
    if (all.length === 0 || !all.every(({ path, edit }) => isInside(edit.span, textOf(path)))) continue;
    if ([...own.values()].some(touchEachOther)) continue;
    // Two rules may ask for the very same change, such as one include; then once is enough.
    const fresh = all.filter(({ path, edit }) => !taken.get(path)?.some((other) => isSame(edit, other)));
    if (fresh.some(({ path, edit }) => taken.get(path)?.some((other) => touches(edit.span, other.span)))) {
      postponed++;
      continue;
    }
    for (const { path, edit } of fresh) taken.set(path, [...(taken.get(path) ?? []), edit]);
    count++;
  }
  const files = [...taken]
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([path, edits]) => ({ path, edits: withLineBreaks(edits.sort(byStart), textOf(path) ?? "") }));
  return { files, taken: count, postponed };
}

/** The text with a file's edits applied. */
export function applyFileEdit(text: string, edit: FileEdit): string {
  return applyEdits(text, edit.edits);
}

/** Edits whose new text has the line breaks of the file they go into. */
export function withLineBreaks(edits: readonly Edit[], text: string): Edit[] {
  const lineBreak = lineBreakOf(text);
  if (lineBreak === "\n") return [...edits];
  return edits.map((edit) => ({ span: edit.span, newText: edit.newText.replace(/\r?\n/g, lineBreak) }));
}

function isInside(span: Span, text: string | undefined): boolean {
  return text !== undefined && span.start >= 0 && span.start <= span.end && span.end <= text.length;
}

function touchEachOther(edits: readonly Edit[]): boolean {
  return edits.some((edit, index) =>
    edits.slice(index + 1).some((other) => !bothInsert(edit, other) && touches(edit.span, other.span)),
  );
}

function bothInsert(a: Edit, b: Edit): boolean {
  return a.span.start === a.span.end && b.span.start === b.span.end;
}

/** Overlapping, or one begins where the other ends: their order would matter. */
function touches(a: Span, b: Span): boolean {
  return overlaps(a, b) || (a.start <= b.end && b.start <= a.end && (a.start === a.end || b.start === b.end));
}

function isSame(a: Edit, b: Edit): boolean {
  return a.span.start === b.span.start && a.span.end === b.span.end && a.newText === b.newText;
}

function byStart(a: Edit, b: Edit): number {
  return a.span.start - b.span.start || a.span.end - b.span.end;
}
