// What a dext's Info.plist says, read for each of its build configurations: personalities, the dictionaries in them, the bundle id.
import type { Span } from "../../base/span.ts";
import {
  entryOf,
  stringOf,
  valueOf,
  wholeDict,
  type PlistDict,
  type PlistDocument,
  type PlistEntry,
  type PlistValue,
} from "../../plist/document.ts";
import { expandVariables, isTemplate } from "../../project/build-settings.ts";
import { personalitiesOf, type Personality } from "../../project/dext-plists.ts";
import type { Target, TargetConfiguration } from "../../project/model.ts";

export type Dict = PlistDict;

/** A dictionary that names one of the driver's classes: a personality, or one inside it that IOService::Create is given the name of. */
export interface ClassDict {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: Dict;
}

/** How deep dictionaries for Create() stand in one another: a service made by Create may make a user client. */
const MAX_DEPTH = 4;

/** One Info.plist of a dext with the configurations that use it. */
export class DextInfo {
  readonly personalities: readonly Personality[];

  constructor(
    readonly document: PlistDocument,
    readonly root: Dict,
    readonly configurations: readonly TargetConfiguration[],
  ) {
    this.personalities = personalitiesOf(document);
  }

  /** The text of a string as every configuration has it; undefined when it is none, is filled in elsewhere, or differs. */
  text(value: PlistValue | undefined): string | undefined {
    const texts = new Set(this.configurations.map((configuration) => textIn(configuration, value)));
    const [text] = texts;
    return texts.size === 1 ? text : undefined;
  }

  /** The bundle id in a configuration; undefined when it is not known or the project file and the Info.plist disagree. */
  idIn(configuration: TargetConfiguration): string | undefined {
    const written = textIn(configuration, valueOf(this.root, "CFBundleIdentifier"));
    const { bundleId } = configuration;
    if (written !== undefined && bundleId !== undefined && written !== bundleId) return undefined;
    return written ?? bundleId;
  }

  /** The dictionaries for Create() in a personality, at any depth, in order. */
  createDicts(personality: Personality): ClassDict[] {
    const found: ClassDict[] = [];
    const look = (dict: Dict, depth: number): void => {
      for (const { key, keySpan, value } of dict.entries) {
        if (value?.kind !== "dict") continue;
        if (entryOf(value, "IOUserClass") || entryOf(value, "IOClass"))
          found.push({ name: key, nameSpan: keySpan, value });
        if (depth < MAX_DEPTH) look(value, depth + 1);
      }
    };
    look(personality.value, 0);
    return found;
  }

  /** The personalities and the dictionaries for Create() in them. */
  classDicts(): ClassDict[] {
    return this.personalities.flatMap((personality) => [personality, ...this.createDicts(personality)]);
  }

  /** The personalities that the kernel runs in user space and that could be read. */
  dextPersonalities(): Personality[] {
    return this.personalities.filter(
      ({ value }) => entryOf(value, "IOUserClass") || entryOf(value, "IOUserServerName"),
    );
  }
}

/** The Info.plists of a dext. One that could not be read as a whole is left out: what is not seen might stand there. */
export function dextInfosOf(target: Target, plist: (path: string) => PlistDocument | undefined): DextInfo[] {
  const byPath = new Map<string, TargetConfiguration[]>();
  for (const configuration of target.configurations) {
    const { infoPlist } = configuration;
    if (infoPlist === undefined) continue;
    byPath.set(infoPlist, [...(byPath.get(infoPlist) ?? []), configuration]);
  }
  const infos: DextInfo[] = [];
  for (const [path, configurations] of byPath) {
    const document = plist(path);
    const root = document && wholeDict(document);
    if (document && root) infos.push(new DextInfo(document, root, configurations));
  }
  return infos;
}

/** The text of a string in a configuration, variables filled in; undefined when it is none or stays open. */
export function textIn(configuration: TargetConfiguration, value: PlistValue | undefined): string | undefined {
  const written = stringOf(value);
  if (written === undefined) return undefined;
  const text = expandVariables(written, configuration.variables).trim();
  return text === "" || isTemplate(text) ? undefined : text;
}

/** Where a finding about a value stands: its text, or the key where there is no text. */
export function placeOf(entry: PlistEntry): Span {
  const { value } = entry;
  if (!value) return entry.keySpan;
  const { start, end } = value.contentSpan;
  return end > start && value.kind !== "dict" && value.kind !== "array" ? value.contentSpan : entry.keySpan;
}

/** " (Debug)" where a finding holds in some configurations only; "" where it holds in all. */
export function inConfigurations(holding: readonly TargetConfiguration[], all: readonly TargetConfiguration[]): string {
  if (holding.length === all.length) return "";
  const names = [...new Set(holding.map(({ name }) => name).filter((name) => name !== ""))];
  return names.length > 0 ? ` (${names.join(", ")})` : "";
}
