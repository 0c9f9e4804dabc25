// A key of kernel extensions in the Info.plist of a dext.
import { infoKeyFact, KEXT_KEYS_WITHOUT_EFFECT } from "../../knowledge/infoplist.ts";
import type { PlistDocument, PlistEntry } from "../../plist/document.ts";
import { defineRule, documents, type RuleFinding } from "../define.ts";
import { isDextInfo } from "./own-plists.ts";
import { removeEntry } from "./remove-entry.ts";

interface Context {
  readonly document: PlistDocument;
  readonly entry: PlistEntry;
}

export default defineRule({
  meta: {
    id: "plist-kext-only-key",
    area: "plist",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A key that only kernel extensions may have, in the Info.plist of a dext.",
    why: "The system's validation refuses dexts with such keys, so the driver is not activated.",
    messages: {
      useless: "{key} is for kernel extensions; it does nothing for a dext",
      illegal: "{key} is for kernel extensions; a dext with it is refused",
    },
  },
  trigger: documents("info-plist"),
  check(context) {
    const { document } = context;
    if (document.root?.kind !== "dict" || !isDextInfo(context)) return [];
    return document.root.entries.flatMap((entry): RuleFinding<"illegal" | "useless">[] => {
      const { key, keySpan: span } = entry;
      const common = { data: { key }, span, context: { document, entry } satisfies Context };
      if (infoKeyFact("top", key)?.requirement === "never") return [{ message: "illegal", ...common }];
      // Apple's samples for dexts say `OSBundleRequired` = `DriverKit`.
      if (entry.value?.kind === "string" && entry.value.text === "DriverKit") return [];
      return KEXT_KEYS_WITHOUT_EFFECT.includes(key) ? [{ message: "useless", ...common, severity: "info" }] : [];
    });
  },
  fixes(_context, finding) {
    const { document, entry } = finding.context as Context;
    const edits = [removeEntry(document, entry)];
    return [{ title: "Remove the key", safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
