// A key that stands twice in one dictionary of a property list.
import type { PlistDocument, PlistEntry, PlistValue } from "../../plist/document.ts";
import { defineRule, documents, type RuleFinding } from "../define.ts";
import { isOurs } from "./own-plists.ts";
import { removeEntry } from "./remove-entry.ts";

interface Context {
  readonly document: PlistDocument;
  readonly earlier: readonly PlistEntry[];
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
    messages: { twice: "“{key}” stands {times} in this dictionary; only this last one counts" },
  },
  trigger: documents("info-plist", "entitlements"),
  check(context) {
    const { document } = context;
    const doubles = document.problems.filter(({ code }) => code === "duplicate-key");
    if (doubles.length === 0 || !isOurs(context)) return [];
    const findings = new Map<PlistEntry, RuleFinding<"twice">>();
    for (const { span } of doubles) {
      const entries = dictWith(document.root, span.start) ?? [];
      const key = entries.find(({ keySpan }) => keySpan.start === span.start)?.key;
      const all = entries.filter((entry) => entry.key === key);
      const last = all.at(-1);
      if (!last || all.length < 2 || findings.has(last)) continue;
      const earlier = all.slice(0, -1);
      const steps = earlier.map(({ keySpan }) => {
        return { path: document.path, span: keySpan, kind: "note" as const, text: "it stands here already" };
      });
      const times = all.length === 2 ? "twice" : `${all.length} times`;
      const data = { key: last.key, times };
      const found: Context = { document, earlier };
      findings.set(last, { message: "twice", data, span: last.keySpan, steps, context: found });
    }
    return [...findings.values()];
  },
  fixes(_context, finding) {
    const { document, earlier } = finding.context as Context;
    const edits = earlier.map((entry) => removeEntry(document, entry));
    const title = earlier.length === 1 ? "Remove the one that does not count" : "Remove those that do not count";
    return [{ title, safe: false, edits: [{ path: finding.path, edits }] }];
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
