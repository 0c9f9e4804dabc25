// How the PCI family reads match strings and compares them with a device: parsing, evaluation, and sets of devices as bit cubes.
//
// Source: apple-oss-distributions/IOPCIFamily IOPCIFamily-726.0.5, IOPCIBridge.cpp, matchKeys and pciMatchNub; the entitlement:
// IOPCIDevice.cpp, matchPropertyTable. Numbers are read by xnu's own strtoul (iokit/Kernel/IOStringFuncs.c).
import { intersect, MAX_CUBES, type Cube } from "./device-sets.ts";

/** The value of IOProviderClass in a personality that matches PCI functions. */
export const PCI_PROVIDER_CLASS = "IOPCIDevice";
/** The entitlement that the nub of a PCI function demands of a dext (IOPCIBridge.cpp, IOServiceDEXTEntitlements). */
export const PCI_ENTITLEMENT = "com.apple.developer.driverkit.transport.pci";
/** Whether a personality may be used behind Thunderbolt (IOPCIBridge::matchNubWithPropertyTable). */
export const TUNNEL_KEY = "IOPCITunnelCompatible";

/** Configuration registers that matching looks at, with their place in a cube of 96 bits. */
export const PCI_REGISTERS = { device: 0, subsystem: 32, class: 64 } as const;
export type PciRegister = keyof typeof PCI_REGISTERS;

export interface PciMatchKey {
  readonly key: string;
  /** Registers tried in this order; one that fits is enough. */
  readonly registers: readonly PciRegister[];
  /** The mask of a value that has none of its own. */
  readonly defaultMask: bigint;
}

/** The keys that `pciMatchNub` reads, in its order. A table must fit in every key that it has. */
export const PCI_MATCH_KEYS: readonly PciMatchKey[] = [
  { key: "IOPCIMatch", registers: ["device", "subsystem"], defaultMask: 0xffffffffn },
  { key: "IOPCIPrimaryMatch", registers: ["device"], defaultMask: 0xffffffffn },
  { key: "IOPCISecondaryMatch", registers: ["subsystem"], defaultMask: 0xffffffffn },
  { key: "IOPCIClassMatch", registers: ["class"], defaultMask: 0xffffff00n },
];

/** Keys of IOService that narrow a personality without a PCI key (IOService.cpp, matchInternal). */
export const GENERIC_MATCH_KEYS: readonly string[] = [
  "IONameMatch",
  "IOPropertyMatch",
  "IOPropertyExistsMatch",
  "IOPathMatch",
  "IOLocationMatch",
  "IOParentMatch",
];

/**
 * Vendor ids of which many devices are about (the PCI ID database, pci.ids at commit c1c1254): where one of two numbers is a vendor's and
 * the other is on no such list, this tells which.
 */
export const COMMON_PCI_VENDORS: ReadonlySet<bigint> = new Set([
  0x1000n,
  0x1002n,
  0x1022n,
  0x1033n,
  0x104cn,
  0x106bn,
  0x1077n,
  0x10b5n,
  0x10den,
  0x10ecn,
  0x10een,
  0x1103n,
  0x1106n,
  0x1172n,
  0x11abn,
  0x11c1n,
  0x126fn,
  0x12d8n,
  0x1344n,
  0x144dn,
  0x14e4n,
  0x15b3n,
  0x15b7n,
  0x168cn,
  0x177dn,
  0x17d3n,
  0x1912n,
  0x197bn,
  0x1987n,
  0x1a03n,
  0x1b21n,
  0x1b4bn,
  0x1b73n,
  0x1bb1n,
  0x1c5cn,
  0x1cc1n,
  0x1d0fn,
  0x1e0fn,
  0x8086n,
  0x9005n,
]);

const ULONG_MAX = 0xffff_ffff_ffff_ffffn;

/** One alternative of a match string. */
export interface PciMatchItem {
  readonly value: bigint;
  readonly mask: bigint;
  /** False where the mask is the key's default. */
  readonly hasMask: boolean;
  /** Offsets in the match string: of the value's number, and of the mask's number (or of the value's end). */
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly maskStart: number;
  readonly maskEnd: number;
}

export interface PciMatchString {
  readonly items: readonly PciMatchItem[];
  /** Offset where the kernel stops reading: what stands behind it, white space apart, is ignored. */
  readonly end: number;
}

/**
 * Parses a match string as `matchKeys` does: hexadecimal numbers with or without 0x, each with an optional `&` and mask, apart from
 * one another by white space or nothing. Anything else ends the string without a word. Values keep 64 bits, as in the kernel.
 */
