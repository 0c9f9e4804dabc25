// Keeps one failing handler from taking the server down: it is logged with its method, and the client gets an empty answer.
import { ResponseError, type Connection } from "vscode-languageserver";
import type { Log } from "./platform.ts";

/** The handler; where it fails, `fallback`. Answers that are meant as errors (cancelled, stale) pass through. */
export function guard<A extends readonly unknown[], R>(
  log: Log,
  method: string,
  fallback: R,
  handler: (...args: A) => R | Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await handler(...args);
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      log.error(`${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return fallback;
    }
  };
}

/** The client's log channel. */
export function connectionLog(connection: Connection): Log {
  return {
    info: (message) => connection.console.info(message),
    warn: (message) => connection.console.warn(message),
    error: (message) => connection.console.error(message),
  };
}
