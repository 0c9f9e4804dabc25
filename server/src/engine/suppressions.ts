// Comments that silence findings: which there are, which findings they hold back, and what is wrong with them. Pure.
import { LineIndex } from "../base/line-index.ts";
import type { Span } from "../base/span.ts";
import type { Rule, RuleFinding } from "../rules/define.ts";
import { closest } from "../base/spelling.ts";
import type { Configuration } from "./config.ts";
import type { Finding } from "./finding.ts";
import { compareFindings, toFindings } from "./run-rules.ts";

/** What stands for the reason in a comment that the editor inserts; it is no reason. */
export const REASON_PLACEHOLDER = "<reason>";
/** The rule that speaks about suppressions. Its file declares it; its findings are made here. */
export const SUPPRESSION_RULE = "unused-suppression";

/** One rule id in one comment. */
export interface Suppression {
  readonly rule: string;
  readonly ruleSpan: Span;
  /** The whole comment. */
  readonly comment: Span;
  readonly wholeFile: boolean;
  /** 0-based lines on which findings are held back; the first that has one of the rule counts. */
  readonly lines: readonly number[];
  readonly reason: string;
}

export interface SuppressionInput {
  readonly path: string;
  readonly text: string;
  /** All comments of the file, in order. */
  readonly comments: readonly Span[];
  readonly findings: readonly Finding[];
  readonly rules: readonly Rule[];
  readonly configuration: Configuration;
  /** False while parts of the file cannot be read: then findings may be missing, and "unused" would be a guess. Default true. */
  readonly complete?: boolean;
}

/**
 * Holds back the findings that comments silence and adds findings about the comments themselves, in order.
 * A suppression of a rule that is off is never called unused; one without a reason holds nothing back.
 */
export function applySuppressions(input: SuppressionInput): Finding[] {
  const { path, text, findings, configuration } = input;
  if (!text.includes("dextlint-")) return [...findings];
  const suppressions = readSuppressions(text, input.comments);
  const lines = new LineIndex(text);
  const lineOf = (finding: Finding): number => lines.positionAt(finding.span.start).line;
  const used = new Set<Suppression>();
  const held = (finding: Finding): boolean => {
    const line = lineOf(finding);
    const silencing = suppressions.filter((each) => isValid(each) && each.rule === finding.rule);
    const one =
      silencing.find((each) => !each.wholeFile && targetLine(each, findings, lineOf) === line) ??
      silencing.find((each) => each.wholeFile);
    if (one) used.add(one);
    return one !== undefined;
  };
  const kept = findings.filter((finding) => !held(finding));
  const rule = input.rules.find((each) => each.meta.id === SUPPRESSION_RULE);
  const level = configuration.rules[SUPPRESSION_RULE] ?? rule?.meta.severity ?? "off";
  if (!rule || level === "off") return kept;
  const raw = [
    ...suppressions.flatMap((each) => problemsOf(each, used, suppressions, input)),
    ...unknownDirectives(input),
  ];
  const own = toFindings(
    raw.map((finding) => ({ rule, path, finding })),
    { text, levelOf: () => level, scopeAt: () => "" },
  );
  // A comment about a comment: `dextlint-ignore-file unused-suppression: …` is honoured, and never itself called unused.
  const shown = own.filter(
    (finding) =>
      !suppressions.some(
        (each) =>
          each.rule === SUPPRESSION_RULE && isValid(each) && (each.wholeFile || each.lines.includes(lineOf(finding))),
      ),
  );
  return [...kept, ...shown].sort(compareFindings);
}

/** The beginning of a comment that speaks to this tool: what stands before the directive, and the directive. */
const DIRECTIVE = /^((?:\/\/[/!]?|\/\*[*!]?|<!--)\s*)(dextlint-[\w-]*\w)/;
const DIRECTIVES = ["dextlint-ignore", "dextlint-ignore-file"];
/** How other linters call theirs. */
const LIKE_DIRECTIVES = /^dextlint-(?:ignore|disable|enable|suppress|nolint|skip|allow|expect|off|on)/;

/** The suppressions of a text, in order; one for each rule id that a comment names. */
export function readSuppressions(text: string, comments: readonly Span[]): Suppression[] {
  const found: Suppression[] = [];
  const lines = new LineIndex(text);
  for (const [index, comment] of comments.entries()) {
    const raw = text.slice(comment.start, comment.end);
    const directive = DIRECTIVE.exec(raw);
    if (!directive || !DIRECTIVES.includes(directive[2] ?? "")) continue;
    const end = endOfDirective(raw);
    const listStart = directive[0].length;
    const colon = raw.indexOf(":", listStart);
    const listEnd = colon < 0 || colon > end ? end : colon;
    const reason = listEnd === end ? "" : raw.slice(listEnd + 1, end).trim();
    const wholeFile = directive[2] === "dextlint-ignore-file";
    const names = [...raw.slice(listStart, listEnd).matchAll(/[^\s,]+/g)];
    const shared = { comment, wholeFile, reason, lines: wholeFile ? [] : linesOf(lines, comments, index) };
    for (const name of names) {
      const start = comment.start + listStart + name.index;
      found.push({ rule: name[0], ruleSpan: { start, end: start + name[0].length }, ...shared });
    }
    if (names.length === 0) found.push({ rule: "", ruleSpan: comment, ...shared });
  }
  return found;
}

