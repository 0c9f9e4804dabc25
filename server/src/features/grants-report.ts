// What Apple has to grant a dext: the devices, families and classes its personalities use, against what each entitlements file claims.
import { compareStrings } from "../base/compare.ts";
import { DRIVERKIT_ENTITLEMENT, ENTITLEMENT_NEEDS } from "../knowledge/entitlements.ts";
import { PCI_ENTITLEMENT } from "../knowledge/pci.ts";
import { USB_ENTITLEMENT } from "../knowledge/usb.ts";
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
import { bundleIdsOf, type ReportSource } from "./project-report.ts";

/** A vendor with the products that are named; none of them where the whole vendor, or a class of its devices, is matched. */
export interface GrantVendor {
  /** As on request forms: 0x and four digits. */
  readonly vendor: string;
  readonly products: readonly string[];
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

export interface GrantFile {
  readonly path: string;
  readonly configurations: readonly string[];
  readonly claims: readonly { readonly entitlement: string; readonly verdict: GrantVerdict }[];
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
  const bundleIds = bundleIdsOf(target, source);
  const openers = openersOf(bundleIds, source);
  // Where one app says that it opens the dext, the one that brings it may only install it.
  const apps = openers.length > 0 ? openers : hostsOf(target, source.project).map(({ app }) => app);
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
    const claims = wanted.map((entitlement) => ({ entitlement, verdict: verdictOf(entitlement) }));
    for (const { key } of root.entries) {
      if (!wanted.includes(key))
        claims.push({ entitlement: key, verdict: isTiedToClasses(key) ? "unused" : "claimed" });
    }
    return [{ path, configurations, claims }];
  });
  return { dext: target.name, bundleIds, needs, clientNeeds: clients.needs, files: [...own, ...clients.files] };
}

/** True for entitlements that some class of a personality calls for, so that one without such a class is of no use. */
function isTiedToClasses(key: string): boolean {
  return key === PCI_ENTITLEMENT || ENTITLEMENT_NEEDS.some(({ entitlement }) => entitlement === key);
}

function needsOf(target: Target, { plist }: ReportSource, usb: UsbDext, pci: PciDext): GrantNeed[] {
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
        for (const [because, className, entitlement] of neededBy((key) => text(dict, key))) {
          const need = needs.get(entitlement) ?? { usedBy: [] };
          const use = { personality: name, userClass: text(dict, "IOUserClass"), because: `${because} ${className}` };
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

function* neededBy(
  text: (key: string) => string,
): Generator<[because: string, className: string, entitlement: string]> {
  if (text("IOProviderClass") === "IOPCIDevice") yield ["IOProviderClass", "IOPCIDevice", PCI_ENTITLEMENT];
  for (const { because, className, entitlement } of ENTITLEMENT_NEEDS) {
    if (text(because) === className) yield [because, className, entitlement];
  }
}

function devicesOf(entitlement: string, usb: UsbDext, pci: PciDext): Pick<GrantNeed, "vendors" | "anyVendor"> {
  const products = new Map<bigint, Set<bigint>>();
  let anyVendor = false;
  const add = (vendor: bigint, product: bigint | undefined): void => {
    const known = products.get(vendor) ?? new Set();
    if (product !== undefined) known.add(product);
    products.set(vendor, known);
  };
  if (entitlement === USB_ENTITLEMENT) {
    for (const { table } of usb.personalities) {
      const vendor = table.values.get("idVendor");
      const product = table.values.get("idProduct");
      if (typeof vendor !== "bigint") anyVendor = true;
      else for (const each of table.products ?? [typeof product === "bigint" ? product : undefined]) add(vendor, each);
    }
  }
  if (entitlement === PCI_ENTITLEMENT) {
    for (const { table } of pci.personalities) {
      const items = table.sites.filter(({ key }) => key.registers[0] === "device").flatMap((site) => site.items);
      if (items.length === 0) anyVendor = true;
      for (const { value, mask } of items) {
        if ((mask & 0xffffn) !== 0xffffn) anyVendor = true;
        else add(value & 0xffffn, (mask & 0xffff_0000n) === 0xffff_0000n ? (value >> 16n) & 0xffffn : undefined);
      }
    }
  }
  const sorted = [...products].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const vendors = sorted.map(([vendor, set]) => ({
    vendor: hex(vendor, 4),
    products: [...set].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map((product) => hex(product, 4)),
  }));
  return { vendors, anyVendor };
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
