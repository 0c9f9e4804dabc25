// Results of all rules but those on functions, kept as long as what the rule was called for and what it read are the same.
import type { BaseContext } from "../rules/define.ts";
import { recording, stillHold, type Reads } from "./reads.ts";
import type { RuleResult } from "./run-rules.ts";

/** What a rule is called for: `{ cls }`, `{ target }`, `{ document }`, or a file's syntax and summary. */
export type Subject = Readonly<Record<string, unknown>>;

interface Kept {
  readonly subject: Subject;
  readonly reads: Reads;
  readonly result: RuleResult;
}

/** Keeps the results of the last check of each file, and those of class and target rules under "". */
export class RuleCache {
  runs = 0;
  private readonly byOwner = new Map<string, Map<string, Kept>>();

  /** A view for one check. Nothing is kept from the moment that `isCurrent` says no. */
  open(owner: string, context: BaseContext, isCurrent: () => boolean): RuleRuns {
    let kept = this.byOwner.get(owner);
    if (!kept) this.byOwner.set(owner, (kept = new Map()));
    return new RuleRuns(this, kept, context, isCurrent);
  }

  forget(owner: string): void {
    this.byOwner.delete(owner);
  }

  clear(): void {
    this.byOwner.clear();
  }
}

/** A run that is under way. */
export interface RuleRun extends RuleResult {
  /** A context that knows what it was asked, with `more` in it. */
  context<T extends object>(more: T): BaseContext & T;
  /** To be called when the rule has nothing more to say. */
  end(): void;
}

/** The runs of one check. */
export class RuleRuns {
  private readonly used = new Set<string>();

  constructor(
    private readonly cache: RuleCache,
    private readonly kept: Map<string, Kept>,
    private readonly context: BaseContext,
    private readonly isCurrent: () => boolean,
  ) {}

  /** The kept result under the key where it holds, else what `run` says now. */
  result<S extends Subject>(
    key: string,
    subject: S,
    run: (context: BaseContext & S, into: RuleResult) => void,
  ): RuleResult {
    const known = this.known(key, subject);
    if (known) return known;
    const begun = this.begin(key, subject);
    run(begun.context(subject), begun);
    begun.end();
    return begun;
  }

  /** The kept result where the rule would be called for the same, and would be told the same. */
  known(key: string, subject: Subject): RuleResult | undefined {
    this.used.add(key);
    const known = this.kept.get(key);
    if (!known || !Object.keys(subject).every((part) => subject[part] === known.subject[part])) return undefined;
    return stillHold(known.reads, this.context) ? known.result : undefined;
  }

  begin(key: string, subject: Subject): RuleRun {
    const reads: Reads = new Map();
    const result: RuleResult = { results: [], errors: [] };
    this.cache.runs++;
    return {
      ...result,
      context: (more) => recording(this.context, reads, more),
      end: () => {
        if (this.isCurrent()) this.kept.set(key, { subject, reads, result });
      },
    };
  }

  /** Drops what this check did not ask for. */
  commit(): void {
    if (!this.isCurrent()) return;
    for (const key of this.kept.keys()) if (!this.used.has(key)) this.kept.delete(key);
  }
}
