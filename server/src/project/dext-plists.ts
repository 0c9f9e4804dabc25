// Tells from a plist's content what it is: the Info.plist of a dext, of an application, of a kext, or the entitlements of one of them.
import { COMMUNICATES_WITH_DRIVERS, SYSTEM_EXTENSION_INSTALL, USERCLIENT_ACCESS } from "../knowledge/entitlements.ts";
import { stringOf, valueOf, type PlistDocument, type PlistValue } from "../plist/document.ts";

/** What an Info.plist describes. "other": a kext, a framework, or something that cannot be told. */
export type BundleKind = "dext" | "app" | "other";

/**
 * What an Info.plist describes. A dext says so in CFBundlePackageType, or has a personality with IOUserClass or IOUserServerName:
 * the kernel starts a user-space driver for exactly those (IOService::probeCandidates looks for IOUserServerName).
 */
export function bundleKindOf(document: PlistDocument): BundleKind {
  const type = stringOf(valueOf(document.root, "CFBundlePackageType"))?.trim();
  if (type === "DEXT") return "dext";
  if (type === "KEXT") return "other";
  if (personalitiesOf(document).some(({ value }) => isDextPersonality(value))) return "dext";
  return type === "APPL" ? "app" : "other";
}

/** A personality: an entry of IOKitPersonalities whose value is a dictionary. */
export interface Personality {
  readonly name: string;
  readonly value: PlistValue & { readonly kind: "dict" };
  /** The text of its key. */
  readonly nameSpan: { readonly start: number; readonly end: number };
}

/** The personalities of an Info.plist in order. */
export function personalitiesOf(document: PlistDocument): Personality[] {
  const personalities = valueOf(document.root, "IOKitPersonalities");
  if (personalities?.kind !== "dict") return [];
  const result: Personality[] = [];
  for (const { key, keySpan, value } of personalities.entries) {
    if (value?.kind === "dict") result.push({ name: key, value, nameSpan: keySpan });
  }
  return result;
}

/** True when the kernel runs the personality in user space. A kext's personality has neither key. */
export function isDextPersonality(value: PlistValue): boolean {
  return valueOf(value, "IOUserClass") !== undefined || valueOf(value, "IOUserServerName") !== undefined;
}

/** The keys that only a dext may claim: those of its own start, of its buses and families, and of who may open it. */
const DEXT_KEYS = /^com\.apple\.developer\.driverkit(\.transport\..*|\.family\..*|\.allow-.*|)$/;
/** The keys of applications that open or install dexts. */
const APP_KEYS: readonly string[] = [SYSTEM_EXTENSION_INSTALL, COMMUNICATES_WITH_DRIVERS, USERCLIENT_ACCESS];

/**
 * Whose entitlements a file holds; "unknown" where no key tells. A key of dexts outweighs the right to open drivers, which a dext's file
 * may hold by mistake; nothing but an app installs system extensions.
 */
export function entitlementsOwner(document: PlistDocument): BundleKind | "unknown" {
  const keys = keysOf(document);
  if (keys.includes(SYSTEM_EXTENSION_INSTALL)) return "app";
  if (keys.some((key) => DEXT_KEYS.test(key))) return "dext";
  return keys.some((key) => APP_KEYS.includes(key)) ? "app" : "unknown";
}

/** True for entitlements with keys of both sides, one of them by mistake: where the file lies tells whose they are. */
export function isMixed(document: PlistDocument): boolean {
  const keys = keysOf(document);
  return keys.includes(SYSTEM_EXTENSION_INSTALL) && keys.some((key) => DEXT_KEYS.test(key));
}

function keysOf({ root }: PlistDocument): string[] {
  return root?.kind === "dict" ? root.entries.map(({ key }) => key) : [];
}
