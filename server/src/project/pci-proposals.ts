// The value that transport.pci should have for a dext's personalities: what quick fixes write.
import { hex32, type PciMatchItem } from "../knowledge/pci.ts";
import type { NewValue } from "../plist/edit.ts";
import type { PciPersonality } from "./pci-claims.ts";
import type { PciMistakes } from "./pci-mistakes.ts";

/** A way to write the entitlement's dictionaries. */
export interface Proposal {
  readonly title: string;
  /** The dictionaries of the array. */
  readonly dictionaries: readonly NewValue[];
}

/**
 * The dictionaries that allow the devices of the personalities, exact first: each personality's own match, mistaken values mended;
 * then, where vendors are known, whole vendors, which is the form that Apple grants for production; last, where a personality names no
 * device at all, the value of development profiles. Empty where nothing can be proposed.
 */
export function proposalsFor(personalities: readonly PciPersonality[], mistakes: PciMistakes): Proposal[] {
  const exact = unique(personalities.flatMap((personality) => exactTable(personality, mistakes) ?? []));
  const vendors = unique(personalities.flatMap((personality) => vendorTables(personality, mistakes)));
  const proposals: Proposal[] = [];
  if (exact.length > 0) {
    proposals.push({
      title: `Allow the devices of the personality: ${describe(exact)}`,
      dictionaries: exact.map(toDict),
    });
  }
  if (vendors.length > 0 && describe(vendors) !== describe(exact)) {
    proposals.push({
      title: `Allow every device of the vendor: ${describe(vendors)}`,
      dictionaries: vendors.map(toDict),
    });
  }
  if (proposals.length === 0 && personalities.some(({ narrowed }) => !narrowed)) {
    const everything: Table = [["IOPCIPrimaryMatch", "0xFFFFFFFF&0x00000000"]];
    const title = `Allow every device, for development profiles: ${describe([everything])}`;
    proposals.push({ title, dictionaries: [toDict(everything)] });
  }
  return proposals;
}

type Table = readonly (readonly [key: string, value: string])[];

function toDict(table: Table): NewValue {
  return { entries: table };
}

function exactTable({ table }: PciPersonality, mistakes: PciMistakes): Table[] | undefined {
  if (!table.known || table.sites.length === 0 || table.sites.some(({ items }) => items.length === 0)) return undefined;
  const entries = table.sites.map((site): readonly [string, string] => {
    const items = site.items.map((item) => write(mistakes.mendedItem(item), site.text));
    return [site.key.key, items.join(" ")];
  });
  return [entries];
}

/** One table for each vendor that the personality's values name in full. */
function vendorTables({ table }: PciPersonality, mistakes: PciMistakes): Table[] {
  if (!table.known) return [];
  const items = table.sites
    .filter(({ key }) => key.registers.includes("device"))
    .flatMap((site) => site.items.map((item) => ({ item: mistakes.mendedItem(item), like: site.text })));
  if (items.some(({ item }) => (item.mask & 0xffffn) !== 0xffffn)) return [];
  return items.map(({ item, like }) => [["IOPCIPrimaryMatch", `${hex32(item.value & 0xffffn, like)}&0x0000FFFF`]]);
}

function write(item: PciMatchItem, like: string): string {
  const value = hex32(item.value, like);
  return item.hasMask ? `${value}&${hex32(item.mask, like)}` : value;
}

function unique(tables: readonly Table[]): Table[] {
  return [...new Map(tables.map((table) => [JSON.stringify(table), table])).values()];
}

function describe(tables: readonly Table[]): string {
  const text = tables.map((table) => table.map(([key, value]) => `${key} ${value}`).join(", ")).join("; ");
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
