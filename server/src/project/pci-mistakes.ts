// Match values that are mistaken by themselves: halves swapped, or a vendor without its mask. Used to report them, and to judge
// everything else as if they were mended, so that one mistake is not reported twice.
import { COMMON_PCI_VENDORS, type PciMatchItem } from "../knowledge/pci.ts";
import type { MatchSite, MatchTable, PciDext } from "./pci-claims.ts";

/** Where the project's sources name vendor ids: constants and macros with "vendor" in their names. */
export interface ConstantSource {
  readonly files: readonly {
    readonly constants: ReadonlyMap<string, string>;
    readonly macros: readonly { readonly name: string; readonly body: string }[];
  }[];
}

export type Mistake = "halves-swapped" | "missing-mask";

export interface FoundMistake {
  readonly site: MatchSite;
  readonly item: PciMatchItem;
  readonly kind: Mistake;
  /** For a vendor id alone: it was written in decimal, and the kernel reads it as hexadecimal. */
  readonly decimal?: boolean;
  /** The item as it should be; `hasMask` says whether the mask must be written. */
  readonly mended: PciMatchItem;
  /** For swapped halves: where the project uses the vendor id rightly. */
  readonly evidence: { readonly site: MatchSite; readonly item: PciMatchItem } | undefined;
}

/** The mistaken items of a target's personalities and claims. */
export class PciMistakes {
  readonly all: readonly FoundMistake[];
  private readonly byItem = new Map<PciMatchItem, FoundMistake>();

  constructor({ personalities, claims }: PciDext, constants: ConstantSource) {
    const uses = [
      ...usesIn(
        personalities.map(({ table }) => table),
        "personality",
      ),
      ...usesIn(
        claims.flatMap(({ tables }) => tables),
        "claim",
      ),
    ];
    const vendors = new Vendors(uses, vendorConstants(constants));
    for (const use of uses) {
      const found = missingMask(use) ?? vendors.swapped(use);
      if (found) this.byItem.set(use.item, found);
    }
    this.all = [...this.byItem.values()];
  }

  /** The alternatives of a table's keys, mistaken ones mended. */
  mended({ sites }: MatchTable): Map<string, readonly PciMatchItem[]> {
    return new Map(sites.map(({ key, items }) => [key.key, items.map((item) => this.mendedItem(item))]));
  }

  mendedItem(item: PciMatchItem): PciMatchItem {
    return this.byItem.get(item)?.mended ?? item;
  }
}

interface Use {
  readonly site: MatchSite;
  readonly item: PciMatchItem;
  readonly in: "personality" | "claim";
}

function usesIn(tables: readonly MatchTable[], where: Use["in"]): Use[] {
  return tables.flatMap(({ sites }) => sites.flatMap((site) => site.items.map((item) => ({ site, item, in: where }))));
}

/** A vendor id alone, without a mask: with the default mask it fits only a device whose id is 0. */
function missingMask({ site, item }: Use): FoundMistake | undefined {
  if (!comparesDevice(site) || item.hasMask || item.value === 0n || item.value >= 0xffffn) return undefined;
  const number = decimalVendor(site.text.slice(item.valueStart, item.valueEnd), item.value);
  const mended = { ...item, value: number ?? item.value, mask: 0xffffn, hasMask: true };
  return { site, item, kind: "missing-mask", mended, evidence: undefined, ...(number ? { decimal: true } : {}) };
}

/** The vendor that bare digits name when read as decimal, where they name one that everybody knows in that way only. */
function decimalVendor(text: string, asHex: bigint): bigint | undefined {
  if (!/^[1-9]\d{3,4}$/.test(text) || COMMON_PCI_VENDORS.has(asHex)) return undefined;
  return COMMON_PCI_VENDORS.has(BigInt(text)) ? BigInt(text) : undefined;
}

/** True for keys that look at the register of vendor and device. Subsystem ids of 0 do occur, and classes have no vendor. */
function comparesDevice(site: MatchSite): boolean {
  return site.key.registers.includes("device");
}

/** What the items with one low half show of it. */
interface LowHalf {
  /** Uses of the id alone, without a device id. */
  readonly alone: Use[];
  /** Whole values with the id: two uses of each are enough to tell whether another one than a given use has it. */
  readonly whole: Map<bigint, Use[]>;
}

class Vendors {
  private readonly lowHalves = new Map<bigint, LowHalf>();
  /** For each whole value its first use in a personality and in a claim. */
  private readonly byValue = new Map<bigint, Partial<Record<Use["in"], Use>>>();

