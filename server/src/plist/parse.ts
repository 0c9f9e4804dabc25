// Makes a PlistDocument of a text. Whatever the text is, there is a result: what cannot be read is a problem with its place.
import type { Span } from "../base/span.ts";
import type { Parsers } from "../syntax/parsers.ts";
import type { PlistDocument, PlistEntry, PlistProblem, PlistValue } from "./document.ts";
import { indentAt, startsLine } from "./layout.ts";
import { CONFLICT_PROBLEM, scanXml, xmlTokens, type XmlToken } from "./tokens.ts";
import { leafProblem, type LeafKind } from "./leaf-values.ts";

/** Property lists that people write nest a dozen levels; what lies below this is left out and counts as a problem. */
const MAX_DEPTH = 200;
/** Longer texts, and those that tree-sitter does not finish in time, are scanned instead: slower by nothing, and to the same result. */
const MAX_TREE_LENGTH = 512 * 1024;
const TREE_TIMEOUT_MS = 250;
/** A broken file needs no more than this many problems. */
const MAX_PROBLEMS = 100;

/**
 * Parses a property list. `text` is decoded already (a leading byte-order mark is passed over); offsets are UTF-16 code units.
 * Never throws: a binary plist, JSON or an OpenStep plist has no root, and a half-typed XML text gives what could be read.
 */
export function parsePlist(parsers: Parsers, path: string, text: string): PlistDocument {
  const format = formatOf(text);
  if (format !== "xml") return { path, text, format, root: undefined, whole: false, problems: [], comments: [] };
  if (text.length > MAX_TREE_LENGTH) return readPlist(path, text, scanXml(text));
  const { file } = parsers.parse("xml", path, text, { timeoutMs: TREE_TIMEOUT_MS });
  return readPlist(path, text, xmlTokens(file));
}

/** Reads a property list out of the marks of its text. */
export function readPlist(path: string, text: string, tokens: readonly XmlToken[]): PlistDocument {
  const reader = new PlistReader(text, tokens);
  const root = reader.document();
  const problems = [...reader.problems].sort(
    (a, b) => a.span.start - b.span.start || a.span.end - b.span.end || (a.message < b.message ? -1 : 1),
  );
  return { path, text, format: "xml", root, whole: reader.isWhole, problems, comments: reader.comments };
}

function formatOf(text: string): PlistDocument["format"] {
  const start = /[^\s\ufeff]/.exec(text)?.index ?? text.length;
  if (text.startsWith("bplist", start)) return "binary";
  if (start === text.length) return "xml";
  // "<" also begins the data of an OpenStep plist: hexadecimal digits up to ">".
  if (text.charAt(start) === "<" && !/^<[0-9A-Fa-f\s]+>\s*$/.test(text.slice(start, start + 4096))) return "xml";
  // Lines for the C preprocessor may stand before the XML (INFOPLIST_PREPROCESS).
  return /^#\s*(include|if|ifdef|ifndef|define)\b/.test(text.slice(start)) && text.includes("<plist") ? "xml" : "other";
}

const LEAVES: ReadonlySet<string> = new Set(["string", "integer", "real", "date", "data"]);
const VALUES: ReadonlySet<string> = new Set([...LEAVES, "dict", "array", "true", "false"]);
const PREPROCESSOR = /^\s*#\s*(include|if|ifdef|ifndef|else|elif|endif|define|undef)\b/;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

class PlistReader {
  readonly problems: PlistProblem[] = [];
  readonly comments: Span[] = [];
  isWhole = true;
  private readonly tokens: XmlToken[] = [];
  private readonly open: string[] = [];
  private preprocessed = false;
  /** True where a merge left its marks: both sides stand there, so keys do twice. */
  private conflicted = false;
  private at = 0;
  /** The tags that were begun and not finished, by their index, ascending. */
  private readonly brokenTags: number[] = [];
  /** How many of them lie before `at`, or at it. */
  private brokenPassed = 0;
  /** Where the last fault in the nesting was met; -1 where there was none. */
  private lastFault = -1;
  /** The end of the last entry that could be read without a fault: from there on the nesting is taken to be right again. */
  private steadyFrom = 0;
  /** The containers whose end tag stands further left than their start tag: probably it is another one's. */
  private readonly suspects: XmlToken[] = [];

