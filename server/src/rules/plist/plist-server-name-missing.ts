// A personality with IOUserClass and without IOUserServerName: the kernel does not take it for a dext's.
import { entryOf, valueOf } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { defineRule, targets } from "../define.ts";
import { dextInfosOf, type DextInfo, type Dict } from "./dext-info.ts";

interface Context {
  readonly info: DextInfo;
  readonly personality: Dict;
}

export default defineRule({
  meta: {
    id: "plist-server-name-missing",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A personality names a driver class and has no IOUserServerName.",
    why: "The kernel knows a dext's personality by that key alone; without it, it looks for a driver in the kernel and launches nothing.",
    messages: { missing: "“{personality}” has no IOUserServerName, so the kernel never launches the dext for it" },
  },
  trigger: targets(),
  check({ target, plist }) {
    return dextInfosOf(target, plist).flatMap((info) =>
      info.personalities
        .filter(({ value }) => entryOf(value, "IOUserClass") && !entryOf(value, "IOUserServerName"))
        .map(({ name, nameSpan, value }) => ({
          message: "missing" as const,
          data: { personality: name },
          path: info.document.path,
          span: nameSpan,
          context: { info, personality: value } satisfies Context,
        })),
    );
  },
  fixes(_context, finding) {
    const { info, personality } = finding.context as Context;
    const id = valueOf(info.root, "CFBundleIdentifier");
    const name = id?.kind === "string" && id.text.trim() !== "" ? id.text.trim() : "$(PRODUCT_BUNDLE_IDENTIFIER)";
    const edits = insertEntry(
      info.document,
      personality,
      "IOUserServerName",
      name,
      entryOf(personality, "IOUserClass"),
    );
    return [{ title: `Add IOUserServerName: ${name}`, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
