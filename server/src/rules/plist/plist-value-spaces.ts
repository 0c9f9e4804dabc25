// White space at the ends of a name that the kernel compares letter by letter.
import { USERCLIENT_ACCESS } from "../../knowledge/entitlements.ts";
import { COMPARED_KEYS } from "../../knowledge/infoplist.ts";
import { USB_MATCH_KEYS } from "../../knowledge/usb.ts";
import { entryOf, type PlistDocument, type PlistEntry, type PlistValue } from "../../plist/document.ts";
import { setValue } from "../../plist/edit.ts";
import { personalitiesOf } from "../../project/dext-plists.ts";
import { defineRule, documents, type RuleFinding } from "../define.ts";
import type { Dict } from "./dext-info.ts";
import { isDextInfo, isOurs } from "./own-plists.ts";

/** How deep dictionaries for Create() stand in a personality. */
const MAX_DEPTH = 4;

export default defineRule({
  meta: {
    id: "plist-value-spaces",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "safe",
    summary: "A name with white space at its ends, where the kernel compares whole strings.",
    why: "White space belongs to a <string>, so the name is another one: no class, provider or driver is called that.",
    messages: { spaces: "{key} “{name}” has white space {where}, which belongs to the name" },
  },
  trigger: documents("info-plist", "entitlements"),
  check(context) {
    const { document } = context;
    const { root } = document;
    if (root?.kind !== "dict") return [];
    const access = entryOf(root, USERCLIENT_ACCESS);
    if (access?.value && isOurs(context)) {
      const items = access.value.kind === "array" ? access.value.items : [access.value];
      return items.flatMap((item) => spaces("userclient-access", item));
    }
    return isDextInfo(context) ? infoFindings(document, root) : [];
  },
  fixes(_context, finding) {
    const value = finding.context as PlistValue & { readonly kind: "string" };
    const edits = setValue(value, value.text.trim());
    return [{ title: "Remove the white space", safe: true, edits: [{ path: finding.path, edits }] }];
  },
});

function infoFindings(document: PlistDocument, root: Dict): RuleFinding<"spaces">[] {
  const findings = ofEntries(root.entries.filter(({ key }) => key === "CFBundleIdentifier"));
  const look = (dict: Dict, depth: number): void => {
    findings.push(...ofEntries(dict.entries.filter(({ key }) => COMPARED_KEYS.has(key) || USB_MATCH_KEYS.has(key))));
    if (depth >= MAX_DEPTH) return;
    for (const { value } of dict.entries) if (value?.kind === "dict") look(value, depth + 1);
  };
  for (const { value } of personalitiesOf(document)) look(value, 0);
  return findings;
}

function ofEntries(entries: readonly PlistEntry[]): RuleFinding<"spaces">[] {
  return entries.flatMap(({ key, value }) => (value ? spaces(key, value) : []));
}

function spaces(key: string, value: PlistValue): RuleFinding<"spaces">[] {
  if (value.kind !== "string") return [];
  const name = value.text.trim();
  if (name === "" || name === value.text) return [];
  const before = value.text.startsWith(name) ? undefined : "before it";
  const after = value.text.endsWith(name) ? undefined : "behind it";
  const where = [before, after].filter((each) => each !== undefined).join(" and ");
  return [{ message: "spaces", data: { key, name, where }, span: value.contentSpan, context: value }];
}
