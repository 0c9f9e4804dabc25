// A dext whose Info.plist gives another type of bundle than DEXT.
import { entryOf, type PlistEntry } from "../../plist/document.ts";
import { setValue } from "../../plist/edit.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { dextInfosOf } from "./dext-info.ts";

export default defineRule({
  meta: {
    id: "plist-package-type-not-dext",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "CFBundlePackageType of a dext is not DEXT.",
    why: "The system knows a dext by this value alone: the bundle is taken for something else, and no driver is registered.",
    messages: { other: "a dext's CFBundlePackageType is DEXT; as {type} the system does not take it for a driver" },
  },
  trigger: targets(),
  check({ target, plist }) {
    return dextInfosOf(target, plist).flatMap((info): RuleFinding<"other">[] => {
      const entry = entryOf(info.root, "CFBundlePackageType");
      const type = info.text(entry?.value);
      if (!entry?.value || type === undefined || type === "DEXT") return [];
      const { path } = info.document;
      return [{ message: "other", data: { type }, path, span: entry.value.contentSpan, context: entry }];
    });
  },
  fixes(_context, finding) {
    const { value } = finding.context as PlistEntry;
    if (!value) return [];
    return ["$(PRODUCT_BUNDLE_PACKAGE_TYPE)", "DEXT"].map((type) => ({
      title: `Use ${type}`,
      safe: false,
      edits: [{ path: finding.path, edits: setValue(value, type) }],
    }));
  },
});
