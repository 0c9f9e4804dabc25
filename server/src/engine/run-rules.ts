// Calls rules and turns what they return into findings. A rule that throws is caught here, and only here.
import { clip } from "../base/clip.ts";
import { LineIndex } from "../base/line-index.ts";
import type { ContextOf, Rule, RuleFinding, Step } from "../rules/define.ts";
import type { RuleLevel } from "./config.ts";
import type { AnalysisError, Finding } from "./finding.ts";
import { fingerprintOf, messageOf } from "./messages.ts";

const MAX_STEPS = 12;
/** A step's text is a short sentence; it is only longer where a file fills in what no person wrote. */
const MAX_STEP_TEXT = 300;

/** A rule's result with the file it belongs to, before levels, suppressions and ordering. */
export interface RawResult {
  readonly rule: Rule;
  readonly path: string;
  readonly finding: RuleFinding;
}

/** What rules said, in order; filled by `runRule`. */
export interface RuleResult {
  readonly results: RawResult[];
  readonly errors: AnalysisError[];
}

/** Runs one rule on one context; a crash becomes an error that names the rule and the path. */
export function runRule<K extends keyof ContextOf>(
  rule: Rule,
  context: ContextOf[K],
  path: string,
  into: RuleResult,
  check = rule.check as (context: ContextOf[K]) => readonly RuleFinding[],
): void {
  try {
    const found = check(context);
    for (const finding of found) into.results.push({ rule, path: finding.path ?? path, finding });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    addErrors(into, [{ rule: rule.meta.id, path, message }]);
  }
}

/** Adds one result to another. */
export function addResult(into: RuleResult, result: RuleResult): void {
  into.results.push(...result.results);
  addErrors(into, result.errors);
}

/** A rule that crashes on a file is named once. */
function addErrors(into: RuleResult, errors: readonly AnalysisError[]): void {
  for (const error of errors) {
    if (!into.errors.some((other) => other.rule === error.rule && other.path === error.path)) into.errors.push(error);
  }
}

/** What `toFindings` needs to know of the file. */
export interface FindingScope {
  readonly text: string;
  levelOf(rule: Rule): RuleLevel;
  /** "Class::function" around an offset, "" outside. */
  scopeAt(offset: number): string;
}

/** Applies levels, drops exact doubles, orders by offset, end, rule and message, and gives each finding its fingerprint. */
export function toFindings(results: readonly RawResult[], scope: FindingScope): Finding[] {
  const lines = new LineIndex(scope.text);
  const seen = new Set<string>();
  const ordinals = new Map<string, number>();
  const findings: Omit<Finding, "fingerprint">[] = [];
  for (const { rule, path, finding } of results) {
    const level = scope.levelOf(rule);
    if (level === "off") continue;
    const { meta } = rule;
    const message = messageOf(meta, finding, lines);
    const identity = [meta.id, finding.span.start, finding.span.end, message].join("\u0000");
    if (seen.has(identity)) continue;
    seen.add(identity);
    findings.push({
      rule: meta.id,
      area: meta.area,
      severity: level === meta.severity ? (finding.severity ?? meta.severity) : level,
      message,
      why: meta.why,
      path,
      span: clamp(finding.span, scope.text.length),
      steps: shorten(finding.steps ?? []),
      tags: finding.tags ?? [],
      fixable: meta.fix,
      raw: finding,
    });
  }
  findings.sort(compareFindings);
  return findings.map((finding) => {
    const code = scope.text.slice(finding.span.start, finding.span.end);
    // Outside functions (in plists above all) the file is what tells equal places apart.
    const around = scope.scopeAt(finding.span.start) || finding.path.split("/").slice(-2).join("/");
    const key = [finding.rule, around, code.replace(/\s+/g, " ").trim()].join("\u0000");
    const ordinal = ordinals.get(key) ?? 0;
    ordinals.set(key, ordinal + 1);
    return { ...finding, fingerprint: fingerprintOf(finding.rule, around, code, ordinal) };
  });
}

/** Total order within a file: start, rule, end, message. */
export function compareFindings(
  a: Pick<Finding, "span" | "rule" | "message">,
  b: Pick<Finding, "span" | "rule" | "message">,
): number {
  return (
    a.span.start - b.span.start ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0) ||
    a.span.end - b.span.end ||
    (a.message < b.message ? -1 : a.message > b.message ? 1 : 0)
  );
}

function clamp(span: RuleFinding["span"], length: number): RuleFinding["span"] {
  const start = Math.max(0, Math.min(span.start, length));
  return { start, end: Math.max(start, Math.min(span.end, length)) };
}

/** Keeps the first and the last steps when there are more than twelve: how it began and how it ended matter most. */
function shorten(steps: readonly Step[]): readonly Step[] {
  const kept = steps.length <= MAX_STEPS ? steps : [...steps.slice(0, MAX_STEPS / 2), ...steps.slice(-MAX_STEPS / 2)];
  return kept.map((step) => ({ ...step, text: clip(step.text, MAX_STEP_TEXT) }));
}
