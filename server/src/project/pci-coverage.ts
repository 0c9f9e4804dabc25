// How the devices that a personality matches stand to those that an entitlement allows. The kernel compares each of them with the
// device, never with one another (IOPCIDevice::matchPropertyTable); here both are compared as sets of devices, exactly.
import { coverage, intersect, type Cube } from "../knowledge/device-sets.ts";
import { cubeOf, cubesOf, PCI_REGISTERS, registerMask, type PciMatchItem, type PciRegister } from "../knowledge/pci.ts";
import type { MatchSite, PciClaim, PciPersonality } from "./pci-claims.ts";
import type { PciMistakes } from "./pci-mistakes.ts";

/**
 * "none": no device that fits is allowed; "some": some are, others are not; "unclear": whether one is allowed depends on a register
 * that the personality does not look at (a class against a vendor); "all": every one is allowed.
 */
export type Allowed = "all" | "unclear" | "some" | "none";

export interface ItemVerdict {
  readonly site: MatchSite;
  readonly item: PciMatchItem;
  readonly allowed: Allowed;
}

/**
 * The verdict on each alternative of a personality, of the key that names its devices most closely. Undefined where nothing can be said:
 * the personality or a dictionary of the claim holds a placeholder, has no PCI key or nothing that the kernel could read, or is too large.
 */
export function judgeCoverage(
  { table }: PciPersonality,
  claim: PciClaim,
  mistakes: PciMistakes,
): readonly ItemVerdict[] | undefined {
  if (!table.known || table.sites.length === 0) return undefined;
  const allowed = allowedBy(claim, mistakes);
  if (!allowed) return undefined;
  const site = mainSite(table.sites);
  const others = mistakes.mended({ known: true, sites: table.sites.filter((other) => other !== site) });
  const rest = cubesOf(others);
  if (!site || !rest) return undefined;
  const verdicts: ItemVerdict[] = [];
  for (const item of site.items) {
    // IOPCIMatch fits on either of two registers. The entitlement need only allow one of them: which was meant cannot be told.
    const byRegister = site.key.registers.map((register) => {
      const cubes = cubeOf(mistakes.mendedItem(item), register).flatMap((cube) =>
        rest.flatMap((other) => intersect(cube, other) ?? []),
      );
      return judge(cubes, allowed.cubes);
    });
    const best = ORDER.find((verdict) => byRegister.includes(verdict));
    if (best === undefined) return undefined;
    if (best !== "all" && !allowed.complete) return undefined;
    verdicts.push({ site, item, allowed: best });
  }
  return verdicts.length > 0 ? verdicts : undefined;
}

const ORDER: readonly Allowed[] = ["all", "unclear", "some", "none"];

/** The devices that a claim allows; not `complete` where one of its dictionaries cannot be evaluated. */
function allowedBy(claim: PciClaim, mistakes: PciMistakes): { cubes: readonly Cube[]; complete: boolean } | undefined {
  if (claim.tables.length === 0) return undefined;
  const cubes: Cube[] = [];
  let complete = true;
  for (const table of claim.tables) {
    const own = table.known ? cubesOf(mistakes.mended(table)) : undefined;
    if (own) cubes.push(...own);
    else complete = false;
  }
  return { cubes, complete };
}

/** The key with the device's register, else the subsystem's, else the class's. */
function mainSite(sites: readonly MatchSite[]): MatchSite | undefined {
  const registers: readonly PciRegister[] = ["device", "subsystem", "class"];
  for (const register of registers) {
    const site = sites.find(({ key, items }) => key.registers.includes(register) && items.length > 0);
    if (site) return site;
  }
  return undefined;
}

/** The verdict on devices given as cubes; undefined where there are none or the comparison is too large. */
function judge(wanted: readonly Cube[], allowed: readonly Cube[]): Allowed | undefined {
  if (wanted.length === 0) return undefined;
  const verdicts = wanted.map((cube): Allowed | undefined => {
    const result = coverage(cube, allowed);
    if (result === "covered") return "all";
    if (result === "disjoint") return "none";
    if (result === undefined) return undefined;
    return allowed.some((other) => narrowsWhatIsNamed(cube, other)) ? "some" : "unclear";
  });
  if (verdicts.includes(undefined)) return undefined;
  if (verdicts.every((verdict) => verdict === verdicts[0])) return verdicts[0];
  return verdicts.includes("some") || verdicts.includes("none") ? "some" : "unclear";
}

/** True when the allowed set asks for more in a register that the wanted set looks at itself. */
function narrowsWhatIsNamed(wanted: Cube, allowed: Cube): boolean {
  if (!intersect(wanted, allowed)) return false;
  return (Object.keys(PCI_REGISTERS) as PciRegister[]).some((register) => {
    const own = registerMask(wanted, register);
    return own !== 0n && (registerMask(allowed, register) & ~own) !== 0n;
  });
}
