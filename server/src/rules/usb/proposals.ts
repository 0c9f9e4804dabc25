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

/** A dictionary for each of some products of a personality's vendor; undefined where it names no vendor, or there are none or too many. */
export function productDictionaries({ table }: UsbPersonality, products: readonly bigint[]): UsbProposal | undefined {
  const vendor = table.values.get("idVendor");
  if (typeof vendor !== "bigint" || products.length === 0 || products.length > 16) return undefined;
  const which = products.length === 1 ? "this product" : "these products";
  return {
    title: `Allow ${which} only: idVendor ${decimalAndHex(vendor)}, idProduct ${products.map(decimalAndHex).join(", ")}`,
    dictionaries: products.map((product) => ({
      entries: [
        ["idVendor", vendor],
        ["idProduct", product],
      ] as const,
    })),
  };
}
