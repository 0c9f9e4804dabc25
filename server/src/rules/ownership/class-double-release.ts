// A member that Stop releases and leaves as it is, and that free() releases again. Used by the rule double-release.
import type { FunctionInfo } from "../../semantics/model.ts";
import { binaryParts, isNullConstant, normalText, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, spanOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { outermostOf } from "../../semantics/places.ts";
import { readDeclarator } from "../../semantics/types.ts";
import type { ClassContext, RuleFinding } from "../define.ts";
import { ivarsLife, reachedFrom } from "./lifecycle.ts";
import { isComplete, allObjectMembers, type Member } from "./members.ts";
import { usesOf, type Use } from "./member-uses.ts";

/**
 * The members of a class that are released on the way of Stop, keep their value, and are released again on the way of free().
 * Findings have the message "member" and the data `member`; they stand at the second release, with the first as a step.
 */
export function doubleReleasesOf(context: ClassContext): RuleFinding<"member">[] {
  const { cls } = context;
  if (!isComplete(context, cls)) return [];
  const members = allObjectMembers(context, cls).filter((member) => !member.smart);
  if (members.length === 0) return [];
  const stop = reachedFrom(context, cls, "Stop");
  const free = reachedFrom(context, cls, "free");
  if (stop.length === 0 || free.length === 0 || ivarsLife(context, cls).escapes) return [];
  return members.flatMap((member) => judge(context, member, stop, free));
}

function judge(
  context: ClassContext,
  member: Member,
  stop: readonly FunctionInfo[],
  free: readonly FunctionInfo[],
): RuleFinding<"member">[] {
  const uses = usesOf(context, context.cls, member);
  const gains = uses.filter((use) => use.kind === "acquire" || use.kind === "retain");
  // More than one reference may be held, or one that is not counted here: two releases may be right.
  if (gains.length !== 1 || uses.some((use) => use.kind === "escape")) return [];
  if (gains[0]?.kind === "acquire" && uses.some((use) => use.kind === "store")) return [];
  const runsIn = (use: Use, functions: readonly FunctionInfo[]): boolean => functions.includes(outermostOf(use.fn));
  const released = uses.filter((use) => use.kind === "release" && use.certain && isPlain(use, member));
  const first = released.find((use) => runsIn(use, stop) && !use.nulls);
  if (!first) return [];
  if (uses.some((use) => use.kind === "clear" && runsIn(use, stop))) return [];
  const second = released.find((use) => use !== first && runsIn(use, free) && use.element === first.element);
  const again = second ?? (runsIn(first, free) ? first : undefined);
  if (!again) return [];
  const place = `ivars->${member.name}`;
  const path = again.fn.path;
  return [
    {
      message: "member",
      data: { member: place },
      path,
      span: spanOf(again.at),
      steps: [
        {
          path: first.fn.path,
          span: spanOf(first.at),
          kind: "release",
          text: `Stop releases '${place}' and does not set it to null`,
        },
      ],
    },
  ];
}

/** True for a release of the member's object that happens whenever its function runs, tests of the member or of ivars aside. */
function isPlain(use: Use, member: Member): boolean {
  if (use.copy !== undefined && !isOnlyCopy(use.copy, use.fn)) return false;
  const body = outermostOf(use.fn).body;
  for (let up: SyntaxNode | undefined = use.at.parent; up && up !== body; up = up.parent) {
    if (up.kind === K.whileStatement || up.kind === K.caseStatement || up.kind === K.conditionalExpression)
      return false;
    if (up.kind !== K.ifStatement) continue;
    const condition = normalText(field(up, "condition") ?? up);
    const words = condition.match(/[A-Za-z_]\w*/g) ?? [];
    const harmless = ["ivars", "this", "nullptr", "NULL", "i", use.copy, ...member.name.split(/\W+/)];
    if (!words.every((word) => harmless.includes(word))) return false;
    if (words.length === 0 || condition.includes("==")) return false;
  }
  return true;
}

/** True when the local variable is the member's copy and never anything else. */
function isOnlyCopy(name: string, fn: FunctionInfo): boolean {
  let values = 0;
  for (const node of walk(outermostOf(fn).body)) {
    const isDeclared = node.kind === K.initDeclarator && readDeclarator(node).name === name;
    const value = isDeclared
      ? field(node, "value")
      : node.kind === K.assignmentExpression && normalText(binaryParts(node)?.left ?? node) === name
        ? binaryParts(node)?.right
        : undefined;
    if (!value || isNullConstant(value)) continue;
    if (++values > 1 || uncast(value).kind === K.conditionalExpression) return false;
  }
  return values === 1;
}