  constructor(
    private readonly text: string,
    tokens: readonly XmlToken[],
  ) {
    for (const token of tokens) {
      if (token.problem !== undefined) {
        this.report("syntax", token, token.problem);
        if (token.problem === CONFLICT_PROBLEM) this.conflicted = true;
        if (this.text.charAt(token.start) === "<") this.brokenTags.push(this.tokens.length);
      }
      if (token.kind === "comment") this.comments.push({ start: token.start, end: token.end });
      else if (token.kind !== "other") this.tokens.push(token);
    }
  }

  document(): PlistValue | undefined {
    let root: PlistValue | undefined;
    let plist: XmlToken | undefined;
    let closed = false;
    for (let token = this.significant(); token; token = this.significant()) {
      if (token.kind === "start" && token.name === "plist" && !plist && !root) {
        plist = token;
        this.open.push("plist");
        this.at++;
      } else if (token.kind === "end" && token.name === "plist" && plist && !closed) {
        closed = true;
        this.open.pop();
        this.at++;
      } else if (token.kind === "start" || token.kind === "empty") {
        if (token.kind === "empty" && token.name === "plist" && !root) {
          this.at++;
          continue;
        }
        if (root) {
          // What follows the value is its rest where an end tag too many has closed it: one problem, whatever the rest is.
          const message = "A property list holds one value, which has ended; this stands behind it.";
          this.imbalance("structure", token, message);
          break;
        }
        root = this.value(0);
      } else this.stray(token);
    }
    if (!root) {
      const span = plist ?? { start: 0, end: 0 };
      this.imbalance("structure", span, "This property list is empty.");
    }
    if (plist && !closed) this.imbalance("syntax", plist, "The file ends before <plist> is closed.");
    return root;
  }

  /** The value that begins at the current start or empty tag; undefined when it is none, the token then being passed over. */
  private value(depth: number): PlistValue | undefined {
    const token = this.tokens[this.at];
    if (!token) return undefined;
    this.at++;
    if (!VALUES.has(token.name) || depth > MAX_DEPTH) {
      const isTooDeep = depth > MAX_DEPTH && VALUES.has(token.name);
      if (isTooDeep) {
        this.fault("structure", token, "This is nested too deeply to be read.");
        this.isWhole = false;
      } else this.fault("structure", token, `<${token.name}> is no element of a property list.`);
      if (token.kind === "start") this.skipElement(token.name, isTooDeep);
      return undefined;
    }
    if (token.name === "dict" || token.name === "array") return this.container(token, token.name, depth);
    return this.leaf(token);
  }

  private container(start: XmlToken, kind: "dict" | "array", depth: number): PlistValue {
    const entries: PlistEntry[] = [];
    const items: PlistValue[] = [];
    const make = (contentEnd: number, end: number): PlistValue => {
      const span = { start: start.start, end };
      const contentSpan = start.kind === "empty" ? span : { start: start.end, end: contentEnd };
      return kind === "dict" ? { kind, span, contentSpan, entries } : { kind, span, contentSpan, items };
    };
    if (start.kind === "empty") return make(start.end, start.end);
    const seen = new Set<string>();
    this.open.push(kind);
    const parent = this.open.at(-2);
    for (;;) {
      const token = this.significant();
      if (token?.kind === "end" && token.name === kind) {
        if (this.endsFurtherLeft(start, token)) this.suspects.push(start);
        this.at++;
        this.open.pop();
        return make(token.start, token.end);
      }
      // The end of an outer element, or a key after the items of an array that is a dictionary's value: this one was never closed.
      const ends = token?.kind === "end" && this.open.includes(token.name);
      const outerKey = kind === "array" && parent === "dict" && token?.kind !== "end" && token?.name === "key";
      if (!token || ends || outerKey) {
        if (outerKey) this.fault("syntax", start, `<${kind}> is not closed.`);
        else this.notClosed(start, token);
        this.open.pop();
        const end = this.endOfPrevious(start.end);
        return make(end, end);
      }
      if (token.kind === "end") this.stray(token);
      else if (kind === "array") this.item(items, depth);
      else this.entry(entries, seen, depth);
    }
  }

  private item(items: PlistValue[], depth: number): void {
    const token = this.tokens[this.at] as XmlToken;
    if (token.kind !== "start" && token.kind !== "empty") return this.stray(token);
    if (token.name === "key") {
      this.fault("structure", token, "An array has no keys; wrap them in <dict>.");
      this.at++;
      if (token.kind === "start") this.leafText("key", token);
      return;
    }
    const value = this.value(depth + 1);
    if (value) items.push(value);
  }

