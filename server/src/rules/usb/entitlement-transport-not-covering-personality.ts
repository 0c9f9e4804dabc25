// A personality that matches USB devices which the entitlement transport.usb does not allow.
import type { Span } from "../../base/span.ts";
import { isUsbCombination, USB_ANY, USB_PRODUCT_ARRAY, USB_PRODUCT_MASK } from "../../knowledge/usb.ts";
import { insertArrayItem } from "../../plist/edit.ts";
import { decimalAndHex, usbDextOf, type UsbClaim, type UsbPersonality } from "../../project/usb-claims.ts";
import { compareUsb, refusingEntry, type UsbComparison } from "../../project/usb-coverage.ts";
import { defineRule, targets, type RuleFinding, type Step } from "../define.ts";
import { productDictionaries, vendorDictionaries } from "./proposals.ts";

interface Context {
  readonly claim: UsbClaim;
  readonly found: UsbPersonality;
  readonly comparison: UsbComparison;
}

type Message = "none" | "some" | "unclear";

export default defineRule({
  meta: {
    id: "entitlement-transport-not-covering-personality",
    area: "entitlements",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A personality matches USB devices that the entitlement transport.usb does not allow.",
    why: "For such a device the kernel starts the driver and ends it at once: “provider entitlements check failed”.",
    messages: {
      none: "transport.usb does not allow {device}, which “{personality}” matches",
      some: "“{personality}” matches {wide}, but transport.usb allows only some of them",
      unclear: "“{personality}” names no {key}, but transport.usb allows only some of them",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    return usbDextOf(target, plist).pairings.flatMap(({ claim, personalities }) => {
      if (claim.value.kind !== "array" || claim.tables.length === 0) return [];
      return personalities.flatMap((found) => judge(found, claim) ?? []);
    });
  },
  fixes(_context, finding) {
    if (finding.message === "unclear") return [];
    const { claim, found, comparison } = finding.context as Context;
    const { document, value } = claim;
    if (value.kind !== "array") return [];
    const proposals = [vendorDictionaries([found]), productDictionaries(found, comparison.refused)];
    return proposals.flatMap((proposal) => {
      if (!proposal) return [];
      const edits = proposal.dictionaries.flatMap((dictionary) => insertArrayItem(document, value, dictionary));
      return [{ title: proposal.title, safe: false, edits: [{ path: finding.path, edits }] }];
    });
  },
});

function judge(found: UsbPersonality, claim: UsbClaim): RuleFinding<Message> | undefined {
  const { personality, table, provider } = found;
  const comparison = compareUsb(found, claim);
  const { allowed, refused } = comparison;
  if (allowed === "all") return undefined;
  const context: Context = { claim, found, comparison };
  const common = { path: claim.document.path, span: placeOf(found, claim), context };
  const steps = [...personalitySteps(found), ...claimSteps(claim)];
  if (allowed === "none" || refused.length > 0) {
    const device = describe(table.values, refused);
    // Values that are no numbers are reported as such.
    if (device === "") return undefined;
    const data = { device, personality: personality.name };
    return { ...common, message: "none", data, ...(allowed === "none" ? {} : { severity: "warning" as const }), steps };
  }
  // A personality without keys, or with keys that match nothing, is a mistake of its own; so is a key whose value is no number.
  if (!isUsbCombination(provider, table.values)) return undefined;
  if (allowed === "some") {
    const data = { wide: describeWide(found), personality: personality.name };
    return { ...common, message: "some", data, severity: "warning", steps };
  }
  const open = claim.tables
    .flatMap(({ values }) => [...values])
    .find(([key, value]) => typeof value === "bigint" && !table.values.has(key) && !PRODUCT_KEYS.includes(key));
  if (!open) return undefined;
  const data = { key: open[0], personality: personality.name };
  return { ...common, message: "unclear", data, severity: "hint", steps };
}

/** With these a product is named, though `idProduct` may be missing. */
const PRODUCT_KEYS: readonly string[] = [USB_PRODUCT_ARRAY, USB_PRODUCT_MASK];

const MAX_SHOWN = 3;

function describe(values: ReadonlyMap<string, unknown>, refused: readonly bigint[]): string {
  const words: string[] = [];
  const vendor = values.get("idVendor");
  if (typeof vendor === "bigint") words.push(`vendor ${decimalAndHex(vendor)}`);
  const shown = refused.slice(0, MAX_SHOWN).map(decimalAndHex).join(", ");
  const more = refused.length > MAX_SHOWN ? ` and ${refused.length - MAX_SHOWN} more` : "";
  if (refused.length > 0) words.push(`product${refused.length > 1 ? "s" : ""} ${shown}${more}`);
  const [product, mask] = [values.get("idProduct"), values.get(USB_PRODUCT_MASK)];
  if (refused.length === 0 && typeof product === "bigint" && typeof mask === "bigint")
    words.push(`products ${decimalAndHex(product)} with mask ${decimalAndHex(mask)}`);
  return words.join(", ");
}

/** What a personality says with a wildcard or a mask. */
function describeWide({ table }: UsbPersonality): string {
  const mask = table.values.get(USB_PRODUCT_MASK);
  if (typeof mask === "bigint") return `several products (idProductMask ${decimalAndHex(mask)})`;
  const wild = [...table.values].filter(([, value]) => value === "any").map(([key]) => key);
  return wild.length > 0 ? `every ${wild.join(" and ")} (${USB_ANY})` : "several devices";
}

/** The value that has to change where there is one, else the entitlement's key. */
function placeOf(found: UsbPersonality, { entry, tables }: UsbClaim): Span {
  const [only] = tables;
  const entries = only?.entries ?? [];
  const refusing = only && (refusingEntry(found, only) ?? entries.find(({ key }) => key === "idVendor") ?? entries[0]);
  return (tables.length === 1 ? refusing?.value?.contentSpan : undefined) ?? entry.keySpan;
}

function personalitySteps({ document, personality, table }: UsbPersonality): Step[] {
  const entries = table.entries.filter(({ key }) => key === "idVendor" || key.startsWith("idProduct"));
  const [first = table.entries[0]] = entries;
  if (!first) return [];
  return (entries.length > 0 ? entries : [first]).map(({ key, value, keySpan }) => {
    const text = `“${personality.name}” matches ${key}${value?.kind === "integer" ? ` ${value.text.trim()}` : ""}`;
    return { path: document.path, span: value?.contentSpan ?? keySpan, kind: "use", text };
  });
}

function claimSteps({ document, tables }: UsbClaim): Step[] {
  if (tables.length < 2) return [];
  return tables.flatMap(({ entries }) =>
    entries.map(({ key, value, keySpan }) => ({
      path: document.path,
      span: value?.contentSpan ?? keySpan,
      kind: "note" as const,
      text: `the entitlement allows ${key}${value?.kind === "integer" || value?.kind === "string" ? ` ${value.text.trim()}` : ""}`,
    })),
  );
}
