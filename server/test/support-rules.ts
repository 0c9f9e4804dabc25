// Small rules for the tests of everything around rules: one that fixes, one that fixes unsafely, one for plists, one that crashes.
import type { RuleFinding } from "../src/rules/define.ts";
import { defineRule, documents, file, type Rule } from "../src/rules/define.ts";
import unusedSuppression from "../src/rules/general/unused-suppression.ts";

const common = { area: "general", precision: "high", since: "0.1.0", why: "The test says so." } as const;

function occurrences(text: string, word: string): RuleFinding<"found">[] {
  return [...text.matchAll(new RegExp(`\\b${word}\\b`, "g"))].map((match) => ({
    message: "found",
    data: { word },
    span: { start: match.index, end: match.index + word.length },
  }));
}

const bannedWord = defineRule({
  meta: {
    ...common,
    id: "banned-word",
    severity: "error",
    fix: "safe",
    summary: "The word BAD.",
    messages: { found: "`{word}` is banned" },
  },
  trigger: file(),
  check: ({ file: { text, path } }) =>
    occurrences(text, "BAD").map((finding) => ({
      ...finding,
      steps: [{ path, span: { start: 0, end: 8 }, kind: "note", text: "it begins here" } as const],
    })),
  fixes: (_, { path, span }) => [
    { title: "Say GOOD", safe: true, edits: [{ path, edits: [{ span, newText: "GOOD" }] }] },
  ],
});

const doubtfulWord = defineRule({
  meta: {
    ...common,
    id: "doubtful-word",
    severity: "warning",
    fix: "unsafe",
    summary: "The word UGLY.",
    messages: { found: "`{word}` is doubtful" },
  },
  trigger: file(),
  check: ({ file: { text } }) => occurrences(text, "UGLY"),
  fixes: (_, { path, span }) => [
    { title: "Say\nNICE", safe: false, edits: [{ path, edits: [{ span, newText: "NICE\n" }] }] },
  ],
});

const bannedValue = defineRule({
  meta: {
    ...common,
    id: "banned-value",
    severity: "info",
    fix: "none",
    summary: "The word BAD in a property list.",
    messages: { found: "`{word}` is banned here too" },
  },
  trigger: documents("info-plist", "entitlements"),
  check: ({ document }) => occurrences(document.text, "BAD"),
});

const crashing = defineRule({
  meta: {
    ...common,
    id: "crashing-rule",
    severity: "error",
    fix: "none",
    summary: "Crashes on the word CRASH.",
    messages: { found: "never" },
  },
  trigger: file(),
  check: ({ file: { text } }) => {
    if (text.includes("CRASH")) throw new Error("as the test wants it");
    return [];
  },
});

export const testRules: readonly Rule[] = [bannedWord, doubtfulWord, bannedValue, crashing, unusedSuppression];