  private entry(entries: PlistEntry[], seen: Set<string>, depth: number): void {
    const token = this.tokens[this.at] as XmlToken;
    if (token.kind !== "start" && token.kind !== "empty") return this.stray(token);
    const from = this.at;
    if (token.name !== "key") {
      if (VALUES.has(token.name)) {
        this.fault("structure", token, "This value has no key.");
        // Which key it lacks is not known: none can be called missing.
        this.isWhole = false;
      }
      this.value(depth + 1);
      return;
    }
    this.at++;
    const key =
      token.kind === "start" ? this.leafText("key", token) : { text: "", end: token.end, contentEnd: token.end };
    const keySpan =
      token.kind === "start" ? { start: token.end, end: key.contentEnd } : { start: token.start, end: token.end };
    const keyElementSpan = { start: token.start, end: key.end };
    const next = this.significant();
    const hasValue = (next?.kind === "start" || next?.kind === "empty") && next.name !== "key";
    const value = hasValue ? this.value(depth + 1) : undefined;
    // At the end of the file it is the file that ends too early.
    if (!hasValue && next) this.fault("structure", keyElementSpan, `The key “${shorten(key.text)}” has no value.`);
    if (seen.has(key.text) && !this.preprocessed && !this.conflicted) {
      this.report("duplicate-key", keySpan, `The key “${shorten(key.text)}” stands twice; the last one counts.`);
    }
    seen.add(key.text);
    entries.push({ key: key.text, keySpan, keyElementSpan, value });
    if (value && this.troubleBefore(this.at - 1) < from) this.steadyFrom = this.at;
  }

  private leaf(start: XmlToken): PlistValue {
    const isEmpty = start.kind === "empty";
    const from = this.at - 1;
    const content = isEmpty ? { text: "", end: start.end, contentEnd: start.end } : this.leafText(start.name, start);
    const span = { start: start.start, end: content.end };
    const contentSpan = isEmpty ? span : { start: start.end, end: content.contentEnd };
    if (start.name === "true" || start.name === "false") {
      if (content.text.trim() !== "") this.fault("structure", contentSpan, `<${start.name}/> has no content.`);
      return { kind: "boolean", value: start.name === "true", span, contentSpan };
    }
    const kind = start.name as LeafKind;
    const isRead = this.troubleBefore(this.at - 1) < from;
    const problem = isRead ? leafProblem(kind, content.text) : undefined;
    if (problem !== undefined) this.report("value", contentSpan.end > contentSpan.start ? contentSpan : span, problem);
    return { kind, text: content.text, span, contentSpan };
  }

  /** The text up to the end tag of `name`, entities decoded. Where the end tag is missing, the text ends before the next tag. */
  private leafText(name: string, start: XmlToken): { text: string; contentEnd: number; end: number } {
    const parts: string[] = [];
    let contentEnd = start.end;
    for (; ; this.at++) {
      const token = this.tokens[this.at];
      if (token?.kind === "text") parts.push(this.text.slice(token.start, token.end));
      else if (token?.kind === "cdata") parts.push(cdataText(this.text.slice(token.start, token.end)));
      else if (token?.kind === "entity") parts.push(this.entity(token));
      else if (token?.kind === "end" && (token.name === name || !this.open.includes(token.name))) {
        if (token.name !== name) {
          this.fault("syntax", token, `</${token.name}> closes <${name}>; it should be </${name}>.`);
        }
        this.at++;
        return { text: parts.join(""), contentEnd: token.start, end: token.end };
      } else {
        if (token) this.fault("syntax", start, `<${name}> is not closed.`);
        else this.imbalance("syntax", start, `The file ends before this <${name}> is closed.`);
        const text = parts.join("");
        // White space before the next tag belongs to the layout, not to the unfinished text.
        while (contentEnd > start.end && /\s/.test(this.text.charAt(contentEnd - 1))) contentEnd--;
        return { text: text.trimEnd(), contentEnd, end: contentEnd };
      }
      contentEnd = token.end;
    }
  }

