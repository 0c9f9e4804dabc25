// What the matching keys of a personality or an entitlement mean, in words for people. Judges nothing.
import { HID_MATCH_KEYS } from "../knowledge/hid.ts";
import { PCI_MATCH_KEYS, parsePciMatch, type PciMatchItem, type PciMatchKey } from "../knowledge/pci.ts";
import { USB_ANY, USB_MATCH_KEYS } from "../knowledge/usb.ts";
import type { PlistValue } from "../plist/document.ts";
import { integerOf } from "../plist/leaf-values.ts";
import { isTemplate } from "./build-settings.ts";

// Base classes of the PCI Code and ID Assignment Specification.
const PCI_CLASSES: ReadonlyMap<number, string> = new Map([
  [0x01, "mass storage"],
  [0x02, "network"],
  [0x03, "display"],
  [0x04, "multimedia"],
  [0x05, "memory"],
  [0x06, "bridge"],
  [0x07, "communication"],
  [0x08, "system peripheral"],
  [0x09, "input"],
  [0x0b, "processor"],
  [0x0c, "serial bus"],
  [0x0d, "wireless"],
  [0x10, "encryption"],
  [0x11, "signal processing"],
  [0x12, "processing accelerator"],
]);

// Keys of HID matching (IOHIDFamily) whose numbers people know in hexadecimal.
const HEX_KEYS = /^(idVendor|idProduct|bcdDevice|VendorID|ProductID|VersionNumber|.*UsagePage|.*Usage|b[A-Z]\w*Class)$/;

/** Keys that say which device a personality is for, beyond the PCI and USB ones: those of IOService and of HID. */
const OTHER_MATCH_KEYS: readonly string[] = [
  "idProductArray",
  "idProductMask",
  ...HID_MATCH_KEYS,
  "IOResourceMatch",
  "IONameMatch",
  "IOPropertyMatch",
  "IOPropertyExistsMatch",
  "IOPathMatch",
  "IOLocationMatch",
  "IOParentMatch",
];
const MATCH_KEYS = new Set([...PCI_MATCH_KEYS.map(({ key }) => key), ...USB_MATCH_KEYS.keys(), ...OTHER_MATCH_KEYS]);

/** True for keys that narrow which device a personality matches. */
export function isMatchKey(key: string): boolean {
  return MATCH_KEYS.has(key);
}

/** What a matching key with its value means: "every device of vendor 0x1B21". Empty where the value says all there is to say. */
export function meaningOf(key: string, value: PlistValue | undefined): string {
  if (!value) return "";
  const pci = PCI_MATCH_KEYS.find((each) => each.key === key);
  if (pci) return value.kind === "string" && !isTemplate(value.text) ? pciMeaning(pci, value.text) : "";
  if (value.kind === "string" && value.text.trim() === USB_ANY) return "any";
  const number = value.kind === "integer" ? integerOf(value.text) : undefined;
  return number !== undefined && number >= 0n && HEX_KEYS.test(key) ? hex(number, 4) : "";
}

/** The alternatives of a PCI match string in words. */
export function pciMeaning(key: PciMatchKey, text: string): string {
  const { items } = parsePciMatch(text, key.defaultMask);
  if (items.length === 0) return "nothing";
  const words = items.slice(0, 8).map((item) => pciItemMeaning(key, item));
  return items.length > 8 ? `${words.join("; ")}; and ${items.length - 8} more` : words.join("; ");
}

function pciItemMeaning(key: PciMatchKey, { value, mask }: PciMatchItem): string {
  const own = mask & 0xffff_ffffn;
  if (own === 0n) return "every device";
  if (key.registers[0] === "class") return classMeaning(value, own);
  const subsystem = key.registers[0] === "subsystem" ? "subsystem " : "";
  const vendor = hex(value & 0xffffn, 4);
  const device = hex((value >> 16n) & 0xffffn, 4);
  if (own === 0xffff_ffffn) return `device ${device} of ${subsystem}vendor ${vendor}`;
  if (own === 0xffffn) return `every device of ${subsystem}vendor ${vendor}`;
  if (own === 0xffff_0000n) return `device ${device} of any ${subsystem}vendor`;
  if ((own & 0xffffn) === 0xffffn) return `devices ${maskedHex(device, own >> 16n)} of ${subsystem}vendor ${vendor}`;
  return `devices where the register & ${hex(own, 8)} is ${hex(value & own, 8)}`;
}

function classMeaning(value: bigint, mask: bigint): string {
  const base = Number((value >> 24n) & 0xffn);
  const name = PCI_CLASSES.get(base);
  const named = name === undefined ? "" : ` (${name})`;
  if (mask === 0xffff_ff00n) return `class ${hex((value >> 8n) & 0xff_ffffn, 6)}${named}`;
  if (mask === 0xff00_0000n) return `every device of class ${hex(BigInt(base), 2)}${named}`;
  if (mask === 0xffff_0000n) return `class ${hex((value >> 16n) & 0xffffn, 4)}${named}, any interface`;
  return `devices whose class register & ${hex(mask, 8)} is ${hex(value & mask, 8)}`;
}

function maskedHex(device: string, mask: bigint): string {
  return `${device} & ${hex(mask & 0xffffn, 4)}`;
}

/** A number with 0x and at least so many digits. */
export function hex(value: bigint, digits: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(digits, "0")}`;
}
