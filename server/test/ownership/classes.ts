// Reads the suite's classes: whole little drivers, each with what must be found in it, and puts one defect at a time into clean ones.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compareStrings } from "../../src/base/compare.ts";
import type { Edit } from "../../src/base/edit.ts";
import { summarize } from "../../src/semantics/summarize.ts";
import type { FunctionInfo } from "../../src/semantics/model.ts";
import { assignedTo, callParts, isNullConstant, uncast, unwrap } from "../../src/syntax/cpp.ts";
import { K } from "../../src/syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../../src/syntax/node.ts";
import type { Parsers } from "../../src/syntax/parsers.ts";
import type { MutationKind } from "./mutate.ts";
import { expectationsBefore, RULES, type Expectation } from "./suite.ts";

/** The rules that the classes are about: those of functions, and those that look at a class as a whole. */
export const CLASS_RULES: readonly string[] = [
  ...RULES,
  "ivars-object-not-released",
  "ivars-not-freed",
  "borrowed-stored-unretained",
  "osaction-completion-not-retained",
  "osaction-overwrite",
  "osaction-retain-cycle",
  "start-failure-no-cleanup",
  "alloc-free-mismatch",
];

/** A class of the suite: the part of its file from its `struct X_IVars` to the next one. */
export interface SuiteClass {
  readonly file: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly expected: readonly Expectation[];
  readonly functions: readonly FunctionInfo[];
}

export interface ClassSuite {
  /** Path to text. */
  readonly files: ReadonlyMap<string, string>;
  readonly classes: readonly SuiteClass[];
}

const FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), "classes");

/** The classes as they lie in their folder, files and classes in order. */
export function readClasses(parsers: Parsers): ClassSuite {
  const names = fs.readdirSync(FOLDER).sort(compareStrings);
  const files = new Map(names.map((name) => [name, fs.readFileSync(path.join(FOLDER, name), "utf8")]));
  return { files, classes: [...files].flatMap(([file, text]) => classesOf(parsers, file, text)) };
}

