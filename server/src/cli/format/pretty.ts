// The report for people: what is wrong, the code, the steps that lead there, why it matters and what mends it.
import { createColors } from "picocolors";
import type { Span } from "../../base/span.ts";
import { plural } from "../../base/plural.ts";
import { describeCounts } from "../../features/counts.ts";
import type { Severity } from "../../rules/define.ts";
import type { Report, ReportedFinding } from "../check.ts";
import { excerptOf, sanitize, widthOf, wrap } from "../text-width.ts";

export interface PrettyOptions {
  readonly color: boolean;
  readonly columns: number;
  readonly quiet: boolean;
}

/** Lines of code shown above and below the line of a finding. */
const CONTEXT = 1;

type Colors = ReturnType<typeof createColors>;

/** The whole report. Holds no escape sequence unless colour is asked for. */
export function formatPretty(report: Report, options: PrettyOptions): string {
  const colors = createColors(options.color);
  const width = Math.max(40, Math.min(options.columns, 100));
  const printer = new Printer(report, colors, width);
  const blocks = report.findings.map((finding) => printer.finding(finding));
  const crashes = report.errors.filter(({ rule }) => rule !== "");
  blocks.push(...crashes.map((error) => printer.crash(error.rule, error.path, error.message)));
  const summary = `${printer.summary(options.quiet)}\n`;
  return blocks.length > 0 ? `${blocks.join("\n")}\n${summary}` : summary;
}

class Printer {
  constructor(
    private readonly report: Report,
    private readonly colors: Colors,
    private readonly width: number,
  ) {}

  finding(finding: ReportedFinding): string {
    const { colors, report } = this;
    const paint = painterOf(colors, finding.severity);
    const { line, character } = report.linesOf(finding.path).positionAt(finding.span.start);
    const place = `${sanitize(report.shownPath(finding.path))}:${line + 1}:${character + 1}`;
    const head = `${colors.bold(place)}  ${paint(colors.bold(finding.severity))}  ${colors.dim(finding.rule)}`;
    const lines = [head, ...this.text(finding.message, "  ", colors.bold), ""];
    lines.push(...this.frame(finding.path, finding.span, paint), "");
    if (finding.steps.length > 0) lines.push(...this.steps(finding), "");
    lines.push(...this.labelled("why", finding.why));
    lines.push(...this.fixes(finding));
    return `${lines.join("\n")}\n`;
  }

  crash(rule: string, path: string, message: string): string {
    const { colors } = this;
    const head = `${colors.bold(sanitize(this.report.shownPath(path)))}  ${colors.red(colors.bold("crash"))}  ${colors.dim(rule)}`;
    return `${[head, ...this.text(`the rule failed on this file: ${message}`, "  ", (text) => text)].join("\n")}\n`;
  }

  summary(quiet: boolean): string {
    const { report, colors } = this;
    const { counts, files } = report;
    const total = counts.error + counts.warning + counts.info + counts.hint;
    const painter = counts.error > 0 ? colors.red : counts.warning > 0 ? colors.yellow : colors.green;
    const checked = `${plural(files, "file")} checked in ${seconds(report.durationMs)}`;
    const parts: string[] = [];
    if (files === 0 && total === 0) {
      parts.push(
        `${colors.yellow("Nothing to check")}: no DriverKit source, Info.plist or entitlements file was found here`,
      );
    } else {
      const said = total === 0 ? "No problems" : describeCounts(counts);
      parts.push(`${painter(colors.bold(said))}; ${checked}`);
    }
    if (quiet && total > counts.error) parts.push(colors.dim("Only errors are shown (--quiet)."));
    if (report.fixed > 0) parts.push(`Fixed ${plural(report.fixed, "problem")}.`);
    const safe = report.findings.filter(({ fixes }) => fixes.some((fix) => fix.safe)).length;
    const unsafe = report.findings.filter(({ fixes }) => fixes.length > 0 && !fixes.some((fix) => fix.safe)).length;
    if (safe > 0) parts.push(`${plural(safe, "problem")} can be fixed with --fix.`);
    if (unsafe > 0)
      parts.push(`${plural(unsafe, "problem")} can be fixed with --fix --unsafe-fixes, to be read before use.`);
    const rule = report.findings[0]?.rule;
    if (rule !== undefined) parts.push(colors.dim(`More about a rule: dextlint explain ${rule}`));
    return parts.join("\n");
  }

