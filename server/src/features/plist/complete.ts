// Completion in property lists and entitlements: keys by where one stands, values by the key. Plain data; the text may be half typed.
import type { Span } from "../../base/span.ts";
import { indentUnit } from "../../syntax/layout.ts";
import { ownerOf, plistKind, serviceClassesOf, isUserClient, type FeatureContext } from "../context.ts";
import { cursorAt, type PlistCursor } from "./cursor.ts";
import { describeKey } from "./describe-key.ts";
import {
  busOf,
  busOfProvider,
  dictPlace,
  factOf,
  isKnownProvider,
  keysOf,
  type DictPlace,
  type KeyFact,
} from "./schema.ts";
import {
  elementOf,
  escapeSnippet,
  personalitiesSnippet,
  personalitySnippet,
  userClientSnippet,
  valueSnippet,
} from "./snippets.ts";
import { valuesFor, type ProposedValue } from "./values.ts";

export interface Completion {
  readonly label: string;
  readonly kind: "key" | "class" | "id" | "value" | "element" | "block";
  readonly detail: string;
  /** Markdown; "" for none. */
  readonly documentation: string;
  /** What is replaced; within one line, the cursor in it. */
  readonly span: Span;
  /** In LSP's snippet syntax, `\n` for line breaks, lines after the first indented relative to it. */
  readonly snippet: string;
  /** What the typed text is compared with. */
  readonly filter: string;
  /** Smaller is nearer to the top; equal ones in order of label. */
  readonly rank: number;
}

/** What may stand at an offset of a plist or entitlements file; nothing for other files and places. */
export function completePlist(context: FeatureContext, offset: number): Completion[] {
  const file = plistKind(context);
  const text = context.analysis.text(context.path) ?? "";
  const cursor = file && cursorAt(text, offset);
  if (!cursor) return [];
  // An app's Info.plist has hundreds of keys that are none of a driver's.
  if (file === "info-plist" && ownerOf(context) === "app") return [];
  const items = cursor.expects === "key" ? completeKeys(context, file, cursor) : completeValues(context, file, cursor);
  const unit = indentUnit(text);
  return items.map((item) => ({
    ...item,
    snippet: item.snippet.replace(/^\t+/gm, (tabs) => unit.repeat(tabs.length)),
  }));
}

function completeKeys(context: FeatureContext, file: "info-plist" | "entitlements", cursor: PlistCursor): Completion[] {
  const place = dictPlace(file, cursor.keys, (key) => cursor.siblings.has(key));
  if (cursor.container !== "dict" || place === undefined) return [];
  if (place === "personalities") return cursor.element === undefined ? [newPersonality(context, cursor)] : [];
  return keysOf(place)
    .filter((known) => !cursor.siblings.has(known.fact.key) && isOffered(known, context))
    .filter((known) => place !== "personality" || !isOfOtherBus(known, cursor))
    .map((known) => keyItem(context, place, known, cursor));
}

/** True for keys that somebody has a use for in this file. */
function isOffered(known: KeyFact, context: FeatureContext): boolean {
  if (known.kind === "info") return known.fact.requirement !== "never" && known.fact.requirement !== "useless";
  const { shape, carriers } = known.fact;
  const owner = ownerOf(context);
  if (shape === "private" || carriers.every((carrier) => carrier !== "dext" && carrier !== "app")) return false;
  return owner === undefined || carriers.includes(owner);
}

/** True for the matching keys of a bus that the personality's provider is not on. Of a provider that is not known, nothing is said. */
function isOfOtherBus(known: KeyFact, cursor: PlistCursor): boolean {
  const bus = busOf(known.fact.key);
  const provider = cursor.siblings.get("IOProviderClass") ?? "";
  if (bus === undefined || provider === "") return false;
  const own = busOfProvider(provider);
  return own === undefined ? isKnownProvider(provider) : own !== bus;
}

function keyItem(context: FeatureContext, place: DictPlace, known: KeyFact, cursor: PlistCursor): Completion {
  const { key } = known.fact;
  const value = elementSnippet(context, known, valuesFor(context, place, known, key, cursor.siblings));
  const inKey = cursor.element === "key";
  // With its value a key is put in whole, the end tag that is there already included.
  const takesEnd = inKey && cursor.closed && !cursor.hasValue;
  const { start, end } = cursor.span;
  return {
    label: key,
    kind: "key",
    detail: known.kind === "info" ? known.fact.type : known.fact.shape,
    documentation: describeKey(known, place),
    span: takesEnd ? { start, end: end + "</key>".length } : cursor.span,
    snippet: [
      inKey ? "" : "<key>",
      escapeSnippet(key),
      inKey && cursor.closed && !takesEnd ? "" : "</key>",
      cursor.hasValue ? "" : `\n${value}`,
    ].join(""),
    filter: filterFor(cursor, `<key>${key}`, key),
    rank: rankOf(known, place, cursor),
  };
}

/** The element of a key's value, to be filled in. */
function elementSnippet(context: FeatureContext, known: KeyFact, values: readonly ProposedValue[]): string {
  const { key } = known.fact;
  if (key === "UserClientProperties") return userClientSnippet(classNames(context, "user client"));
  if (key === "IOKitPersonalities") return personalitiesSnippet(classNames(context, "driver"));
  return valueSnippet(known, values);
}

