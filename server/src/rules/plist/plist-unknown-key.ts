// A key that differs by a letter or two from a known one, or a DriverKit entitlement that does not exist.
import { distanceOf } from "../../base/spelling.ts";
import { entitlementFact, ENTITLEMENTS, INVENTED_ENTITLEMENTS } from "../../knowledge/entitlements.ts";
import { CREATE_KEYS, PERSONALITY_KEYS, TOP_LEVEL_KEYS } from "../../knowledge/infoplist.ts";
import { wholeDict, type PlistEntry } from "../../plist/document.ts";
import { personalitiesOf } from "../../project/dext-plists.ts";
import { defineRule, documents, type DocumentContext, type RuleFinding } from "../define.ts";
import type { Dict } from "./dext-info.ts";
import { isDextInfo, isOurs } from "./own-plists.ts";

export default defineRule({
  meta: {
    id: "plist-unknown-key",
    area: "plist",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A key that is nearly a known one, or a DriverKit entitlement that Apple does not have.",
    why: "The system ignores keys that it does not know, so what the key should say is not said; an unknown entitlement is in no profile.",
    messages: {
      near: "nothing reads “{key}”; did you mean “{near}”?",
      invented: "Apple has no entitlement “{key}”, so no profile can grant it",
    },
  },
  trigger: documents("info-plist", "entitlements"),
  check(context) {
    // A key that is being typed is nearly a known one for a while.
    const root = wholeDict(context.document);
    if (!root) return [];
    if (isEntitlements(context)) return isOurs(context) ? entitlementFindings(root) : [];
    if (!isDextInfo(context)) return [];
    const top = TOP_LEVEL_KEYS.map(({ key }) => key);
    const findings = nearMisses(root, top, []);
    const own = [...PERSONALITY_KEYS, ...CREATE_KEYS].map(({ key }) => key);
    for (const { value } of personalitiesOf(context.document)) findings.push(...nearMisses(value, own, top));
    return findings;
  },
  fixes(_context, finding) {
    const near = finding.context as string | undefined;
    if (near === undefined) return [];
    const edits = [{ span: finding.span, newText: near }];
    return [{ title: `Use “${near}”`, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});

function isEntitlements({ document, targetsOf }: DocumentContext): boolean {
  if (/\.(entitlements|xcent)(\.in)?$/.test(document.path)) return true;
  return targetsOf(document.path).some(({ configurations }) =>
    configurations.some(({ entitlements }) => entitlements === document.path),
  );
}

function entitlementFindings(root: Dict): RuleFinding<"near" | "invented">[] {
  const known = ENTITLEMENTS.map(({ key }) => key);
  return root.entries.flatMap((entry): RuleFinding<"near" | "invented">[] => {
    const { key, keySpan } = entry;
    if (!key.startsWith("com.apple.developer.") || entitlementFact(key)) return [];
    const invented = INVENTED_ENTITLEMENTS.has(key);
    const near = invented ? INVENTED_ENTITLEMENTS.get(key) : nearest(key, known, root.entries);
    if (near !== undefined) return [{ message: "near", data: { key, near }, span: keySpan, context: near }];
    return invented ? [{ message: "invented", data: { key }, span: keySpan }] : [];
  });
}

/** The keys of a dictionary that are nearly known ones. `elsewhere`: keys that are known in another place, and are left alone. */
function nearMisses(dict: Dict, known: readonly string[], elsewhere: readonly string[]): RuleFinding<"near">[] {
  const all = new Set([...known, ...elsewhere]);
  return dict.entries.flatMap((entry): RuleFinding<"near">[] => {
    const { key, keySpan, value } = entry;
    // A dictionary of one's own may have any name: it is what the code gives to Create().
    if (all.has(key) || value?.kind === "dict") return [];
    const near = nearest(key, known, dict.entries);
    return near === undefined ? [] : [{ message: "near", data: { key, near }, span: keySpan, context: near }];
  });
}

/** The known key that differs in case only, or by at most two letters in a long word; not one that stands there too. */
function nearest(key: string, known: readonly string[], beside: readonly PlistEntry[]): string | undefined {
  if (key.length < 6 || key.length > 100) return undefined;
  const allowed = key.length < 10 ? 1 : 2;
  const found = known
    .filter((candidate) => Math.abs(candidate.length - key.length) <= allowed)
    .map((candidate) => ({ candidate, distance: distanceOf(candidate.toLowerCase(), key.toLowerCase()) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance);
  const [best, second] = found;
  // Two keys as near as each other: either may be meant.
  if (!best || (second && second.distance === best.distance)) return undefined;
  return beside.some((entry) => entry.key === best.candidate) ? undefined : best.candidate;
}
