// Total orders that do not depend on the machine's locale.

/** Compares two strings by UTF-16 code units: negative, zero or positive. */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
