// A vendor id alone as a match value: without a mask it fits only a device whose id is 0.
import { hex32 } from "../../knowledge/pci.ts";
import { setValue } from "../../plist/edit.ts";
import { pciDextOf, placeOfItem } from "../../project/pci-claims.ts";
import { PciMistakes, type FoundMistake } from "../../project/pci-mistakes.ts";
import { defineRule, targets } from "../define.ts";

export default defineRule({
  meta: {
    id: "pci-match-missing-mask",
    area: "pci",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A PCI match value that holds only a vendor id, without the mask that ignores the device id.",
    why: "Without a mask all 32 bits are compared, so only a device whose device id is 0 fits, and no hardware has that.",
    messages: {
      decimal: "{key} {value} is read as hexadecimal; vendor {value} in decimal is {mended}",
      vendorOnly: "{key} {value} has no mask: it fits only device id 0x0000 of vendor {vendor}",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const mistakes = new PciMistakes(pciDextOf(target, plist), index);
    return (
      mistakes.all
        // A mask that the kernel does not see, for what stands before it, is reported as such.
        .filter(({ kind, site, item }) => kind === "missing-mask" && !/^\s*&/.test(site.text.slice(item.valueEnd)))
        .map((mistake) => {
          const { site, item } = mistake;
          const value = site.text.slice(item.valueStart, item.valueEnd);
          if (mistake.decimal) {
            return {
              message: "decimal" as const,
              data: { key: site.key.key, value, mended: hex32(mistake.mended.value, "F") },
              path: site.document.path,
              span: placeOfItem(site, item),
              context: mistake,
            };
          }
          const vendor = `0x${hex32(item.value, site.text).slice(6)}`;
          return {
            message: "vendorOnly" as const,
            data: { key: site.key.key, value, vendor },
            path: site.document.path,
            span: placeOfItem(site, item),
            context: mistake,
          };
        })
    );
  },
  fixes(_context, finding) {
    const { site, item, decimal, mended } = finding.context as FoundMistake;
    const { text } = site;
    const value = decimal ? hex32(mended.value, "F") : text.slice(item.valueStart, item.valueEnd);
    const masked = `${text.slice(0, item.valueStart)}${value}&0x0000FFFF${text.slice(item.valueEnd)}`;
    return [
      {
        title: `Match every device of the vendor: ${value}&0x0000FFFF`,
        safe: false,
        edits: [{ path: finding.path, edits: setValue(site.value, masked) }],
      },
    ];
  },
});
