// A dext whose bundle id is longer than the kernel takes.
import { entryOf } from "../../plist/document.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { dextInfosOf, inConfigurations } from "./dext-info.ts";

/** KMOD_MAX_NAME, 64, with the end of the string (xnu, osfmk/mach/kmod.h; OSKext::setInfoDictionaryAndPath). */
const MAX_LENGTH = 63;

export default defineRule({
  meta: {
    id: "plist-bundleid-too-long",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "The bundle id of a dext has more than 63 characters.",
    why: "The kernel keeps ids of drivers in 64 bytes and refuses a bundle whose id is longer, so the dext is never registered.",
    messages: { long: "this bundle id has {length} characters{where}; the kernel refuses one of more than 63" },
  },
  trigger: targets(),
  check({ target, plist }) {
    return dextInfosOf(target, plist).flatMap((info): RuleFinding<"long">[] => {
      const entry = entryOf(info.root, "CFBundleIdentifier");
      if (!entry?.value) return [];
      const lengths = info.configurations.map((each) => new TextEncoder().encode(info.idIn(each) ?? "").length);
      const long = info.configurations.filter((_, index) => (lengths[index] ?? 0) > MAX_LENGTH);
      if (long.length === 0) return [];
      const data = { length: String(Math.max(...lengths)), where: inConfigurations(long, info.configurations) };
      return [{ message: "long", data, path: info.document.path, span: entry.value.contentSpan }];
    });
  },
});
