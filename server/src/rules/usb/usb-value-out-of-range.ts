// A number in a USB matching key that the descriptor's field cannot hold.
import { USB_MATCH_KEYS } from "../../knowledge/usb.ts";
import type { PlistEntry } from "../../plist/document.ts";
import { integerOf } from "../../plist/leaf-values.ts";
import { usbDextOf } from "../../project/usb-claims.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";

export default defineRule({
  meta: {
    id: "usb-value-out-of-range",
    area: "usb",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "A number in a USB matching key that the device's descriptor cannot hold.",
    why: "No device has such a number, so the personality matches nothing, or the entitlement allows nothing.",
    messages: { range: "{key} {value} is out of range: the field has {bits} bits, 0 to {most}" },
  },
  trigger: targets(),
  check({ target, plist }) {
    const { personalities, claims } = usbDextOf(target, plist);
    const places = [
      ...personalities.map(({ document, table }) => ({ document, table })),
      ...claims.flatMap(({ document, tables }) => tables.map((table) => ({ document, table }))),
    ];
    return places.flatMap(({ document, table }) => table.entries.flatMap((entry) => check(document.path, entry)));
  },
});

function check(path: string, { key, value }: PlistEntry): RuleFinding<"range">[] {
  const bits = USB_MATCH_KEYS.get(key) ?? 16;
  const most = (1n << BigInt(bits)) - 1n;
  const values = value?.kind === "array" ? value.items : value ? [value] : [];
  return values.flatMap((each): RuleFinding<"range">[] => {
    const number = each.kind === "integer" ? integerOf(each.text) : undefined;
    if (number === undefined || (number >= 0n && number <= most)) return [];
    const data = { key, value: String(number), bits: String(bits), most: String(most) };
    return [{ message: "range", data, path, span: each.contentSpan }];
  });
}
