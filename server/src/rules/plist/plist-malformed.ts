// A property list that is no well-formed XML, or XML that is no property list.
import { defineRule, documents } from "../define.ts";
import { isOurs } from "./own-plists.ts";

export default defineRule({
  meta: {
    id: "plist-malformed",
    area: "plist",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "A property list with a mistake in its XML or in its structure.",
    why: "The build stops at it, or takes the file for empty: the driver then has no personalities, or is signed without entitlements.",
    messages: { problem: "{problem}" },
  },
  trigger: documents("info-plist", "entitlements"),
  check(context) {
    if (!isOurs(context)) return [];
    return context.document.problems
      .filter(({ code }) => code !== "duplicate-key")
      .map(({ span, message }) => ({ message: "problem" as const, data: { problem: message }, span }));
  },
});
