// A personality of a dext without one of the keys that the kernel needs to match it and to make the driver.
import { familyOfBases } from "../../knowledge/infoplist.ts";
import { entryOf, valueOf } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { dextInfosOf, type DextInfo, type Dict } from "./dext-info.ts";

interface Context {
  readonly info: DextInfo;
  readonly dict: Dict;
  readonly key: string;
  /** What to put, where that can be told. */
  readonly value: string | undefined;
}

const OTHER_USAGE = "NSSystemExtensionUsageDescription";

export default defineRule({
  meta: {
    id: "plist-required-key-missing",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A personality, or a dictionary for Create(), lacks IOClass, IOProviderClass or IOUserClass.",
    why: "Without IOProviderClass the personality is dropped in silence; without IOClass or IOUserClass one half of the driver cannot be made.",
    messages: {
      provider: "“{name}” has no IOProviderClass, so the kernel drops it and the driver never matches",
      kernel: "“{name}” has no IOClass, so the kernel has nothing to make",
      usage: "without OSBundleUsageDescription people are asked to allow the driver without being told why",
      none: "IOKitPersonalities is empty, so the driver matches nothing and is never started",
      create: "“{name}” is empty: Create() finds no IOClass and no IOUserClass in it",
      user: "“{name}” has no IOUserClass, so the driver's process has nothing to make",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const findings: RuleFinding<"provider" | "kernel" | "user" | "usage" | "none" | "create">[] = [];
    for (const info of dextInfosOf(target, plist)) {
      const { path } = info.document;
      const list = entryOf(info.root, "IOKitPersonalities");
      // The key of other system extensions in its place is `plist-unknown-key`'s.
      const isSetting = info.configurations.some(({ variables }) =>
        variables.has("INFOPLIST_KEY_OSBundleUsageDescription"),
      );
      if (list && !isSetting && !entryOf(info.root, "OSBundleUsageDescription") && !entryOf(info.root, OTHER_USAGE))
        findings.push({ message: "usage", path, span: list.keySpan, severity: "hint" });
      if (list?.value?.kind === "dict" && list.value.entries.length === 0)
        findings.push({ message: "none", path, span: list.keySpan, severity: "warning" });
      for (const { value: personality } of info.dextPersonalities()) {
        for (const { key, keySpan, value } of personality.entries) {
          if (value?.kind !== "dict" || value.entries.length > 0 || !/UserClientProperties$/.test(key)) continue;
          findings.push({ message: "create", data: { name: key }, path, span: keySpan });
        }
      }
      const personalities = new Set(info.dextPersonalities().map(({ value }) => value));
      const creates = info.personalities.flatMap((personality) => info.createDicts(personality));
      for (const { name, nameSpan, value: dict } of [...info.dextPersonalities(), ...creates]) {
        const report = (message: "provider" | "kernel" | "user", key: string, value: string | undefined): void => {
          if (entryOf(dict, key)) return;
          const context: Context = { info, dict, key, value };
          findings.push({ message, data: { name }, path, span: nameSpan, context });
        };
        const user = info.text(valueOf(dict, "IOUserClass"));
        const kernel = info.text(valueOf(dict, "IOClass"));
        const isPersonality = personalities.has(dict);
        if (isPersonality) report("provider", "IOProviderClass", undefined);
        const ancestors = user === undefined ? [] : index.ancestors(user);
        report("kernel", "IOClass", ancestors.includes("OSObject") ? familyOfBases(ancestors)?.ioClass : undefined);
        // Elsewhere a dictionary with IOClass may be data of the family's.
        if (isPersonality || kernel === "IOUserUserClient") report("user", "IOUserClass", undefined);
      }
    }
    return findings;
  },
  fixes(_context, finding) {
    const found = finding.context as Context | undefined;
    if (found?.value === undefined) return [];
    const { info, dict, key, value } = found;
    const edits = insertEntry(info.document, dict, key, value);
    return [{ title: `Add ${key}: ${value}`, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
