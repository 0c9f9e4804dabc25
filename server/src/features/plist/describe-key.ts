// What is known of a key, as Markdown for hover and completion.
import type { Confidence, EntitlementFact } from "../../knowledge/entitlements.ts";
import type { InfoKeyFact, ValueType } from "../../knowledge/infoplist.ts";
import { escapeMarkdown } from "../hover.ts";
import type { DictPlace, KeyFact } from "./schema.ts";

/** The key with its type, meaning, who needs it, and how sure that is. */
export function describeKey(known: KeyFact, place: DictPlace): string {
  return known.kind === "info" ? describeInfoKey(known.fact, place) : describeEntitlement(known.fact);
}

function describeInfoKey(fact: InfoKeyFact, place: DictPlace): string {
  const isClaim = place === "pci-claim" || place === "usb-claim";
  const where = place === "personality" ? " in a personality" : place === "create" ? " for Create()" : "";
  const facts = [`${typeInWords(fact.type)}${where}`, isClaim ? "which devices are allowed" : requirementInWords(fact)];
  if (fact.matches && !isClaim) facts.push("narrows the match");
  const values = fact.values.map((value) => `\`${value}\``).join(", ");
  const lines = [title(fact.key), `*${facts.join(" · ")}*`, escapeMarkdown(fact.meaning)];
  if (values !== "") lines.push(`${fact.closed ? "Allowed" : "Usual"}: ${values}`);
  return [...lines, sourceLine(fact)].join("\n\n");
}

function describeEntitlement(fact: EntitlementFact): string {
  const carriers = fact.carriers.map((carrier) => CARRIERS[carrier]).join(" or ");
  const facts = [shapeInWords(fact.shape), carriers, fact.platforms];
  return [title(fact.key), `*${facts.join(" · ")}*`, escapeMarkdown(fact.meaning), sourceLine(fact)].join("\n\n");
}

const CARRIERS: Readonly<Record<EntitlementFact["carriers"][number], string>> = {
  dext: "the driver's",
  app: "an app's",
  profile: "in the profile",
  kernel: "set by the kernel",
  apple: "Apple's own",
};

function title(key: string): string {
  return `**${escapeMarkdown(key)}**`;
}

function sourceLine({
  confidence,
  source,
  link,
}: {
  readonly confidence: Confidence;
  readonly source: string;
  readonly link: string | undefined;
}): string {
  const known = `${confidenceInWords(confidence)} (${escapeMarkdown(source)})`;
  return link === undefined ? known : `${known} · [Apple's page](${link})`;
}

/** How a fact came to be known. */
export function confidenceInWords(confidence: Confidence): string {
  switch (confidence) {
    case "verified-source":
      return "Read in the source";
    case "apple-doc":
      return "From Apple's documentation";
    case "observed":
      return "Seen in practice";
    case "uncertain":
      return "Uncertain";
  }
}

function requirementInWords({ requirement }: InfoKeyFact): string {
  switch (requirement) {
    case "build":
      return "put in by the build";
    case "never":
      return "must not be there";
    case "useless":
      return "does nothing here";
    default:
      return requirement;
  }
}

/** The type of a key's value in words. */
export function typeInWords(type: ValueType): string {
  switch (type) {
    case "dict":
      return "dictionary";
    case "strings":
      return "array of strings";
    case "integers":
      return "array of integers";
    case "dicts":
      return "array of dictionaries";
    case "any":
      return "any type";
    case "integer-or-any":
      return "integer, or the string “*”";
    case "string-or-strings":
      return "string, or array of strings";
    case "dict-or-dicts":
      return "dictionary, or array of dictionaries";
    default:
      return type;
  }
}

function shapeInWords(shape: EntitlementFact["shape"]): string {
  switch (shape) {
    case "names":
      return "array of strings, or one string";
    case "strings":
      return "array of strings";
    case "dictionaries":
      return "array of dictionaries";
    case "private":
      return "private";
    default:
      return shape;
  }
}