  private entity(token: XmlToken): string {
    const { name } = token;
    const written = this.text.slice(token.start, token.end);
    if (!name.startsWith("#")) {
      const character = ENTITIES.get(name);
      if (character === undefined) this.report("syntax", token, `${written} is no entity that a property list knows.`);
      return character ?? written;
    }
    const code = name.charAt(1) === "x" ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    if (!(code > 0 && code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) {
      this.report("syntax", token, `${written} is no character.`);
      return written;
    }
    return String.fromCodePoint(code);
  }

  /**
   * Passes over everything up to the end tag that matches. One of an element without a meaning may be missing: the end of an outer element
   * stops it. What is only too deep is taken to be closed.
   */
  private skipElement(name: string, isClosed: boolean): void {
    let depth = 1;
    for (; this.at < this.tokens.length; this.at++) {
      const token = this.tokens[this.at] as XmlToken;
      if (token.kind === "start" && token.name === name) depth++;
      else if (token.kind === "end" && token.name === name) {
        depth--;
        if (depth === 0) {
          this.at++;
          return;
        }
      } else if (!isClosed && !this.nested(token)) return;
    }
  }

  // An unknown element that was never closed must not swallow the rest: a key, or the end of what it stands in, ends it.
  private nested(token: XmlToken): boolean {
    if (token.kind === "start" && token.name === "key") return false;
    return token.kind !== "end" || !this.open.includes(token.name);
  }

  /** The next token that is not white space or a line for the preprocessor. */
  private significant(): XmlToken | undefined {
    for (let token = this.tokens[this.at]; token; token = this.tokens[++this.at]) {
      if (token.kind !== "text") return token;
      const text = this.text.slice(token.start, token.end);
      if (/^[\s\ufeff]*$/.test(text)) continue;
      if (!text.split("\n").every((line) => line.trim() === "" || PREPROCESSOR.test(line))) return token;
      this.preprocessed = true;
    }
    return undefined;
  }

  private stray(token: XmlToken): void {
    this.at++;
    if (token.problem !== undefined) return;
    if (token.kind === "end") return this.imbalance("syntax", token, `</${token.name}> closes nothing.`);
    const span = trimmed(this.text, token);
    // The other marks of a merge belong to its first one.
    if (this.conflicted && /^(={7}|>{7}|\|{7})/.test(this.text.slice(span.start, span.end))) return;
    this.fault("structure", span, "Text may stand only inside <key>, <string> and the like.");
  }

  /** A container that ends with the file, or with what is around it. */
  private notClosed(start: XmlToken, ending: XmlToken | undefined): void {
    const culprit = this.suspects.find((each) => each.start > start.start && each.name === start.name) ?? start;
    const { name } = culprit;
    const message = ending ? `<${name}> is not closed.` : `The file ends before this <${name}> is closed.`;
    this.imbalance("syntax", culprit, message);
  }

  private endsFurtherLeft(start: Span, end: Span): boolean {
    if (!startsLine(this.text, start.start) || !startsLine(this.text, end.start)) return false;
    const from = indentAt(this.text, start.start);
    const to = indentAt(this.text, end.start);
    return to.length < from.length && from.startsWith(to);
  }

  private endOfPrevious(least: number): number {
    let end = least;
    for (let i = this.at - 1; i >= 0; i--) {
      const token = this.tokens[i] as XmlToken;
      if (token.kind === "text" && this.text.slice(token.start, token.end).trim() === "") continue;
      end = token.kind === "text" ? trimmed(this.text, token).end : token.end;
      break;
    }
    return Math.max(least, end);
  }

  /**
   * A fault in how elements stand in one another. One mistake makes several: after the first, nothing more is said until an entry could
   * be read without one.
   */
  private fault(code: "syntax" | "structure", span: Span, message: string): void {
    if (this.troubleBefore(this.at) < this.steadyFrom) this.report(code, span, message);
    if (code === "syntax") this.isWhole = false;
    this.lastFault = Math.max(this.lastFault, this.at);
  }

  /** Too many end tags, or too few. Where anything was wrong with the nesting before, this is what came of it. */
  private imbalance(code: "syntax" | "structure", span: Span, message: string): void {
    if (this.lastFault < 0 && this.brokenTags.length === 0) this.report(code, span, message);
    this.isWhole = false;
    this.lastFault = Math.max(this.lastFault, this.at);
  }

  /** Where the last fault before a mark was, the mark included; -1 where there was none. */
  private troubleBefore(index: number): number {
    while ((this.brokenTags[this.brokenPassed] ?? Infinity) <= index) this.brokenPassed++;
    return Math.max(this.lastFault, this.brokenTags[this.brokenPassed - 1] ?? -1);
  }

  private report(code: PlistProblem["code"], span: Span, message: string): void {
    if (code === "syntax") this.isWhole = false;
    if (this.problems.length >= MAX_PROBLEMS) return;
    this.problems.push({ code, span: { start: span.start, end: span.end }, message });
  }
}

function cdataText(section: string): string {
  const end = section.endsWith("]]>") ? section.length - 3 : section.length;
  return section.slice("<![CDATA[".length, end);
}

function trimmed(text: string, span: Span): Span {
  let { start, end } = span;
  while (start < end && /\s/.test(text.charAt(start))) start++;
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  return { start, end };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