export function parsePciMatch(text: string, defaultMask: bigint): PciMatchString {
  const items: PciMatchItem[] = [];
  let at = 0;
  for (;;) {
    const value = strtoul16(text, at);
    if (!value) return { items, end: at };
    at = value.end;
    // Only blanks may stand before the ampersand; with a tab or a line end there the kernel sees no mask.
    let ampersand = at;
    while (text.charAt(ampersand) === " ") ampersand++;
    const own = { value: value.value, valueStart: value.start, valueEnd: value.end };
    if (text.charAt(ampersand) !== "&") {
      items.push({ ...own, mask: defaultMask, hasMask: false, maskStart: value.end, maskEnd: value.end });
      continue;
    }
    // An ampersand without a number behind it is a mask of zero, which every device fits.
    const mask = strtoul16(text, ampersand + 1);
    at = mask?.end ?? ampersand + 1;
    items.push({ ...own, mask: mask?.value ?? 0n, hasMask: true, maskStart: mask?.start ?? at, maskEnd: at });
  }
}

/** True when the register holds what the item asks for. A value with bits beyond the 32 of a register never fits while its mask keeps them. */
export function matchesRegister(item: PciMatchItem, register: bigint): boolean {
  return (item.value & item.mask) === (register & item.mask);
}

/**
 * strtoul with base 16 as the kernel has it: white space is blank, tab and line feed; a sign is taken; "0x" without a digit is no
 * number; too large a number is ULONG_MAX. Returns where the digits' text begins and where reading stopped, or undefined for no number.
 */
function strtoul16(text: string, from: number): { value: bigint; start: number; end: number } | undefined {
  let at = from;
  while (text.charAt(at) === " " || text.charAt(at) === "\t" || text.charAt(at) === "\n") at++;
  const start = at;
  const negative = text.charAt(at) === "-";
  if (negative || text.charAt(at) === "+") at++;
  if (text.charAt(at) === "0" && /[xX]/.test(text.charAt(at + 1))) at += 2;
  const digits = /^[0-9A-Fa-f]+/.exec(text.slice(at, at + 4096))?.[0] ?? "";
  if (digits === "") return undefined;
  const significant = digits.replace(/^0+/, "");
  const value = significant.length > 16 ? ULONG_MAX : BigInt(`0x0${significant}`);
  const signed = negative && significant.length <= 16 ? BigInt.asUintN(64, -value) : value;
  return { value: signed, start, end: at + digits.length };
}

/**
 * The PCI functions that a match table fits, as a union of cubes; `table` gives the alternatives of each key that the table has.
 * An empty list: it fits none. A single cube with mask 0: it fits all. Undefined when the table is too large to evaluate.
 */
export function cubesOf(table: ReadonlyMap<string, readonly PciMatchItem[]>): readonly Cube[] | undefined {
  let cubes: Cube[] = [{ value: 0n, mask: 0n }];
  for (const { key, registers } of PCI_MATCH_KEYS) {
    const items = table.get(key);
    if (items === undefined) continue;
    const alternatives = registers.flatMap((register) => items.flatMap((item) => cubeOf(item, register)));
    if (cubes.length * alternatives.length > MAX_CUBES) return undefined;
    cubes = cubes.flatMap((cube) => alternatives.flatMap((other) => intersect(cube, other) ?? []));
  }
  return cubes;
}

/** The functions whose register fits an item: one cube, or none where the value has kept bits beyond the register. */
export function cubeOf(item: PciMatchItem, register: PciRegister): Cube[] {
  const kept = item.value & item.mask;
  if (kept > 0xffffffffn) return [];
  const shift = BigInt(PCI_REGISTERS[register]);
  return [{ value: kept << shift, mask: (item.mask & 0xffffffffn) << shift }];
}

/** The bits of a cube that belong to one register. */
export function registerMask(cube: Cube, register: PciRegister): bigint {
  return (cube.mask >> BigInt(PCI_REGISTERS[register])) & 0xffffffffn;
}

/** A 32-bit number as these tables are written: 0x and eight digits, in lower case where `like` has digits in lower case. */
export function hex32(value: bigint, like = ""): string {
  const digits = (value & 0xffffffffn).toString(16).padStart(8, "0");
  const lower = /[a-f]/.test(like) && !/[A-F]/.test(like);
  return `0x${lower ? digits : digits.toUpperCase()}`;
}
