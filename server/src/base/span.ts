// Half-open ranges of a text. Offsets everywhere in the core are UTF-16 code units, as in JavaScript strings and LSP.

/** A half-open range `[start, end)` of UTF-16 code unit offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** True when `inner` lies within `outer` (equal ends included). */
export function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** True when the two spans share at least one code unit; two empty or touching spans do not overlap. */
export function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}

/** The span moved by `delta` code units. */
export function shift(span: Span, delta: number): Span {
  return { start: span.start + delta, end: span.end + delta };
}
