// The path to a finding as the editor has it: the steps, then the finding itself. Made from a diagnostic's related information.
import * as vscode from "vscode";

export interface PathStep {
  /** 1-based; the finding itself comes last. */
  readonly ordinal: number;
  readonly text: string;
  readonly location: vscode.Location;
  readonly isFinding: boolean;
}

export interface Path {
  readonly title: string;
  readonly steps: readonly PathStep[];
}

/** The path of a diagnostic of ours; undefined when it is not ours or has no steps. */
export function pathOf(uri: vscode.Uri, diagnostic: vscode.Diagnostic): Path | undefined {
  const related = diagnostic.relatedInformation ?? [];
  if (diagnostic.source !== "driverkit" || related.length === 0) return undefined;
  const steps = related.map((step, index) => ({
    ordinal: index + 1,
    // The server numbers the steps for editors that only list them.
    text: step.message.replace(/^(step\s+)?\d+\s*[.:)]\s*/i, ""),
    location: step.location,
    isFinding: false,
  }));
  const finding = {
    ordinal: steps.length + 1,
    text: "reported here",
    location: new vscode.Location(uri, diagnostic.range),
    isFinding: true,
  };
  return { title: diagnostic.message, steps: [...steps, finding] };
}

/** The first path among the diagnostics at a position, for the command without an argument. */
export function pathAt(uri: vscode.Uri, position: vscode.Position): Path | undefined {
  for (const diagnostic of vscode.languages.getDiagnostics(uri)) {
    if (!diagnostic.range.contains(position)) continue;
    const path = pathOf(uri, diagnostic);
    if (path) return path;
  }
  return undefined;
}
