// IOService::Create is given the name of a dictionary that no personality of the class has.
import { closest } from "../../base/spelling.ts";
import { entryOf, valueOf } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { defineRule, file, type Fix, type FileContext, type RuleFinding } from "../define.ts";
import { dextInfosOf, type ClassDict, type DextInfo } from "../plist/dext-info.ts";
import { createCalls, type CreateCall } from "./create-calls.ts";

interface Owner {
  readonly info: DextInfo;
  readonly dict: ClassDict;
}

interface Context {
  readonly call: CreateCall;
  readonly owner: Owner;
  /** The names of dictionaries for Create() that the personalities have. */
  readonly names: readonly string[];
  readonly clients: readonly string[];
}

export default defineRule({
  meta: {
    id: "create-key-missing",
    area: "lifecycle",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "IOService::Create names a dictionary that the class's personality in the Info.plist does not have.",
    why: "Create returns kIOReturnBadArgument, 0xE00002C2; in NewUserClient that is what the app gets from IOServiceOpen.",
    messages: {
      missing: "no personality of '{class}' has a dictionary “{key}”, so Create fails",
      near: "no personality of '{class}' has a dictionary “{key}”; did you mean “{near}”?",
      shape: "“{key}” in the Info.plist is no dictionary with an IOClass, so Create fails",
    },
  },
  trigger: file(),
  check(context) {
    const findings: RuleFinding<"missing" | "near" | "shape">[] = [];
    const calls = createCalls(context);
    for (const call of calls) {
      const { key, className } = call;
      const owners = ownersOf(context, className);
      const [owner] = owners;
      // A service may also set the property itself before it calls Create.
      if (!owner || isNamedElsewhere(context, key, calls)) continue;
      const entries = owners.flatMap(({ dict }) => entryOf(dict.value, key) ?? []);
      const good = entries.some(({ value }) => value?.kind === "dict" && valueOf(value, "IOClass")?.kind === "string");
      if (good || entries.some(({ value }) => !value)) continue;
      const [entry] = entries;
      const names = owners.flatMap(({ dict }) =>
        dict.value.entries.filter(({ value }) => valueOf(value, "IOClass") !== undefined).map((each) => each.key),
      );
      const near = entry ? undefined : closest(key, names);
      const clients = [...context.index.classes.values()]
        .filter(({ name, declaration }) => {
          return declaration?.path.endsWith(".iig") && context.index.ancestors(name).includes("IOUserClient");
        })
        .map(({ name }) => name);
      findings.push({
        message: entry ? "shape" : near === undefined ? "missing" : "near",
        data: { key, class: className, near: near ?? "" },
        span: call.span,
        steps: [
          {
            path: owner.info.document.path,
            span: entry?.keySpan ?? owner.dict.nameSpan,
            kind: "note",
            text: entry ? `“${key}” stands here` : `the personality “${owner.dict.name}” of '${className}'`,
          },
        ],
        context: { call, owner, names: near === undefined ? [] : [near], clients } satisfies Context,
      });
    }
    return findings;
  },
  fixes(_context, finding) {
    const { call, owner, names, clients } = finding.context as Context;
    if (finding.message === "shape") return [];
    const fixes: Fix[] = names.flatMap((name) =>
      call.literal
        ? [
            {
              title: `Use “${name}”`,
              safe: false,
              edits: [{ path: finding.path, edits: [{ span: call.literal, newText: name }] }],
            },
          ]
        : [],
    );
    for (const client of clients.slice(0, 3)) {
      const { document } = owner.info;
      const entries = [
        ["IOClass", "IOUserUserClient"],
        ["IOUserClass", client],
      ] as const;
      const edits = insertEntry(document, owner.dict.value, call.key, { entries });
      const title = `Add “${call.key}” with the user client '${client}' to the Info.plist`;
      fixes.push({ title, safe: false, edits: [{ path: document.path, edits }] });
    }
    return fixes;
  },
});

/** The dictionaries of the file's dexts that make objects of the class, or of one that derives from it. */
function ownersOf({ targetsOf, file: { path }, plist, index }: FileContext, className: string): Owner[] {
  return targetsOf(path)
    .filter(({ kind }) => kind === "dext")
    .flatMap((target) => dextInfosOf(target, plist))
    .flatMap((info) =>
      info.classDicts().flatMap((dict) => {
        const user = info.text(valueOf(dict.value, "IOUserClass"));
        return user !== undefined && index.ancestors(user).includes(className) ? [{ info, dict }] : [];
      }),
    );
}

/** True when the file names the key, as text or by a name that stands for it, outside the calls and the names' own definitions. */
function isNamedElsewhere({ file: { text } }: FileContext, key: string, calls: readonly CreateCall[]): boolean {
  const own = calls.filter((call) => call.key === key);
  const names = [...new Set(own.flatMap(({ name }) => name ?? []))];
  const inCalls = (at: number): boolean => own.some(({ span }) => span.start <= at && at < span.end);
  const isDefinition = (at: number, length: number): boolean =>
    /#\s*define\s+$/.test(text.slice(Math.max(0, at - 40), at)) ||
    /^\s*(\[[^\]\n]*\]\s*)?=[^=]/.test(text.slice(at + length, at + length + 80));
  for (const name of names) {
    for (const { index } of text.matchAll(new RegExp(`\\b${name}\\b`, "g"))) {
      if (!inCalls(index) && !isDefinition(index, name.length)) return true;
    }
  }
  const written = text.split(`"${key}"`).length - 1;
  // A name's definition writes the text once.
  return written > own.filter(({ literal }) => literal).length + names.length;
}
