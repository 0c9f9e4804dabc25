// What Apple has to grant a dext: the devices, families and classes its personalities use, against what each entitlements file claims.
import { compareStrings } from "../base/compare.ts";
import { DRIVERKIT_ENTITLEMENT, ENTITLEMENT_NEEDS } from "../knowledge/entitlements.ts";
import { FAMILY_BASES } from "../knowledge/family-bases.ts";
import { PCI_ENTITLEMENT } from "../knowledge/pci.ts";
import { USB_ENTITLEMENT, USB_PRODUCT_MASK } from "../knowledge/usb.ts";
import { entryOf, stringOf, valueOf, type PlistValue } from "../plist/document.ts";
import { expandVariables } from "../project/build-settings.ts";
import { isDextPersonality, personalitiesOf } from "../project/dext-plists.ts";
import { hex } from "../project/match-meaning.ts";
import type { Target } from "../project/model.ts";
import { pciDextOf, type PciDext } from "../project/pci-claims.ts";
import { judgeCoverage } from "../project/pci-coverage.ts";
import { PciMistakes } from "../project/pci-mistakes.ts";
import { judgeUsbClaim, usbDextOf, type UsbDext } from "../project/usb-claims.ts";
import { hostsOf } from "../project/hosts.ts";
import { clientGrantsOf, openersOf, type ClientNeed } from "./dext-clients.ts";
import type { ProjectIndex } from "../semantics/model.ts";
import { dextInfosOf } from "../rules/plist/dext-info.ts";
import { claimOf } from "./claimed-values.ts";
import { bundleIdsOf } from "./dext-ids.ts";
import type { ReportSource } from "./project-report.ts";

/** A vendor with the products that are named; none of them where the whole vendor, or a class of its devices, is matched. */
export interface GrantVendor {
  /** As on request forms: 0x and four digits. */
  readonly vendor: string;
  /** In the same way; with a mask where a personality has one: "0x1230 & 0xFFF0". */
  readonly products: readonly string[];
  /** The personalities that match them. */
  readonly personalities: readonly string[];
}

export interface GrantNeed {
  readonly entitlement: string;
  readonly vendors: readonly GrantVendor[];
  /** Some personality matches devices without naming a vendor. */
  readonly anyVendor: boolean;
  readonly usedBy: readonly { readonly personality: string; readonly userClass: string; readonly because: string }[];
}

/**
 * "covers": claimed, and for devices all that is matched; "partly": some device that is matched may not be allowed; "not": claimed, but
 * what is matched is not allowed; "unlisted": claimed for other drivers; "missing": not claimed; "added": not in the file, Xcode puts it in at build; "unused": claimed, and no personality needs it; "claimed": nothing to compare with.
 */
export type GrantVerdict = "covers" | "partly" | "not" | "unlisted" | "missing" | "added" | "unused" | "claimed";

export interface GrantClaim {
  readonly entitlement: string;
  readonly verdict: GrantVerdict;
  /** What the file says for it, one for each element of an array, on one line each; empty where it does not claim it. */
  readonly values: readonly string[];
}

export interface GrantFile {
  readonly path: string;
  readonly configurations: readonly string[];
  readonly claims: readonly GrantClaim[];
}

export interface GrantsReport {
  readonly dext: string;
  readonly bundleIds: readonly string[];
  readonly needs: readonly GrantNeed[];
  /** What the apps that open it need. */
  readonly clientNeeds: readonly ClientNeed[];
  /** Its own entitlements files, then those of the apps that open it. */
  readonly files: readonly GrantFile[];
}

/** One report a dext target. */
export function grantsReports(source: ReportSource): GrantsReport[] {
  return source.project.targets.filter(({ kind }) => kind === "dext").map((target) => grantsOf(target, source));
}

