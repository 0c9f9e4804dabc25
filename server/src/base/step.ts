// One step on the way to a finding: where, what kind of thing happened, and in which words.
import type { Span } from "./span.ts";

/** `kind` follows SARIF's thread-flow location kinds where one fits. Offsets are UTF-16 code units in the file at `path`. */
export interface Step {
  readonly path: string;
  readonly span: Span;
  readonly kind: "acquire" | "release" | "branch" | "call" | "return" | "use" | "note";
  readonly text: string;
}
