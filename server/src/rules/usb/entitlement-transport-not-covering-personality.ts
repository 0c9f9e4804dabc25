// A personality that matches USB devices which the entitlement transport.usb does not allow.
import type { Span } from "../../base/span.ts";
import { isUsbCombination } from "../../knowledge/usb.ts";
import { insertArrayItem } from "../../plist/edit.ts";
import {
  decimalAndHex,
  judgeUsbClaim,
  usbDextOf,
  type UsbClaim,
  type UsbPersonality,
} from "../../project/usb-claims.ts";
import { defineRule, targets, type RuleFinding, type Step } from "../define.ts";
import { productDictionary, vendorDictionaries } from "./proposals.ts";

interface Context {
  readonly claim: UsbClaim;
  readonly found: UsbPersonality;
}

type Message = "none" | "unclear";

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
    if (finding.message !== "none") return [];
    const { claim, found } = finding.context as Context;
    const { document, value } = claim;
    if (value.kind !== "array") return [];
    const proposals = [vendorDictionaries([found]), productDictionary(found)].filter((each) => each !== undefined);
    return proposals.map(({ title, dictionaries }) => {
      const edits = dictionaries.flatMap((dictionary) => insertArrayItem(document, value, dictionary));
      return { title, safe: false, edits: [{ path: finding.path, edits }] };
    });
  },
});

function judge(found: UsbPersonality, claim: UsbClaim): RuleFinding<Message> | undefined {
  const { personality, table } = found;
  const allowed = judgeUsbClaim(found, claim);
  if (allowed === "all") return undefined;
  const context: Context = { claim, found };
  const common = { path: claim.document.path, span: placeOf(claim), context };
  const steps = [...personalitySteps(found), ...claimSteps(claim)];
  if (allowed === "none") {
    const device = describe(table.values);
    // Values that are no numbers are reported as such.
    if (device === "") return undefined;
    return { ...common, message: "none", data: { device, personality: personality.name }, steps };
  }
  const open = claim.tables
    .flatMap(({ values }) => [...values])
    .find(([key, value]) => typeof value === "bigint" && !table.values.has(key));
  // A personality without keys, or with keys that match nothing, is a mistake of its own; so is a key whose value is no number.
  if (!open || !isUsbCombination(found.provider, table.values)) return undefined;
  const data = { key: open[0], personality: personality.name };
  return { ...common, message: "unclear", data, severity: "hint", steps };
}

function describe(values: ReadonlyMap<string, unknown>): string {
  const words: string[] = [];
  for (const [key, name] of [
    ["idVendor", "vendor"],
    ["idProduct", "product"],
  ] as const) {
    const value = values.get(key);
    if (typeof value === "bigint") words.push(`${name} ${decimalAndHex(value)}`);
  }
  return words.join(", ");
}

/** The value that has to change where there is one, else the entitlement's key. */
function placeOf({ entry, tables }: UsbClaim): Span {
  const [only] = tables;
  const vendor = only?.entries.find(({ key }) => key === "idVendor")?.value;
  return tables.length === 1 && vendor ? vendor.contentSpan : entry.keySpan;
}

function personalitySteps({ document, personality, table }: UsbPersonality): Step[] {
  const entries = table.entries.filter(({ key }) => key === "idVendor" || key === "idProduct");
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
