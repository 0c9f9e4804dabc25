// A class of the kernel, or the bundle that holds it, whose name in a personality is nearly a known one.
import { driverKitClass } from "../../knowledge/api.ts";
import { KERNEL_BUNDLES, KERNEL_CLASSES, LEGACY_PROVIDERS, PROVIDER_CLASSES } from "../../knowledge/infoplist.ts";
import { entryOf, type PlistValue } from "../../plist/document.ts";
import { setValue } from "../../plist/edit.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { dextInfosOf } from "./dext-info.ts";
import { nearMiss } from "./near-miss.ts";

interface Context {
  readonly value: PlistValue;
  readonly near: string;
}

const KNOWN: readonly (readonly [key: string, names: readonly string[]])[] = [
  ["IOProviderClass", PROVIDER_CLASSES],
  ["IOClass", KERNEL_CLASSES],
  ["CFBundleIdentifierKernel", KERNEL_BUNDLES],
];

export default defineRule({
  meta: {
    id: "plist-class-misspelt",
    area: "plist",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "IOProviderClass, IOClass or CFBundleIdentifierKernel is nearly a known name.",
    why: "The kernel compares names letter by letter: a provider that does not exist never appears, and a class that does not exist is not made.",
    messages: {
      near: "{key} “{name}” is not known; did you mean “{near}”?",
      legacy: "{name} is a class of the old USB family; a dext matches {near}",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const findings: RuleFinding<"near" | "legacy">[] = [];
    const all = [...PROVIDER_CLASSES, ...KERNEL_CLASSES, ...KERNEL_BUNDLES];
    for (const info of dextInfosOf(target, plist)) {
      for (const { value: dict } of info.classDicts()) {
        for (const [key, names] of KNOWN) {
          const value = entryOf(dict, key)?.value;
          const name = info.text(value);
          if (!value || name === undefined || all.includes(name)) continue;
          if (index.classes.has(name) || driverKitClass(name)) continue;
          const legacy = key === "IOProviderClass" ? LEGACY_PROVIDERS.get(name) : undefined;
          const near = legacy ?? nearMiss(name, names);
          if (near === undefined) continue;
          findings.push({
            message: legacy === undefined ? "near" : "legacy",
            data: { key, name, near },
            path: info.document.path,
            span: value.contentSpan,
            // Whether today's family answers to the old name is not published.
            ...(legacy === undefined ? {} : { severity: "info" as const }),
            context: { value, near } satisfies Context,
          });
        }
      }
    }
    return findings;
  },
  fixes(_context, finding) {
    const { value, near } = finding.context as Context;
    return [{ title: `Use ${near}`, safe: false, edits: [{ path: finding.path, edits: setValue(value, near) }] }];
  },
});
