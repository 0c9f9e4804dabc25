// What the commands need of the world outside, so that tests can stand in for it.
import type { AnalysisHostApi } from "../engine/analysis.ts";
import type { FileSystem } from "../project/file-system.ts";
import type { Rule } from "../rules/define.ts";

export interface Environment {
  /** The working directory, absolute, with forward slashes. */
  readonly cwd: string;
  readonly version: string;
  readonly fs: FileSystem;
  readonly rules: readonly Rule[];
  /** Width of the terminal in columns; 100 where there is none. */
  readonly columns: number;
  /** Whether colours are wanted on stdout. */
  readonly color: boolean;
  stdout(text: string): void;
  stderr(text: string): void;
  readStdin(): Promise<Uint8Array>;
  kindOf(path: string): Promise<"file" | "directory" | "other" | "missing">;
  /** Replaces a file's bytes. Rejects when that is impossible. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  createHost(): Promise<AnalysisHostApi>;
  rulePage(rule: string): Promise<string | undefined>;
}

/** Wrong arguments or a wrong configuration: exit code 2, the message on stderr, no report. */
export class UsageError extends Error {}

export const EXIT = { clean: 0, findings: 1, failure: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