function classNames(context: FeatureContext, wanted: "user client" | "driver"): string[] {
  return serviceClassesOf(context).flatMap(({ name }) =>
    isUserClient(context.index, name) === (wanted === "user client") ? name : [],
  );
}

/** The keys that name devices first where the provider's bus is known, then required ones. */
function rankOf(known: KeyFact, place: DictPlace, cursor: PlistCursor): number {
  if (known.kind === "entitlement") return known.fact.carriers.length > 1 ? 1 : 0;
  if (place === "pci-claim" || place === "usb-claim") return deviceRank(known.fact.key);
  const order = ["required", "recommended", "optional", "build", "useless", "never"];
  const bus = busOf(known.fact.key);
  if (bus === undefined || place === "create") return 20 + 2 * order.indexOf(known.fact.requirement);
  return busOfProvider(cursor.siblings.get("IOProviderClass") ?? "") === bus ? deviceRank(known.fact.key) : 25;
}

/** Of the keys of one bus, those that nearly every driver has come first. */
function deviceRank(key: string): number {
  const first = ["IOPCIPrimaryMatch", "IOPCIMatch", "idVendor", "idProduct"].indexOf(key);
  return first < 0 ? 10 : first;
}

function completeValues(
  context: FeatureContext,
  file: "info-plist" | "entitlements",
  cursor: PlistCursor,
): Completion[] {
  const { key, container, element } = cursor;
  const keys = container === "array" ? cursor.keys.slice(0, -1) : cursor.keys;
  const place = dictPlace(file, keys, (each) => cursor.siblings.has(each));
  if (place === undefined || key === "") return [];
  if (place === "personalities") {
    if (element !== undefined || container === "array") return [];
    return [elementItem(cursor, personalitySnippet(classNames(context, "driver")), "personality")];
  }
  const known = factOf(place, key);
  if (!known) return [];
  // What stands around an array's items does not matter to them.
  const siblings = container === "array" ? new Map<string, string>() : cursor.siblings;
  const values = valuesFor(context, place, known, key, siblings);
  const items = values.map((value, index) => valueItem(cursor, known, value, index));
  if (element !== undefined) return items;
  return [...items, ...elements(context, known, values, cursor)];
}

/** The empty elements that a value may begin with. */
function elements(
  context: FeatureContext,
  known: KeyFact,
  values: readonly ProposedValue[],
  cursor: PlistCursor,
): Completion[] {
  if (cursor.container === "array") {
    const item = isArrayOnly(known) ? itemOf(valueSnippet(known, [])) : undefined;
    return item === undefined ? [] : [elementItem(cursor, item)];
  }
  if (isBoolean(known)) return ["<true/>", "<false/>"].map((element) => elementItem(cursor, element));
  if (values.length > 0 && !isArrayOnly(known)) return [];
  return [elementItem(cursor, elementSnippet(context, known, values))];
}

function valueItem(
  cursor: PlistCursor,
  known: KeyFact,
  { text, detail, kind }: ProposedValue,
  rank: number,
): Completion {
  const { element, closed } = cursor;
  const inside = element !== undefined;
  const isInteger = known.kind === "info" && /^integer/.test(known.fact.type) && /^\d+$/.test(text);
  const tag = isInteger ? "integer" : "string";
  const whole = elementOf(tag, text);
  const inArray = !inside && cursor.container === "dict" && isArrayOnly(known);
  const snippet = inside
    ? `${whole.slice(`<${tag}>`.length, -`</${tag}>`.length)}${closed ? "" : `</${element}>`}`
    : inArray
      ? `<array>\n\t${whole}\n</array>`
      : whole;
  const filter = inside ? text : filterFor(cursor, `<${inArray ? "array" : tag}>${text}`, text);
  return { label: text, kind, detail, documentation: "", span: cursor.span, snippet, filter, rank };
}

/** The first item of an array's snippet. */
function itemOf(snippet: string): string | undefined {
  return /^<array>\n([^]*)\n<\/array>$/.exec(snippet)?.[1]?.replace(/^\t/gm, "");
}

function isArrayOnly(known: KeyFact): boolean {
  if (known.kind === "entitlement") return /^(names|strings|dictionaries)$/.test(known.fact.shape);
  return /^(strings|integers|dicts)$/.test(known.fact.type);
}

function isBoolean(known: KeyFact): boolean {
  return (known.kind === "info" ? known.fact.type : known.fact.shape) === "boolean";
}

function newPersonality(context: FeatureContext, cursor: PlistCursor): Completion {
  const snippet = itemOfDict(personalitiesSnippet(classNames(context, "driver")));
  const filter = filterFor(cursor, "<key>personality", "personality");
  const label = "New personality";
  return { label, kind: "block", detail: "", documentation: "", span: cursor.span, snippet, filter, rank: 0 };
}

function itemOfDict(snippet: string): string {
  return snippet.replace(/^<dict>\n|\n<\/dict>$/g, "").replace(/^\t/gm, "");
}

function elementItem(cursor: PlistCursor, snippet: string, detail = ""): Completion {
  const label = /^<\w+\/?>/.exec(snippet)?.[0] ?? "<true/>";
  const filter = filterFor(cursor, label, label.replace(/\W/g, ""));
  return { label, kind: "element", detail, documentation: "", span: cursor.span, snippet, filter, rank: 60 };
}

/** Behind a typed `<` the editor compares with the tag, else with the plain word. */
function filterFor({ inTag }: PlistCursor, tag: string, word: string): string {
  return inTag ? tag : word;
}
