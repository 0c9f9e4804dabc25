// An object that is only borrowed is kept in a member, and what lends it goes when the function returns.
import { outermostOf } from "../../semantics/places.ts";
import { binaryParts } from "../../syntax/cpp.ts";
import { nodeAt, spanOf } from "../../syntax/node.ts";
import { classes, defineRule, type ClassContext, type RuleFinding } from "../define.ts";
import { lenderOf, retainBehind } from "./lenders.ts";
import { objectMembers, type Member } from "./members.ts";
import { usesOf, type Use } from "./member-uses.ts";
import { mayRetain, namesFor } from "./retains.ts";

export default defineRule({
  meta: {
    id: "borrowed-stored-unretained",
    area: "ownership",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A borrowed object is kept in a member without a retain().",
    why: "What was asked for the object is gone when the function returns, and the object with it: the member points to freed memory.",
    messages: {
      kept: "'{member}' keeps what {source} lends, without a retain(); '{lender}' ends with this function",
    },
  },
  trigger: classes(),
  check(context) {
    return objectMembers(context, context.cls)
      .filter((member) => !member.smart)
      .flatMap((member) => judge(context, member));
  },
  fixes(context, finding) {
    const file = context.syntax(finding.path);
    const known = finding.context as { released: boolean } | undefined;
    // Without a release the retain would only leak.
    if (!file || !known?.released) return [];
    return retainBehind(finding.path, file.text, nodeAt(file.root, finding.span));
  },
});

function judge(context: ClassContext, member: Member): RuleFinding<"kept">[] {
  const uses = usesOf(context, context.cls, member);
  if (uses.some((use) => use.kind === "retain")) return [];
  const released = uses.some((use) => use.kind === "release");
  const findings: RuleFinding<"kept">[] = [];
  for (const use of uses) {
    if (use.kind !== "store" || !use.certain || use.source?.kind !== "+0" || !use.source.lender) continue;
    const lender = lenderOf(use.source.lender, use.fn, context);
    const value = binaryParts(use.at)?.right;
    if (lender === undefined || !value || isCleared(use, member, uses)) continue;
    const names = namesFor(value, use.fn);
    names.add(member.name);
    if (mayRetain(names, use.fn, context.index)) continue;
    findings.push({
      message: "kept",
      data: { member: `ivars->${member.name}`, source: use.source.what, lender },
      path: use.fn.path,
      span: spanOf(use.at),
      context: { released },
    });
  }
  return findings;
}

/** The member is emptied, or given something else, in the same function behind the store. */
function isCleared(use: Use, member: Member, uses: readonly Use[]): boolean {
  return uses.some(
    (other) =>
      (other.kind === "clear" || other.kind === "acquire") &&
      outermostOf(other.fn) === outermostOf(use.fn) &&
      other.at.start > use.at.start &&
      member.name !== "",
  );
}
