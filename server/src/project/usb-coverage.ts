// How the devices that a USB personality matches stand to those that an entitlement allows. Apple's grants name vendors alone, and they
// do work, so the dictionaries of a claim are compared with the device key by key; here both sides are compared as sets of devices.
import { coverage, intersect, type Cube } from "../knowledge/device-sets.ts";
import { USB_MATCH_KEYS, USB_PRODUCT_ARRAY, USB_PRODUCT_MASK } from "../knowledge/usb.ts";
import type { PlistEntry } from "../plist/document.ts";
import type { UsbClaim, UsbPersonality, UsbTable } from "./usb-claims.ts";

/**
 * "none": no device that the personality matches is allowed; "some": some are, others are not; "unclear": whether one is allowed depends
 * on something that the personality does not look at, or that is filled in later; "all": every one is allowed.
 */
export type UsbAllowed = "all" | "unclear" | "some" | "none";

export interface UsbComparison {
  readonly allowed: UsbAllowed;
  /** The products, by number, that are refused; empty where the personality does not tell them one by one. */
  readonly refused: readonly bigint[];
}

/** Whether a claim allows what a personality matches, where the part that it does not allow need not be told. */
export function judgeUsbClaim(found: UsbPersonality, claim: UsbClaim): "all" | "unclear" | "none" {
  const { allowed } = compareUsb(found, claim);
  return allowed === "some" ? "unclear" : allowed;
}

/** Compares a personality with the dictionaries of a claim. What cannot be evaluated counts as unclear. */
export function compareUsb({ table }: UsbPersonality, claim: UsbClaim): UsbComparison {
  const wanted = setOf(table);
  const exact: Cube[] = [];
  // A dictionary with a value that is not known allows at most what the rest of it says.
  const open: Cube[] = [];
  for (const each of claim.tables) {
    const { cubes, complete } = setOf(each);
    // One without any key that is known says nothing that could be relied on.
    (complete && each.values.size > 0 ? exact : open).push(...cubes.map(({ cube }) => cube));
  }
  if (wanted.cubes.length > MAX_ALTERNATIVES || exact.length > MAX_ALTERNATIVES)
    return { allowed: "unclear", refused: [] };
  const judged = wanted.cubes.map(({ cube, product }) => ({
    product,
    allowed: judge(cube, exact, open, wanted.named),
  }));
  const has = (allowed: UsbAllowed): boolean => judged.some((each) => each.allowed === allowed);
  const refused = judged.flatMap(({ product, allowed }) =>
    product !== undefined && allowed === "none" ? [product] : [],
  );
  if (has("none")) return { allowed: judged.every(({ allowed }) => allowed === "none") ? "none" : "some", refused };
  return { allowed: has("some") ? "some" : has("unclear") ? "unclear" : "all", refused };
}

const MAX_ALTERNATIVES = 512;

interface DeviceSet {
  readonly cubes: readonly { readonly cube: Cube; readonly product: bigint | undefined }[];
  /** The bits of the fields that the table speaks of, also where it allows any value. */
  readonly named: bigint;
  /** False where a value is not known; its field then counts as open. */
  readonly complete: boolean;
}

/** Each matching key's field in a cube: where it begins, and its bits. */
const FIELDS: ReadonlyMap<string, { readonly shift: bigint; readonly bits: bigint }> = (() => {
  const fields = new Map<string, { shift: bigint; bits: bigint }>();
  let shift = 0n;
  for (const [key, width] of USB_MATCH_KEYS) {
    const size = BigInt(width);
    fields.set(key, { shift, bits: (1n << size) - 1n });
    shift += size;
  }
  return fields;
})();

/** The devices that a table fits. A number beyond its field fits none. */
function setOf(table: UsbTable): DeviceSet {
  let common: Cube | undefined = { value: 0n, mask: 0n };
  let named = 0n;
  let complete = true;
  const fix = (key: string, value: bigint, mask?: bigint): Cube | undefined => {
    const field = FIELDS.get(key);
    if (!field || value < 0n || value > field.bits) return undefined;
    const kept = (mask ?? field.bits) & field.bits;
    return { value: (value & kept) << field.shift, mask: kept << field.shift };
  };
  for (const [key, { shift, bits }] of FIELDS) {
    if (key === "idProduct" || !table.values.has(key)) continue;
    const value = table.values.get(key);
    if (value === undefined) complete = false;
    else named |= bits << shift;
    const cube: Cube | undefined = typeof value === "bigint" ? fix(key, value) : { value: 0n, mask: 0n };
    common = common && cube && intersect(common, cube);
  }
  const product = FIELDS.get("idProduct");
  const { products, mask, isKnown } = productsOf(table);
  if (!isKnown) complete = false;
  else if (product && (products || table.values.has("idProduct"))) named |= product.bits << product.shift;
  if (!common) return { cubes: [], named, complete };
  const rest = common;
  const cubes = products?.flatMap((number) => {
    const own = fix("idProduct", number, mask);
    const cube = own && intersect(rest, own);
    return cube ? [{ cube, product: mask === undefined ? number : undefined }] : [];
  });
  return { cubes: cubes ?? [{ cube: rest, product: undefined }], named, complete };
}

/** The products that a table names, with the mask that they are compared under; without products it takes any. */
function productsOf({ values, products }: UsbTable): {
  readonly products?: readonly bigint[];
  readonly mask?: bigint;
  readonly isKnown: boolean;
} {
  const mask = values.get(USB_PRODUCT_MASK);
  const own = values.get("idProduct");
  const named = values.has(USB_PRODUCT_ARRAY) ? products : typeof own === "bigint" ? [own] : undefined;
  if (values.has(USB_PRODUCT_MASK) && typeof mask !== "bigint") return { isKnown: false };
  if (named) return { products: named, ...(typeof mask === "bigint" ? { mask } : {}), isKnown: true };
  return { isKnown: own === "any" || !(values.has("idProduct") || values.has(USB_PRODUCT_ARRAY)) };
}

function judge(wanted: Cube, exact: readonly Cube[], open: readonly Cube[], named: bigint): UsbAllowed {
  const result = coverage(wanted, exact);
  if (result === "covered") return "all";
  if (result === undefined || open.some((cube) => intersect(wanted, cube))) return "unclear";
  if (result === "disjoint") return "none";
  const narrows = exact.some((cube) => intersect(wanted, cube) && (cube.mask & ~wanted.mask & named) !== 0n);
  return narrows ? "some" : "unclear";
}

/** The entry of a claim's dictionary that refuses what a personality matches; undefined where no single one does. */
export function refusingEntry({ table }: UsbPersonality, allowed: UsbTable): PlistEntry | undefined {
  const wanted = setOf(table);
  return allowed.entries.find((entry) => {
    if (entry.key === USB_PRODUCT_MASK) return false;
    const isProduct = entry.key === "idProduct" || entry.key === USB_PRODUCT_ARRAY;
    const keys = isProduct ? [...PRODUCT_KEYS] : [entry.key];
    const values = new Map(
      keys.flatMap((key) => (allowed.values.has(key) ? [[key, allowed.values.get(key)] as const] : [])),
    );
    const alone = setOf({ entries: [], values, products: isProduct ? allowed.products : undefined });
    if (!alone.complete) return false;
    const own = alone.cubes.map(({ cube }) => cube);
    return wanted.cubes.some(({ cube }) => ["none", "some"].includes(judge(cube, own, [], wanted.named)));
  });
}

const PRODUCT_KEYS = ["idProduct", USB_PRODUCT_ARRAY, USB_PRODUCT_MASK] as const;
