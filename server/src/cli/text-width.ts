// How text looks in a terminal: columns it takes, tabs, wide characters, and what must not reach a terminal as it is.

/** Columns between tab stops. */
const TAB = 4;

/** Characters that terminals draw two columns wide: East Asian wide and full-width forms, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Marks that combine with the character before, and invisible format characters. */
const ZERO = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** Control characters could move the cursor or forge a report; bidirectional overrides reorder what is read. */
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Columns that one character (a code point) takes. */
function columnsOf(character: string): number {
  if (character >= " " && character <= "~") return 1;
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Columns that a text without tabs takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** The text with everything that would act on a terminal replaced by U+FFFD; line breaks and tabs stay. */
export function sanitize(text: string): string {
  return [...text].map((character) => (UNSAFE.test(character) ? "\ufffd" : character)).join("");
}

export interface Excerpt {
  readonly text: string;
  /** Where the marked part begins and how wide it is, in columns of `text`; at least one wide. */
  readonly start: number;
  readonly width: number;
}

interface Cell {
  readonly text: string;
  readonly width: number;
  /** UTF-16 offset in the line. */
  readonly offset: number;
}

/**
 * A line of source as a terminal shows it, at most `limit` columns wide: tabs expanded, unsafe characters replaced, and the window
 * moved so that the marked part (UTF-16 offsets in the line) is in sight; "…" stands for what was cut.
 */
export function excerptOf(line: string, start: number, end: number, limit: number): Excerpt {
  const cells: Cell[] = [];
  let column = 0;
  let offset = 0;
  for (const character of line) {
    const width = character === "\t" ? TAB - (column % TAB) : columnsOf(character);
    const text = character === "\t" ? " ".repeat(width) : sanitize(character);
    cells.push({ text, width: UNSAFE.test(character) ? 1 : width, offset });
    column += width;
    offset += character.length;
  }
  const marked = (cell: Cell): boolean => cell.offset >= start && cell.offset < end;
  const first = cells.findIndex((cell) => cell.offset >= start);
  const from = first < 0 ? cells.length : first;
  let begin = 0;
  if (sum(cells) > limit) begin = windowStart(cells, from, cells.filter(marked), limit);
  let text = begin > 0 ? "…" : "";
  let width = begin > 0 ? 1 : 0;
  let markStart = from >= cells.length ? -1 : 0;
  let markWidth = 0;
  for (let index = begin; index < cells.length; index++) {
    const cell = cells[index] as Cell;
    if (width + cell.width > limit - (index + 1 < cells.length ? 1 : 0)) {
      text += "…";
      width++;
      break;
    }
    if (index === from) markStart = width;
    if (marked(cell)) markWidth += cell.width;
    text += cell.text;
    width += cell.width;
  }
  if (markStart < 0) markStart = width;
  return { text: text.trimEnd(), start: markStart, width: Math.max(1, markWidth) };
}

/** The first cell to show: as far left as the marked part allows. */
function windowStart(cells: readonly Cell[], from: number, marked: readonly Cell[], limit: number): number {
  const wanted = Math.min(sum(marked) + 8, limit - 2);
  let begin = 0;
  let taken = sum(cells.slice(0, from)) + wanted;
  while (begin < from && taken > limit - 1) {
    taken -= cells[begin]?.width ?? 0;
    begin++;
  }
  return begin;
}

function sum(cells: readonly Cell[]): number {
  return cells.reduce((total, cell) => total + cell.width, 0);
}

/** Breaks a text between words so that no line is wider than `limit`, except for words that are. */
export function wrap(text: string, limit: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    if (line === "") line = word;
    else if (widthOf(line) + 1 + widthOf(word) <= limit) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}
