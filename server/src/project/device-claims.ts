// How a dext's word on devices is read: the personalities of its Info.plists and the claims of its entitlements, paired as its
// configurations put them together. What the keys of a bus mean is said in pci-claims.ts and usb-claims.ts.
import {
  entryOf,
  stringOf,
  wholeDict,
  type PlistDict,
  type PlistDocument,
  type PlistEntry,
  type PlistValue,
} from "../plist/document.ts";
import { expandVariables } from "./build-settings.ts";
import { isDextPersonality, personalitiesOf, type Personality } from "./dext-plists.ts";
import type { Target } from "./model.ts";

/** One Info.plist with one entitlements file that some configuration of the target puts together. */
export interface Pairing<P, C> {
  readonly personalities: readonly P[];
  readonly claim: C;
}

/** All that a target says of the devices of a bus. Each file is read once, so that what is read of it is the same object wherever it turns up. */
export interface DeviceDext<P, C> {
  readonly personalities: readonly P[];
  readonly claims: readonly C[];
  /** The pairs that have a personality and a claim; each once. */
  readonly pairings: readonly Pairing<P, C>[];
}

/** How the personalities and the claims of a bus are read. */
export interface Bus<P, C> {
  /** Undefined for a personality that is for another bus. */
  personality(found: ProviderPersonality): P | undefined;
  /** Undefined where the file says nothing that could be judged. */
  claim(found: ClaimSite): C | undefined;
}

export interface ProviderPersonality {
  readonly document: PlistDocument;
  readonly personality: Personality;
  readonly providerEntry: PlistEntry | undefined;
  /** IOProviderClass, variables filled in. */
  readonly provider: string | undefined;
}

export interface ClaimSite {
  readonly document: PlistDocument;
  readonly root: PlistDict;
  /** The bus's entitlement, where the file has it. */
  readonly entry: PlistEntry | undefined;
}

/** Reads the personalities and claims of a dext target for one bus. Files that could not be read as a whole give nothing. */
export function deviceDextOf<P, C>(
  target: Target,
  plist: (path: string) => PlistDocument | undefined,
  entitlement: string,
  bus: Bus<P, C>,
): DeviceDext<P, C> {
  const personalities = new Map<string | undefined, readonly P[]>();
  const claims = new Map<string | undefined, C | undefined>();
  const pairings = new Map<string, Pairing<P, C>>();
  for (const { infoPlist, entitlements, variables } of target.configurations) {
    if (!personalities.has(infoPlist)) {
      const document = infoPlist === undefined ? undefined : plist(infoPlist);
      personalities.set(infoPlist, readPersonalities(document, variables, bus));
    }
    if (!claims.has(entitlements)) {
      const document = entitlements === undefined ? undefined : plist(entitlements);
      const root = document && wholeDict(document);
      claims.set(entitlements, root && bus.claim({ document, root, entry: entryOf(root, entitlement) }));
    }
    const matching = personalities.get(infoPlist) ?? [];
    const claim = claims.get(entitlements);
    if (claim !== undefined && matching.length > 0) {
      pairings.set(`${infoPlist ?? ""}\u0000${entitlements ?? ""}`, { personalities: matching, claim });
    }
  }
  return {
    personalities: [...personalities.values()].flat(),
    claims: [...claims.values()].filter((claim) => claim !== undefined),
    pairings: [...pairings.values()],
  };
}

function readPersonalities<P, C>(
  document: PlistDocument | undefined,
  variables: ReadonlyMap<string, string>,
  bus: Bus<P, C>,
): P[] {
  if (!document?.whole) return [];
  return personalitiesOf(document).flatMap((personality) => {
    if (!isDextPersonality(personality.value)) return [];
    const providerEntry = entryOf(personality.value, "IOProviderClass");
    const written = stringOf(providerEntry?.value);
    const provider = written === undefined ? undefined : expandVariables(written, variables).trim();
    return bus.personality({ document, personality, providerEntry, provider }) ?? [];
  });
}

/** The tables of the dictionaries in an entitlement's array. */
export function tablesOf<T>(value: PlistValue | undefined, read: (dict: PlistDict) => T): T[] {
  const items = value?.kind === "array" ? value.items : [];
  return items.flatMap((item) => (item.kind === "dict" ? [read(item)] : []));
}
