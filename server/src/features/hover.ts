// What a finding says when the pointer rests on it: what is wrong, what follows, and where the rule is explained. Markdown.
import type { Span } from "../base/span.ts";
import type { Finding } from "../engine/finding.ts";

export interface Hover {
  readonly markdown: string;
  readonly span: Span;
}

/**
 * The findings at an offset as one text, or undefined when there is none. `linkTo` gives the address of a rule's page, if it has one.
 * The messages are left out for a client that shows them above the hover anyway.
 */
export function hoverOf(
  findings: readonly Finding[],
  offset: number,
  linkTo: (rule: string) => string | undefined,
  withMessages = true,
): Hover | undefined {
  const here = findings.filter(({ span }) => span.start <= offset && offset <= span.end);
  const [first] = here;
  if (!first) return undefined;
  const parts = here.map((finding) => {
    const link = linkTo(finding.rule);
    const rule = link === undefined ? `\`${finding.rule}\`` : `[${finding.rule}](${link})`;
    const message = withMessages ? `**${escapeMarkdown(finding.message)}**\n\n` : "";
    return `${message}${escapeMarkdown(finding.why)}\n\n${rule}`;
  });
  return { markdown: parts.join("\n\n---\n\n"), span: first.span };
}

/** Text as Markdown that shows it literally; what stands between backquotes stays code. */
export function escapeMarkdown(text: string): string {
  return text
    .split(/(`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[\\`*_{}[\]<>#|~]/g, "\\$&")))
    .join("");
}
