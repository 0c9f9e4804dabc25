// A dext that matches PCI devices with entitlements that do not claim transport.pci.
import { PCI_ENTITLEMENT } from "../../knowledge/pci.ts";
import { entryOf } from "../../plist/document.ts";
import { inOneLine, insertEntry } from "../../plist/edit.ts";
import { pciDextOf, placesOf, type PciPairing } from "../../project/pci-claims.ts";
import { PciMistakes } from "../../project/pci-mistakes.ts";
import { proposalsFor, type Proposal } from "../../project/pci-proposals.ts";
import { defineRule, targets } from "../define.ts";

interface Context {
  readonly pairing: PciPairing;
  readonly proposals: readonly Proposal[];
}

export default defineRule({
  meta: {
    id: "pci-entitlement-missing",
    area: "pci",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A dext with a PCI personality whose entitlements lack com.apple.developer.driverkit.transport.pci.",
    why: "The kernel starts the process and ends it at once: “provider entitlements check failed”.",
    messages: {
      missing: "{name} matches PCI devices, but these entitlements lack transport.pci{value}",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const dext = pciDextOf(target, plist);
    const mistakes = new PciMistakes(dext, index);
    return dext.pairings
      .filter(({ claim }) => !claim.entry)
      .map((pairing) => {
        const { claim, personalities } = pairing;
        const beside = entryOf(claim.root, "com.apple.developer.driverkit") ?? claim.root.entries[0];
        const { start } = claim.root.span;
        const proposals = proposalsFor(personalities, mistakes);
        const [exact] = proposals;
        return {
          message: "missing" as const,
          data: { name: target.name, value: exact ? ` ${inOneLine(exact.dictionaries)}` : "" },
          path: claim.document.path,
          span: beside?.keySpan ?? { start, end: start + "<dict>".length },
          steps: placesOf(personalities),
          context: { pairing, proposals } satisfies Context,
        };
      });
  },
  fixes(_context, finding) {
    const { pairing, proposals } = finding.context as Context;
    const { document, root } = pairing.claim;
    return proposals.map(({ title, dictionaries }) => {
      const edits = insertEntry(document, root, PCI_ENTITLEMENT, dictionaries);
      return { title, safe: false, edits: [{ path: finding.path, edits }] };
    });
  },
});
