// A finding as it leaves the engine: plain data that the editor, the terminal and the tests show each in their way.
import type { Span } from "../base/span.ts";
import type { Area, RuleFinding, Severity, Step } from "../rules/define.ts";

export interface Finding {
  readonly rule: string;
  readonly area: Area;
  readonly severity: Severity;
  /** One line, the user's own names in it. */
  readonly message: string;
  /** What goes wrong if it stays; one sentence, from the rule. */
  readonly why: string;
  readonly path: string;
  readonly span: Span;
  /** At most twelve, in order, the finding itself not included. */
  readonly steps: readonly Step[];
  readonly tags: readonly ("unnecessary" | "deprecated")[];
  /** Whether the rule has a fix for this kind of finding, and whether it may be applied unasked. `fixesOf` gives the edits. */
  readonly fixable: "none" | "safe" | "unsafe";
  /** Stable across edits elsewhere in the file: hash of rule, class and function around it, normalised text, and ordinal. */
  readonly fingerprint: string;
  /** What the rule returned; only the engine reads it, to compute fixes. */
  readonly raw: RuleFinding;
}

/** Something that went wrong in the tool or with its input; not a finding about the driver. */
export interface AnalysisError {
  /** The rule that crashed; "" for a file that could not be read. */
  readonly rule: string;
  readonly path: string;
  readonly message: string;
}

/** What one file's check gives. */
export interface FileReport {
  readonly path: string;
  readonly findings: readonly Finding[];
  readonly errors: readonly AnalysisError[];
  readonly unparsedCharacters: number;
}