function classesOf(parsers: Parsers, file: string, text: string): SuiteClass[] {
  if (!file.endsWith(".cpp")) return [];
  const { file: syntax } = parsers.parse("driverkit", file, text);
  const functions = summarize(syntax, "cpp").functions.filter((fn) => fn.outer === undefined);
  const heads = [...text.matchAll(/^struct (\w+)_IVars \{$/gm)];
  return heads.map((head, index) => {
    const end = heads[index + 1]?.index ?? text.length;
    return {
      file,
      name: head[1] ?? "",
      start: head.index,
      end,
      expected: expectationsBefore(text, head.index),
      functions: functions.filter((fn) => head.index <= fn.node.start && fn.node.start < end),
    };
  });
}

export const CLASS_KINDS = {
  forgotten: {
    id: "forgotten",
    title: "all releases of a member removed",
    rules: ["ivars-object-not-released"],
  },
  again: { id: "again", title: "a release in Stop added to that in free()", rules: ["double-release"] },
  nulling: { id: "nulling", title: "the null behind a release in Stop dropped", rules: ["double-release"] },
  element: { id: "element", title: "only the first element released", rules: ["ivars-object-not-released"] },
  ivars: { id: "ivars", title: "ivars not freed", rules: ["ivars-not-freed"] },
  retain: {
    id: "retain",
    title: "the retain of a kept object removed",
    rules: ["release-borrowed", "borrowed-stored-unretained", "osaction-completion-not-retained"],
  },
  overwrite: {
    id: "overwrite",
    title: "a release or test before an overwrite removed",
    rules: ["leak-on-overwrite", "osaction-overwrite"],
  },
  action: { id: "action", title: "an action left for free() to release", rules: ["osaction-retain-cycle"] },
  local: { id: "local", title: "the release of a local action removed", rules: ["osaction-leak"] },
  cleanup: { id: "cleanup", title: "the clean-up of a failed Start removed", rules: ["start-failure-no-cleanup"] },
  free: { id: "free", title: "a member's release made free()", rules: ["free-called-directly"] },
} as const satisfies Record<string, MutationKind>;

export interface ClassMutant {
  readonly kind: MutationKind;
  readonly cls: SuiteClass;
  readonly edits: readonly Edit[];
  /** The member in question, or for `ivars` the class. */
  readonly object: string;
}

/** A statement that gives up what a member holds. */
interface MemberRelease {
  readonly member: string;
  /** The place as written: "ivars->queues[i]". */
  readonly place: string;
  readonly statement: SyntaxNode;
  readonly fn: FunctionInfo;
  /** The member is null behind it. */
  readonly nulls: boolean;
}

/** All mutants of a class, in order of kind and place. */
export function classMutantsOf(cls: SuiteClass): ClassMutant[] {
  const all = cls.functions.flatMap((fn) => [...walk(fn.body)].map((node) => ({ node, fn })));
  const releases = all.flatMap(({ node, fn }) => releaseOf(node, fn) ?? []);
  const members = [...new Set(releases.map(({ member }) => member))];
  const of = (member: string): MemberRelease[] => releases.filter((each) => each.member === member);
  const stop = cls.functions.find((fn) => fn.name === "Stop");
  const free = cls.functions.find((fn) => fn.name === "free");
  const start = cls.functions.find((fn) => fn.name === "Start");
  const runs = (from: FunctionInfo | undefined, fn: FunctionInfo): boolean =>
    from !== undefined && (from === fn || new RegExp(`\\b${fn.name}\\(`).test(textOf(from.body)));
  const mutants: ClassMutant[] = [];
  const add = (kind: MutationKind, object: string, ...edits: Edit[]): void => {
    mutants.push({ kind, cls, edits, object });
  };

  for (const member of members)
    add(CLASS_KINDS.forgotten, member, ...of(member).map(({ statement }) => gone(statement)));
  for (const member of members) {
    const [release] = of(member);
    const first = stop?.body.children[0];
    if (!release || !first || of(member).some(({ fn }) => runs(stop, fn)) || !runs(free, release.fn)) continue;
    if (!/^ivars->[\w.]+$/.test(release.place) || /\.reset\(/.test(textOf(release.statement))) continue;
    add(CLASS_KINDS.again, member, before(first, `if (${release.place}) ${release.place}->release();`));
  }
  for (const release of releases) {
    if (!release.nulls || !runs(stop, release.fn) || release.fn === start) continue;
    if (!of(release.member).some((other) => runs(free, other.fn))) continue;
    const nulling = nullingBeside(release);
    const { place } = release;
    add(
      CLASS_KINDS.nulling,
      release.member,
      nulling ? gone(nulling) : replace(release.statement, `if (${place}) ${place}->release();`),
    );
  }
  for (const member of members) {
    const [loop, ...others] = [...new Set(of(member).map(({ statement }) => loopAround(statement)))];
    if (!loop || others.length > 0) continue;
    add(
      CLASS_KINDS.element,
      member,
      replace(loop, `OSSafeReleaseNULL(ivars->${member.replace(".", "[0].")}${member.includes(".") ? "" : "[0]"});`),
    );
  }
  for (const { node } of all) {
    if (node.kind !== K.expressionStatement) continue;
    if (/^IOSafeDeleteNULL\(ivars,|^delete ivars;/.test(textOf(node))) add(CLASS_KINDS.ivars, cls.name, gone(node));
  }
  for (const { node, fn } of all) {
    const call = node.kind === K.expressionStatement && node.children[0] ? callParts(node.children[0]) : undefined;
    if (call?.name !== "retain" || !call.receiver) continue;
    const text = textOf(unwrap(call.receiver));
    const member = /^ivars->(\w+)$/.exec(text)?.[1] ?? /ivars->(\w+) = [\w>-]*/.exec(textOf(fn.body))?.[1];
    if (member !== undefined) add(CLASS_KINDS.retain, text.startsWith("ivars->") ? member : text, gone(node));
  }
  for (const { node, fn } of all) {
    if (fn === start || fn.name === "init" || fn.name === "free" || fn === stop) continue;
    const guarded = guardedMember(node);
    const fills = [...textOf(fn.body).matchAll(/ivars->(\w+) = |&ivars->(\w+)\)/g)].map((each) => each[1] ?? each[2]);
    if (guarded && members.includes(guarded.member) && fills.includes(guarded.member))
      add(CLASS_KINDS.overwrite, guarded.member, guarded.edit);
    const release = releases.find(({ statement }) => statement === node);
    if (release && fills.includes(release.member) && !/ivars->\w+ = nullptr/.test(textOf(fn.body)))
      add(CLASS_KINDS.overwrite, release.member, gone(node));
  }
  for (const member of members) {
    const inFree = of(member).some(({ fn }) => fn === free);
    const early = of(member).filter(({ fn }) => fn === stop);
    if (inFree && early.length > 0 && /action/i.test(member)) {
      const cancels = all.flatMap(({ node }) =>
        node.kind === K.expressionStatement && textOf(node).startsWith(`ivars->${member}->Cancel(`) ? [gone(node)] : [],
      );
      add(
        CLASS_KINDS.action,
        member,
        ...(cancels.length > 0 ? cancels : early.map(({ statement }) => gone(statement))),
      );
    }
  }
  for (const { node } of all) {
    if (node.kind === K.expressionStatement && textOf(node) === "OSSafeReleaseNULL(action);")
      add(CLASS_KINDS.local, "action", gone(node));
  }
  for (const { node, fn } of all) {
    if (fn !== start || node.kind !== K.expressionStatement) continue;
    const member = releases.find(({ statement }) => statement === node)?.member ?? droppedBy(node, cls, releases);
    if (member !== undefined) add(CLASS_KINDS.cleanup, member, gone(node));
  }
  for (const release of releases) {
    if (!/^OSSafeReleaseNULL\(ivars->[\w.]+\);$/.test(textOf(release.statement))) continue;
    add(
      CLASS_KINDS.free,
      release.member,
      replace(release.statement, `if (${release.place}) ${release.place}->free();`),
    );
  }
  return mutants;
}

const replace = (node: SyntaxNode, newText: string): Edit => ({ span: { start: node.start, end: node.end }, newText });
const gone = (node: SyntaxNode): Edit => replace(node, ";");
const before = (node: SyntaxNode, text: string): Edit => ({
  span: { start: node.start, end: node.start },
  newText: `${text}\n    `,
});

/** `OSSafeReleaseNULL(ivars->x)`, `ivars->x->release()`, `ivars->x.reset()`, `drop(ivars->x)`, and the same on a local copy of the member. */
function releaseOf(statement: SyntaxNode, fn: FunctionInfo): MemberRelease | undefined {
  if (statement.kind !== K.expressionStatement) return undefined;
  const call = statement.children[0] && callParts(statement.children[0]);
  if (!call) return undefined;
  const safe = !call.receiver && call.scope === undefined && /^(OSSafeReleaseNULL|drop)$/.test(call.name);
  const target = safe ? call.args[0] : /^(release|reset)$/.test(call.name) ? call.receiver : undefined;
  if (!target) return undefined;
  const place = textOf(unwrap(target));
  const source = memberOf(place) ?? copiedMember(place, fn);
  if (source === undefined) return undefined;
  const release = { member: source, place, statement, fn };
  return { ...release, nulls: safe || nullingBeside(release) !== undefined };
}

/** "queues" of `ivars->queues[i]`, "channels.buffer" of `ivars->channels[i].buffer`, "path->buffer" of `ivars->path->buffer`. */
function memberOf(place: string): string | undefined {
  return /^(?:ivars|all)->([\w.]|->|\[\w+\])+$/.test(place)
    ? place.replace(/^\w+->/, "").replace(/\[\w+\]/g, "")
    : undefined;
}

/** The member that a local variable, or the variable of a range loop, got its object from. */
function copiedMember(local: string, fn: FunctionInfo): string | undefined {
  for (const node of walk(fn.body)) {
    const value = node.kind === K.initDeclarator ? field(node, "value") : undefined;
    const range = node.kind === K.forRangeLoop ? field(node, "right") : undefined;
    const from = value ?? range;
    const declarator = from && field(node, "declarator");
    if (!from || !declarator || textOf(declarator).replace(/[*&\s]/g, "") !== local) continue;
    return memberOf(textOf(uncast(from)));
  }
  return undefined;
}

/** The `ivars->x = nullptr;` that stands beside a release, in front of it where a copy is released. */
function nullingBeside({ member, statement }: Omit<MemberRelease, "nulls">): SyntaxNode | undefined {
  for (let up: SyntaxNode | undefined = statement; up && up.kind !== K.functionDefinition; up = up.parent) {
    const siblings = up.parent?.children ?? [];
    for (const each of siblings) {
      const assigned =
        each.kind === K.expressionStatement && each.children[0] ? assignedTo(each.children[0]) : undefined;
      if (assigned && isNullConstant(assigned.right) && memberOf(textOf(assigned.left)) === member) return each;
    }
  }
  return undefined;
}

function loopAround(statement: SyntaxNode): SyntaxNode | undefined {
  for (let up = statement.parent; up; up = up.parent) {
    if (up.kind === K.forStatement || up.kind === K.forRangeLoop) return up;
  }
  return undefined;
}

/** `if (ivars->x …) return …;` goes; of `if (!ivars->x) statement` the test goes. */
function guardedMember(node: SyntaxNode): { readonly member: string; readonly edit: Edit } | undefined {
  if (node.kind !== K.ifStatement || node.children.length !== 2) return undefined;
  const [condition, body] = node.children as [SyntaxNode, SyntaxNode];
  const [, negated, member] = /^\((!?)ivars->(\w+)(?: != nullptr)?\)$/.exec(textOf(condition)) ?? [];
  if (member === undefined) return undefined;
  if (negated === "!" && body.kind !== K.returnStatement)
    return { member, edit: { span: { start: node.start, end: body.start }, newText: "" } };
  return negated === "" && body.kind === K.returnStatement ? { member, edit: gone(node) } : undefined;
}

/** The member that a method of the class gives up, when the statement calls it. */
function droppedBy(statement: SyntaxNode, cls: SuiteClass, releases: readonly MemberRelease[]): string | undefined {
  const call = statement.children[0] && callParts(statement.children[0]);
  const callee = call && cls.functions.find((fn) => fn.name === call.name && fn.name !== "Start");
  return releases.find(({ fn }) => fn === callee)?.member;
}
