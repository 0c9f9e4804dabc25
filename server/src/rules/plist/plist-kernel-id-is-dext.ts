// CFBundleIdentifierKernel names the dext, where it must name the kernel extension that holds IOClass.
import { familyOfIOClass } from "../../knowledge/infoplist.ts";
import { entryOf, valueOf, type PlistDocument, type PlistEntry } from "../../plist/document.ts";
import { setValue } from "../../plist/edit.ts";
import { defineRule, targets, type RuleFinding, type Step } from "../define.ts";
import { dextInfosOf, textIn } from "./dext-info.ts";
import { removeEntry } from "./remove-entry.ts";

interface Context {
  readonly document: PlistDocument;
  readonly entry: PlistEntry;
  readonly kernelId: string | undefined;
}

export default defineRule({
  meta: {
    id: "plist-kernel-id-is-dext",
    area: "plist",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "CFBundleIdentifierKernel names the dext itself instead of a kernel extension.",
    why: "The kernel loads what the key names before it makes IOClass; the dext holds no kernel class, so a family's class may be missing.",
    messages: {
      family: "{class} lives in {kernel}, not in the dext; the kernel may not load it",
      useless: "this names the dext itself, which says nothing: the kernel's {class} is always there",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    const findings: RuleFinding<"family" | "useless">[] = [];
    for (const info of dextInfosOf(target, plist)) {
      for (const { value: personality } of info.dextPersonalities()) {
        const entry = entryOf(personality, "CFBundleIdentifierKernel");
        const ioClass = valueOf(personality, "IOClass");
        const name = info.text(ioClass);
        if (!entry?.value || !ioClass || name === undefined) continue;
        const same = info.configurations.some((configuration) => {
          const found = textIn(configuration, entry.value);
          return found !== undefined && found === info.idIn(configuration);
        });
        const family = familyOfIOClass(name);
        if (!same || !family) continue;
        const { path } = info.document;
        const step: Step = { path, span: ioClass.contentSpan, kind: "use", text: `the kernel makes a ${name}` };
        findings.push({
          message: family.kernelId === undefined ? "useless" : "family",
          data: { class: name, kernel: family.kernelId ?? "" },
          path,
          span: entry.value.contentSpan,
          ...(family.kernelId === undefined ? { severity: "hint" as const } : {}),
          steps: [step],
          context: { document: info.document, entry, kernelId: family.kernelId } satisfies Context,
        });
      }
    }
    return findings;
  },
  fixes(_context, finding) {
    const { document, entry, kernelId } = finding.context as Context;
    if (!entry.value) return [];
    const { path } = finding;
    if (kernelId !== undefined)
      return [{ title: `Use ${kernelId}`, safe: false, edits: [{ path, edits: setValue(entry.value, kernelId) }] }];
    const known = setValue(entry.value, "com.apple.kpi.iokit");
    return [
      { title: "Use com.apple.kpi.iokit", safe: false, edits: [{ path, edits: known }] },
      { title: "Remove the key", safe: false, edits: [{ path, edits: [removeEntry(document, entry)] }] },
    ];
  },
});
