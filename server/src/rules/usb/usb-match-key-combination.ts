// A USB personality whose matching keys are no set that the USB family takes.
import { HID_MATCH_KEYS } from "../../knowledge/hid.ts";
import { isUsbCombination, USB_DEVICE_CLASS, USB_INTERFACE_CLASS } from "../../knowledge/usb.ts";
import { GENERIC_MATCH_KEYS, PCI_MATCH_KEYS } from "../../knowledge/pci.ts";
import { entryOf, type PlistEntry } from "../../plist/document.ts";
import { insertEntry, type NewValue } from "../../plist/edit.ts";
import { usbDextOf, type UsbPersonality } from "../../project/usb-claims.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";

type Message = "noKeys" | "foreign" | "ignored" | "noVendor" | "vendorOnly" | "noPlace" | "noCombination";

export default defineRule({
  meta: {
    id: "usb-match-key-combination",
    area: "usb",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A USB personality whose matching keys are no combination that the USB family takes.",
    why: "USB nubs take a few fixed sets of keys; with any other set the driver matches no device, and nothing is logged.",
    messages: {
      noKeys: "“{personality}” has no USB matching key, so it does not say which {kind} it is for",
      foreign: "“{personality}” matches by {keys}, which USB {kind} do not have, and by no USB key",
      ignored: "USB {kind} are not matched by {keys}; it narrows nothing here",
      noVendor: "“{personality}” has idProduct without idVendor, so it matches no USB device",
      vendorOnly: "“{personality}” names a vendor only, which no set of USB matching keys is: it matches nothing",
      noPlace: "“{personality}” matches interfaces by product, but lacks {missing}: it matches nothing",
      noCombination: "“{personality}” matches by {keys}, which is no set that USB {kind} take",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    return usbDextOf(target, plist).personalities.flatMap((found): RuleFinding<Message>[] => {
      const { document, personality, provider, table } = found;
      const kind = provider === USB_DEVICE_CLASS ? "devices" : "interfaces";
      // IOService's own keys can narrow it instead.
      if (GENERIC_MATCH_KEYS.some((key) => entryOf(personality.value, key))) return [];
      const own = table.entries.filter(({ key }) => isLookedAt(found, key));
      if (own.length === 0) return [withoutKeys(found, kind)];
      if (isUsbCombination(provider, table.values)) return ignoredKeys(found, kind);
      const { message, span, missing } = describe(found, own);
      const data = {
        personality: personality.name,
        keys: own.map(({ key }) => key).join(" + "),
        missing: missing.join(" and "),
        kind,
      };
      const steps = own
        .filter(({ keySpan }) => keySpan !== span)
        .map(
          ({ key, keySpan }) => ({ path: document.path, span: keySpan, kind: "note", text: `with ${key}` }) as const,
        );
      return [{ message, data, path: document.path, span, steps, context: found }];
    });
  },
  fixes(_context, finding) {
    if (finding.message !== "noPlace") return [];
    const { document, personality, table } = finding.context as UsbPersonality;
    const dict = personality.value;
    const missing = placeKeys(table.values).map(([key, value]): [string, NewValue] => [key, value]);
    // One insertion behind the other would each look for the end of the dictionary as it is now: both go to one place, in order.
    const edits = missing.flatMap(([key, value]) => insertEntry(document, dict, key, value, table.entries.at(-1)));
    const words = missing.map(([key, value]) => `${key} ${String(value)}`).join(", ");
    return [{ title: `Match the first interface: ${words}`, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});

/** No key of USB's: nothing says which device is meant, whatever other keys were meant to say it. */
function withoutKeys(
  { document, personality, table, providerEntry }: UsbPersonality,
  kind: string,
): RuleFinding<Message> {
  const others = [...table.entries, ...personality.value.entries.filter(({ key }) => FOREIGN_KEYS.has(key))];
  const [first] = others;
  const { path } = document;
  const { name } = personality;
  if (!first) {
    const span = providerEntry.value?.contentSpan ?? providerEntry.keySpan;
    return { message: "noKeys", data: { personality: name, kind }, path, span };
  }
  const keys = others.map(({ key }) => key).join(" + ");
  return { message: "foreign", data: { personality: name, kind, keys }, path, span: first.keySpan, severity: "error" };
}

/** Keys by which other families tell devices. */
const FOREIGN_KEYS: ReadonlySet<string> = new Set([...PCI_MATCH_KEYS.map(({ key }) => key), ...HID_MATCH_KEYS]);

/** Keys that do no harm, and nothing else. */
function ignoredKeys(found: UsbPersonality, kind: string): RuleFinding<Message>[] {
  return found.table.entries
    .filter(({ key }) => !isLookedAt(found, key))
    .map(({ key, keySpan: span }) => {
      return { message: "ignored", data: { keys: key, kind }, path: found.document.path, span, severity: "info" };
    });
}

/** Keys of the other kind of nub are ignored by the family. */
function isLookedAt({ provider }: UsbPersonality, key: string): boolean {
  return provider === USB_INTERFACE_CLASS
    ? !/^bDevice/.test(key)
    : !/^bInterface/.test(key) && key !== "bConfigurationValue";
}

function describe(
  { provider, table, providerEntry }: UsbPersonality,
  own: readonly PlistEntry[],
): { message: Message; span: PlistEntry["keySpan"]; missing: readonly string[] } {
  const keySpan = (key: string): PlistEntry["keySpan"] =>
    own.find((entry) => entry.key === key)?.keySpan ?? own[0]?.keySpan ?? providerEntry.keySpan;
  const has = (key: string): boolean => own.some((entry) => entry.key === key);
  const hasProduct = has("idProduct") || has("idProductArray");
  if (hasProduct && !has("idVendor")) return { message: "noVendor", span: keySpan("idProduct"), missing: [] };
  if (own.every(({ key }) => key === "idVendor")) {
    return { message: "vendorOnly", span: keySpan("idVendor"), missing: [] };
  }
  if (provider === USB_INTERFACE_CLASS && hasProduct) {
    const missing = placeKeys(table.values).map(([key]) => key);
    return { message: "noPlace", span: keySpan("idProduct"), missing };
  }
  return { message: "noCombination", span: own[0]?.keySpan ?? providerEntry.keySpan, missing: [] };
}

/** What says which interface of a product is meant, as far as it is missing, with the commonest values. */
function placeKeys(values: ReadonlyMap<string, unknown>): (readonly [key: string, value: bigint])[] {
  const place = [
    ["bConfigurationValue", 1n],
    ["bInterfaceNumber", 0n],
  ] as const;
  return place.filter(([key]) => !values.has(key));
}
