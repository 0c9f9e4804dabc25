// Two personalities of a dext that match the same provider in the same category: the kernel starts one of them.
import { PERSONALITY_KEYS } from "../../knowledge/infoplist.ts";
import { entryOf, valueOf, type PlistValue } from "../../plist/document.ts";
import { insertEntry, setValue } from "../../plist/edit.ts";
import type { Personality } from "../../project/dext-plists.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { dextInfosOf, type DextInfo } from "./dext-info.ts";
import { nearMiss } from "./near-miss.ts";

const MATCH_KEYS = PERSONALITY_KEYS.filter(({ matches }) => matches).map(({ key }) => key);

const CATEGORY = "IOMatchCategory";

interface Context {
  readonly info: DextInfo;
  readonly personality: Personality;
}

export default defineRule({
  meta: {
    id: "plist-matchcategory-collision",
    area: "plist",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "Two personalities match the same provider in the same match category.",
    why: "In each category the kernel starts one driver on a provider; the other personality is never started, and nothing is logged.",
    messages: {
      same: "“{name}” and “{other}” match the same {provider} in one category; only one of them starts",
      shared: "“{name}” has no IOMatchCategory; of all drivers without one, the kernel starts one on IOUserResources",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    const findings: RuleFinding<"same" | "shared">[] = [];
    for (const info of dextInfosOf(target, plist)) {
      const seen = new Map<string, Personality>();
      const colliding = new Set<Personality>();
      for (const personality of info.dextPersonalities()) {
        const { value, name, nameSpan } = personality;
        const provider = info.text(valueOf(value, "IOProviderClass"));
        const key = provider === undefined ? undefined : whatItMatches(personality, provider);
        if (provider === undefined || key === undefined) continue;
        const other = seen.get(key);
        if (!other) {
          seen.set(key, personality);
          continue;
        }
        colliding.add(other).add(personality);
        const own = entryOf(value, CATEGORY);
        const context: Context = { info, personality };
        findings.push({
          message: "same",
          data: { name, other: other.name, provider },
          path: info.document.path,
          span: own?.value?.contentSpan ?? nameSpan,
          steps: [
            {
              path: info.document.path,
              span: entryOf(other.value, CATEGORY)?.value?.contentSpan ?? other.nameSpan,
              kind: "note",
              text: `“${other.name}” is in the same category`,
            },
          ],
          context,
        });
      }
      // Drivers of other makers are not seen here; there may be none. Who gave one personality a category knows of it.
      if (info.personalities.some(({ value }) => entryOf(value, CATEGORY))) continue;
      for (const personality of seen.values()) {
        const { value, name, nameSpan } = personality;
        if (colliding.has(personality) || info.text(valueOf(value, "IOProviderClass")) !== "IOUserResources") continue;
        if (value.entries.some(({ key }) => key === CATEGORY || nearMiss(key, [CATEGORY]) !== undefined)) continue;
        const context: Context = { info, personality };
        findings.push({
          message: "shared",
          data: { name },
          path: info.document.path,
          span: nameSpan,
          severity: "info",
          context,
        });
      }
    }
    return findings;
  },
  fixes(_context, finding) {
    const { info, personality } = finding.context as Context;
    const category = freeCategory(info, personality);
    const entry = entryOf(personality.value, CATEGORY);
    const edits = entry?.value
      ? setValue(entry.value, category)
      : insertEntry(
          info.document,
          personality.value,
          CATEGORY,
          category,
          entryOf(personality.value, "IOProviderClass"),
        );
    if (edits.length === 0) return [];
    return [
      { title: `Give it a category of its own: ${category}`, safe: false, edits: [{ path: finding.path, edits }] },
    ];
  },
});

/** Provider, category, score and match keys as one text; undefined where a value is not known. */
function whatItMatches({ value }: Personality, provider: string): string | undefined {
  const parts = [provider];
  // All services of this provider class are one and the same, whatever resource a personality waits for.
  const keys = provider === "IOUserResources" ? [] : MATCH_KEYS;
  for (const key of [...keys, CATEGORY, "IOProbeScore"]) {
    const entry = entryOf(value, key);
    const text = entry ? canonical(entry.value) : "";
    if (text === undefined) return undefined;
    parts.push(text);
  }
  return parts.join("\u0000");
}

/** A value written in one way; undefined for a missing one. */
function canonical(value: PlistValue | undefined): string | undefined {
  if (!value) return undefined;
  switch (value.kind) {
    case "dict":
      return `{${value.entries.map(({ key, value: inner }) => `${key}=${canonical(inner) ?? "?"}`).join(";")}}`;
    case "array":
      return `[${value.items.map((item) => canonical(item) ?? "?").join(",")}]`;
    case "boolean":
      return String(value.value);
    default:
      return value.text.trim();
  }
}

/** A category that no personality has yet: the dext's id, with the personality's name where the id is taken. */
function freeCategory(info: DextInfo, { name }: Personality): string {
  const id = valueOf(info.root, "CFBundleIdentifier");
  const base = id?.kind === "string" && id.text.trim() !== "" ? id.text.trim() : "$(PRODUCT_BUNDLE_IDENTIFIER)";
  const taken = info.personalities.map(({ value }) => canonical(valueOf(value, CATEGORY)) ?? "");
  return taken.includes(base) ? `${base}.${name.replace(/[^A-Za-z0-9-]/g, "")}` : base;
}
