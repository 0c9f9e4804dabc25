// Several bundle ids in one string of userclient-access, or white space around one.
import { USERCLIENT_ACCESS } from "../../knowledge/entitlements.ts";
import { valueOf, type PlistDocument, type PlistValue } from "../../plist/document.ts";
import { replaceElement, setValue, type NewValue } from "../../plist/edit.ts";
import { isTemplate } from "../../project/build-settings.ts";
import { defineRule, documents } from "../define.ts";

interface Context {
  readonly document: PlistDocument;
  readonly list: PlistValue;
  readonly joined: PlistValue;
  readonly ids: readonly string[];
}

export default defineRule({
  meta: {
    id: "entitlement-userclient-access-joined",
    area: "entitlements",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "safe",
    summary: "One string of userclient-access holds several bundle ids, or white space around one.",
    why: "The kernel compares the whole string with the driver's bundle id; it is equal to none of the ids in it.",
    messages: {
      several: "this one string holds {count} ids, so it is equal to none; each needs a <string> of its own",
      space: "white space around the id makes it another one: “{id}” is not allowed",
    },
  },
  trigger: documents("entitlements"),
  check({ document }) {
    const list = valueOf(document.root, USERCLIENT_ACCESS);
    if (!list) return [];
    const values = list.kind === "array" ? list.items : [list];
    return values.flatMap((joined) => {
      if (joined.kind !== "string" || isTemplate(joined.text) || !/[\s,;]/.test(joined.text)) return [];
      const ids = joined.text.split(/[\s,;]+/).filter((id) => id !== "");
      // Other text with blanks is no list of ids.
      if (ids.length === 0 || !ids.every((id) => /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_:-]+)+$/.test(id))) return [];
      const context: Context = { document, list, joined, ids };
      return [
        {
          message: ids.length > 1 ? ("several" as const) : ("space" as const),
          data: { count: String(ids.length), id: ids[0] ?? "" },
          span: joined.contentSpan,
          context,
        },
      ];
    });
  },
  fixes(_context, finding) {
    const { document, list, joined, ids } = finding.context as Context;
    if (ids.length === 1) {
      const edits = setValue(joined, ids[0] ?? "");
      return [{ title: "Remove the white space", safe: true, edits: [{ path: finding.path, edits }] }];
    }
    const items = list.kind === "array" ? list.items : [list];
    if (items.some((item) => item.kind !== "string")) return [];
    const all: NewValue = items.flatMap((item) => (item === joined ? ids : item.kind === "string" ? [item.text] : []));
    const edits = replaceElement(document, list, all);
    return [{ title: "Give each id a string of its own", safe: true, edits: [{ path: finding.path, edits }] }];
  },
});
