// Counts the findings that the editor shows, by file.
import * as vscode from "vscode";
import type { DocumentStatus } from "../../server/src/protocol.ts";

export type Counts = DocumentStatus["findings"];

export interface FindingCounts {
  /** Equal for equal counts. */
  readonly key: string;
  /** The findings of some files together, given by their URIs; undefined where there are none. */
  of(uris: Iterable<string>): Counts | undefined;
}

const SOURCE = "driverkit";
const LEVELS = ["errors", "warnings", "infos", "hints"] as const; // In the order of vscode.DiagnosticSeverity.

/** The counts as they are now. */
export function countFindings(): FindingCounts {
  const byFile = new Map<string, number[]>();
  for (const [uri, diagnostics] of vscode.languages.getDiagnostics()) {
    const counts = LEVELS.map((_, severity) => {
      return diagnostics.filter((each) => each.source === SOURCE && each.severity === Number(severity)).length;
    });
    if (counts.some((count) => count > 0)) byFile.set(normal(uri.toString()), counts);
  }
  return {
    key: JSON.stringify([...byFile]),
    of(uris) {
      const total = { errors: 0, warnings: 0, infos: 0, hints: 0 };
      let any = false;
      for (const uri of new Set([...uris].map(normal))) {
        const counts = byFile.get(uri);
        if (!counts) continue;
        any = true;
        LEVELS.forEach((level, severity) => (total[level] += counts[severity] ?? 0));
      }
      return any ? total : undefined;
    },
  };
}

/** The server and the editor may escape a URI differently. */
function normal(uri: string): string {
  return vscode.Uri.parse(uri).toString();
}
