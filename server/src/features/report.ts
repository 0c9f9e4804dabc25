// The summary of a validation as Markdown: what was checked, what was found, where to look first.
import { LineIndex } from "../base/line-index.ts";
import { relative } from "../base/paths.ts";
import { plural } from "../base/plural.ts";
import type { Finding } from "../engine/finding.ts";
import { entitlementsOf, infoPlistsOf, type Target } from "../project/model.ts";
import { countBySeverity, describeCounts } from "./counts.ts";
import { escapeMarkdown } from "./hover.ts";

export interface ValidatedDext {
  readonly target: Target;
  /** The workspace folder; paths are shown relative to it. */
  readonly folder: string;
  /** Of all files of the dext, in order of file, offset, rule. */
  readonly findings: readonly Finding[];
  /** What could not be done: rules that crashed. */
  readonly errors: readonly string[];
}

export interface ReportLinks {
  fileLink(path: string, line: number): string;
  ruleLink(rule: string): string | undefined;
}

/** One section a dext; `textOf` gives the texts for line numbers. */
export function validationReport(
  dexts: readonly ValidatedDext[],
  links: ReportLinks,
  textOf: (path: string) => string | undefined,
): string {
  if (dexts.length === 0) {
    return "# DriverKit validation\n\nNo dext was found in this workspace.\n";
  }
  const sections = dexts.map((dext) => section(dext, links, textOf));
  return `# DriverKit validation\n\n${sections.join("\n")}`;
}

function section(dext: ValidatedDext, links: ReportLinks, textOf: (path: string) => string | undefined): string {
  const { target, findings, folder } = dext;
  const lines: string[] = [];
  const show = (path: string): string => `[${escapeMarkdown(relative(folder, path))}](${links.fileLink(path, 1)})`;
  const list = (paths: readonly string[]): string => (paths.length > 0 ? paths.map(show).join(", ") : "none");
  const counts = countBySeverity(findings);
  lines.push(`## ${escapeMarkdown(target.name)}: ${describeCounts(counts)}`, "");
  lines.push("| | |", "| --- | --- |");
  lines.push(`| Defined in | ${show(target.definedIn)} |`);
  lines.push(`| Info.plist | ${list(infoPlistsOf(target))} |`);
  lines.push(`| Entitlements | ${list(entitlementsOf(target))} |`);
  lines.push(`| Sources | ${plural(target.sources.length, "file")} |`, "");
  for (const error of dext.errors) lines.push(`> ${escapeMarkdown(error)}`, "");
  const indexes = new Map<string, LineIndex>();
  let file = "";
  for (const finding of findings) {
    if (finding.path !== file) {
      file = finding.path;
      lines.push(`### ${escapeMarkdown(relative(folder, file))}`, "");
    }
    let index = indexes.get(file);
    if (!index) indexes.set(file, (index = new LineIndex(textOf(file) ?? "")));
    const line = index.positionAt(finding.span.start).line + 1;
    const rule = links.ruleLink(finding.rule);
    const name = rule === undefined ? `\`${finding.rule}\`` : `[${finding.rule}](${rule})`;
    lines.push(
      `- [line ${line}](${links.fileLink(file, line)}) ${finding.severity}: ${escapeMarkdown(finding.message)} (${name})`,
    );
    for (const [step, { text }] of finding.steps.entries()) lines.push(`  ${step + 1}. ${escapeMarkdown(text)}`);
  }
  if (findings.length === 0) lines.push("Nothing was found.");
  lines.push("");
  return lines.join("\n");
}
