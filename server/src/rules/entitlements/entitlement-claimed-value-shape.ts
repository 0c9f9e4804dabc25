// An entitlement whose value is of another type than the kernel compares with.
import { ALLOW_ANY_USERCLIENT, entitlementFact, type EntitlementShape } from "../../knowledge/entitlements.ts";
import type { ValueType } from "../../knowledge/infoplist.ts";
import { replaceElement } from "../../plist/edit.ts";
import type { PlistDocument, PlistEntry, PlistValue } from "../../plist/document.ts";
import { defineRule, documents, type RuleFinding } from "../define.ts";
import { placeOf } from "../plist/dext-info.ts";
import { isOurs } from "../plist/own-plists.ts";
import { removeEntry } from "../plist/remove-entry.ts";
import { converted, isOfType, TYPE_WORDS } from "../plist/value-types.ts";

/** The transports' dictionaries have rules of their own. */
const TYPES: Readonly<Partial<Record<EntitlementShape, ValueType>>> = {
  boolean: "boolean",
  string: "string",
  strings: "strings",
  names: "string-or-strings",
};

interface Context {
  readonly document: PlistDocument;
  readonly entry: PlistEntry;
  readonly value: PlistValue;
  readonly type: ValueType;
}

export default defineRule({
  meta: {
    id: "entitlement-claimed-value-shape",
    area: "entitlements",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "An entitlement with a value of the wrong type, or false where only the key's presence counts.",
    why: "The value is compared with what the profile grants and what the kernel expects; another type is as good as no entitlement.",
    messages: {
      type: "{key} must be {type}",
      opens: "the kernel only asks whether this key is there: <false/> opens the driver to every process",
      private: "{key} is Apple's own; no profile grants it to others, so the dext is not run",
      isFalse: "<false/> claims nothing: {key} is as good as missing",
    },
  },
  trigger: documents("entitlements"),
  check(context) {
    const { document } = context;
    if (document.root?.kind !== "dict" || !isOurs(context)) return [];
    return document.root.entries.flatMap((entry): RuleFinding<"type" | "opens" | "private" | "isFalse">[] => {
      const { key, value } = entry;
      const fact = entitlementFact(key);
      const short = key.replace(/^com\.apple\.(developer\.(driverkit\.)?|security\.)/, "");
      if (fact?.shape === "private" || key.startsWith("com.apple.private.")) {
        const isKnown = fact?.confidence === "verified-source";
        return [
          {
            message: "private",
            data: { key: short },
            span: entry.keySpan,
            severity: isKnown ? "warning" : "info",
            context: undefined,
          },
        ];
      }
      const type = fact && TYPES[fact.shape];
      if (!fact || !type || !value) return [];
      const found: Context = { document, entry, value, type };
      if (!isOfType(value, type)) {
        return [
          {
            message: "type",
            data: { key: short, type: TYPE_WORDS[type] },
            span: placeOf(entry),
            ...(fact.confidence === "uncertain" ? { severity: "info" as const } : {}),
            context: found,
          },
        ];
      }
      if (value.kind !== "boolean" || value.value) return [];
      if (key === ALLOW_ANY_USERCLIENT) return [{ message: "opens", span: value.span, context: found }];
      // The kernel asks for true here; for the others false may be a switch that somebody turned off.
      return key === "com.apple.developer.driverkit" && fact.carriers.includes("dext")
        ? [{ message: "isFalse", data: { key: short }, span: value.span, context: found }]
        : [];
    });
  },
  fixes(_context, finding) {
    const found = finding.context as Context | undefined;
    if (!found) return [];
    const { document, entry, value, type } = found;
    const { path } = finding;
    if (finding.message === "opens")
      return [{ title: "Remove the key", safe: false, edits: [{ path, edits: [removeEntry(document, entry)] }] }];
    if (finding.message === "isFalse")
      return [{ title: "Write <true/>", safe: false, edits: [{ path, edits: replaceElement(document, value, true) }] }];
    const change = converted(document, value, type);
    return change ? [{ title: change.title, safe: false, edits: [{ path, edits: change.edits }] }] : [];
  },
});
