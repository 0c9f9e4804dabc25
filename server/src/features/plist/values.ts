// Which values to propose for a key: classes of the project, families and providers, bundle ids of the workspace, allowed values.
import { basename } from "../../base/paths.ts";
import { USERCLIENT_ACCESS } from "../../knowledge/entitlements.ts";
import { DRIVER_FAMILIES, familyOfBases, type DriverFamily } from "../../knowledge/infoplist.ts";
import { entryOf, stringOf, type PlistValue } from "../../plist/document.ts";
import { personalitiesOf } from "../../project/dext-plists.ts";
import { infoPlistsOf } from "../../project/model.ts";
import { bundleIdsOf, isUserClient, serviceClassesOf, type FeatureContext } from "../context.ts";
import { KERNEL_INTERFACE, type DictPlace, type KeyFact } from "./schema.ts";

export interface ProposedValue {
  readonly text: string;
  /** Shown dimmed beside it. */
  readonly detail: string;
  readonly kind: "class" | "id" | "value";
}

const BUNDLE_ID_KEYS: ReadonlySet<string> = new Set(["CFBundleIdentifier", "IOUserServerName", "IOMatchCategory"]);

/** The values for a key, the likeliest first, none twice. `siblings` are the other keys of its dictionary with their text. */
export function valuesFor(
  context: FeatureContext,
  place: DictPlace,
  known: KeyFact | undefined,
  key: string,
  siblings: ReadonlyMap<string, string>,
): ProposedValue[] {
  const usual = known?.kind === "info" ? known.fact.values : [];
  const proposed = [...special(context, place, key, siblings), ...usual.map((text) => plain(text))];
  const seen = new Set<string>();
  return proposed.filter(({ text }) => !seen.has(text) && seen.add(text));
}

function special(
  context: FeatureContext,
  place: DictPlace,
  key: string,
  siblings: ReadonlyMap<string, string>,
): ProposedValue[] {
  if (place === "personality" || place === "create") {
    if (key === "IOUserClass") return classes(context, place, siblings);
    if (key === "IOClass") return place === "personality" ? ioClasses(context, siblings) : [];
    if (key === "IOProviderClass") return providers(context, siblings);
    if (key === "CFBundleIdentifierKernel") return kernelIds(siblings);
  }
  if (place === "top" || place === "personality") {
    if (BUNDLE_ID_KEYS.has(key)) return [plain("$(PRODUCT_BUNDLE_IDENTIFIER)"), ...ownIds(context)];
  }
  if (place === "entitlements" && key === USERCLIENT_ACCESS) return ids(context, "dext");
  if (place === "pci-claim" || place === "usb-claim") return matchedByPersonalities(context, key);
  return [];
}

function plain(text: string, detail = ""): ProposedValue {
  return { text, detail, kind: "value" };
}

function classes(context: FeatureContext, place: DictPlace, siblings: ReadonlyMap<string, string>): ProposedValue[] {
  const ioClass = siblings.get("IOClass") ?? "";
  const wantsClient = place === "create" && (ioClass === "" || ioClass === "IOUserUserClient");
  const rank = (name: string): number => Number(isUserClient(context.index, name) !== wantsClient);
  return serviceClassesOf(context)
    .map(({ name, base, path }) => ({ name, detail: `${base ?? ""} (${basename(path)})`.trim() }))
    .sort((a, b) => rank(a.name) - rank(b.name))
    .map(({ name, detail }) => ({ text: name, detail, kind: "class" }));
}

/** The family of the class that the dictionary names; undefined for a plain service as well. */
function familyOf({ index }: FeatureContext, siblings: ReadonlyMap<string, string>): DriverFamily | undefined {
  const userClass = siblings.get("IOUserClass") ?? "";
  return index.classes.has(userClass) ? familyOfBases(index.ancestors(userClass)) : undefined;
}

function ioClasses(context: FeatureContext, siblings: ReadonlyMap<string, string>): ProposedValue[] {
  const own = familyOf(context, siblings);
  const families = DRIVER_FAMILIES.filter(({ ioClass }) => ioClass !== "IOUserUserClient");
  const names = new Map<string, string[]>();
  for (const { ioClass, name } of own ? [own, ...families] : families) {
    names.set(ioClass, [...new Set([...(names.get(ioClass) ?? []), name])]);
  }
  const first = own?.ioClass ?? "IOUserService";
  return [...names]
    .sort(([a], [b]) => Number(b === first) - Number(a === first))
    .map(([text, families]) => ({ text, detail: families.join(", "), kind: "class" }));
}

function providers(context: FeatureContext, siblings: ReadonlyMap<string, string>): ProposedValue[] {
  const own = familyOf(context, siblings) ?? DRIVER_FAMILIES.find(({ ioClass }) => ioClass === siblings.get("IOClass"));
  const all = [...(own?.providers ?? []), ...DRIVER_FAMILIES.flatMap((family) => family.providers)];
  return [...new Set(all)].map((text) => ({ text, detail: "", kind: "class" }));
}

function kernelIds(siblings: ReadonlyMap<string, string>): ProposedValue[] {
  const ioClass = siblings.get("IOClass");
  const known = DRIVER_FAMILIES.flatMap((family) =>
    family.kernelId === undefined ? [] : [{ id: family.kernelId, family }],
  );
  const rank = (family: DriverFamily): number => Number(family.ioClass !== ioClass);
  const extensions = known
    .sort((a, b) => rank(a.family) - rank(b.family))
    .map(({ id, family }): ProposedValue => ({ text: id, detail: family.ioClass, kind: "id" }));
  const own: ProposedValue = { text: KERNEL_INTERFACE, detail: "IOUserService", kind: "id" };
  // Classes of families that are in no extension of their own are in the kernel, or loaded with the provider.
  return known.some(({ family }) => family.ioClass === ioClass) ? [...extensions, own] : [own, ...extensions];
}

function ids(context: FeatureContext, kind: "dext" | "app"): ProposedValue[] {
  return bundleIdsOf(context)
    .filter(({ target }) => target.kind === kind)
    .map(({ id, target, configurations }) => {
      const where = configurations.length > 0 ? ` (${configurations.join(", ")})` : "";
      return { text: id, detail: `${target.name}${where}`, kind: "id" };
    });
}

function ownIds(context: FeatureContext): ProposedValue[] {
  const own = new Set(context.analysis.targetsOf(context.path).map(({ name }) => name));
  return bundleIdsOf(context)
    .filter(({ target }) => own.has(target.name))
    .map(({ id, target }) => ({ text: id, detail: target.name, kind: "id" }));
}

/** What the personalities of the dext have for a matching key: what its entitlement should allow. */
function matchedByPersonalities({ path, analysis }: FeatureContext, key: string): ProposedValue[] {
  const plists = analysis.targetsOf(path).flatMap(infoPlistsOf);
  return [...new Set(plists)].flatMap((plist) => {
    const document = analysis.plist(plist);
    if (!document) return [];
    return personalitiesOf(document).flatMap(({ name, value }) => {
      const text = leafText(entryOf(value, key)?.value);
      return text === undefined ? [] : [plain(text, `as “${name}” matches`)];
    });
  });
}

function leafText(value: PlistValue | undefined): string | undefined {
  return value?.kind === "integer" ? value.text.trim() : stringOf(value)?.trim();
}
