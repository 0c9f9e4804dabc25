// A transport.pci entitlement that is a boolean, where Apple grants an array of dictionaries.
import { replaceElement } from "../../plist/edit.ts";
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
    id: "pci-entitlement-boolean",
    area: "pci",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "The entitlement transport.pci as a boolean instead of an array of dictionaries.",
    why: "No profile grants the boolean, so a properly signed driver is not started; the kernel keeps it for Apple's own use.",
    messages: {
      isTrue: "transport.pci is <true/>, which no profile grants; it must be an array of dictionaries",
      isFalse: "transport.pci is <false/>, so the kernel refuses every device; it must be an array",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const dext = pciDextOf(target, plist);
    const mistakes = new PciMistakes(dext, index);
    return dext.pairings.flatMap((pairing) => {
      const { claim, personalities } = pairing;
      const { value } = claim;
      if (value?.kind !== "boolean") return [];
      return [
        {
          message: value.value ? ("isTrue" as const) : ("isFalse" as const),
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
    if (!value) return [];
    return proposals.map(({ title, dictionaries }) => {
      const edits = replaceElement(document, value, dictionaries);
      return { title, safe: false, edits: [{ path: finding.path, edits }] };
    });
  },
});
