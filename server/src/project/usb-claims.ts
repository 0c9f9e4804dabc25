// What a dext says of USB devices: its personalities in the Info.plist and its claims in the entitlements, paired and with places.
import {
  USB_ANY,
  USB_DEVICE_CLASS,
  USB_ENTITLEMENT,
  USB_INTERFACE_CLASS,
  USB_MATCH_KEYS,
  USB_PRODUCT_ARRAY,
  USB_PRODUCT_MASK,
  type UsbProvider,
  type UsbValue,
} from "../knowledge/usb.ts";
import type { Step } from "../base/step.ts";
import { entryOf, type PlistDocument, type PlistEntry, type PlistValue } from "../plist/document.ts";
import { integerOf } from "../plist/leaf-values.ts";
import { isTemplate } from "./build-settings.ts";
import {
  deviceDextOf,
  tablesOf,
  type ClaimSite,
  type DeviceDext,
  type Pairing,
  type ProviderPersonality,
} from "./device-claims.ts";
import type { Personality } from "./dext-plists.ts";
import type { Target } from "./model.ts";

/** The USB matching keys of a personality or of an entitlement's dictionary. */
export interface UsbTable {
  readonly entries: readonly PlistEntry[];
  /** The value of each key that stands there, `idProductArray` and `idProductMask` included. */
  readonly values: ReadonlyMap<string, UsbValue>;
  /** The numbers of idProductArray; undefined where there is none, or it is not known. */
  readonly products: readonly bigint[] | undefined;
}

export interface UsbPersonality {
  readonly document: PlistDocument;
  readonly personality: Personality;
  readonly provider: UsbProvider;
  readonly providerEntry: PlistEntry;
  readonly table: UsbTable;
}

/** What an entitlements file says for transport.usb. */
export interface UsbClaim {
  readonly document: PlistDocument;
  readonly entry: PlistEntry;
  readonly value: PlistValue;
  /** The dictionaries of its array. */
  readonly tables: readonly UsbTable[];
}

/** One Info.plist with one entitlements file that some configuration of the target puts together. */
export type UsbPairing = Pairing<UsbPersonality, UsbClaim>;

export type UsbDext = DeviceDext<UsbPersonality, UsbClaim>;

/** Reads the USB personalities and claims of a dext target. */
export function usbDextOf(target: Target, plist: (path: string) => PlistDocument | undefined): UsbDext {
  return deviceDextOf(target, plist, USB_ENTITLEMENT, { personality: usbPersonality, claim: usbClaim });
}

function usbPersonality(found: ProviderPersonality): UsbPersonality | undefined {
  const { document, personality, providerEntry, provider } = found;
  if (!providerEntry || (provider !== USB_DEVICE_CLASS && provider !== USB_INTERFACE_CLASS)) return undefined;
  return { document, personality, provider, providerEntry, table: usbTable(personality.value) };
}

function usbClaim({ document, entry }: ClaimSite): UsbClaim | undefined {
  return entry?.value && { document, entry, value: entry.value, tables: tablesOf(entry.value, usbTable) };
}

/** The USB matching keys of a dictionary with their values. */
export function usbTable(dict: PlistValue): UsbTable {
  const entries: PlistEntry[] = [];
  const values = new Map<string, UsbValue>();
  for (const key of [...USB_MATCH_KEYS.keys(), USB_PRODUCT_ARRAY, USB_PRODUCT_MASK]) {
    const entry = entryOf(dict, key);
    if (!entry) continue;
    entries.push(entry);
    values.set(key, usbValue(entry.value));
  }
  entries.sort((a, b) => a.keySpan.start - b.keySpan.start);
  const array = entryOf(dict, USB_PRODUCT_ARRAY)?.value;
  const products = array?.kind === "array" ? array.items.map(usbValue) : undefined;
  const known = products?.every((product) => typeof product === "bigint") ? (products as bigint[]) : undefined;
  return { entries, values, products: known };
}

/** The value of a matching key. Text with a variable is not known; other text is a number that nothing has. */
export function usbValue(value: PlistValue | undefined): UsbValue {
  if (value?.kind === "integer") return integerOf(value.text);
  return value?.kind === "string" && value.text.trim() === USB_ANY ? "any" : undefined;
}

/** True when a value is filled in later, so that nothing can be said of it. */
export function isOpen(value: PlistValue | undefined): boolean {
  return value === undefined || ((value.kind === "string" || value.kind === "integer") && isTemplate(value.text));
}

/** Where personalities say that they are for USB, in words for the steps of a finding. */
export function usbPlaces(personalities: readonly UsbPersonality[]): Step[] {
  return personalities.map(({ document, personality, providerEntry }) => ({
    path: document.path,
    span: providerEntry.value?.contentSpan ?? personality.nameSpan,
    kind: "use",
    text: `“${personality.name}” matches USB ${providerEntry.value?.kind === "string" ? kindOf(providerEntry.value.text) : "devices"}`,
  }));
}

function kindOf(provider: string): string {
  return provider.trim() === USB_INTERFACE_CLASS ? "interfaces" : "devices";
}

/** A number as a person reads ids: 4660 (0x1234). */
export function decimalAndHex(value: bigint): string {
  return value < 0n ? String(value) : `${value} (0x${value.toString(16).toUpperCase().padStart(4, "0")})`;
}

export { judgeUsbClaim } from "./usb-coverage.ts";
