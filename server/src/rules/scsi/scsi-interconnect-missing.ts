// A SCSI host adapter that does not say how it is attached, so that it counts as parallel SCSI.
import { INTERCONNECT, INTERCONNECT_VALUES, PROTOCOL_CHARACTERISTICS } from "../../knowledge/scsi.ts";
import { entryOf, valueOf } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { defineRule, targets } from "../define.ts";
import { mentionsOf, scsiPersonalities, type ScsiPersonality } from "./hba.ts";

export default defineRule({
  meta: {
    id: "scsi-interconnect-missing",
    area: "scsi",
    severity: "info",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A SCSI host adapter without “Physical Interconnect”: its disks are shown as parallel SCSI.",
    why: "The family copies the key from the service's properties and falls back to “SCSI Parallel Interface”; I/O is not affected.",
    messages: {
      missing: "“{personality}” has no “Physical Interconnect”; its disks will be shown with the protocol SCSI",
    },
  },
  trigger: targets(),
  check(context) {
    const { target, plist, index } = context;
    const sources = new Set(target.sources);
    const files = index.files.filter(({ path }) => sources.has(path));
    return scsiPersonalities(target, plist).flatMap((found) => {
      const { document, personality, entry } = found;
      const { value } = personality;
      const characteristics = valueOf(value, PROTOCOL_CHARACTERISTICS);
      if (entryOf(value, INTERCONNECT.property) || entryOf(characteristics, INTERCONNECT.property)) return [];
      // Set by code.
      if (mentionsOf(INTERCONNECT, files, context).length > 0) return [];
      const data = { personality: personality.name };
      const span = entry.value?.contentSpan ?? personality.nameSpan;
      return [{ message: "missing" as const, data, path: document.path, span, context: found }];
    });
  },
  fixes(_context, finding) {
    const { document, personality, entry } = finding.context as ScsiPersonality;
    return INTERCONNECT_VALUES.map((value) => ({
      title: `Set “Physical Interconnect” to “${value}”`,
      safe: false,
      edits: [
        { path: finding.path, edits: insertEntry(document, personality.value, INTERCONNECT.property, value, entry) },
      ],
    }));
  },
});
