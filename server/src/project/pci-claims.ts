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
import {
  entryOf,
  stringOf,
  type PlistDict,
  type PlistDocument,
  type PlistEntry,
  type PlistValue,
} from "../plist/document.ts";
import { placeOfText } from "../plist/offsets.ts";
import { isTemplate } from "./build-settings.ts";
import {
  deviceDextOf,
  tablesOf,
  type ClaimSite,
  type DeviceDext,
  type Pairing,
  type ProviderPersonality,
} from "./device-claims.ts";
import type { Personality } from "./dext-plists.ts";
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
  readonly root: PlistDict;
  readonly entry: PlistEntry | undefined;
  readonly value: PlistValue | undefined;
  /** The dictionaries of its array. */
  readonly tables: readonly MatchTable[];
}

/** One Info.plist with one entitlements file that some configuration of the target puts together. */
export type PciPairing = Pairing<PciPersonality, PciClaim>;

export type PciDext = DeviceDext<PciPersonality, PciClaim>;

/** Reads the PCI personalities and claims of a dext target. */
export function pciDextOf(target: Target, plist: (path: string) => PlistDocument | undefined): PciDext {
  return deviceDextOf(target, plist, PCI_ENTITLEMENT, { personality: pciPersonality, claim: pciClaim });
}

function pciPersonality(found: ProviderPersonality): PciPersonality | undefined {
  const { document, personality, providerEntry, provider } = found;
  const { value } = personality;
  const isOpen = provider === undefined || isTemplate(provider);
  if (provider !== PCI_PROVIDER_CLASS && !(isOpen && hasPciKey(value))) return undefined;
  const narrowed = hasPciKey(value) || GENERIC_MATCH_KEYS.some((key) => entryOf(value, key) !== undefined);
  return { document, personality, provider: providerEntry, table: matchTable(document, value), narrowed };
}

function hasPciKey(value: PlistValue): boolean {
  return PCI_MATCH_KEYS.some(({ key }) => entryOf(value, key) !== undefined);
}

function pciClaim({ document, root, entry }: ClaimSite): PciClaim {
  const value = entry?.value;
  return { document, root, entry, value, tables: tablesOf(value, (dict) => matchTable(document, dict)) };
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
