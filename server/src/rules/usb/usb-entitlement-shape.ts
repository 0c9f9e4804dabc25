// A transport.usb entitlement that is no array of dictionaries with numbers, in a dext that matches USB devices.
import { USB_ANY, USB_MATCH_KEYS } from "../../knowledge/usb.ts";
import type { PlistValue } from "../../plist/document.ts";
import { replaceElement, type NewValue } from "../../plist/edit.ts";
import { integerOf } from "../../plist/leaf-values.ts";
import { isOpen, usbDextOf, usbPlaces, type UsbPairing } from "../../project/usb-claims.ts";
import { defineRule, targets, type Fix, type RuleFinding } from "../define.ts";
import { vendorDictionaries } from "./proposals.ts";

type Message = "boolean" | "notArray" | "empty" | "emptyDict" | "text";

interface Context {
  readonly pairing: UsbPairing;
  /** The value that has to be a number. */
  readonly text: PlistValue | undefined;
  readonly emptyDict?: PlistValue;
}

export default defineRule({
  meta: {
    id: "usb-entitlement-shape",
    area: "usb",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "The entitlement transport.usb is no array of dictionaries with numbers, so it allows no device.",
    why: "The kernel compares the dictionaries of the array with the device; without one that fits it ends the driver.",
    messages: {
      boolean: "transport.usb is a boolean, which no profile grants; it must be an array of dictionaries",
      notArray: "transport.usb must be an array of dictionaries, not {article}; it allows no device",
      empty: "transport.usb names no device; “{personality}” needs a dictionary with its idVendor",
      emptyDict: "this dictionary names no device; “{personality}” needs its idVendor in it",
      text: "{key} is text; the family compares numbers, so this entry allows no device",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    return usbDextOf(target, plist).pairings.flatMap((pairing): RuleFinding<Message>[] => {
      const { claim, personalities } = pairing;
      const { value, document, tables } = claim;
      const common = { path: document.path, span: value.span, steps: usbPlaces(personalities) };
      const context: Context = { pairing, text: undefined };
      if (value.kind === "boolean") return [{ ...common, message: "boolean", context }];
      if (value.kind !== "array") {
        if (isOpen(value)) return [];
        return [{ ...common, message: "notArray", data: { article: withArticle(value.kind) }, context }];
      }
      const personality = personalities[0]?.personality.name ?? "";
      if (tables.length === 0) return [{ ...common, message: "empty", data: { personality }, context }];
      const emptyDict = value.items.find((item) => item.kind === "dict" && item.entries.length === 0);
      if (emptyDict) {
        const { span } = emptyDict;
        return [
          {
            ...common,
            message: "emptyDict",
            data: { personality },
            span,
            severity: "warning",
            context: { ...context, emptyDict },
          },
        ];
      }
      return tables.flatMap(({ entries }) =>
        entries.flatMap(({ key, value: item }): RuleFinding<Message>[] => {
          if (item?.kind !== "string" || !USB_MATCH_KEYS.has(key) || isOpen(item)) return [];
          if (item.text.trim() === USB_ANY) return [];
          return [
            { ...common, message: "text", data: { key }, span: item.contentSpan, context: { pairing, text: item } },
          ];
        }),
      );
    });
  },
  fixes(_context, finding) {
    const { pairing, text, emptyDict } = finding.context as Context;
    const { document, value } = pairing.claim;
    const fix = (title: string, element: PlistValue, replacement: NewValue): Fix => ({
      title,
      safe: false,
      edits: [{ path: finding.path, edits: replaceElement(document, element, replacement) }],
    });
    if (text) {
      const number = text.kind === "string" ? integerOf(text.text) : undefined;
      return number === undefined || number < 0n ? [] : [fix(`Write it as the number ${number}`, text, number)];
    }
    const { title, dictionaries } = vendorDictionaries(pairing.personalities);
    const [only] = dictionaries;
    if (emptyDict) return only && dictionaries.length === 1 ? [fix(title, emptyDict, only)] : [];
    return [fix(title, value, dictionaries)];
  },
});

function withArticle(kind: PlistValue["kind"]): string {
  return kind === "dict" ? "a single dictionary" : kind === "integer" ? "an integer" : `a ${kind}`;
}
