// A driver for PCI bridges without the second entitlement that bridges demand.
import { entryOf } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { pciDextOf, placeOfItem, textOfItem, type PciClaim, type PciPersonality } from "../../project/pci-claims.ts";
import { defineRule, targets, type RuleFinding, type Step } from "../define.ts";

/** IOPCIPrivate.h, kIOPCITransportBridgeDextEntitlement. */
const BRIDGE_ENTITLEMENT = "com.apple.developer.driverkit.transport.pci.bridge";
/** Class 0x06, subclass 0x04: PCI-to-PCI bridge. */
const BRIDGE_CLASS = 0x0604_0000n;
const CLASS_AND_SUBCLASS = 0xffff_0000n;

export default defineRule({
  meta: {
    id: "pci-bridge-entitlement-missing",
    area: "pci",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A driver for PCI bridges whose entitlements lack transport.pci.bridge.",
    why: "The kernel demands transport.pci and transport.pci.bridge for a bridge, and ends a driver that has one of them only.",
    messages: {
      missing: "“{personality}” matches PCI bridges, which demand transport.pci.bridge too",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    return pciDextOf(target, plist).pairings.flatMap(({ claim, personalities }): RuleFinding<"missing">[] => {
      // Without transport.pci the driver has nothing to do with PCI yet, which is reported as such.
      if (!claim.entry || entryOf(claim.root, BRIDGE_ENTITLEMENT)) return [];
      const bridges = personalities.flatMap((found) => bridgeStep(found) ?? []);
      const [first] = bridges;
      if (!first) return [];
      const data = { personality: first.personality };
      const steps = bridges.map(({ step }) => step);
      const span = claim.entry.keySpan;
      return [{ message: "missing", data, path: claim.document.path, span, steps, context: claim }];
    });
  },
  fixes(_context, finding) {
    const { document, root, entry } = finding.context as PciClaim;
    const edits = insertEntry(document, root, BRIDGE_ENTITLEMENT, true, entry);
    return [{ title: "Claim transport.pci.bridge", safe: false, edits: [{ path: finding.path, edits }] }];
  },
});

/** Where a personality asks for bridges by their class, and for nothing else by it. */
function bridgeStep({ personality, table }: PciPersonality): { personality: string; step: Step } | undefined {
  const site = table.sites.find(({ key }) => key.registers[0] === "class");
  const [item] = site?.items ?? [];
  if (!site || !item) return undefined;
  const isBridge = site.items.every(
    ({ value, mask }) =>
      (mask & CLASS_AND_SUBCLASS) === CLASS_AND_SUBCLASS && (value & CLASS_AND_SUBCLASS) === BRIDGE_CLASS,
  );
  if (!isBridge) return undefined;
  const text = `“${personality.name}” matches the class ${textOfItem(site, item)}: PCI bridges`;
  const step: Step = { path: site.document.path, span: placeOfItem(site, item), kind: "use", text };
  return { personality: personality.name, step };
}
