// What a dext says of PCI devices: its personalities in the Info.plist and its claims in the entitlements, paired and with places.
import type { Span } from "../base/span.ts";
import {
  GENERIC_MATCH_KEYS,
  parsePciMatch,
  PCI_ENTITLEMENT,
  PCI_MATCH_KEYS,
  PCI_PROVIDER_CLASS,
  type PciMatchItem,
  type PciMatchKey,
} from "../knowledge/pci.ts";
import { entryOf, stringOf, type PlistDocument, type PlistEntry, type PlistValue } from "../plist/document.ts";
import { placeOfText } from "../plist/offsets.ts";
import { expandVariables, isTemplate } from "./build-settings.ts";
import { isDextPersonality, personalitiesOf, type Personality } from "./dext-plists.ts";
import type { Target } from "./model.ts";

/** A PCI match key of a dictionary, its string taken apart. */
export interface MatchSite {
  readonly document: PlistDocument;
  readonly key: PciMatchKey;
  readonly entry: PlistEntry;
  readonly value: PlistValue;
  /** The value's text, entities decoded; offsets of the items refer to it. */
  readonly text: string;
  readonly items: readonly PciMatchItem[];
}

/** The PCI match keys of a personality or of an entitlement's dictionary. */
export interface MatchTable {
  readonly sites: readonly MatchSite[];
  /** False where a key's value is no string, or a placeholder that is filled in later: nothing can be said then. */
  readonly known: boolean;
}

export interface PciPersonality {
  readonly document: PlistDocument;
  readonly personality: Personality;
  readonly provider: PlistEntry | undefined;
  readonly table: MatchTable;
  /** Narrowed by a PCI key or by one of IOService's own matching keys. */
  readonly narrowed: boolean;
}

/** What an entitlements file says for transport.pci. */
export interface PciClaim {
  readonly document: PlistDocument;
  readonly root: PlistValue & { readonly kind: "dict" };
  readonly entry: PlistEntry | undefined;
  readonly value: PlistValue | undefined;
  /** The dictionaries of its array. */
  readonly tables: readonly MatchTable[];
}

/** One Info.plist with one entitlements file that some configuration of the target puts together. */
export interface PciPairing {
  readonly personalities: readonly PciPersonality[];
  readonly claim: PciClaim;
}

/** All that a target says of PCI devices. Each file is read once, so that a match item is the same object wherever it turns up. */
export interface PciDext {
  readonly personalities: readonly PciPersonality[];
  readonly claims: readonly PciClaim[];
  /** The pairs that have a PCI personality and entitlements that could be read; each once. */
  readonly pairings: readonly PciPairing[];
}

/** Reads the PCI personalities and claims of a dext target. */
export function pciDextOf(target: Target, plist: (path: string) => PlistDocument | undefined): PciDext {
  const personalities = new Map<string, readonly PciPersonality[]>();
  const claims = new Map<string, PciClaim>();
  const pairings = new Map<string, PciPairing>();
  for (const { infoPlist, entitlements, variables } of target.configurations) {
    if (infoPlist !== undefined && !personalities.has(infoPlist)) {
      personalities.set(infoPlist, pciPersonalitiesOf(plist(infoPlist), variables));
    }
    if (entitlements !== undefined && !claims.has(entitlements)) {
      const claim = claimOf(plist(entitlements));
      if (claim) claims.set(entitlements, claim);
    }
    const matching = personalities.get(infoPlist ?? "") ?? [];
    const claim = claims.get(entitlements ?? "");
    if (claim && matching.length > 0) {
      pairings.set(`${infoPlist ?? ""}\u0000${entitlements ?? ""}`, { personalities: matching, claim });
    }
  }
  return {
    personalities: [...personalities.values()].flat(),
    claims: [...claims.values()],
    pairings: [...pairings.values()],
  };
}

/** The personalities of a dext that match PCI functions. None where the file could not be read as a whole: something may be missing. */
function pciPersonalitiesOf(
  document: PlistDocument | undefined,
  variables: ReadonlyMap<string, string>,
): PciPersonality[] {
  if (!document || !isWhole(document)) return [];
  const result: PciPersonality[] = [];
  for (const personality of personalitiesOf(document)) {
    const { value } = personality;
    if (!isDextPersonality(value)) continue;
    const provider = entryOf(value, "IOProviderClass");
    const written = stringOf(provider?.value);
    const providerClass = written === undefined ? undefined : expandVariables(written, variables).trim();
    const table = matchTable(document, value);
    const isPci =
      providerClass === PCI_PROVIDER_CLASS ||
      ((providerClass === undefined || isTemplate(providerClass)) && hasPciKey(value));
    if (!isPci) continue;
    const narrowed = hasPciKey(value) || GENERIC_MATCH_KEYS.some((key) => entryOf(value, key) !== undefined);
    result.push({ document, personality, provider, table, narrowed });
  }
  return result;
}

function hasPciKey(value: PlistValue): boolean {
  return PCI_MATCH_KEYS.some(({ key }) => entryOf(value, key) !== undefined);
}

function claimOf(document: PlistDocument | undefined): PciClaim | undefined {
  if (!document || document.root?.kind !== "dict" || !isWhole(document)) return undefined;
  const { root } = document;
  const entry = entryOf(root, PCI_ENTITLEMENT);
  const value = entry?.value;
  const items = value?.kind === "array" ? value.items : [];
  const tables = items.flatMap((item) => (item.kind === "dict" ? [matchTable(document, item)] : []));
  return { document, root, entry, value, tables };
}

/** True when no part of the file was unreadable, so that what is not there can be called missing. */
function isWhole(document: PlistDocument): boolean {
  return document.format === "xml" && !document.problems.some((problem) => problem.code === "syntax");
}

function matchTable(document: PlistDocument, dict: PlistValue): MatchTable {
  const sites: MatchSite[] = [];
  let known = true;
  for (const key of PCI_MATCH_KEYS) {
    const entry = entryOf(dict, key.key);
    if (!entry) continue;
    const { value } = entry;
    const text = stringOf(value);
    if (!value || text === undefined || isTemplate(text)) known = false;
    else sites.push({ document, key, entry, value, text, items: parsePciMatch(text, key.defaultMask).items });
  }
  return { sites, known };
}

/** The place of an item, its mask included, in the file. */
export function placeOfItem(site: MatchSite, item: PciMatchItem): Span {
  return placeOfText(site.document, site.value, item.valueStart, item.maskEnd);
}

/** What an item says, as a person would write it. */
export function textOfItem(site: MatchSite, item: PciMatchItem): string {
  return site.text.slice(item.valueStart, item.maskEnd).replace(/\s+/g, "");
}

/** Where personalities say that they are for PCI devices, in words for the steps of a finding. */
export function placesOf(personalities: readonly PciPersonality[]): {
  readonly path: string;
  readonly span: Span;
  readonly kind: "use";
  readonly text: string;
}[] {
  return personalities.map(({ document, personality, provider }) => {
    const span = provider?.value?.contentSpan ?? personality.nameSpan;
    return { path: document.path, span, kind: "use", text: `“${personality.name}” matches PCI devices` };
  });
}
