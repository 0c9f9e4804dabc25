// Waiting: for a time, for an event, for a cancellation, whichever comes first.
import type { CancellationToken, Disposable } from "vscode-languageserver";

/** Resolves after the time, or at once when the token is cancelled. */
export function delay(milliseconds: number, token?: CancellationToken): Promise<void> {
  return new Promise((resolve) => {
    if (token?.isCancellationRequested || milliseconds <= 0) return resolve();
    let listener: Disposable | undefined = undefined;
    const finish = (): void => {
      clearTimeout(timer);
      listener?.dispose();
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    listener = token?.onCancellationRequested(finish);
  });
}

/** Resolves when the promise does, or at once when the token is cancelled. */
export function orCancelled(promise: Promise<unknown>, token: CancellationToken): Promise<void> {
  return new Promise((resolve) => {
    if (token.isCancellationRequested) return resolve();
    const listener = token.onCancellationRequested(() => {
      listener.dispose();
      resolve();
    });
    const finish = (): void => {
      listener.dispose();
      resolve();
    };
    promise.then(finish, finish);
  });
}

/** A list of callbacks. */
export class Emitter<T> {
  private readonly listeners = new Set<(value: T) => void>();

  on(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }

  /** The next value. */
  next(): Promise<T> {
    return new Promise((resolve) => {
      const stop = this.on((value) => {
        stop();
        resolve(value);
      });
    });
  }
}
