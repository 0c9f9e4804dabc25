// A transport that allows every device, as development profiles do, in entitlements that a release is signed with.
import { parsePciMatch, PCI_ENTITLEMENT, PCI_MATCH_KEYS } from "../../knowledge/pci.ts";
import { entryOf, valueOf, type PlistValue } from "../../plist/document.ts";
import { isTemplate } from "../../project/build-settings.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { dextEntitlementsOf, isRelease } from "./dext-entitlements.ts";

const USB_ENTITLEMENT = "com.apple.developer.driverkit.transport.usb";

export default defineRule({
  meta: {
    id: "entitlement-dev-wildcard-in-release",
    area: "entitlements",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "Entitlements for a release allow every device, which only development profiles do.",
    why: "No distribution profile grants the wildcard: the build cannot be signed for distribution, or what is signed does not run.",
    messages: {
      own: "only development profiles allow every device; for {configuration} list the vendors Apple granted",
      shared: "{configuration} is signed with this too, but only development profiles allow every device",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    const findings: RuleFinding<"own" | "shared">[] = [];
    for (const { document, root, configurations } of dextEntitlementsOf(target, plist)) {
      const releases = configurations.filter(isRelease);
      const [first] = releases;
      if (!first) continue;
      const own = releases.length === configurations.length;
      for (const span of [...usbWildcards(root), ...pciWildcards(root)]) {
        findings.push({
          message: own ? "own" : "shared",
          data: { configuration: first.name },
          path: document.path,
          span,
          // One file for all configurations is what Xcode makes, and fine until there is something to distribute.
          ...(own ? {} : { severity: "info" as const }),
        });
      }
    }
    return findings;
  },
});

function dictsOf(root: PlistValue, key: string): PlistValue[] {
  const value = valueOf(root, key);
  return value?.kind === "array" ? value.items.filter(({ kind }) => kind === "dict") : [];
}

function usbWildcards(root: PlistValue): PlistValue["span"][] {
  return dictsOf(root, USB_ENTITLEMENT).flatMap((dict) => {
    const vendor = valueOf(dict, "idVendor");
    return vendor?.kind === "string" && vendor.text.trim() === "*" ? [vendor.contentSpan] : [];
  });
}

/** Match keys that fit every device: a mask of zero, in a dictionary without a key that says more. */
function pciWildcards(root: PlistValue): PlistValue["span"][] {
  return dictsOf(root, PCI_ENTITLEMENT).flatMap((dict) => {
    const entries = PCI_MATCH_KEYS.flatMap((key) => {
      const value = entryOf(dict, key.key)?.value;
      return value ? [{ key, value }] : [];
    });
    const [only] = entries;
    if (entries.length !== 1 || only?.value.kind !== "string" || isTemplate(only.value.text)) return [];
    const { items } = parsePciMatch(only.value.text, only.key.defaultMask);
    return items.some(({ mask }) => (mask & 0xffffffffn) === 0n) ? [only.value.contentSpan] : [];
  });
}
