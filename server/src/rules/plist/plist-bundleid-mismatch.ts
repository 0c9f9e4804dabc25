// A personality whose CFBundleIdentifier is not the dext's own.
import { entryOf, valueOf, type PlistValue } from "../../plist/document.ts";
import { setValue } from "../../plist/edit.ts";
import { defineRule, targets, type RuleFinding, type Step } from "../define.ts";
import { dextInfosOf, inConfigurations, textIn } from "./dext-info.ts";

interface Context {
  readonly value: PlistValue;
  /** The dext's id as its Info.plist has it. */
  readonly written: string;
}

export default defineRule({
  meta: {
    id: "plist-bundleid-mismatch",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A personality's CFBundleIdentifier is not the bundle id of the dext.",
    why: "The kernel looks for a dext of that id to launch: “Could not find OSKext for ID”, and the driver never starts.",
    messages: { mismatch: "“{found}” is not the dext's bundle id “{id}”, so the kernel launches nothing{where}" },
  },
  trigger: targets(),
  check({ target, plist }) {
    const findings: RuleFinding<"mismatch">[] = [];
    for (const info of dextInfosOf(target, plist)) {
      const own = entryOf(info.root, "CFBundleIdentifier");
      for (const { value: personality } of info.dextPersonalities()) {
        const value = valueOf(personality, "CFBundleIdentifier");
        if (!value) continue;
        const differing = info.configurations.filter((configuration) => {
          const found = textIn(configuration, value);
          const id = info.idIn(configuration);
          return found !== undefined && id !== undefined && found !== id;
        });
        const [first] = differing;
        if (!first) continue;
        const where = inConfigurations(differing, info.configurations);
        const data = { found: textIn(first, value) ?? "", id: info.idIn(first) ?? "", where };
        const steps: Step[] = own?.value
          ? [{ path: info.document.path, span: own.value.contentSpan, kind: "note", text: "the dext's bundle id" }]
          : [];
        const written = own?.value?.kind === "string" ? own.value.text.trim() : "$(PRODUCT_BUNDLE_IDENTIFIER)";
        const context: Context = { value, written };
        findings.push({
          message: "mismatch",
          data,
          path: info.document.path,
          span: value.contentSpan,
          steps,
          context,
        });
      }
    }
    return findings;
  },
  fixes(_context, finding) {
    const { value, written } = finding.context as Context;
    const edits = setValue(value, written);
    return [{ title: `Use the dext's id: ${written}`, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
