// What text the elements without children may hold.

export type LeafKind = "string" | "integer" | "real" | "date" | "data";

/** What is wrong with the text of an element, in one line; undefined when it is as CoreFoundation wants it, or a template's placeholder. */
export function leafProblem(kind: LeafKind, text: string): string | undefined {
  const trimmed = text.trim();
  if (/\$[({]|@[A-Za-z_]\w*@/.test(trimmed)) return undefined;
  switch (kind) {
    case "string":
      return undefined;
    case "integer":
      return /^[+-]?(0[xX][0-9A-Fa-f]+|[0-9]+)$/.test(trimmed) ? undefined : "This is no integer.";
    case "real":
      return isReal(trimmed) ? undefined : "This is no number.";
    case "date":
      return /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(trimmed)
        ? undefined
        : "This is no date like 2024-01-31T12:00:00Z.";
    case "data":
      return /^[A-Za-z0-9+/=\s]*$/.test(trimmed) ? undefined : "This is no base64 data.";
  }
}

function isReal(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) || /^([+-]?(inf|infinity)|nan)$/i.test(text);
}

/** The value of an `<integer>` text, hexadecimal included; undefined when it is none. */
export function integerOf(text: string): bigint | undefined {
  const [, sign, digits] = /^\s*([+-]?)(0[xX][0-9A-Fa-f]{1,32}|[0-9]{1,40})\s*$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = BigInt(digits);
  return sign === "-" ? -value : value;
}
