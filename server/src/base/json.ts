// Reads JSON and keeps where each value stands, so that a mistake in a configuration can be pointed at. Never throws.
import type { Span } from "./span.ts";

export type JsonValue =
  | { readonly kind: "object"; readonly span: Span; readonly members: readonly JsonMember[] }
  | { readonly kind: "array"; readonly span: Span; readonly items: readonly JsonValue[] }
  | { readonly kind: "string"; readonly span: Span; readonly value: string }
  | { readonly kind: "number"; readonly span: Span; readonly value: number }
  | { readonly kind: "boolean"; readonly span: Span; readonly value: boolean }
  | { readonly kind: "null"; readonly span: Span };

export interface JsonMember {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: JsonValue;
}

export interface JsonProblem {
  readonly span: Span;
  readonly message: string;
}

/** No configuration is nested like this; the limit keeps hostile input from exhausting the stack. */
const MAX_DEPTH = 100;

/** Parses one JSON document (RFC 8259, no comments). Returns the value, or the first problem with its place in UTF-16 units. */
export function parseJson(text: string): JsonValue | JsonProblem {
  const reader = new Reader(text);
  try {
    const value = reader.value(0);
    reader.space();
    if (reader.at < text.length) reader.fail("nothing may follow the document");
    return value;
  } catch (error) {
    if (error instanceof Failure) return error.problem;
    throw error;
  }
}

/** Tells a problem from a value. */
export function isProblem(result: JsonValue | JsonProblem): result is JsonProblem {
  return !("kind" in result);
}

class Failure extends Error {
  constructor(readonly problem: JsonProblem) {
    super(problem.message);
  }
}

class Reader {
  at = 0;
  constructor(private readonly text: string) {}

  fail(message: string, start = this.at): never {
    throw new Failure({ span: { start, end: Math.min(this.text.length, Math.max(start + 1, this.at)) }, message });
  }

  space(): void {
    while (/[ \t\r\n]/.test(this.text.charAt(this.at))) this.at++;
  }

  value(depth: number): JsonValue {
    this.space();
    if (depth > MAX_DEPTH) this.fail("nested too deeply");
    const start = this.at;
    switch (this.text.charAt(start)) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"': {
        const value = this.string();
        return { kind: "string", value, span: { start, end: this.at } };
      }
      case "":
        return this.fail("a value is missing");
    }
    const word = /^[-+.\w]+/.exec(this.text.slice(start, start + 400))?.[0] ?? "";
    if (word === "") this.fail(`unexpected “${this.text.charAt(start)}”`);
    this.at += word.length;
    const span = { start, end: this.at };
    if (word === "true" || word === "false") return { kind: "boolean", value: word === "true", span };
    if (word === "null") return { kind: "null", span };
    if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(word)) return { kind: "number", value: Number(word), span };
    return this.fail(`unexpected “${word.slice(0, 40)}”`, start);
  }

  private object(depth: number): JsonValue {
    const start = this.at++;
    const members: JsonMember[] = [];
    for (this.space(); this.text.charAt(this.at) !== "}"; this.space()) {
      if (members.length > 0) this.separator("}");
      const keyStart = this.at;
      if (this.text.charAt(this.at) !== '"') this.fail("a name in double quotes is expected");
      const key = this.string();
      const keySpan = { start: keyStart, end: this.at };
      this.space();
      if (this.text.charAt(this.at) !== ":") this.fail("“:” is expected");
      this.at++;
      members.push({ key, keySpan, value: this.value(depth + 1) });
    }
    this.at++;
    return { kind: "object", members, span: { start, end: this.at } };
  }

  private array(depth: number): JsonValue {
    const start = this.at++;
    const items: JsonValue[] = [];
    for (this.space(); this.text.charAt(this.at) !== "]"; this.space()) {
      if (items.length > 0) this.separator("]");
      items.push(this.value(depth + 1));
    }
    this.at++;
    return { kind: "array", items, span: { start, end: this.at } };
  }

  private separator(close: string): void {
    if (this.text.charAt(this.at) !== ",") this.fail(`“,” or “${close}” is expected`);
    const comma = this.at++;
    this.space();
    if (this.text.charAt(this.at) !== close) return;
    this.at = comma;
    this.fail(`a comma may not stand before “${close}”`);
  }

  private string(): string {
    const start = this.at;
    const raw = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    raw.lastIndex = start;
    const match = raw.exec(this.text)?.[0];
    if (match === undefined) return this.fail("the string is not closed, or holds a wrong escape");
    this.at += match.length;
    return JSON.parse(match) as string;
  }
}
