// A PCI personality that does not say which devices it is for.
import { insertEntry } from "../../plist/edit.ts";
import { pciDextOf, textOfItem, type PciClaim, type PciPersonality } from "../../project/pci-claims.ts";
import { defineRule, targets, type Fix } from "../define.ts";

interface Context {
  readonly found: PciPersonality;
  readonly claims: readonly PciClaim[];
}

export default defineRule({
  meta: {
    id: "pci-personality-no-match-key",
    area: "pci",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A personality for IOPCIDevice without any key that says which devices it is for.",
    why: "The kernel considers the driver for every PCI function of the machine, and it competes with the drivers of all of them.",
    messages: {
      matchesAll: "“{personality}” has no IOPCI…Match key, so it matches every PCI device",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    const { claims, personalities } = pciDextOf(target, plist);
    return personalities

      .filter(({ narrowed }) => !narrowed)
      .map((found) => ({
        message: "matchesAll" as const,
        data: { personality: found.personality.name },
        path: found.document.path,
        span: found.provider?.value?.contentSpan ?? found.personality.nameSpan,
        context: { found, claims } satisfies Context,
      }));
  },
  fixes(_context, finding) {
    const { found, claims } = finding.context as Context;
    const fixes = new Map<string, Fix>();
    for (const claim of claims) {
      for (const site of claim.tables.flatMap(({ sites }) => sites)) {
        // A claim for everything, as in development profiles, says nothing of the driver's own device.
        const items = site.items.filter((item) => item.mask !== 0n);
        if (items.length === 0) continue;
        const value = items.map((item) => textOfItem(site, item)).join(" ");
        const title = `Match what the entitlement allows: ${site.key.key} ${value}`;
        const edits = insertEntry(found.document, found.personality.value, site.key.key, value, found.provider);
        fixes.set(title, { title, safe: false, edits: [{ path: finding.path, edits }] });
      }
    }
    return [...fixes.values()];
  },
});