  /** The code around a span, the span underlined on its first line. */
  private frame(path: string, span: Span, paint: (text: string) => string): string[] {
    const { colors } = this;
    const index = this.report.linesOf(path);
    const start = index.positionAt(span.start);
    const end = index.positionAt(span.end);
    const first = Math.max(0, start.line - CONTEXT);
    const last = Math.min(index.lineCount - 1, start.line + CONTEXT);
    const gutter = Math.max(4, String(last + 1).length + 2);
    const room = this.width - gutter - 3;
    const lines: string[] = [];
    for (let line = first; line <= last; line++) {
      const code = index.lineText(line);
      const here = line === start.line;
      const until = end.line === start.line ? end.character : code.trimEnd().length;
      const excerpt = excerptOf(code, start.character, here ? until : start.character, room);
      // An empty last line says nothing.
      if (!here && line === index.lineCount - 1 && excerpt.text === "") continue;
      const number = String(line + 1).padStart(gutter);
      const margin = here ? paint(number) : colors.dim(number);
      lines.push(`${margin} ${colors.dim("|")} ${here ? excerpt.text : colors.dim(excerpt.text)}`.trimEnd());
      if (!here) continue;
      const underline = " ".repeat(excerpt.start) + paint("^".repeat(Math.min(excerpt.width, room - excerpt.start)));
      lines.push(`${" ".repeat(gutter)} ${colors.dim("|")} ${underline}`);
    }
    return lines;
  }

  /** The numbered steps, each with its place and its line of code. */
  private steps(finding: ReportedFinding): string[] {
    const { colors, report } = this;
    const gutter = String(finding.steps.length).length;
    const indent = " ".repeat(gutter + 4);
    const lines: string[] = [];
    for (const [index, { path, span, text }] of finding.steps.entries()) {
      const source = report.linesOf(path);
      const { line, character } = source.positionAt(span.start);
      const place = `${sanitize(report.shownPath(path))}:${line + 1}`;
      const number = colors.cyan(`${String(index + 1).padStart(gutter)}.`);
      lines.push(...this.hanging(`  ${number} `, indent, text, place));
      const code = source.lineText(line);
      const lead = code.length - code.trimStart().length;
      const at = Math.max(0, character - lead);
      const excerpt = excerptOf(code.slice(lead), at, at, this.width - indent.length - 2);
      lines.push(`${indent}${colors.dim("|")} ${excerpt.text}`.trimEnd());
    }
    return lines;
  }

  private fixes({ fixes }: ReportedFinding): string[] {
    const [fix] = fixes;
    if (!fix) return [];
    const more = fixes.length > 1 ? ` (or ${plural(fixes.length - 1, "other way")})` : "";
    return this.labelled("fix", `${fix.title}${more}`, fix.safe ? "[--fix]" : "[--fix --unsafe-fixes]");
  }

  private labelled(label: string, text: string, note?: string): string[] {
    return this.hanging(`  ${this.colors.cyan(`${label}:`)} `, " ".repeat(label.length + 4), text, note);
  }

  /** A wrapped text behind a head as wide as `indent`; the note follows it, dimmed and never broken. */
  private hanging(head: string, indent: string, text: string, note?: string): string[] {
    const lines = wrap(sanitize(text), this.width - indent.length);
    if (note !== undefined) {
      const last = lines.at(-1);
      const fits = last !== undefined && indent.length + widthOf(last) + 2 + widthOf(note) <= this.width;
      if (fits) lines[lines.length - 1] = `${last}  ${this.colors.dim(note)}`;
      else lines.push(this.colors.dim(note));
    }
    const [first = "", ...rest] = lines;
    return [head + first, ...rest.map((each) => indent + each)];
  }

  private text(text: string, indent: string, paint: (text: string) => string): string[] {
    return wrap(sanitize(text), this.width - indent.length).map((each) => indent + paint(each));
  }
}

function painterOf(colors: Colors, severity: Severity): (text: string) => string {
  switch (severity) {
    case "error":
      return colors.red;
    case "warning":
      return colors.yellow;
    case "info":
      return colors.blue;
    case "hint":
      return colors.cyan;
  }
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
