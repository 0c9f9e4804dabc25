// IOClass names a class that the kernel cannot make for this driver class: one of the driver's own, or one of another family.
import { driverKitClass } from "../../knowledge/api.ts";
import { familyOfBases, familyOfIOClass, type DriverFamily } from "../../knowledge/infoplist.ts";
import { valueOf, type PlistValue } from "../../plist/document.ts";
import { setValue } from "../../plist/edit.ts";
import type { ProjectIndex } from "../../semantics/model.ts";
import { defineRule, targets, type RuleFinding, type Step } from "../define.ts";
import { dextInfosOf } from "./dext-info.ts";

interface Context {
  readonly value: PlistValue;
  readonly family: DriverFamily | undefined;
}

export default defineRule({
  meta: {
    id: "plist-ioclass-mismatch",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "IOClass does not go with the class that IOUserClass names.",
    why: "The kernel cannot make its half of the driver, or makes the wrong one: the log says “Couldn't alloc class”, or the user client is refused with 0xE00002C7.",
    messages: {
      own: "{found} is a class of the driver; IOClass must be the kernel's, {wanted}",
      other: "'{user}' derives from {base}, so IOClass must be {wanted}, not {found}",
      lacking: "IOClass {found} is for classes that derive from {base}; '{user}' does not",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const findings: RuleFinding<"own" | "other" | "lacking">[] = [];
    for (const info of dextInfosOf(target, plist)) {
      const personalities = new Set(info.personalities.map(({ value }) => value));
      for (const { value: dict } of info.classDicts()) {
        const value = valueOf(dict, "IOClass");
        const found = info.text(value);
        const user = info.text(valueOf(dict, "IOUserClass"));
        if (!value || found === undefined || user === undefined) continue;
        // What is called like the driver's class is no class of the kernel's, whether its declaration is known or not.
        const own = isOwnClass(found, index) || (found === user && !familyOfIOClass(found) && !driverKitClass(found));
        const family = familyOf(user, index);
        // A user client's class may be a driver of its own as well: an early sample of Apple's is both.
        if (!own && family?.ioClass === "IOUserUserClient" && personalities.has(dict)) continue;
        if (!own && (!family || family.ioClass === found)) continue;
        const other = familyOfIOClass(found);
        // A class that is in no table may be Apple's; only a family's class can be called the wrong one.
        if (!own && !other) continue;
        const lacking = !own && family?.name === "plain service";
        // What the kernel's class does with a plain service has not been seen, so this is less sure.
        const unsure = lacking || (family !== undefined && family.confidence !== "verified-source");
        findings.push({
          message: own ? "own" : lacking ? "lacking" : "other",
          data: {
            found,
            user,
            base: (lacking ? other?.bases[0] : family?.bases[0]) ?? "IOService",
            wanted: family?.ioClass ?? "such as IOUserService",
          },
          path: info.document.path,
          span: value.contentSpan,
          ...(!own && unsure ? { severity: "warning" as const } : {}),
          steps: stepsTo(user, index),
          context: { value, family: own || !lacking ? family : undefined } satisfies Context,
        });
      }
    }
    return findings;
  },
  fixes(_context, finding) {
    const { value, family } = finding.context as Context;
    if (!family) return [];
    const edits = setValue(value, family.ioClass);
    return [{ title: `Use ${family.ioClass}`, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});

/** The family of a class of the project or of DriverKit; undefined when its bases are not known up to the root. */
function familyOf(className: string, index: ProjectIndex): DriverFamily | undefined {
  const ancestors = index.ancestors(className);
  return ancestors.includes("OSObject") ? familyOfBases(ancestors) : undefined;
}

/** True for a class that an .iig file of the project declares and that is none of DriverKit's. */
function isOwnClass(name: string, index: ProjectIndex): boolean {
  const declaration = index.classes.get(name)?.declaration;
  return declaration?.path.endsWith(".iig") === true && !driverKitClass(name) && !familyOfIOClass(name);
}

function stepsTo(className: string, index: ProjectIndex): Step[] {
  const declaration = index.classes.get(className)?.declaration;
  if (!declaration) return [];
  const base = declaration.base ?? "no class";
  return [{ path: declaration.path, span: declaration.nameSpan, kind: "note", text: `it derives from ${base}` }];
}
