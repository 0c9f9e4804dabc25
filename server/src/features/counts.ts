// Counts findings and says the counts in words.
import { plural } from "../base/plural.ts";
import type { Counts } from "../engine/analysis.ts";
import type { Severity } from "../rules/define.ts";

const ORDER: readonly Severity[] = ["error", "warning", "info", "hint"];

/** How many there are of each severity. */
export function countBySeverity(findings: Iterable<{ readonly severity: Severity }>): Counts {
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** "2 errors, 1 warning"; "no problems" where there are none. */
export function describeCounts(counts: Counts): string {
  const parts = ORDER.filter((severity) => counts[severity] > 0).map((severity) => plural(counts[severity], severity));
  return parts.length > 0 ? parts.join(", ") : "no problems";
}