/** The reason ends with the comment or, in a longer comment, with the line. */
function endOfDirective(raw: string): number {
  const close = raw.startsWith("/*") ? "*/" : raw.startsWith("<!--") ? "-->" : "";
  const inner = close !== "" && raw.endsWith(close) ? raw.length - close.length : raw.length;
  const lineBreak = raw.search(/[\r\n]/);
  return lineBreak < 0 ? inner : Math.min(inner, lineBreak);
}

/** A comment holds for the line it stands on and the next; several comments below each other hold for the line after the last. */
function linesOf(lines: LineIndex, comments: readonly Span[], index: number): number[] {
  const comment = comments[index];
  if (!comment) return [];
  const own = lines.positionAt(comment.start).line;
  let next = lines.positionAt(comment.end).line + 1;
  for (let other = index + 1; other < comments.length; other++) {
    const span = comments[other];
    if (!span || lines.positionAt(span.start).line !== next) break;
    const last = lines.positionAt(span.end).line;
    const alone = lines.lineText(next).slice(0, lines.positionAt(span.start).character).trim() === "";
    const after = lines.lineText(last).slice(lines.positionAt(span.end).character).trim() === "";
    if (!alone || !after) break;
    next = last + 1;
  }
  return [own, next];
}

/** Of the lines a comment may hold for, the first on which its rule has a finding. */
function targetLine(
  suppression: Suppression,
  findings: readonly Finding[],
  lineOf: (finding: Finding) => number,
): number | undefined {
  return suppression.lines.find((line) =>
    findings.some((finding) => finding.rule === suppression.rule && lineOf(finding) === line),
  );
}

function isValid(suppression: Suppression): boolean {
  return suppression.reason !== "" && suppression.reason !== REASON_PLACEHOLDER;
}

/**
 * Comments that begin like a directive and are none: one that is called as other linters' are and goes on as a suppression does, or
 * one before the name of a rule. Anything else is prose that begins with this tool's name.
 */
function unknownDirectives({ text, comments, rules }: SuppressionInput): RuleFinding<Message>[] {
  const known = new Set(rules.map((each) => each.meta.id));
  return comments.flatMap((comment) => {
    const raw = text.slice(comment.start, comment.end);
    const [whole = "", before = "", directive = ""] = DIRECTIVE.exec(raw) ?? [];
    if (directive === "" || DIRECTIVES.includes(directive)) return [];
    const rest = raw.slice(whole.length, endOfDirective(raw)).trim();
    const names = rest.replace(/:.*/, "").split(/[\s,]+/);
    const isList = rest === "" || /^[\w-]+(?:\s*,\s*[\w-]+)*\s*(?::|$)/.test(rest);
    if (!names.some((name) => known.has(name)) && !(LIKE_DIRECTIVES.test(directive) && isList)) return [];
    const start = comment.start + before.length;
    const span = { start, end: start + directive.length };
    const meant = directive.includes("file") ? "dextlint-ignore-file" : "dextlint-ignore";
    // What switches a rule on again has no counterpart here.
    const guess = /-(?:enable|on)\b/.test(directive) ? undefined : meant;
    const data = { directive, guess: guess === undefined ? "" : `; did you mean “${guess}”?` };
    return [{ message: "unknownDirective", span, data, context: { directive: guess } }];
  });
}

type Message = "unknownDirective" | "unused" | "missingReason" | "missingRule" | "unknownRule";

function problemsOf(
  suppression: Suppression,
  used: ReadonlySet<Suppression>,
  all: readonly Suppression[],
  input: SuppressionInput,
): RuleFinding<Message>[] {
  const { rule, ruleSpan } = suppression;
  if (rule === "") return [{ message: "missingRule", span: ruleSpan }];
  const known = input.rules.map((each) => each.meta.id);
  if (!known.includes(rule)) {
    const guess = closest(rule, known);
    const data = { rule, guess: guess === undefined ? "" : `; did you mean “${guess}”?` };
    return [{ message: "unknownRule", span: ruleSpan, data }];
  }
  if (!isValid(suppression)) return [{ message: "missingReason", span: suppression.comment, data: { rule } }];
  if (used.has(suppression) || rule === SUPPRESSION_RULE || input.complete === false) return [];
  if (input.configuration.rules[rule] === "off") return [];
  const siblings = all.filter((each) => each.comment === suppression.comment);
  const removal = siblings.length === 1 ? suppression.comment : undefined;
  return [{ message: "unused", span: ruleSpan, data: { rule }, context: { removal }, tags: ["unnecessary"] }];
}
