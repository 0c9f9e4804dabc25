// Results of function rules, kept by the function's text and its environment, so that an edit re-analyses only what it can change.
import { shift, type Span } from "../base/span.ts";
import type { RuleFinding, Step } from "../rules/define.ts";
import type { Reads } from "./reads.ts";
import type { RawResult, RuleResult } from "./run-rules.ts";

/** What the rules said of one function, with offsets relative to the function's start. */
export interface FunctionResult extends RuleResult {
  /** What the flow analysis was told of other functions; the result holds as long as that is so. */
  readonly consulted: ReadonlyMap<string, string>;
  /** What the rules read of other files; the same. */
  readonly reads: Reads;
}

/** Keeps the results of the last check of each file; what that check did not use is dropped. */
export class FunctionCache {
  analysed = 0;
  givenUp = 0;
  private readonly byPath = new Map<string, Map<string, FunctionResult>>();

  /** A view for one check of a file; `commit` makes what it used the file's cache. */
  open(path: string): FunctionCacheView {
    const old = this.byPath.get(path) ?? new Map<string, FunctionResult>();
    const used = new Map<string, FunctionResult>();
    return {
      get: (key) => {
        const result = used.get(key) ?? old.get(key);
        if (result) used.set(key, result);
        return result;
      },
      set: (key, result) => {
        this.analysed++;
        used.set(key, result);
      },
      commit: () => this.byPath.set(path, used),
    };
  }

  forget(path: string): void {
    this.byPath.delete(path);
  }

  clear(): void {
    this.byPath.clear();
  }
}

export interface FunctionCacheView {
  get(key: string): FunctionResult | undefined;
  set(key: string, result: FunctionResult): void;
  commit(): void;
}

/** Moves a function's results by `delta` code units: negative to make them relative, positive to place them. Only places in `path` move. */
export function moveResults(results: readonly RawResult[], path: string, delta: number): RawResult[] {
  return results.map(({ rule, path: at, finding }) => ({
    rule,
    path: at,
    finding: moveFinding(finding, at, path, delta),
  }));
}

function moveFinding(finding: RuleFinding, at: string, path: string, delta: number): RuleFinding {
  const span: Span = at === path ? shift(finding.span, delta) : finding.span;
  const steps = finding.steps?.map((step): Step =>
    step.path === path ? { ...step, span: shift(step.span, delta) } : step,
  );
  return { ...finding, span, ...(steps ? { steps } : {}) };
}

/** True when nothing in the results points outside `within` of `path`: only then may they be moved with the function. */
export function isSelfContained(results: readonly RawResult[], path: string, within: Span): boolean {
  const inside = (at: string, span: Span): boolean =>
    at === path && within.start <= span.start && span.end <= within.end;
  return results.every(
    ({ path: at, finding }) =>
      finding.context === undefined &&
      inside(at, finding.span) &&
      (finding.steps ?? []).every((step) => inside(step.path, step.span)),
  );
}
