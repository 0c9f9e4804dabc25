// The text that a completion puts in: an element of the right type with places to fill in, in the snippet syntax of LSP.
import type { EntitlementFact } from "../../knowledge/entitlements.ts";
import type { ValueType } from "../../knowledge/infoplist.ts";
import { PCI_ENTITLEMENT } from "../../knowledge/pci.ts";
import { escapeXml } from "../../plist/edit.ts";
import type { KeyFact } from "./schema.ts";
import type { ProposedValue } from "./values.ts";

/** A choice of more is no help in the text; the list of values is. */
const MAX_CHOICES = 20;

/** A value element for a key, indented with tabs from its first line on. `values` are the proposed ones, the likeliest first. */
export function valueSnippet(known: KeyFact, values: readonly ProposedValue[]): string {
  const texts = values.map(({ text }) => text);
  return known.kind === "entitlement" ? entitlementSnippet(known.fact, texts) : typeSnippet(known.fact.type, texts);
}

/** The dictionary of all personalities, with one to fill in. */
export function personalitiesSnippet(classes: readonly string[]): string {
  return dict([["${1:MyDriver}", personalitySnippet(classes, 2)]]);
}

/** A personality's dictionary. `classes` are proposed for IOUserClass; the first place to fill in has the number `first`. */
export function personalitySnippet(classes: readonly string[], first = 1): string {
  return dict([
    ["CFBundleIdentifier", string("\\$(PRODUCT_BUNDLE_IDENTIFIER)")],
    ["IOClass", string("IOUserService")],
    ["IOProviderClass", string(`\${${first}:IOUserResources}`)],
    ["IOUserClass", string(hole(classes, first + 1))],
    ["IOUserServerName", string("\\$(PRODUCT_BUNDLE_IDENTIFIER)")],
  ]);
}

/** The dictionary that IOService::Create makes a user client from. */
export function userClientSnippet(classes: readonly string[]): string {
  return dict([
    ["IOClass", string("IOUserUserClient")],
    ["IOUserClass", string(hole(classes, 1))],
  ]);
}

/** An element around a text that is known. */
export function elementOf(kind: "string" | "integer", text: string): string {
  return `<${kind}>${escapeSnippet(escapeXml(text))}</${kind}>`;
}

/** Text as it may stand in a snippet. */
export function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, "\\$&");
}

/** The snippet as plain text, for editors without snippets: defaults and first choices stay, the other places are empty. */
export function plainText(snippet: string): string {
  return snippet
    .replace(/\$\{\d+\|((?:\\.|[^,|\\])*)(?:\\.|[^|\\])*\|\}/g, (_, first: string) => first)
    .replace(/\$\{\d+:((?:\\.|[^}\\])*)\}/g, (_, text: string) => text)
    .replace(/\$\d+|\$\{\d+\}/g, "")
    .replace(/\\([\\$},|])/g, "$1");
}

function entitlementSnippet({ key, shape }: EntitlementFact, texts: readonly string[]): string {
  switch (shape) {
    case "boolean":
      return "<true/>";
    case "names":
    case "strings":
      return array(string(hole(texts, 1)));
    case "dictionaries":
      return key === PCI_ENTITLEMENT
        ? array(dict([["IOPCIPrimaryMatch", string("${1:0x00001b21&0x0000ffff}")]]))
        : array(dict([["idVendor", "<integer>${1:0}</integer>"]]));
    case "string":
    case "private":
      return string(hole(texts, 1));
  }
}

function typeSnippet(type: ValueType, texts: readonly string[]): string {
  switch (type) {
    case "boolean":
      return "<${1|true,false|}/>";
    case "integer":
    case "integer-or-any":
      return `<integer>${hole(texts, 1)}</integer>`;
    case "dict":
    case "dict-or-dicts":
      return "<dict>\n\t$1\n</dict>";
    case "array":
      return "<array>\n\t$1\n</array>";
    case "strings":
      return array(string(hole(texts, 1)));
    case "integers":
      return array(`<integer>${hole(texts, 1)}</integer>`);
    case "dicts":
      return array("<dict>\n\t$1\n</dict>");
    case "data":
      return "<data>$1</data>";
    case "string":
    case "string-or-strings":
    case "any":
      return string(hole(texts, 1));
  }
}

/** A place to fill in: empty, with a default, or with a choice. */
function hole(texts: readonly string[], number: number): string {
  const escaped = texts.slice(0, MAX_CHOICES).map(escapeXml);
  const [first] = escaped;
  if (first === undefined) return `$${number}`;
  if (escaped.length === 1) return `\${${number}:${escapeSnippet(first)}}`;
  // In a choice only these have a meaning; a backslash before anything else would stay in the text.
  return `\${${number}|${escaped.map((text) => text.replace(/[\\,|]/g, "\\$&")).join(",")}|}`;
}

function string(content: string): string {
  return `<string>${content}</string>`;
}

function array(item: string): string {
  return `<array>\n${indent(item)}\n</array>`;
}

function dict(entries: readonly (readonly [key: string, value: string])[]): string {
  return `<dict>\n${entries.map(([key, value]) => indent(`<key>${key}</key>\n${value}`)).join("\n")}\n</dict>`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "\t");
}
