// Hover in property lists: what a key is for, what a matching value matches, what a bundle id or a class name stands for.
import { basename } from "../../base/paths.ts";
import type { Span } from "../../base/span.ts";
import { driverKitClass } from "../../knowledge/api.ts";
import { ENTITLEMENT_NEEDS } from "../../knowledge/entitlements.ts";
import { DRIVER_FAMILIES, familyOfBases, type DriverFamily } from "../../knowledge/infoplist.ts";
import { entryOf, type PlistEntry } from "../../plist/document.ts";
import { expandVariables } from "../../project/build-settings.ts";
import { bundleIdsOf, ownerOf, plistKind, type FeatureContext } from "../context.ts";
import { escapeMarkdown, type Hover } from "../hover.ts";
import { describeMatch } from "./decode-match.ts";
import { describeKey } from "./describe-key.ts";
import { dictPlace, factOf, KERNEL_INTERFACE } from "./schema.ts";
import { siteAt, type PlistSite } from "./site.ts";

/** What is known of the key or value at an offset; undefined where nothing is, and in files without a schema. */
export function hoverPlist(context: FeatureContext, offset: number): Hover | undefined {
  const file = plistKind(context);
  const document = context.analysis.plist(context.path);
  if (!file || !document) return undefined;
  if (document.format === "binary") return binaryHover(document.text);
  if (file === "info-plist" && ownerOf(context) === "app") return undefined;
  const site = siteAt(document, offset);
  if (!site) return undefined;
  if (site.on === "key") {
    const place = dictPlace(file, site.keys, (key) => entryOf(site.dict, key) !== undefined);
    const known = place && factOf(place, site.entry.key);
    if (!known || !place) return undefined;
    const match = site.entry.value ? describeMatch(site.entry.key, site.entry.value) : "";
    const parts = [describeKey(known, place), ...(match === "" ? [] : [`Here:\n\n${match}`])];
    return { markdown: parts.join("\n\n"), span: site.entry.keySpan };
  }
  const text = describeValue(context, site);
  return text === "" || !site.leaf ? undefined : { markdown: text, span: textSpan(site.leaf) };
}

function binaryHover(text: string): Hover {
  const markdown =
    "This is a **binary property list**, so nothing in it is checked. `plutil -convert xml1` turns it into XML.";
  return { markdown, span: { start: 0, end: Math.min(text.length, "bplist00".length) } };
}

function textSpan({ contentSpan, span }: { readonly contentSpan: Span; readonly span: Span }): Span {
  return contentSpan.end > contentSpan.start ? contentSpan : span;
}

function describeValue(context: FeatureContext, { entry, leaf }: PlistSite): string {
  if (!leaf) return "";
  const match = describeMatch(entry.key, leaf);
  if (match !== "") return match;
  if (leaf.kind !== "string") return "";
  const written = leaf.text.trim();
  const parts = [expansions(context, written), describeName(context, entry, written)];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** What the variables of a text stand for, by configuration. */
function expansions({ analysis, path }: FeatureContext, written: string): string {
  if (!/\$[({]/.test(written)) return "";
  const values = new Map<string, string[]>();
  const targets = analysis.targetsOf(path);
  for (const { name: target, configurations } of targets) {
    for (const { name, variables } of configurations) {
      const value = expandVariables(written, variables);
      if (value === written) continue;
      const where = [...(targets.length > 1 ? [target] : []), ...(name === "" ? [] : [name])].join(" ");
      values.set(value, [...(values.get(value) ?? []), where]);
    }
  }
  const lines = [...values].map(([value, where]) => {
    const names = values.size > 1 ? where.filter((each) => each !== "").join(", ") : "";
    return `${names === "" ? "" : `${escapeMarkdown(names)}: `}\`${value.replace(/`/g, "'")}\``;
  });
  return lines.length > 1 ? lines.map((line) => `- ${line}`).join("\n") : (lines[0] ?? "");
}

function describeName(context: FeatureContext, { key }: PlistEntry, text: string): string {
  switch (key) {
    case "IOUserClass":
      return describeProjectClass(context, text);
    case "IOClass":
      return describeFamilies(DRIVER_FAMILIES.filter(({ ioClass }) => ioClass === text)) + needs("IOClass", text);
    case "IOProviderClass": {
      const known = driverKitClass(text);
      const from = known ? `\`${text}\` of ${known.framework}, what the driver attaches to.` : "";
      return from + needs("IOProviderClass", text);
    }
    default:
      return describeBundleId(context, text);
  }
}

function describeProjectClass({ index }: FeatureContext, name: string): string {
  const declaration = index.classes.get(name)?.declaration;
  if (!declaration) return "";
  const ancestors = index.ancestors(name).slice(1);
  const family = familyOfBases(ancestors);
  const chain = ancestors.map((each) => `\`${each}\``).join(" → ");
  const lines = [
    `**class ${escapeMarkdown(name)}**, declared in ${escapeMarkdown(basename(declaration.path))}`,
    chain === "" ? "" : `derives from ${chain}`,
    family ? `IOClass of such a driver: \`${family.ioClass}\`` : "",
  ];
  return lines.filter((line) => line !== "").join("\n\n");
}

/** The families whose personalities have the same IOClass. */
function describeFamilies(families: readonly DriverFamily[]): string {
  const [first] = families;
  if (!first) return "";
  const names = families.map(({ name }) => name).join(", ");
  const bases = [...new Set(families.flatMap((family) => family.bases))].map((base) => `\`${base}\``).join(", ");
  const kernelId = first.kernelId === undefined ? "" : `\n\nCFBundleIdentifierKernel: \`${first.kernelId}\``;
  return `**${escapeMarkdown(first.ioClass)}**: the kernel's side of a driver of the family ${names}.\n\nThe driver's own class derives from ${bases}.${kernelId}`;
}

function needs(because: "IOClass" | "IOProviderClass", className: string): string {
  const needed = ENTITLEMENT_NEEDS.filter((need) => need.because === because && need.className === className);
  const keys = needed.map(({ entitlement, confidence }) =>
    confidence === "uncertain" ? `\`${entitlement}\` (uncertain)` : `\`${entitlement}\``,
  );
  if (className === "IOPCIDevice" && because === "IOProviderClass")
    keys.push("`com.apple.developer.driverkit.transport.pci`");
  return keys.length === 0 ? "" : `\n\nNeeds the entitlement ${keys.join(", ")}.`;
}

/** The last folder and the name of a path. */
function tail(path: string): string {
  return path.split("/").slice(-2).join("/");
}

/** The targets of the workspace that have this id; families of the kernel for their kernel extensions. */
function describeBundleId(context: FeatureContext, text: string): string {
  const own = bundleIdsOf(context).filter(({ id }) => id === text);
  const lines = own.map(({ target, configurations }) => {
    const kind = target.kind === "dext" ? "driver" : "app";
    const where = configurations.length > 0 ? ` (${configurations.join(", ")})` : "";
    return `The ${kind} “${escapeMarkdown(target.name)}”${where} (${escapeMarkdown(tail(target.definedIn))})`;
  });
  if (lines.length > 0) return lines.join("\n\n");
  if (text === KERNEL_INTERFACE) {
    return "The kernel's I/O Kit itself, which holds `IOUserService` and `IOUserUserClient`: no kernel extension has to be loaded for the driver.";
  }
  const families = DRIVER_FAMILIES.filter(({ kernelId }) => kernelId === text);
  const classes = families.map(({ ioClass }) => `\`${ioClass}\``).join(", ");
  return families.length > 0 ? `The kernel extension that holds ${classes}.` : "";
}
