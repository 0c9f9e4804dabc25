// A PCI match value with the vendor id in the high half, where the device id belongs.
import { hex32 } from "../../knowledge/pci.ts";
import { setValue } from "../../plist/edit.ts";
import { pciDextOf, placeOfItem, textOfItem } from "../../project/pci-claims.ts";
import { PciMistakes, type FoundMistake } from "../../project/pci-mistakes.ts";
import { defineRule, targets, type Step } from "../define.ts";

export default defineRule({
  meta: {
    id: "pci-match-halves-swapped",
    area: "pci",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A PCI match value whose high half is the vendor id; vendor ids belong in the low half.",
    why: "The value is compared with the first register, device id << 16 | vendor id, so no device of this vendor fits.",
    messages: {
      swapped: "{key} {value} has vendor {vendor} in its high half; the low half is the vendor's",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const mistakes = new PciMistakes(pciDextOf(target, plist), index);
    return mistakes.all
      .filter(({ kind }) => kind === "halves-swapped")
      .map((mistake) => {
        const { site, item, evidence } = mistake;
        const vendor = hex32(item.value, site.text).slice(0, 6);
        const steps: Step[] = [];
        if (evidence) {
          const text = `here ${vendor} is the vendor id: ${textOfItem(evidence.site, evidence.item)}`;
          const span = placeOfItem(evidence.site, evidence.item);
          steps.push({ path: evidence.site.document.path, span, kind: "note", text });
        }
        return {
          message: "swapped" as const,
          data: { key: site.key.key, value: textOfItem(site, item), vendor },
          path: site.document.path,
          span: placeOfItem(site, item),
          steps,
          context: mistake,
        };
      });
  },
  fixes(_context, finding) {
    const { site, item, mended } = finding.context as FoundMistake;
    const value = hex32(mended.value, site.text);
    const written = item.hasMask ? `${value}&${hex32(mended.mask, site.text)}` : value;
    const text = site.text.slice(0, item.valueStart) + written + site.text.slice(item.maskEnd);
    return [
      {
        title: `Swap the halves: ${written}`,
        safe: false,
        edits: [{ path: finding.path, edits: setValue(site.value, text) }],
      },
    ];
  },
});