/** The report of one dext target. */
export function grantsOf(target: Target, source: ReportSource): GrantsReport {
  const usb = usbDextOf(target, source.plist);
  const pci = pciDextOf(target, source.plist);
  const needs = needsOf(target, source, usb, pci);
  const files = new Map<string, string[]>();
  for (const { name, entitlements } of target.configurations) {
    if (entitlements === undefined) continue;
    const names = files.get(entitlements) ?? [];
    files.set(entitlements, name === "" || names.includes(name) ? names : [...names, name]);
  }
  const bundleIds = bundleIdsOf(target, source.plist);
  const openers = openersOf(bundleIds, source);
  const hosts = hostsOf(target, source.project).map(({ app }) => app);
  // Where an app opens the dext that does not bring it, the one that does may only install it.
  const apps = openers.some((app) => !hosts.includes(app)) ? openers : hosts;
  const clients = clientGrantsOf(target, bundleIds, apps, source);
  const own = [...files].flatMap(([path, configurations]) => {
    const root = source.plist(path)?.root;
    if (root?.kind !== "dict") return [];
    const verdictOf = (entitlement: string): GrantVerdict => {
      if (!entryOf(root, entitlement)) return entitlement === DRIVERKIT_ENTITLEMENT ? "added" : "missing";
      if (entitlement === USB_ENTITLEMENT) return usbVerdict(usb, path);
      if (entitlement === PCI_ENTITLEMENT) return pciVerdict(pci, path, source);
      const value = valueOf(root, entitlement);
      return value?.kind === "boolean" && value.value ? "covers" : "not";
    };
    const wanted = [DRIVERKIT_ENTITLEMENT, ...needs.map(({ entitlement }) => entitlement)];
    const claims = wanted.map((entitlement) => claimOf(root, entitlement, verdictOf(entitlement)));
    for (const { key } of root.entries) {
      if (!wanted.includes(key))
        claims.push(claimOf(root, key, isTiedToClasses(key, target, source) ? "unused" : "claimed"));
    }
    return [{ path, configurations, claims }];
  });
  return { dext: target.name, bundleIds, needs, clientNeeds: clients.needs, files: [...own, ...clients.files] };
}

/**
 * True for entitlements that some class of a personality calls for, so that one without such a class is of no use. Those that only the
 * framework's class tells of (audio, MIDI) are left open where a driver's class is not known.
 */
function isTiedToClasses(key: string, target: Target, { plist, index }: ReportSource): boolean {
  if (key === PCI_ENTITLEMENT || ENTITLEMENT_NEEDS.some(({ entitlement }) => entitlement === key)) return true;
  if (![...FAMILY_BASES.values()].includes(key)) return false;
  const names = dextInfosOf(target, plist).flatMap((info) =>
    info.classDicts().map(({ value }) => info.text(valueOf(value, "IOUserClass"))),
  );
  return names.every((name) => name === undefined || index.ancestors(name).length > 1);
}

function needsOf(target: Target, { plist, index }: ReportSource, usb: UsbDext, pci: PciDext): GrantNeed[] {
  const needs = new Map<string, { usedBy: GrantNeed["usedBy"][number][] }>();
  const seen = new Set<string>();
  for (const { infoPlist, variables } of target.configurations) {
    const document = infoPlist === undefined || seen.has(infoPlist) ? undefined : plist(infoPlist);
    if (!document || infoPlist === undefined) continue;
    seen.add(infoPlist);
    for (const { name, value } of personalitiesOf(document)) {
      if (!isDextPersonality(value)) continue;
      const text = (dict: PlistValue, key: string): string =>
        expandVariables(stringOf(valueOf(dict, key)) ?? "", variables).trim();
      for (const dict of [value, ...createDicts(value, 0)]) {
        for (const [because, entitlement] of neededBy((key) => text(dict, key), index)) {
          const need = needs.get(entitlement) ?? { usedBy: [] };
          const use = { personality: name, userClass: text(dict, "IOUserClass"), because };
          const same = (each: typeof use): boolean => each.personality === name && each.userClass === use.userClass;
          if (!need.usedBy.some(same)) need.usedBy.push(use);
          needs.set(entitlement, need);
        }
      }
    }
  }
  return [...needs]
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([entitlement, { usedBy }]) => ({ entitlement, usedBy, ...devicesOf(entitlement, usb, pci) }));
}

/** The dictionaries of services that the driver makes itself, with the kernel classes that their families look at. */
function createDicts(value: PlistValue, depth: number): PlistValue[] {
  if (value.kind !== "dict" || depth > 4) return [];
  return value.entries.flatMap(({ value: inner }) =>
    inner && entryOf(inner, "IOUserClass") ? [inner, ...createDicts(inner, depth + 1)] : [],
  );
}

