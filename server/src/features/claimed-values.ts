// What an entitlements file claims, on lines for people.
import { entryOf, type PlistDict, type PlistValue } from "../plist/document.ts";
import { meaningOf } from "../project/match-meaning.ts";
import type { GrantClaim, GrantVerdict } from "./grants-report.ts";

const MAX_TEXT = 400;

/** A claim's values, one for each element of an array; dictionaries with the meaning of their keys. */
export function valuesOf(value: PlistValue | undefined): { value: string; meaning: string }[] {
  if (value?.kind === "array") return value.items.flatMap(valuesOf);
  if (value?.kind !== "dict") return [{ value: oneLine(value), meaning: "" }];
  const meanings = value.entries.map(({ key, value: item }) => meaningOf(key, item)).filter((each) => each !== "");
  return [{ value: oneLine(value), meaning: meanings.join(", ") }];
}

/** What a file claims of an entitlement; no values where it does not claim it. */
export function claimOf(root: PlistDict, entitlement: string, verdict: GrantVerdict): GrantClaim {
  const entry = entryOf(root, entitlement);
  const values = entry ? valuesOf(entry.value).map(({ value }) => value) : [];
  return { entitlement, verdict, values };
}

/** A value on one line: text as written, a dictionary as "key value, key value". */
export function oneLine(value: PlistValue | undefined, depth = 0): string {
  if (!value) return "";
  if (value.kind === "boolean") return String(value.value);
  if (value.kind === "dict") {
    if (depth > 3) return "…";
    const parts = value.entries.slice(0, 20).map((entry) => `${entry.key} ${oneLine(entry.value, depth + 1)}`.trim());
    return shorten(parts.length > 0 ? parts.join(", ") : "empty dictionary");
  }
  if (value.kind === "array") {
    if (depth > 3) return "…";
    const parts = value.items.slice(0, 40).map((item) => oneLine(item, depth + 1));
    return shorten(parts.length > 0 ? parts.join(", ") : "empty array");
  }
  return shorten(value.text.replace(/\s+/g, " ").trim());
}

function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}
