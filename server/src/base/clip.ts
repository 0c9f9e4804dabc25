// Shortens texts that others wrote before they are shown: nobody reads three megabytes in a message.

/**
 * The text itself where it has at most `limit` UTF-16 code units, else its beginning and end with "…" between them, at most `limit` long.
 * The end stays because that is where two bundle ids or paths differ. Surrogate pairs are left whole.
 */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let head = Math.ceil((limit - 1) / 2);
  let tail = text.length - Math.floor((limit - 1) / 2);
  if (isHigh(text.charCodeAt(head - 1))) head--;
  if (isHigh(text.charCodeAt(tail - 1))) tail++;
  return `${text.slice(0, head)}…${text.slice(tail)}`;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
