// What the server needs of the machine it runs on; Node's `start-node.ts` and the tests provide it.
import type { AnalysisHostApi } from "../engine/analysis.ts";
import type { FileSystem } from "../project/file-system.ts";
import type { Rule } from "../rules/define.ts";

export interface Platform {
  readonly version: string;
  readonly fs: FileSystem;
  readonly rules: readonly Rule[];
  createHost(): Promise<AnalysisHostApi>;
  /** The page of a rule as Markdown. */
  rulePage(rule: string): Promise<string | undefined>;
  /** The URI of the packaged page; undefined when there is none. */
  rulePageUri(rule: string): string | undefined;
}

/** Where the server writes what a person may want to know later. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
