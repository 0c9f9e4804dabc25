// A SCSI host adapter whose personality does not name the kernel extension that its kernel class lives in.
import { familyOfIOClass } from "../../knowledge/infoplist.ts";
import { SCSI_CONTROLLER_CLASS } from "../../knowledge/scsi.ts";
import { entryOf, stringOf } from "../../plist/document.ts";
import { insertEntry, setValue } from "../../plist/edit.ts";
import { isTemplate } from "../../project/build-settings.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { scsiPersonalities, type ScsiPersonality } from "./hba.ts";

const KEY = "CFBundleIdentifierKernel";
const FAMILY = familyOfIOClass(SCSI_CONTROLLER_CLASS)?.kernelId ?? "";

export default defineRule({
  meta: {
    id: "scsi-kernel-family-missing",
    area: "scsi",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A SCSI host adapter's personality does not name IOSCSIParallelFamily as CFBundleIdentifierKernel.",
    why: "The family is loaded when a personality asks for it; without it the kernel cannot make the controller, and the driver never starts.",
    messages: {
      missing: "“{personality}” has no CFBundleIdentifierKernel, so nothing loads {family} for it",
      other: "{kernel} does not hold {class}; {family} does, and nothing loads it",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    return scsiPersonalities(target, plist).flatMap((found): RuleFinding<"missing" | "other">[] => {
      const { document, personality, entry } = found;
      const data = { personality: personality.name, class: SCSI_CONTROLLER_CLASS, family: FAMILY };
      const common = { path: document.path, context: found };
      const kernel = entryOf(personality.value, KEY);
      if (!kernel) {
        const span = entry.value?.contentSpan ?? personality.nameSpan;
        return [{ ...common, message: "missing", data, span }];
      }
      const text = stringOf(kernel.value)?.trim();
      // The dext's own id is `plist-kernel-id-is-dext`'s; another company may have a family of its own.
      if (!kernel.value || text === undefined || isTemplate(text) || !text.startsWith("com.apple.")) return [];
      if (text === FAMILY) return [];
      return [{ ...common, message: "other", data: { ...data, kernel: text }, span: kernel.value.contentSpan }];
    });
  },
  fixes(_context, finding) {
    const { document, personality, entry } = finding.context as ScsiPersonality;
    const kernel = entryOf(personality.value, KEY);
    const edits = kernel?.value
      ? setValue(kernel.value, FAMILY)
      : insertEntry(
          document,
          personality.value,
          KEY,
          FAMILY,
          entryOf(personality.value, "CFBundleIdentifier") ?? entry,
        );
    return [{ title: `Name ${FAMILY}`, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