  constructor(
    uses: readonly Use[],
    private readonly constants: ReadonlySet<bigint>,
  ) {
    for (const use of uses) if (comparesDevice(use.site)) this.add(use);
  }

  private add(use: Use): void {
    const { item } = use;
    const places = this.byValue.get(item.value) ?? {};
    if (isWhole(item)) this.byValue.set(item.value, { [use.in]: use, ...places });
    if ((item.mask & 0xffffn) !== 0xffffn) return;
    const id = item.value & 0xffffn;
    const known = this.lowHalves.get(id) ?? { alone: [], whole: new Map<bigint, Use[]>() };
    this.lowHalves.set(id, known);
    if ((item.mask & 0xffff0000n) === 0n || (!item.hasMask && item.value <= 0xffffn)) {
      if (known.alone.length < 2) known.alone.push(use);
      return;
    }
    const same = known.whole.get(item.value);
    if (!same) known.whole.set(item.value, [use]);
    else if (same.length < 2) same.push(use);
  }

  /** An item whose high half is a vendor id that the project uses elsewhere, and whose low half is none. */
  swapped(use: Use): FoundMistake | undefined {
    const { site, item } = use;
    const high = (item.value >> 16n) & 0xffffn;
    const low = item.value & 0xffffn;
    const comparesHigh = ((item.mask >> 16n) & 0xffffn) === 0xffffn;
    if (!comparesDevice(site) || !comparesHigh || item.value > 0xffffffffn || high === low) return undefined;
    const lowMask = item.mask & 0xffffn;
    if (lowMask !== 0xffffn && lowMask !== 0n) return undefined;
    if (high === 0n || high === 0xffffn || this.isVendor(low, use)) return undefined;
    const evidence = this.useOf(high, use) ?? this.mirrorOf(use);
    if (!evidence && !this.constants.has(high)) return undefined;
    return { site, item, kind: "halves-swapped", mended: swapHalves(item), evidence };
  }

  /**
   * The same two numbers the other way round on the other side, personality or entitlement: one of the two is wrong. Which, only a
   * vendor id that everybody knows tells, and only where the other number is none.
   */
  private mirrorOf({ item, in: where }: Use): Use | undefined {
    const high = item.value >> 16n;
    if (!COMMON_PCI_VENDORS.has(high) || COMMON_PCI_VENDORS.has(item.value & 0xffffn)) return undefined;
    const other = where === "claim" ? "personality" : "claim";
    return isWhole(item) ? this.byValue.get(swapHalves(item).value)?.[other] : undefined;
  }

  private isVendor(id: bigint, except: Use): boolean {
    return this.constants.has(id) || this.useOf(id, except) !== undefined;
  }

  /**
   * A use that shows that an id is a vendor's: it stands alone in a low half (the form that Apple grants), or it is the low half of
   * two different values. One full value alone shows nothing, since that value may be the swapped one.
   */
  private useOf(id: bigint, except: Use): Use | undefined {
    const known = this.lowHalves.get(id);
    const alone = known?.alone.find((use) => use !== except);
    if (!known || alone) return alone;
    let first: Use | undefined;
    for (const uses of known.whole.values()) {
      const other = uses.find((use) => use !== except);
      if (other && first) return first;
      first ??= other;
    }
    return undefined;
  }
}

/** True for an item that names both halves. */
function isWhole({ mask }: PciMatchItem): boolean {
  return (mask & 0xffffffffn) === 0xffffffffn;
}

function swapHalves(item: PciMatchItem): PciMatchItem {
  const swap = (number: bigint): bigint => ((number & 0xffffn) << 16n) | ((number >> 16n) & 0xffffn);
  return { ...item, value: swap(item.value), mask: item.hasMask ? swap(item.mask) : item.mask };
}

/** Vendor ids that constants and object-like macros of the sources name. */
function vendorConstants({ files }: ConstantSource): ReadonlySet<bigint> {
  const ids = new Set<bigint>();
  for (const { constants, macros } of files) {
    for (const [name, text] of constants) addVendor(ids, name, text);
    for (const { name, body } of macros) addVendor(ids, name, body);
  }
  return ids;
}

function addVendor(ids: Set<bigint>, name: string, text: string): void {
  if (!/vendor/i.test(name) || /sub/i.test(name)) return;
  const number = /^\(?\s*(0[xX][0-9A-Fa-f]{1,4}|[1-9][0-9]{0,4})[uUlL]*\s*\)?$/.exec(text.trim())?.[1];
  if (number === undefined) return;
  const id = BigInt(number);
  if (id > 0n && id < 0xffffn) ids.add(id);
}
