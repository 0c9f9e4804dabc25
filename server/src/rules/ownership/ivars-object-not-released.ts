// A member gets references to objects, and no function of the project ever gives one up.
import type { ClassInfo } from "../../semantics/model.ts";
import { normalText } from "../../syntax/cpp.ts";
import { codeBefore, indentUnit } from "../../syntax/layout.ts";
import { K } from "../../syntax/kinds.ts";
import { field, spanOf, walk } from "../../syntax/node.ts";
import type { Edit } from "../../base/edit.ts";
import { classes, defineRule, type BaseContext, type ClassContext, type RuleFinding, type Step } from "../define.ts";
import { outermostOf } from "../../semantics/places.ts";
import { byFile } from "./edits.ts";
import { isOnFailingExit } from "./failing-exits.ts";
import { ivarsLife, methodOf } from "./lifecycle.ts";
import { isComplete, allObjectMembers, type Member } from "./members.ts";
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
      elements: "only element {element} of '{member}' is released; the others leak with every {cls}",
      element: "element {element} of '{member}' is never released, as others are; it leaks with every {cls}",
      failing: "'{member}' is released only where its function fails: its +1 from {source} leaks with every {cls}",
      smart: "'{member}' is never reset: freeing ivars runs no destructor, so its object leaks",
    },
  },
  trigger: classes(),
  check(context) {
    const { cls } = context;
    if (!cls.ivars && !cls.declaration?.fields.length) return [];
    if (!isComplete(context, cls)) return [];
    const members = allObjectMembers(context, cls);
    if (members.length === 0) return [];
    const life = ivarsLife(context, cls);
    if (life.escapes) return [];
    return members.flatMap((member) => judge(context, member, life));
  },
  fixes(context, finding) {
    const known = finding.context as Context | undefined;
    const cls = known && context.index.classes.get(known.className);
    const isAction = known !== undefined && context.index.ancestors(known.member.className).includes("OSAction");
    const placed = cls && known ? releaseIn(context, cls, known.member, isAction ? "Stop" : "free") : undefined;
    // For where Start has failed, and Stop does not run.
    const also = cls && known && isAction ? releaseIn(context, cls, known.member, "free") : undefined;
    if (!placed || finding.message === "elements" || finding.message === "element") return [];
    return [
      {
        title: `Release '${finding.data?.member ?? ""}' in ${placed.method}()`,
        // When the object may go is the driver's to decide.
        safe: false,
        edits: byFile(also ? [placed, also] : [placed]),
      },
    ];
  },
});

function judge(
  context: ClassContext,
  member: Member,
  life: ReturnType<typeof ivarsLife>,
): RuleFinding<"never" | "element" | "elements" | "failing" | "smart">[] {
  const { cls } = context;
  const uses = usesOf(context, cls, member);
  const gains = uses.filter(
    (use) => use.certain && (use.kind === "acquire" || (use.kind === "retain" && use.copy === undefined)),
  );
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
  if (releases.every((use) => isUndoing(use, gains))) {
    return [{ message: "failing", data: { member: place, source, cls: cls.name }, ...common }];
  }
  const [only] = releases;
  if (!member.array || !only) return [];
  const released = releases.flatMap(({ element }) => (typeof element === "bigint" ? [element] : []));
  if (released.length < releases.length) return [];
  const left = gains.find((use) => typeof use.element === "bigint" && !released.includes(use.element));
  const one = new Set(released).size === 1;
  if (left) {
    const element = String(left.element);
    const at = { path: left.fn.path, span: spanOf(left.at) };
    const data = { member: place, element: one ? String(only.element) : element, cls: cls.name };
    return [{ message: one ? "elements" : "element", data, ...common, ...(one ? {} : at) }];
  }
  // An index that is worked out is hardly always the same.
  if (!one || !gains.some(({ element }) => element === "any")) return [];
  return [{ message: "elements", data: { member: place, element: String(only.element), cls: cls.name }, ...common }];
}

/** True for a release on a failing way out of the function that has just filled the member: where that succeeds, the member stays filled. */
function isUndoing(release: Use, gains: readonly Use[]): boolean {
  const fn = outermostOf(release.fn);
  if (release.fn !== fn || !gains.every((use) => use.fn === fn && use.at.start < release.at.start)) return false;
  return isOnFailingExit(release.at, fn);
}

function inStruct(cls: ClassInfo, member: Member): boolean {
  return cls.ivars?.fields.some((each) => each.name === member.name) ?? false;
}

/** A release of the member in a method: an action's goes into Stop, because it holds the driver itself, any other into free(). */
function releaseIn(
  context: BaseContext,
  cls: ClassInfo,
  member: Member,
  method: "Stop" | "free",
): { readonly method: string; readonly path: string; readonly edit: Edit } | undefined {
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
  const first = guard && field(guard, "consequence")?.children[0];
  const before = first ?? fn.body.children[0];
  if (!before) return undefined;
  // free() runs after a failed init() too.
  const code =
    first || method === "Stop" ? lines : ["if (ivars) {", ...lines.map((line) => indentUnit(file.text) + line), "}"];
  return { method, path: fn.path, edit: codeBefore(file.text, before.start, ...code) };
}

function releaseLines(member: Member): string[] {
  const place = `ivars->${member.name}`;
  const one = (what: string): string => (member.smart ? `${what}.reset();` : `OSSafeReleaseNULL(${what});`);
  return member.array ? [`for (auto &each : ${place}) {`, `    ${one("each")}`, "}"] : [one(place)];
}
