// IOUserClass names a class that no .iig file of the driver declares.
import { compareStrings } from "../../base/compare.ts";
import { closest } from "../../base/spelling.ts";
import { driverKitClass } from "../../knowledge/api.ts";
import { valueOf, type PlistValue } from "../../plist/document.ts";
import { setValue } from "../../plist/edit.ts";
import type { Target } from "../../project/model.ts";
import { defineRule, targets, type BaseContext, type RuleFinding } from "../define.ts";
import { dextInfosOf } from "./dext-info.ts";

interface Context {
  readonly value: PlistValue;
  readonly candidates: readonly string[];
}

export default defineRule({
  meta: {
    id: "plist-userclass-unknown",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "IOUserClass names a class that no .iig file of the driver declares.",
    why: "The dext's process does not know the class: the kernel logs “no user class found”, and the driver does not start.",
    messages: {
      unknown: "no .iig file of {target} declares a class '{name}'",
      near: "no .iig file of {target} declares a class '{name}'; did you mean '{near}'?",
    },
  },
  trigger: targets(),
  check(context) {
    const { target, plist, index } = context;
    const declared = declaredClasses(target, context);
    if (!declared) return [];
    const findings: RuleFinding<"unknown" | "near">[] = [];
    for (const info of dextInfosOf(target, plist)) {
      for (const { value: dict } of info.classDicts()) {
        const value = valueOf(dict, "IOUserClass");
        const name = info.text(value);
        if (!value || name === undefined || declared.has(name) || isFrameworkClass(name)) continue;
        // Declared elsewhere in the workspace: which files a target is built from is not always known.
        if (index.classes.get(name)?.declaration?.path.endsWith(".iig")) continue;
        const isClient = info.text(valueOf(dict, "IOClass")) === "IOUserUserClient";
        const candidates = [...declared.keys()]
          .filter((other) => index.ancestors(other).includes("IOUserClient") === isClient)
          .sort(compareStrings);
        const near = closest(name, candidates);
        const best = near ?? (candidates.length === 1 ? candidates[0] : undefined);
        const declaration = best === undefined ? undefined : declared.get(best);
        findings.push({
          message: near === undefined ? "unknown" : "near",
          data: { target: target.name, name, near: near ?? "" },
          path: info.document.path,
          span: value.contentSpan,
          steps: declaration ? [{ ...declaration, kind: "note", text: `'${best ?? ""}' is declared here` }] : [],
          context: { value, candidates: near === undefined ? candidates : [near] } satisfies Context,
        });
      }
    }
    return findings;
  },
  fixes(_context, finding) {
    const { value, candidates } = finding.context as Context;
    return candidates.map((name) => {
      return { title: `Use '${name}'`, safe: false, edits: [{ path: finding.path, edits: setValue(value, name) }] };
    });
  },
});

/** The classes that the target's .iig files declare, with their places; undefined when it has none, or one could not be read. */
function declaredClasses(
  target: Target,
  context: BaseContext,
): ReadonlyMap<string, { path: string; span: { start: number; end: number } }> | undefined {
  const classes = new Map<string, { path: string; span: { start: number; end: number } }>();
  for (const path of target.sources) {
    if (!path.endsWith(".iig")) continue;
    const summary = context.summary(path);
    if (!summary || (context.syntax(path)?.errors.length ?? 1) > 0) return undefined;
    for (const { name, nameSpan, kind } of summary.classes)
      if (kind === "class") classes.set(context.index.resolveName(name), { path, span: nameSpan });
  }
  return classes.size > 0 ? classes : undefined;
}

/** Classes that a framework brings along: those in the table, and the user clients of the audio, MIDI and video families. */
function isFrameworkClass(name: string): boolean {
  return driverKitClass(name) !== undefined || /^IOUser[A-Z]\w+$/.test(name);
}
