// What the SCSI rules share: the personalities of host adapters, and where the code names a key.
import type { Step } from "../../base/step.ts";
import { SCSI_CONTROLLER_CLASS, type ScsiKey } from "../../knowledge/scsi.ts";
import { entryOf, stringOf, type PlistDocument, type PlistEntry } from "../../plist/document.ts";
import { expandVariables } from "../../project/build-settings.ts";
import { personalitiesOf, type Personality } from "../../project/dext-plists.ts";
import { infoPlistsOf, type Target } from "../../project/model.ts";
import type { FileSummary } from "../../semantics/model.ts";
import type { BaseContext } from "../define.ts";

/** A personality whose kernel class is the SCSI controller's. */
export interface ScsiPersonality {
  readonly document: PlistDocument;
  readonly personality: Personality;
  /** IOClass. */
  readonly entry: PlistEntry;
  readonly userClass: string | undefined;
}

/** The host adapter personalities of a dext. Files that could not be read as a whole give none. */
export function scsiPersonalities(target: Target, plist: BaseContext["plist"]): ScsiPersonality[] {
  return infoPlistsOf(target).flatMap((path) => {
    const document = plist(path);
    if (!document?.whole) return [];
    const variables = target.configurations.find(({ infoPlist }) => infoPlist === path)?.variables ?? new Map();
    return personalitiesOf(document).flatMap((personality) => {
      const entry = entryOf(personality.value, "IOClass");
      if (!entry || stringOf(entry.value)?.trim() !== SCSI_CONTROLLER_CLASS) return [];
      const written = stringOf(entryOf(personality.value, "IOUserClass")?.value);
      const userClass = written === undefined ? undefined : expandVariables(written, variables).trim();
      return [{ document, personality, entry, userClass }];
    });
  });
}

/** Where files name a key, by its constant or by the property's name as text; comments do not count. The first place of each file. */
export function mentionsOf(key: ScsiKey, files: readonly FileSummary[], context: BaseContext): Step[] {
  const pattern = new RegExp(`\\b${key.constant}\\b|"${key.property}"`, "g");
  return files.flatMap(({ path }): Step[] => {
    const syntax = context.syntax(path);
    if (!syntax) return [];
    for (const match of syntax.text.matchAll(pattern)) {
      const span = { start: match.index, end: match.index + match[0].length };
      if (syntax.comments.some((comment) => comment.start <= span.start && span.end <= comment.end)) continue;
      return [{ path, span, kind: "note", text: `${match[0]} is named here` }];
    }
    return [];
  });
}
