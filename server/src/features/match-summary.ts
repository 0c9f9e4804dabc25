// Says in a few words which devices a personality matches, out of the meanings of its keys.
import type { MatchReport } from "./project-report.ts";

// What the keys of USB and HID matching are called in a sentence; the meanings of PCI keys are sentences by themselves.
const NOUNS: ReadonlyMap<string, string> = new Map([
  ["idVendor", "vendor"],
  ["VendorID", "vendor"],
  ["idProduct", "product"],
  ["ProductID", "product"],
  ["idProductArray", "products"],
  ["ProductIDArray", "products"],
  ["bInterfaceNumber", "interface"],
  ["bConfigurationValue", "configuration"],
  ["bDeviceClass", "device class"],
  ["bInterfaceClass", "interface class"],
  ["PrimaryUsagePage", "usage page"],
  ["PrimaryUsage", "usage"],
  ["DeviceUsagePage", "usage page"],
  ["DeviceUsage", "usage"],
]);

/** "vendor 0x045E, product 0x0719", "every device of vendor 0x1B21". Empty where no key tells which devices. */
export function matchSummary(matches: readonly MatchReport[]): string {
  const parts = matches.flatMap(({ key, value, meaning }) => {
    const noun = NOUNS.get(key);
    if (noun !== undefined) return [meaning === "any" ? `any ${noun}` : `${noun} ${meaning === "" ? value : meaning}`];
    return key.startsWith("IOPCI") && meaning !== "" ? [meaning] : [];
  });
  return [...new Set(parts)].join(", ");
}
