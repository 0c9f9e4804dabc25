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
import { entryOf, stringOf, type PlistDocument, type PlistEntry, type PlistValue } from "../plist/document.ts";
import { integerOf } from "../plist/leaf-values.ts";
import { expandVariables, isTemplate } from "./build-settings.ts";
import { isDextPersonality, personalitiesOf, type Personality } from "./dext-plists.ts";
import type { Target } from "./model.ts";

/** The USB matching keys of a personality or of an entitlement's dictionary. */
export interface UsbTable {
  readonly entries: readonly PlistEntry[];
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
export interface UsbPairing {
  readonly personalities: readonly UsbPersonality[];
  readonly claim: UsbClaim;
}

export interface UsbDext {
  readonly personalities: readonly UsbPersonality[];
  /** The pairs that have a USB personality and a claim; each once. */
  readonly pairings: readonly UsbPairing[];
}

/** Reads the USB personalities and claims of a dext target. Files that could not be read as a whole give nothing. */
export function usbDextOf(target: Target, plist: (path: string) => PlistDocument | undefined): UsbDext {
  const personalities = new Map<string, readonly UsbPersonality[]>();
  const claims = new Map<string, UsbClaim | undefined>();
  const pairings = new Map<string, UsbPairing>();
  for (const { infoPlist, entitlements, variables } of target.configurations) {
    if (infoPlist !== undefined && !personalities.has(infoPlist)) {
      personalities.set(infoPlist, usbPersonalitiesOf(plist(infoPlist), variables));
    }
    if (entitlements !== undefined && !claims.has(entitlements)) {
      claims.set(entitlements, claimOf(plist(entitlements)));
    }
    const matching = personalities.get(infoPlist ?? "") ?? [];
    const claim = claims.get(entitlements ?? "");
    if (claim && matching.length > 0) {
      pairings.set(`${infoPlist ?? ""}\u0000${entitlements ?? ""}`, { personalities: matching, claim });
    }
  }
  return { personalities: [...personalities.values()].flat(), pairings: [...pairings.values()] };
}

function usbPersonalitiesOf(
  document: PlistDocument | undefined,
  variables: ReadonlyMap<string, string>,
): UsbPersonality[] {
  if (!document || !isWhole(document)) return [];
  const result: UsbPersonality[] = [];
  for (const personality of personalitiesOf(document)) {
    const providerEntry = entryOf(personality.value, "IOProviderClass");
    const written = stringOf(providerEntry?.value);
    const provider = written === undefined ? undefined : expandVariables(written, variables).trim();
    if (!providerEntry || !isDextPersonality(personality.value)) continue;
    if (provider !== USB_DEVICE_CLASS && provider !== USB_INTERFACE_CLASS) continue;
    result.push({ document, personality, provider, providerEntry, table: usbTable(personality.value) });
  }
  return result;
}

function claimOf(document: PlistDocument | undefined): UsbClaim | undefined {
  if (!document || document.root?.kind !== "dict" || !isWhole(document)) return undefined;
  const entry = entryOf(document.root, USB_ENTITLEMENT);
  if (!entry?.value) return undefined;
  const items = entry.value.kind === "array" ? entry.value.items : [];
  const tables = items.flatMap((item) => (item.kind === "dict" ? [usbTable(item)] : []));
  return { document, entry, value: entry.value, tables };
}

function isWhole(document: PlistDocument): boolean {
  return document.format === "xml" && !document.problems.some((problem) => problem.code === "syntax");
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

/** Whether an entitlement allows what a personality matches: every device, some or an unknown part of them, or none. */
export type UsbAllowed = "all" | "unclear" | "none";

/**
 * Compares a personality with the dictionaries of a claim, key by key. The kernel compares each with the device, so a key that only the
 * claim has may or may not fit; a key that both have must agree. Apple's grants name vendors alone, and they do work.
 */
export function judgeUsbClaim({ table }: UsbPersonality, claim: UsbClaim): UsbAllowed {
  const verdicts = claim.tables.map((allowed) => judgeTable(table, allowed));
  if (verdicts.includes("all")) return "all";
  return verdicts.includes("unclear") ? "unclear" : "none";
}

function judgeTable(wanted: UsbTable, allowed: UsbTable): UsbAllowed {
  let verdict: UsbAllowed = "all";
  for (const [key, value] of allowed.values) {
    if (value === "any") continue;
    const own = wanted.values.get(key);
    if (key === "idProduct" && wanted.products && typeof value === "bigint") {
      if (!wanted.products.includes(value)) return "none";
      if (wanted.products.length > 1) verdict = "unclear";
      continue;
    }
    if (typeof own === "bigint" && typeof value === "bigint" && !wanted.values.has(USB_PRODUCT_MASK)) {
      if (own !== value) return "none";
      continue;
    }
    verdict = "unclear";
  }
  return verdict;
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
