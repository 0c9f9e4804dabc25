// Sets of devices, written as the bits of their descriptors that have to agree, and how one set stands to others. Exact.

/** A set of devices: those whose registers or descriptor fields, side by side, agree with `value` in the bits of `mask`. `value` is 0 outside the mask. */
export interface Cube {
  readonly value: bigint;
  readonly mask: bigint;
}

/** More alternatives than a person writes; what has more is not evaluated. */
export const MAX_CUBES = 2048;

/** The devices in both cubes; undefined for none. */
export function intersect(a: Cube, b: Cube): Cube | undefined {
  const common = a.mask & b.mask;
  if ((a.value & common) !== (b.value & common)) return undefined;
  return { value: a.value | b.value, mask: a.mask | b.mask };
}

/**
 * How the devices of `wanted` stand to those of `allowed`: "covered" when every one is allowed, "disjoint" when none is, "partly"
 * otherwise; undefined when it takes too many steps to tell. Exact, also where several allowed cubes cover one wanted cube together.
 */
export function coverage(wanted: Cube, allowed: readonly Cube[]): "covered" | "partly" | "disjoint" | undefined {
  const touching = allowed.filter((cube) => intersect(wanted, cube) !== undefined);
  if (touching.length === 0) return "disjoint";
  let left: Cube[] = [wanted];
  for (const cube of touching) {
    left = left.flatMap((part) => subtract(part, cube));
    if (left.length > MAX_CUBES) return undefined;
  }
  return left.length === 0 ? "covered" : "partly";
}

/** The devices of `a` that are not in `b`, as cubes apart from one another. */
function subtract(a: Cube, b: Cube): Cube[] {
  if (!intersect(a, b)) return [a];
  const parts: Cube[] = [];
  let fixed = a;
  for (let missing = b.mask & ~a.mask; missing !== 0n; missing &= missing - 1n) {
    const bit = missing & -missing;
    parts.push({ value: fixed.value | (~b.value & bit), mask: fixed.mask | bit });
    fixed = { value: fixed.value | (b.value & bit), mask: fixed.mask | bit };
  }
  return parts;
}
