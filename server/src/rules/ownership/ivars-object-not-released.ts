// A member gets references to objects, and no function of the project ever gives one up.
import type { ClassInfo } from "../../semantics/model.ts";
import { normalText } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, spanOf, walk } from "../../syntax/node.ts";
import type { Edit } from "../../base/edit.ts";
import { classes, defineRule, type BaseContext, type ClassContext, type RuleFinding, type Step } from "../define.ts";
import { indentAt, newlineOf } from "./edits.ts";
import { ivarsLife, methodOf } from "./lifecycle.ts";
import { isComplete, objectMembers, type Member } from "./members.ts";
import { usesOf, type Use } from "./member-uses.ts";

interface Context {
  readonly className: string;
  readonly member: Member;
}

export default defineRule({
  meta: {
    id: "ivars-object-not-released",
    area: "ownership",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A member of ivars holds a reference that nothing ever releases.",
    why: "free() only frees the structure: each object that a member still holds stays behind, with what it holds itself, once per device and session.",
    messages: {
      never: "'{member}' is never released: its +1 from {source} leaks with every {cls}",
      elements: "only '{member}[{element}]' is released; the other elements leak with every {cls}",
      smart: "'{member}' is never reset: freeing ivars runs no destructor, so its object leaks",
    },
  },
  trigger: classes(),
  check(context) {
    const { cls, index } = context;
    if (!cls.ivars && !cls.declaration?.fields.length) return [];
    if (!isComplete(context, cls)) return [];
    const members = objectMembers(cls, index);
    if (members.length === 0) return [];
    const life = ivarsLife(context, cls);
    if (life.escapes) return [];
    return members.flatMap((member) => judge(context, member, life));
  },
  fixes(context, finding) {
    const known = finding.context as Context | undefined;
    const cls = known && context.index.classes.get(known.className);
    const placed = cls && known ? releaseIn(context, cls, known.member) : undefined;
    if (!placed || finding.message === "elements") return [];
    return [
      {
        title: `Release '${finding.data?.member ?? ""}' in ${placed.method}()`,
        // When the object may go is the driver's to decide.
        safe: false,
        edits: [{ path: placed.path, edits: [placed.edit] }],
      },
    ];
  },
});

function judge(
  context: ClassContext,
  member: Member,
  life: ReturnType<typeof ivarsLife>,
): RuleFinding<"never" | "elements" | "smart">[] {
  const { cls } = context;
  const uses = usesOf(context, cls, member);
  const gains = uses.filter((use) => use.certain && (use.kind === "acquire" || (use.kind === "retain" && !use.copied)));
  const [first] = gains;
  if (!first || uses.some((use) => use.kind === "escape")) return [];
  const path = first.fn.path;
  const span = spanOf(first.at);
  const place = `ivars->${member.name}`;
  const source = first.what === "retain" ? "retain()" : first.what;
  const free = methodOf(cls, "free") ?? methodOf(cls, "Stop");
  const steps: Step[] = [{ path, span, kind: "acquire", text: `+1 from ${source}, kept in '${place}'` }];
  if (free) {
    steps.push({
      path: free.path,
      span: free.nameSpan,
      kind: "note",
      text: `${free.name}() and what it calls never release it`,
    });
  }
  const common = { path, span, steps, context: { className: cls.name, member } satisfies Context };
  if (member.smart) {
    if (uses.some((use) => use.kind === "clear" || use.kind === "release")) return [];
    // Only where the structure certainly goes without a destructor.
    const raw =
      inStruct(cls, member) &&
      life.deallocations.length > 0 &&
      life.deallocations.every(({ deallocation }) => deallocation.allocator === "IONew") &&
      life.allocations.every(({ allocation }) => allocation.allocator === "IONew");
    return raw ? [{ message: "smart", data: { member: place }, ...common }] : [];
  }
  const releases = uses.filter((use) => use.kind === "release");
  if (releases.length === 0) {
    return [{ message: "never", data: { member: place, source, cls: cls.name }, ...common }];
  }
  const [only] = releases;
  if (!member.array || !only || typeof only.element !== "bigint") return [];
  if (!releases.every((use) => use.element === only.element) || !others(gains, only.element)) return [];
  return [{ message: "elements", data: { member: place, element: String(only.element), cls: cls.name }, ...common }];
}

/** True when some object certainly goes to an element other than the one that is released: by another constant, or in a loop. */
function others(gains: readonly Use[], released: bigint): boolean {
  return gains.some((use) => {
    if (typeof use.element === "bigint") return use.element !== released;
    if (use.element !== "any") return false;
    for (let up = use.at.parent; up; up = up.parent) {
      if (up.kind === K.forStatement || up.kind === K.whileStatement) return true;
    }
    return false;
  });
}

function inStruct(cls: ClassInfo, member: Member): boolean {
  return cls.ivars?.fields.some((each) => each.name === member.name) ?? false;
}

/** Where the release goes: for an action into Stop, because it holds the driver itself, for anything else into free(). */
function releaseIn(
  context: BaseContext,
  cls: ClassInfo,
  member: Member,
): { readonly method: string; readonly path: string; readonly edit: Edit } | undefined {
  const method = context.index.ancestors(member.className).includes("OSAction") ? "Stop" : "free";
  const fn = methodOf(cls, method);
  const file = fn && context.syntax(fn.path);
  if (!fn || !file || !inStruct(cls, member)) return undefined;
  const lines = releaseLines(member);
  const guard = [...walk(fn.body)].find(
    (node) =>
      node.kind === K.ifStatement &&
      /^\(?(ivars|ivars!=nullptr|ivars!=NULL|this->ivars)\)?$/.test(normalText(field(node, "condition") ?? node)) &&
      field(node, "consequence")?.kind === K.compoundStatement,
  );
  const newline = newlineOf(file.text);
  const first = guard && field(guard, "consequence")?.children[0];
  if (first) {
    const indent = indentAt(file.text, first.start);
    const newText = lines.map((line) => `${line}${newline}${indent}`).join("");
    return { method, path: fn.path, edit: { span: { start: first.start, end: first.start }, newText } };
  }
  const before = fn.body.children[0];
  if (!before) return undefined;
  const indent = indentAt(file.text, before.start);
  const unit = indent.includes("\t") ? "\t" : "    ";
  const body = lines.map((line) => `${unit}${line}${newline}${indent}`).join("");
  // free() runs after a failed init() too.
  const newText =
    method === "free"
      ? `if (ivars) {${newline}${indent}${body}}${newline}${indent}`
      : lines.map((line) => `${line}${newline}${indent}`).join("");
  return { method, path: fn.path, edit: { span: { start: before.start, end: before.start }, newText } };
}

function releaseLines(member: Member): string[] {
  const place = `ivars->${member.name}`;
  const one = (what: string): string => (member.smart ? `${what}.reset();` : `OSSafeReleaseNULL(${what});`);
  return member.array ? [`for (auto &each : ${place}) {`, `    ${one("each")}`, "}"] : [one(place)];
}
