// A key that differs by a letter or two from a known one, or a DriverKit entitlement that does not exist.
import { entitlementFact, ENTITLEMENTS, INVENTED_ENTITLEMENTS } from "../../knowledge/entitlements.ts";
import { CREATE_KEYS, PERSONALITY_KEYS, TOP_LEVEL_KEYS } from "../../knowledge/infoplist.ts";
import { PCI_ENTITLEMENT, PCI_MATCH_KEYS } from "../../knowledge/pci.ts";
import { USB_ENTITLEMENT, USB_MATCH_KEYS, USB_PRODUCT_ARRAY, USB_PRODUCT_MASK } from "../../knowledge/usb.ts";
import { entryOf, wholeDict, type PlistEntry } from "../../plist/document.ts";
import { personalitiesOf } from "../../project/dext-plists.ts";
import { defineRule, documents, type DocumentContext, type RuleFinding } from "../define.ts";
import type { Dict } from "./dext-info.ts";
import { nearMiss } from "./near-miss.ts";
import { isDextInfo, isOurs } from "./own-plists.ts";

type Message = "near" | "inside" | "elsewhere" | "invented";

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
      inside: "{entitlement} has no key “{key}”; did you mean “{near}”?",
      elsewhere: "{key} is an entitlement; nothing reads it here, it belongs into the .entitlements file",
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
    const findings: RuleFinding<Message>[] = [...nearMisses(root, top, []), ...misplaced(root)];
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

/** Keys of the Info.plist that stand in another file, or under another name, for what a dext needs. */
function misplaced(root: Dict): RuleFinding<Message>[] {
  return root.entries.flatMap(({ key, keySpan }): RuleFinding<Message>[] => {
    if (entitlementFact(key)) return [{ message: "elsewhere", data: { key }, span: keySpan }];
    // The key of other system extensions; people are shown a dext's OSBundleUsageDescription.
    if (key !== "NSSystemExtensionUsageDescription" || entryOf(root, USAGE)) return [];
    return [{ message: "near", data: { key, near: USAGE }, span: keySpan, context: USAGE }];
  });
}

const USAGE = "OSBundleUsageDescription";

/** The keys that a transport's dictionaries hold. */
const INSIDE: ReadonlyMap<string, readonly string[]> = new Map([
  [USB_ENTITLEMENT, [...USB_MATCH_KEYS.keys(), USB_PRODUCT_ARRAY, USB_PRODUCT_MASK]],
  [PCI_ENTITLEMENT, PCI_MATCH_KEYS.map(({ key }) => key)],
]);

function insideFindings({ key: entitlement, value }: PlistEntry): RuleFinding<Message>[] {
  const known = INSIDE.get(entitlement);
  if (!known || value?.kind !== "array") return [];
  return value.items.flatMap((item) => {
    if (item.kind !== "dict") return [];
    return item.entries.flatMap(({ key, keySpan }): RuleFinding<Message>[] => {
      const near = nearest(key, known, item.entries);
      if (near === undefined) return [];
      const data = { entitlement: entitlement.replace(/^com\.apple\.developer\.driverkit\./, ""), key, near };
      return [{ message: "inside", data, span: keySpan, context: near }];
    });
  });
}

function entitlementFindings(root: Dict): RuleFinding<Message>[] {
  const known = ENTITLEMENTS.map(({ key }) => key);
  return root.entries.flatMap((entry): RuleFinding<Message>[] => {
    if (INSIDE.has(entry.key)) return insideFindings(entry);
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

/** The known key that a key is nearly; not one that stands there too. */
function nearest(key: string, known: readonly string[], beside: readonly PlistEntry[]): string | undefined {
  const near = nearMiss(key, known);
  return beside.some((entry) => entry.key === near) ? undefined : near;
}
