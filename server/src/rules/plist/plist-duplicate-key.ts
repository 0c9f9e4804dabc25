// A key that stands twice in one dictionary of a property list.
import type { PlistDocument, PlistEntry, PlistValue } from "../../plist/document.ts";
import { defineRule, documents, type RuleFinding } from "../define.ts";
import { isOurs } from "./own-plists.ts";
import { removeEntry } from "./remove-entry.ts";

interface Context {
  readonly document: PlistDocument;
  readonly earlier: PlistEntry;
}

export default defineRule({
  meta: {
    id: "plist-duplicate-key",
    area: "plist",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A key stands twice in one dictionary.",
    why: "Only the last value counts; whoever edits the first one changes nothing.",
    messages: { twice: "“{key}” stands twice in this dictionary; only this last one counts" },
  },
  trigger: documents("info-plist", "entitlements"),
  check(context) {
    const { document } = context;
    const doubles = document.problems.filter(({ code }) => code === "duplicate-key");
    if (doubles.length === 0 || !isOurs(context)) return [];
    return doubles.flatMap(({ span }): RuleFinding<"twice">[] => {
      const entries = dictWith(document.root, span.start);
      const later = entries?.find(({ keySpan }) => keySpan.start === span.start);
      const earlier = later && entries?.findLast(({ key, keySpan }) => key === later.key && keySpan.start < span.start);
      if (!later || !earlier) return [];
      const steps = [
        { path: document.path, span: earlier.keySpan, kind: "note" as const, text: "it stands here already" },
      ];
      const found: Context = { document, earlier };
      return [{ message: "twice", data: { key: later.key }, span, steps, context: found }];
    });
  },
  fixes(_context, finding) {
    const { document, earlier } = finding.context as Context;
    const edits = [removeEntry(document, earlier)];
    return [{ title: "Remove the one that does not count", safe: false, edits: [{ path: finding.path, edits }] }];
  },
});

/** The entries of the dictionary that has a key at an offset. */
function dictWith(root: PlistValue | undefined, offset: number): readonly PlistEntry[] | undefined {
  let value = root;
  while (value) {
    if (value.kind === "dict") {
      if (value.entries.some(({ keySpan }) => keySpan.start === offset)) return value.entries;
      value = value.entries.find(({ value: inner }) => inner && holds(inner, offset))?.value;
    } else if (value.kind === "array") value = value.items.find((item) => holds(item, offset));
    else return undefined;
  }
  return undefined;
}

function holds({ span }: PlistValue, offset: number): boolean {
  return span.start <= offset && offset < span.end;
}
