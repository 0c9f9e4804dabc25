// A member that only ever borrows its object, and is released nevertheless. Used by the rule release-borrowed.
import { binaryParts } from "../../syntax/cpp.ts";
import { spanOf } from "../../syntax/node.ts";
import type { ClassContext, RuleFinding } from "../define.ts";
import { ivarsLife } from "./lifecycle.ts";
import { lenderOf } from "./lenders.ts";
import { isComplete, objectMembers, type Member } from "./members.ts";
import { usesOf, type Use } from "./member-uses.ts";
import { mayRetain, namesFor, valueBehind } from "./retains.ts";

/** Where the retain() of a finding belongs: the assignment that keeps what is lent. */
export interface KeptAt {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** The members that are only ever given what somebody lends, and that some function releases; at the first such release. */
export function releasedLoansOf(context: ClassContext): RuleFinding<"borrowed">[] {
  const { cls } = context;
  if (!isComplete(context, cls) || ivarsLife(context, cls).escapes) return [];
  return objectMembers(context, cls).flatMap((member) =>
    member.smart || member.array ? [] : judge(context, member, usesOf(context, cls, member)),
  );
}

function judge(context: ClassContext, member: Member, uses: readonly Use[]): RuleFinding<"borrowed">[] {
  if (uses.some(({ kind }) => kind === "acquire" || kind === "retain" || kind === "escape")) return [];
  const release = uses.find((use) => use.kind === "release" && use.certain);
  const stores = uses.filter(({ kind }) => kind === "store");
  const [first] = stores;
  if (!release || !first?.source || !stores.every((use) => isLoan(context, member, use))) return [];
  const place = `ivars->${member.name}`;
  const { path } = first.fn;
  const span = spanOf(first.at);
  return [
    {
      message: "borrowed",
      data: { variable: place, source: first.source.what },
      path: release.fn.path,
      span: spanOf(release.at),
      steps: [
        { path, span, kind: "acquire", text: `+0 from ${first.source.what}, kept in '${place}' without a retain()` },
      ],
      context: { path, ...span } satisfies KeptAt,
    },
  ];
}

/** True where the member certainly gets no reference of its own, and the rule on borrowed objects that are kept has nothing to say. */
function isLoan(context: ClassContext, member: Member, { certain, source, fn, at }: Use): boolean {
  const value = binaryParts(at)?.right;
  if (!certain || !value || (source?.kind !== "+0" && source?.kind !== "provider")) return false;
  if (source.lender && source.kind === "+0" && lenderOf(source.lender, fn, context) !== undefined) return false;
  return !mayRetain(namesFor(valueBehind(value), fn).add(member.name), fn, context.index);
}
