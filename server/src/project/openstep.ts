// Reads OpenStep property lists, the notation of project.pbxproj: bounded, tolerant, with the places of dictionaries' values.
import type { Span } from "../base/span.ts";

export type OpenStepValue = string | readonly OpenStepValue[] | OpenStepDictionary;

export class OpenStepDictionary extends Map<string, OpenStepValue> {
  /** Where the values stand; for a text in quotes, with them. */
  readonly spans = new Map<string, Span>();
}

/** A project file nests some six levels; what lies deeper than this is hostile or broken. */
const MAX_DEPTH = 64;

/**
 * Parses an OpenStep property list. A missing `;` or `,` and stray characters are passed over, as after a merge conflict;
 * undefined when the text does not begin with a dictionary or an array. Works in time linear in the text.
 */
export function parseOpenStep(text: string): OpenStepValue | undefined {
  const reader = new Reader(text);
  reader.skipBlank();
  const first = reader.peek();
  return first === "{" || first === "(" ? reader.value(0) : undefined;
}

/** The value as a dictionary; undefined for anything else. */
export function dictionaryOf(value: OpenStepValue | undefined): OpenStepDictionary | undefined {
  return value instanceof OpenStepDictionary ? value : undefined;
}

/** The value as a list; a single string counts as a list of one, anything else as an empty one. */
export function listOf(value: OpenStepValue | undefined): readonly OpenStepValue[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value : [];
}

/** The strings of a list. */
export function stringsOf(value: OpenStepValue | undefined): string[] {
  return listOf(value).filter((item): item is string => typeof item === "string");
}

/** The value as a string; a list is joined with blanks, as Xcode does where a string is wanted. */
export function textOfValue(value: OpenStepValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? stringsOf(value).join(" ") : undefined;
}

const UNQUOTED = /[A-Za-z0-9_$+/:.@~*-]+/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
]);

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  peek(): string {
    return this.text.charAt(this.at);
  }

  skipBlank(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c === 32 || (c >= 9 && c <= 13) || c === 0xfeff) this.at++;
      else if (this.text.startsWith("//", this.at)) this.at = this.after("\n");
      else if (this.text.startsWith("/*", this.at)) this.at = this.after("*/");
      else return;
    }
  }

  /** The value at the current place; "" where there is none. Always moves on unless a closing mark or the end stands here. */
  value(depth: number): OpenStepValue {
    this.skipBlank();
    switch (this.peek()) {
      case "{":
        return this.dictionary(depth);
      case "(":
        return this.array(depth);
      case '"':
      case "'":
        return this.quoted(this.peek());
      case "<": {
        const start = this.at + 1;
        this.at = this.after(">");
        return this.text.slice(start, Math.max(start, this.at - 1));
      }
      default:
        return this.unquoted();
    }
  }

  private dictionary(depth: number): OpenStepDictionary {
    const entries = new OpenStepDictionary();
    this.at++;
    for (;;) {
      this.skipBlank();
      const c = this.peek();
      if (c === "" || depth >= MAX_DEPTH) return entries;
      if (c === "}") {
        this.at++;
        return entries;
      }
      if (c === ")") return entries;
      const before = this.at;
      const key = c === '"' || c === "'" ? this.quoted(c) : this.unquoted();
      this.skipBlank();
      if (this.peek() === "=") {
        this.at++;
        this.skipBlank();
        const start = this.at;
        entries.set(key, this.value(depth + 1));
        entries.spans.set(key, { start, end: this.at });
        this.skipBlank();
        if (this.peek() === ";") this.at++;
      }
      if (this.at === before) this.at++;
    }
  }

  private array(depth: number): readonly OpenStepValue[] {
    const items: OpenStepValue[] = [];
    this.at++;
    for (;;) {
      this.skipBlank();
      const c = this.peek();
      if (c === "" || depth >= MAX_DEPTH) return items;
      if (c === ")") {
        this.at++;
        return items;
      }
      // The list was not closed: its owner goes on here.
      if (c === "}" || c === ";") return items;
      const before = this.at;
      if (c === ",") this.at++;
      else items.push(this.value(depth + 1));
      if (this.at === before) this.at++;
    }
  }

  private quoted(quote: string): string {
    const parts: string[] = [];
    let start = ++this.at;
    for (; this.at < this.text.length; this.at++) {
      const c = this.text.charAt(this.at);
      if (c === quote) break;
      if (c !== "\\") continue;
      parts.push(this.text.slice(start, this.at));
      const next = this.text.charAt(++this.at);
      parts.push(ESCAPES.get(next) ?? next);
      start = this.at + 1;
    }
    parts.push(this.text.slice(Math.min(start, this.at), this.at));
    this.at++;
    return parts.join("");
  }

  private unquoted(): string {
    UNQUOTED.lastIndex = this.at;
    const word = UNQUOTED.exec(this.text)?.[0] ?? "";
    this.at += word.length;
    return word;
  }

  private after(mark: string): number {
    const found = this.text.indexOf(mark, this.at);
    return found < 0 ? this.text.length : found + mark.length;
  }
}
