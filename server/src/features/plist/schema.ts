// Which keys belong where in an Info.plist or entitlements file: the knowledge tables by place. Plain data.
import { ENTITLEMENTS, entitlementFact, type EntitlementFact } from "../../knowledge/entitlements.ts";
import { driverKitClass } from "../../knowledge/api.ts";
import {
  CREATE_KEYS,
  DRIVER_FAMILIES,
  infoKeyFact,
  PERSONALITY_KEYS,
  TOP_LEVEL_KEYS,
  type InfoKeyFact,
} from "../../knowledge/infoplist.ts";
import { PCI_ENTITLEMENT, PCI_MATCH_KEYS } from "../../knowledge/pci.ts";
import { USB_ENTITLEMENT, USB_MATCH_KEYS, USB_PRODUCT_ARRAY, USB_PRODUCT_MASK } from "../../knowledge/usb.ts";

/**
 * What a dictionary is for. "personalities": its keys are names that the author chooses. "create": what IOService::Create reads.
 * "pci-claim" and "usb-claim": a dictionary in the array of a transport entitlement.
 */
export type DictPlace = "top" | "personalities" | "personality" | "create" | "entitlements" | "pci-claim" | "usb-claim";

/** The id by which personalities name the kernel's I/O Kit itself, where IOUserService and IOUserUserClient are (xnu, config/IOKit.exports). */
export const KERNEL_INTERFACE = "com.apple.kpi.iokit";

export type KeyFact =
  | { readonly kind: "info"; readonly fact: InfoKeyFact }
  | { readonly kind: "entitlement"; readonly fact: EntitlementFact };

/** Dictionaries of a personality whose keys are not for Create(): the registry's own names. */
const MATCH_DICTS: ReadonlySet<string> = new Set([
  "IOPropertyMatch",
  "IOParentMatch",
  "IOProviderMergeProperties",
  "IOServiceDEXTEntitlements",
]);

/**
 * What the dictionary under `keys` is for (as in `PlistCursor.keys`); `has` says whether it holds a key. Undefined where
 * nothing is known of it. A dictionary for Create() may have any name; it is known by its class keys or by how its name ends.
 */
export function dictPlace(
  file: "info-plist" | "entitlements",
  keys: readonly string[],
  has: (key: string) => boolean,
): DictPlace | undefined {
  const [first, second, ...more] = keys;
  if (file === "entitlements") {
    if (first === undefined) return "entitlements";
    if (second !== "" || more.length > 0) return undefined;
    return first === PCI_ENTITLEMENT ? "pci-claim" : first === USB_ENTITLEMENT ? "usb-claim" : undefined;
  }
  if (first === undefined) return "top";
  if (first !== "IOKitPersonalities" || keys.includes("")) return undefined;
  if (second === undefined) return "personalities";
  if (more.length === 0) return "personality";
  const name = more.at(-1) ?? "";
  if (more.some((key) => MATCH_DICTS.has(key))) return undefined;
  return has("IOClass") || has("IOUserClass") || /Properties$/.test(name) ? "create" : undefined;
}

/** The keys that may stand in a place. */
export function keysOf(place: DictPlace): readonly KeyFact[] {
  switch (place) {
    case "top":
      return TOP_LEVEL_KEYS.map(info);
    case "personality":
      return PERSONALITY_KEYS.map(info);
    case "create":
      return CREATE_KEYS.map(info);
    case "entitlements":
      return ENTITLEMENTS.map((fact) => ({ kind: "entitlement", fact }));
    case "pci-claim":
      return PERSONALITY_KEYS.filter(({ key }) => PCI_MATCH_KEYS.some((each) => each.key === key)).map(info);
    case "usb-claim":
      return PERSONALITY_KEYS.filter(({ key }) => isUsbKey(key)).map(info);
    case "personalities":
      return [];
  }
}

/** What is known of a key in a place. */
export function factOf(place: DictPlace, key: string): KeyFact | undefined {
  switch (place) {
    case "top":
    case "personality":
    case "create": {
      const fact = infoKeyFact(place, key);
      return fact && info(fact);
    }
    case "pci-claim":
    case "usb-claim":
      return keysOf(place).find((each) => each.fact.key === key);
    case "entitlements": {
      const fact = entitlementFact(key);
      return fact && { kind: "entitlement", fact };
    }
    case "personalities":
      return undefined;
  }
}

/** The bus whose drivers a personality's key is for; undefined for keys of any driver. */
export function busOf(key: string): "pci" | "usb" | "hid" | undefined {
  if (key.startsWith("IOPCI")) return "pci";
  if (isUsbKey(key)) return "usb";
  const fact = infoKeyFact("personality", key);
  return fact?.matches && fact.source.startsWith("IOHIDFamily") ? "hid" : undefined;
}

/** The bus of a provider class. */
export function busOfProvider(className: string): "pci" | "usb" | "hid" | undefined {
  if (className === "IOPCIDevice") return "pci";
  if (className.startsWith("IOUSBHost")) return "usb";
  return className === "IOHIDInterface" ? "hid" : undefined;
}

/** True for providers that drivers are known to attach to. */
export function isKnownProvider(className: string): boolean {
  return (
    driverKitClass(className) !== undefined || DRIVER_FAMILIES.some(({ providers }) => providers.includes(className))
  );
}

function isUsbKey(key: string): boolean {
  return USB_MATCH_KEYS.has(key) || key === USB_PRODUCT_ARRAY || key === USB_PRODUCT_MASK;
}

function info(fact: InfoKeyFact): KeyFact {
  return { kind: "info", fact };
}
