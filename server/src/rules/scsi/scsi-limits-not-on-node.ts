// A SCSI host adapter with a small transfer limit that nobody above it hears of.
import { COMMON_TRANSFER_SIZE, TRANSFER_LIMITS } from "../../knowledge/scsi.ts";
import { entryOf } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { codeAround } from "../../semantics/calls.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import type { Span } from "../../base/span.ts";
import { defineRule, targets, type BaseContext } from "../define.ts";
import { mentionsOf, scsiPersonalities, type ScsiPersonality } from "./hba.ts";

interface Context {
  readonly found: ScsiPersonality;
  readonly limit: bigint;
}

export default defineRule({
  meta: {
    id: "scsi-limits-not-on-node",
    area: "scsi",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A SCSI host adapter limits transfers in code, but does not publish IOMaximumByteCountRead and -Write.",
    why: "The layers above read the limit from the service's properties; without them larger requests arrive than fit.",
    messages: {
      unpublished: "“{personality}” does not publish its limit of {limit} bytes; larger requests will arrive",
    },
  },
  trigger: targets(),
  check(context) {
    const { target, plist, index } = context;
    return scsiPersonalities(target, plist).flatMap((found) => {
      const { document, personality, userClass, entry } = found;
      if (TRANSFER_LIMITS.some(({ property }) => entryOf(personality.value, property))) return [];
      const fn = index.classes
        .get(userClass ?? "")
        ?.functions.find(({ name, outer }) => name === "UserGetDMASpecification" && !outer);
      const limit = fn && limitOf(fn, context);
      if (!fn || !limit || limit.value <= 0n || limit.value >= COMMON_TRANSFER_SIZE) return [];
      // Published by code, or handed to the constraints, which is reported there.
      const files = codeAround(context, fn.path);
      if (TRANSFER_LIMITS.some((key) => mentionsOf(key, files, context).length > 0)) return [];
      return [
        {
          message: "unpublished" as const,
          data: { personality: personality.name, limit: String(limit.value) },
          path: document.path,
          span: entry.value?.contentSpan ?? personality.nameSpan,
          steps: [
            { path: fn.path, span: limit.span, kind: "note", text: `the limit is ${limit.value} bytes` } as const,
          ],
          context: { found, limit: limit.value } satisfies Context,
        },
      ];
    });
  },
  fixes(_context, finding) {
    const { found, limit } = finding.context as Context;
    const { document, personality, entry } = found;
    const edits = TRANSFER_LIMITS.flatMap(({ property }) =>
      insertEntry(document, personality.value, property, limit, entry),
    );
    const title = `Publish the limit: ${TRANSFER_LIMITS.map(({ property }) => property).join(" and ")} ${limit}`;
    return [{ title, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});

/** The number that UserGetDMASpecification stores in its first parameter, where it does so once and it can be told. */
function limitOf(fn: FunctionInfo, { index, syntax }: BaseContext): { value: bigint; span: Span } | undefined {
  const name = index.parametersOf(fn)[0]?.name;
  const file = syntax(fn.path);
  if (!file || name === undefined || !/^[A-Za-z_]\w*$/.test(name)) return undefined;
  const body = file.text.slice(fn.body.start, fn.body.end);
  const stores = [...body.matchAll(new RegExp(`\\*\\s*${name}\\s*=(?!=)\\s*([^;{}]+);`, "g"))];
  const [store] = stores;
  if (!store || stores.length > 1) return undefined;
  const start = fn.body.start + store.index;
  const span = { start, end: start + store[0].length };
  if (file.comments.some((comment) => comment.start < span.end && span.start < comment.end)) return undefined;
  const value = index.evaluate((store[1] ?? "").trim());
  return value === undefined ? undefined : { value, span };
}