/** Why a dictionary needs entitlements: by the kernel's classes in it, else by the framework's class that its own derives from. */
function* neededBy(
  text: (key: string) => string,
  index: ProjectIndex,
): Generator<[because: string, entitlement: string]> {
  if (text("IOProviderClass") === "IOPCIDevice") yield ["IOProviderClass IOPCIDevice", PCI_ENTITLEMENT];
  for (const { because, className, entitlement } of ENTITLEMENT_NEEDS) {
    if (text(because) === className) yield [`${because} ${className}`, entitlement];
  }
  for (const base of index.ancestors(text("IOUserClass"))) {
    const entitlement = FAMILY_BASES.get(base);
    if (entitlement !== undefined) yield [`derives from ${base}`, entitlement];
  }
}

function devicesOf(entitlement: string, usb: UsbDext, pci: PciDext): Pick<GrantNeed, "vendors" | "anyVendor"> {
  const devices = new Devices();
  if (entitlement === USB_ENTITLEMENT) for (const each of usb.personalities) addUsb(devices, each);
  if (entitlement === PCI_ENTITLEMENT) for (const each of pci.personalities) addPci(devices, each);
  return { vendors: devices.vendors(), anyVendor: devices.anyVendor };
}

/** Collects vendors and products, each once, with the personalities that match them. */
class Devices {
  anyVendor = false;
  private readonly found = new Map<bigint, { products: Set<string>; personalities: Set<string> }>();

  /** `mask`: the bits of the product that are compared; 0 for none, which is the whole vendor. */
  add(personality: string, vendor: bigint, product: bigint, mask: bigint): void {
    const known = this.found.get(vendor) ?? { products: new Set(), personalities: new Set() };
    if (mask === 0xffffn) known.products.add(hex(product & mask, 4));
    else if (mask !== 0n) known.products.add(`${hex(product & mask, 4)} & ${hex(mask, 4)}`);
    known.personalities.add(personality);
    this.found.set(vendor, known);
  }

  vendors(): GrantVendor[] {
    return [...this.found]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([vendor, { products, personalities }]) => ({
        vendor: hex(vendor, 4),
        products: [...products].sort(compareStrings),
        personalities: [...personalities],
      }));
  }
}

function addUsb(devices: Devices, { personality: { name }, table }: UsbDext["personalities"][number]): void {
  const vendor = table.values.get("idVendor");
  if (typeof vendor !== "bigint") {
    devices.anyVendor = true;
    return;
  }
  const product = table.values.get("idProduct");
  const mask = table.values.get(USB_PRODUCT_MASK);
  const products = table.products ?? (typeof product === "bigint" ? [product] : []);
  // A mask that is no number, like a product that is none, leaves open which products are meant.
  const bits = !table.values.has(USB_PRODUCT_MASK) ? 0xffffn : typeof mask === "bigint" ? mask & 0xffffn : 0n;
  if (products.length === 0) devices.add(name, vendor, 0n, 0n);
  for (const each of products) devices.add(name, vendor, each, bits);
}

function addPci(devices: Devices, { personality: { name }, table }: PciDext["personalities"][number]): void {
  const items = table.sites.filter(({ key }) => key.registers[0] === "device").flatMap((site) => site.items);
  if (items.length === 0) devices.anyVendor = true;
  for (const { value, mask } of items) {
    if ((mask & 0xffffn) !== 0xffffn) devices.anyVendor = true;
    else devices.add(name, value & 0xffffn, (value >> 16n) & 0xffffn, (mask >> 16n) & 0xffffn);
  }
}

function usbVerdict({ pairings }: UsbDext, path: string): GrantVerdict {
  const verdicts = pairings
    .filter(({ claim }) => claim.document.path === path)
    .flatMap(({ claim, personalities }) => personalities.map((each) => judgeUsbClaim(each, claim)));
  return verdicts.includes("none") ? "not" : verdicts.includes("unclear") ? "partly" : "covers";
}

function pciVerdict(pci: PciDext, path: string, { index }: ReportSource): GrantVerdict {
  const mistakes = new PciMistakes(pci, index);
  let worst: GrantVerdict = "covers";
  for (const { claim, personalities } of pci.pairings) {
    if (claim.document.path !== path) continue;
    if (claim.tables.length === 0) return "not";
    for (const personality of personalities) {
      for (const { allowed } of judgeCoverage(personality, claim, mistakes) ?? []) {
        if (allowed === "none") return "not";
        if (allowed !== "all") worst = "partly";
      }
    }
  }
  return worst;
}
