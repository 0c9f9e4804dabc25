// A dext that wants to attach to IOResources, which the kernel keeps to itself.
import { valueOf, type PlistValue } from "../../plist/document.ts";
import { setValue } from "../../plist/edit.ts";
import { defineRule, targets } from "../define.ts";
import { dextInfosOf } from "./dext-info.ts";

export default defineRule({
  meta: {
    id: "plist-provider-ioresources",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A dext's personality has the provider IOResources.",
    why: "The kernel starts no dext on IOResources and says nothing about it; drivers without hardware attach to IOUserResources.",
    messages: { resources: "no dext is ever started on IOResources; use IOUserResources" },
  },
  trigger: targets(),
  check({ target, plist }) {
    return dextInfosOf(target, plist).flatMap((info) =>
      info.dextPersonalities().flatMap(({ value: personality }) => {
        const value = valueOf(personality, "IOProviderClass");
        // Without IOUserServerName the kernel takes it for no dext at all, which has a rule of its own.
        if (!value || info.text(value) !== "IOResources" || !valueOf(personality, "IOUserServerName")) return [];
        return [{ message: "resources" as const, path: info.document.path, span: value.contentSpan, context: value }];
      }),
    );
  },
  fixes(_context, finding) {
    const edits = setValue(finding.context as PlistValue, "IOUserResources");
    return [{ title: "Use IOUserResources", safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
