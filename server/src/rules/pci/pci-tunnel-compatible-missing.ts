// A PCI personality that does not say whether its driver works behind Thunderbolt.
import { TUNNEL_KEY } from "../../knowledge/pci.ts";
import { entryOf } from "../../plist/document.ts";
import { insertEntry, replaceElement } from "../../plist/edit.ts";
import { isTemplate } from "../../project/build-settings.ts";
import { pciDextOf, type PciPersonality } from "../../project/pci-claims.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";

export default defineRule({
  meta: {
    id: "pci-tunnel-compatible-missing",
    area: "pci",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary:
      "A PCI personality without IOPCITunnelCompatible: behind Thunderbolt the kernel complains and may refuse it.",
    why: "For a device behind Thunderbolt or USB4 the kernel logs that the driver needs this key, and may then not match it.",
    messages: {
      missing: "“{personality}” lacks IOPCITunnelCompatible, which devices behind Thunderbolt need",
      notBoolean: "IOPCITunnelCompatible of “{personality}” is no boolean, so the kernel does not take it for true",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    return pciDextOf(target, plist).personalities.flatMap((found): RuleFinding<"missing" | "notBoolean">[] => {
      const { document, personality, provider } = found;
      const entry = entryOf(personality.value, TUNNEL_KEY);
      const data = { personality: personality.name };
      const common = { data, path: document.path, context: found };
      if (!entry) return [{ ...common, message: "missing", span: provider?.keySpan ?? personality.nameSpan }];
      const { value } = entry;
      if (!value || value.kind === "boolean" || (value.kind === "string" && isTemplate(value.text))) return [];
      return [{ ...common, message: "notBoolean", span: value.span }];
    });
  },
  fixes(_context, finding) {
    const { document, personality, provider, table } = finding.context as PciPersonality;
    const written = entryOf(personality.value, TUNNEL_KEY)?.value;
    const after = table.sites.at(-1)?.entry ?? provider;
    const edits = written
      ? replaceElement(document, written, true)
      : insertEntry(document, personality.value, TUNNEL_KEY, true, after);
    return [{ title: `Set ${TUNNEL_KEY} to true`, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
