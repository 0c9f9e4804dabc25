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
      user: "“{name}” has no IOUserClass, so the driver's process has nothing to make",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const findings: RuleFinding<"provider" | "kernel" | "user">[] = [];
    for (const info of dextInfosOf(target, plist)) {
      const personalities = new Set(info.dextPersonalities().map(({ value }) => value));
      const creates = info.personalities.flatMap((personality) => info.createDicts(personality));
      for (const { name, nameSpan, value: dict } of [...info.dextPersonalities(), ...creates]) {
        const report = (message: "provider" | "kernel" | "user", key: string, value: string | undefined): void => {
          if (entryOf(dict, key)) return;
          const context: Context = { info, dict, key, value };
          findings.push({ message, data: { name }, path: info.document.path, span: nameSpan, context });
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
    const { info, dict, key, value } = finding.context as Context;
    if (value === undefined) return [];
    const edits = insertEntry(info.document, dict, key, value);
    return [{ title: `Add ${key}: ${value}`, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
