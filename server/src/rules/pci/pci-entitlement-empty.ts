// A transport.pci entitlement whose array names no device.
import { insertArrayItem, replaceElement } from "../../plist/edit.ts";
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
    id: "pci-entitlement-empty",
    area: "pci",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "The entitlement transport.pci as an array without a dictionary: it allows no device.",
    why: "One dictionary of the array has to fit the device; with none in it the kernel ends the driver for every device.",
    messages: {
      empty: "transport.pci is an empty array, which allows no device; “{personality}” needs one",
      noDictionary: "transport.pci holds no dictionary, so it allows no device; “{personality}” needs one",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const dext = pciDextOf(target, plist);
    const mistakes = new PciMistakes(dext, index);
    return dext.pairings.flatMap((pairing) => {
      const { claim, personalities } = pairing;
      const { value } = claim;
      if (value?.kind !== "array" || claim.tables.length > 0) return [];
      return [
        {
          message: value.items.length === 0 ? ("empty" as const) : ("noDictionary" as const),
          data: { personality: personalities[0]?.personality.name ?? "" },
          path: claim.document.path,
          span: value.span,
          steps: placesOf(personalities),
          context: { pairing, proposals: proposalsFor(personalities, mistakes) } satisfies Context,
        },
      ];
    });
  },
  fixes(_context, finding) {
    const { pairing, proposals } = finding.context as Context;
    const { document, value } = pairing.claim;
    if (value?.kind !== "array") return [];
    return proposals.map(({ title, dictionaries }) => {
      // Several items at once into an array without any would each replace its content.
      const edits =
        value.items.length === 0
          ? replaceElement(document, value, dictionaries)
          : dictionaries.flatMap((dictionary) => insertArrayItem(document, value, dictionary));
      return { title, safe: false, edits: [{ path: finding.path, edits }] };
    });
  },
});
