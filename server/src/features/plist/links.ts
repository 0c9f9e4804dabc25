// Links from the keys of a property list to Apple's pages about them, where the knowledge tables have the address.
import type { Span } from "../../base/span.ts";
import { entryOf, type PlistValue } from "../../plist/document.ts";
import { ownerOf, plistKind, type FeatureContext } from "../context.ts";
import { dictPlace, factOf } from "./schema.ts";

export interface KeyLink {
  /** The key's text. */
  readonly span: Span;
  readonly target: string;
  readonly key: string;
}

const MAX_DEPTH = 20;

/** The links of a file, in order; none for an app's Info.plist, whose keys are not a driver's. */
export function linksOf(context: FeatureContext): KeyLink[] {
  const file = plistKind(context);
  const root = context.analysis.plist(context.path)?.root;
  if (!file || !root || (file === "info-plist" && ownerOf(context) === "app")) return [];
  const links: KeyLink[] = [];
  const look = (value: PlistValue | undefined, keys: readonly string[]): void => {
    if (!value || keys.length > MAX_DEPTH) return;
    if (value.kind === "array") for (const item of value.items) look(item, [...keys, ""]);
    if (value.kind !== "dict") return;
    const place = dictPlace(file, keys, (key) => entryOf(value, key) !== undefined);
    for (const { key, keySpan, value: inner } of value.entries) {
      const target = place && factOf(place, key)?.fact.link;
      if (target !== undefined) links.push({ span: keySpan, target, key });
      look(inner, [...keys, key]);
    }
  };
  look(root, []);
  return links;
}
