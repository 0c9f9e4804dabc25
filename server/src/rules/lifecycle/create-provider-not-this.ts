// IOService::Create is given another object than the service itself.
import { spanOf, textOf } from "../../syntax/node.ts";
import { K } from "../../syntax/kinds.ts";
import { defineRule, file } from "../define.ts";
import { createCalls } from "./create-calls.ts";

export default defineRule({
  meta: {
    id: "create-provider-not-this",
    area: "lifecycle",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "The first argument of IOService::Create is not the service itself.",
    why: "The kernel makes new services under the caller only: Create returns kIOReturnUnsupported, and IOServiceOpen fails with 0xE00002C7.",
    messages: { other: "Create(…, \"{key}\", …) fails: its first argument must be 'this', not '{found}'" },
  },
  trigger: file(),
  check(context) {
    return createCalls(context)
      .filter(({ provider }) => provider.kind !== K.this)
      .map(({ provider, key }) => ({
        message: "other" as const,
        data: { key, found: textOf(provider).replace(/\s+/g, " ").slice(0, 40) },
        span: spanOf(provider),
      }));
  },
  fixes(_context, finding) {
    const edits = [{ span: finding.span, newText: "this" }];
    return [{ title: "Pass this", safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
