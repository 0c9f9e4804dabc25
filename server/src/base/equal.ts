// Whether two pieces of plain data say the same.

/** Compares primitives, arrays, maps, sets and plain objects by content, in order. Not for data with cycles. */
export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const [left, right] = [partsOf(a), partsOf(b)];
  return left.length === right.length && left.every((part, at) => sameData(part, right[at]));
}

function partsOf(data: object): readonly unknown[] {
  if (Array.isArray(data)) return data;
  return data instanceof Map || data instanceof Set ? [...data] : Object.entries(data);
}
