// A personality for HID devices without any key that says which ones.
import { PERSONALITY_KEYS } from "../../knowledge/infoplist.ts";
import { entryOf, valueOf } from "../../plist/document.ts";
import { defineRule, targets } from "../define.ts";
import { dextInfosOf } from "./dext-info.ts";

const MATCH_KEYS = PERSONALITY_KEYS.filter(({ matches }) => matches).map(({ key }) => key);
/** Keys that the HID family compares too, beside those of the table. */
const FURTHER = ["BootProtocol", "HIDDefaultBehavior", "HIDCompatibilityInterface", "Product", "CountryCode"];

export default defineRule({
  meta: {
    id: "plist-wildcard-match",
    area: "plist",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "A personality for IOHIDInterface without any key that says which devices it is for.",
    why: "The kernel considers the driver for every keyboard, mouse and other HID device, whoever made it.",
    messages: { all: "“{personality}” has no matching key, so it matches every HID device" },
  },
  trigger: targets(),
  check({ target, plist }) {
    return dextInfosOf(target, plist).flatMap((info) =>
      info.dextPersonalities().flatMap(({ name, value: personality }) => {
        const provider = valueOf(personality, "IOProviderClass");
        if (!provider || info.text(provider) !== "IOHIDInterface") return [];
        if ([...MATCH_KEYS, ...FURTHER].some((key) => entryOf(personality, key))) return [];
        return [
          {
            message: "all" as const,
            data: { personality: name },
            path: info.document.path,
            span: provider.contentSpan,
          },
        ];
      }),
    );
  },
});
