// The value that transport.usb should have for a dext's personalities: what quick fixes write.
import { USB_ANY } from "../../knowledge/usb.ts";
import type { NewValue } from "../../plist/edit.ts";
import { decimalAndHex, type UsbPersonality } from "../../project/usb-claims.ts";

export interface UsbProposal {
  readonly title: string;
  /** The dictionaries of the array. */
  readonly dictionaries: readonly NewValue[];
}

/**
 * A dictionary for each vendor that the personalities name, which is the form that Apple grants for distribution; where one of them names
 * no vendor, the value of development profiles, which allows every device.
 */
export function vendorDictionaries(personalities: readonly UsbPersonality[]): UsbProposal {
  const vendors = new Set<bigint>();
  let all = personalities.length > 0;
  for (const { table } of personalities) {
    const vendor = table.values.get("idVendor");
    if (typeof vendor === "bigint") vendors.add(vendor);
    else all = false;
  }
  if (!all) {
    const dictionaries = [{ entries: [["idVendor", USB_ANY]] as const }];
    return { title: "Allow every device, as in development profiles: idVendor *", dictionaries };
  }
  const list = [...vendors];
  return {
    title: `Allow every device of the vendor: idVendor ${list.map(decimalAndHex).join(", ")}`,
    dictionaries: list.map((vendor) => ({ entries: [["idVendor", vendor]] as const })),
  };
}

/** The dictionary with the vendor and product of a personality; undefined where it does not name one of each. */
export function productDictionary({ table }: UsbPersonality): UsbProposal | undefined {
  const vendor = table.values.get("idVendor");
  const product = table.values.get("idProduct");
  if (typeof vendor !== "bigint" || typeof product !== "bigint") return undefined;
  return {
    title: `Allow this product only: idVendor ${decimalAndHex(vendor)}, idProduct ${decimalAndHex(product)}`,
    dictionaries: [
      {
        entries: [
          ["idVendor", vendor],
          ["idProduct", product],
        ],
      },
    ],
  };
}
