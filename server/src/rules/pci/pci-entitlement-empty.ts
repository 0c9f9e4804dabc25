// A transport.pci entitlement whose array names no device.
import type { PlistValue } from "../../plist/document.ts";
import { insertArrayItem, replaceElement } from "../../plist/edit.ts";
import { pciDextOf, placesOf, type PciPairing } from "../../project/pci-claims.ts";
import { PciMistakes } from "../../project/pci-mistakes.ts";
import { proposalsFor, type Proposal } from "../../project/pci-proposals.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";

interface Context {
  readonly pairing: PciPairing;
  readonly proposals: readonly Proposal[];
  readonly emptyDict: PlistValue | undefined;
}

type Message = "empty" | "emptyDictionary" | "noDictionary";

export default defineRule({
  meta: {
    id: "pci-entitlement-empty",
    area: "pci",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "The entitlement transport.pci as an array without a dictionary, or with an empty one.",
    why: "One dictionary of the array has to fit the device; with none in it the kernel ends the driver for every device.",
    messages: {
      empty: "transport.pci is an empty array, which allows no device; “{personality}” needs one",
      emptyDictionary:
        "the kernel takes an empty dictionary for every device, but no profile grants one; name a device",
      noDictionary: "transport.pci holds no dictionary, so it allows no device; “{personality}” needs one",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const dext = pciDextOf(target, plist);
    const mistakes = new PciMistakes(dext, index);
    return dext.pairings.flatMap((pairing): RuleFinding<Message>[] => {
      const { claim, personalities } = pairing;
      const { value } = claim;
      if (value?.kind !== "array") return [];
      const emptyDict = value.items.find((item) => item.kind === "dict" && item.entries.length === 0);
      if (claim.tables.length > 0 && !emptyDict) return [];
      const data = { personality: personalities[0]?.personality.name ?? "" };
      const steps = placesOf(personalities);
      const context: Context = { pairing, proposals: proposalsFor(personalities, mistakes), emptyDict };
      // The kernel takes it for every device, as IOPCIDevice::matchPropertyTable is written; it is the signature that is not granted.
      if (emptyDict) {
        const { span } = emptyDict;
        return [
          {
            message: "emptyDictionary",
            data,
            path: claim.document.path,
            span,
            severity: "warning",
            steps,
            context,
          },
        ];
      }
      return [
        {
          message: value.items.length === 0 ? "empty" : "noDictionary",
          data,
          path: claim.document.path,
          span: value.span,
          steps,
          context,
        },
      ];
    });
  },
  fixes(_context, finding) {
    const { pairing, proposals, emptyDict } = finding.context as Context;
    const { document, value } = pairing.claim;
    if (value?.kind !== "array") return [];
    return proposals.flatMap(({ title, dictionaries }) => {
      const [only] = dictionaries;
      if (emptyDict) {
        if (!only || dictionaries.length > 1) return [];
        return [
          { title, safe: false, edits: [{ path: finding.path, edits: replaceElement(document, emptyDict, only) }] },
        ];
      }
      // Several items at once into an array without any would each replace its content.
      const edits =
        value.items.length === 0
          ? replaceElement(document, value, dictionaries)
          : dictionaries.flatMap((dictionary) => insertArrayItem(document, value, dictionary));
      return [{ title, safe: false, edits: [{ path: finding.path, edits }] }];
    });
  },
});
