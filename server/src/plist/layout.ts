// How a text is laid out in lines: the indentation at a place. Knows nothing of XML.

/** The white space that begins the line of an offset. */
export function indentAt(text: string, offset: number): string {
  let start = offset;
  while (start > 0 && text.charAt(start - 1) !== "\n" && text.charAt(start - 1) !== "\r") start--;
  let end = start;
  while (text.charAt(end) === " " || text.charAt(end) === "\t") end++;
  return text.slice(start, end);
}

/** True when nothing but blanks and tabs stands before the offset in its line. */
export function startsLine(text: string, offset: number): boolean {
  let at = offset;
  while (at > 0 && (text.charAt(at - 1) === " " || text.charAt(at - 1) === "\t")) at--;
  return at === 0 || text.charAt(at - 1) === "\n" || text.charAt(at - 1) === "\r";
}
