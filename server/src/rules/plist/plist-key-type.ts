// A known key of a dext's Info.plist with a value of the wrong type, or a version that the kernel cannot read.
import {
  infoKeyFact,
  KEXT_KEYS_WITHOUT_EFFECT,
  TOP_LEVEL_KEYS,
  versionProblem,
  type KeyPlace,
  type ValueType,
} from "../../knowledge/infoplist.ts";
import { TUNNEL_KEY } from "../../knowledge/pci.ts";
import { stringOf, valueOf, type PlistDocument, type PlistValue } from "../../plist/document.ts";
import { isTemplate } from "../../project/build-settings.ts";
import { personalitiesOf } from "../../project/dext-plists.ts";
import { defineRule, documents, type RuleFinding } from "../define.ts";
import { placeOf, type Dict } from "./dext-info.ts";
import { isDextInfo } from "./own-plists.ts";
import { converted, isOfType, TYPE_WORDS } from "./value-types.ts";

interface Context {
  readonly document: PlistDocument;
  readonly value: PlistValue;
  readonly type: ValueType;
}

export default defineRule({
  meta: {
    id: "plist-key-type",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A key of a dext's Info.plist has a value of a type that the system does not read there.",
    why: "The kernel takes a value of another type as if it were not there: the personality does not match, or matches something else.",
    messages: {
      type: "{key} must be {type}",
      personality: "“{key}” is no dictionary, so it is no personality; the kernel is not told of it",
      version: "CFBundleVersion “{version}” {problem}, so the system refuses the dext",
    },
  },
  trigger: documents("info-plist"),
  check(context) {
    const { document } = context;
    const { root } = document;
    if (root?.kind !== "dict" || !isDextInfo(context)) return [];
    const findings: RuleFinding<"type" | "personality" | "version">[] = [];
    const look = (dict: Dict, place: KeyPlace): void => {
      for (const entry of dict.entries) {
        const { key, value } = entry;
        if (place !== "top" && value && isCreateDict(value)) look(value, "create");
        const fact = infoKeyFact(place, key);
        // `pci-tunnel-compatible-missing` and `plist-kext-only-key` know more about their keys.
        if (!fact || !value || key === TUNNEL_KEY || fact.requirement === "never") continue;
        if (KEXT_KEYS_WITHOUT_EFFECT.includes(key)) continue;
        // What is wrong in itself is `plist-malformed`'s.
        if (!isOfType(value, fact.type) && !document.problems.some((problem) => holds(value, problem.span.start))) {
          const found: Context = { document, value, type: fact.type };
          findings.push({
            message: "type",
            data: { key, type: TYPE_WORDS[fact.type] },
            span: placeOf(entry),
            ...(fact.confidence === "uncertain" || fact.requirement === "useless" ? { severity: "info" as const } : {}),
            context: found,
          });
        }
      }
    };
    look(root, "top");
    // Where a tag is missing, what stands in a personality may seem to stand beside it.
    const personalities = document.whole ? valueOf(root, "IOKitPersonalities") : undefined;
    for (const entry of personalities?.kind === "dict" ? personalities.entries : []) {
      const { key, value } = entry;
      if (!value || value.kind === "dict" || (value.kind === "string" && isTemplate(value.text))) continue;
      findings.push({ message: "personality", data: { key }, span: entry.keySpan });
    }
    for (const { value } of personalitiesOf(document)) look(value, "personality");
    const version = root.entries.findLast(({ key }) => key === VERSION);
    const text = stringOf(version?.value);
    const problem = text === undefined || text === "" || isTemplate(text) ? undefined : versionProblem(text);
    if (version && problem !== undefined)
      findings.push({ message: "version", data: { version: text ?? "", problem }, span: placeOf(version) });
    return findings;
  },
  fixes(_context, finding) {
    const found = finding.context as Context | undefined;
    const change = found && converted(found.document, found.value, found.type);
    return change ? [{ title: change.title, safe: false, edits: [{ path: finding.path, edits: change.edits }] }] : [];
  },
});

const VERSION = TOP_LEVEL_KEYS.find(({ key }) => key === "CFBundleVersion")?.key ?? "CFBundleVersion";

function holds({ span }: PlistValue, offset: number): boolean {
  return span.start <= offset && offset < span.end;
}

/** Dictionaries for Create() may have any name; they are known by what stands in them. */
function isCreateDict(value: PlistValue): value is Dict {
  return value.kind === "dict" && value.entries.some(({ key }) => key === "IOClass" || key === "IOUserClass");
}
