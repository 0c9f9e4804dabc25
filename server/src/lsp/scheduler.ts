// Runs the engine's work one piece at a time and in small slices, so that the server hears of edits and cancellations meanwhile.
import type { CancellationToken } from "vscode-languageserver";
import type { AnalysisApi, Work } from "../engine/analysis.ts";

/** Lower is sooner. */
export const PRIORITY = { request: 0, open: 1, background: 2 } as const;
export type Priority = (typeof PRIORITY)[keyof typeof PRIORITY];

/** "stale": the files changed while the work ran, and its result would be about texts that are gone. */
export type Outcome<T> =
  { readonly kind: "done"; readonly value: T } | { readonly kind: "cancelled" } | { readonly kind: "stale" };

export interface Task<T> {
  readonly priority: Priority;
  /** Called when the task's turn comes; takes the snapshot then, not earlier. */
  start(): { readonly analysis: AnalysisApi; readonly work: Work<T> };
  readonly token?: CancellationToken | undefined;
}

interface Queued {
  readonly priority: Priority;
  readonly run: () => Promise<void>;
}

const SLICE_MS = 8;

export class Scheduler {
  private readonly queue: Queued[] = [];
  private running = false;

  /** Runs a task to its end, unless it is cancelled or becomes stale. Rejects with what the work throws. */
  run<T>(task: Task<T>): Promise<Outcome<T>> {
    return new Promise<Outcome<T>>((resolve, reject) => {
      const run = (): Promise<void> => drive(task).then(resolve, reject);
      this.queue.push({ priority: task.priority, run });
      if (!this.running) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.running = true;
    for (let next = this.takeNext(); next; next = this.takeNext()) await next.run();
    this.running = false;
  }

  private takeNext(): Queued | undefined {
    const best = Math.min(...this.queue.map(({ priority }) => priority));
    const index = this.queue.findIndex(({ priority }) => priority === best);
    return index < 0 ? undefined : this.queue.splice(index, 1)[0];
  }
}

async function drive<T>({ start, token }: Task<T>): Promise<Outcome<T>> {
  // Messages that have arrived go first: one of them may make this task needless.
  await pause();
  if (token?.isCancellationRequested) return { kind: "cancelled" };
  const { analysis, work } = start();
  for (;;) {
    const until = performance.now() + SLICE_MS;
    do {
      const step = work.next();
      if (step.done) return { kind: "done", value: step.value };
    } while (performance.now() < until);
    await pause();
    if (token?.isCancellationRequested) return { kind: "cancelled" };
    if (!analysis.isCurrent) return { kind: "stale" };
  }
}

/** Lets the event loop run once. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
