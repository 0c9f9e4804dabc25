// The light bulb: fixes of the findings under the cursor, all safe fixes of the file, and the comment that silences a finding.
import {
  CodeActionKind,
  type CodeAction,
  type CodeActionParams,
  type Diagnostic,
  type Range,
} from "vscode-languageserver";
import { overlaps } from "../base/span.ts";
import type { AnalysisApi } from "../engine/analysis.ts";
import type { Finding } from "../engine/finding.ts";
import { planFixes, withLineBreaks } from "../features/apply-fixes.ts";
import { ignoreComment } from "../features/ignore-comment.ts";
import type { FileEdit, Fix } from "../rules/define.ts";
import { SOURCE, toRange, toWorkspaceEdit, type EditContext } from "./to-lsp.ts";

export const FIX_ALL = `${CodeActionKind.SourceFixAll}.driverkit`;

/** What `codeAction/resolve` needs to find its fix again. */
interface ActionData {
  readonly path: string;
  readonly fingerprint: string;
  readonly title: string;
}

export interface ActionContext extends EditContext {
  readonly analysis: AnalysisApi;
  /** Whether the client asks for the edit when the action is chosen; else it is sent along. */
  readonly lazy: boolean;
}

/** The actions for a range of a file. `findings` are all of the file. */
export function codeActions(
  path: string,
  { range, context: { only, diagnostics } }: CodeActionParams,
  findings: readonly Finding[],
  context: ActionContext,
): CodeAction[] {
  const wants = (kind: string): boolean => !only || only.some((each) => kind === each || kind.startsWith(`${each}.`));
  const actions: CodeAction[] = [];
  const lines = context.linesOf(path);
  const wanted = { start: lines.offsetAt(range.start), end: lines.offsetAt(range.end) };
  const here = findings.filter(
    ({ span }) => overlaps(span, wanted) || (span.start <= wanted.end && wanted.start <= span.end),
  );
  if (wants(CodeActionKind.QuickFix)) {
    for (const finding of here) actions.push(...fixActions(finding, diagnostics, context));
    for (const finding of here) actions.push(...ignoreActions(finding, diagnostics, context));
  }
  // Without being asked for by kind, "fix all" is offered only where there is something to fix under the cursor.
  if (wants(FIX_ALL) && (only || here.length > 0)) actions.push(...fixAllActions(path, findings, context));
  return actions;
}

/** Adds the edit to an action that was sent without one; the action unchanged when its finding is gone. */
export function resolveAction(action: CodeAction, findings: readonly Finding[], context: ActionContext): CodeAction {
  const data = readActionData(action.data);
  const finding = findings.find(({ fingerprint }) => fingerprint === data?.fingerprint);
  const fix = finding && context.analysis.fixesOf(finding).find(({ title }) => title === data?.title);
  return fix ? { ...action, edit: toWorkspaceEdit(editsOf(fix, context), context) } : action;
}

/** The data of one of our actions; undefined for anything else. */
export function readActionData(data: unknown): ActionData | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { path, fingerprint, title } = data as Record<string, unknown>;
  if (typeof path !== "string" || typeof fingerprint !== "string" || typeof title !== "string") return undefined;
  return { path, fingerprint, title };
}

function fixActions(finding: Finding, diagnostics: readonly Diagnostic[], context: ActionContext): CodeAction[] {
  if (finding.fixable === "none") return [];
  return context.analysis.fixesOf(finding).flatMap((fix, index): CodeAction[] => {
    const edits = editsOf(fix, context);
    if (edits.length === 0) return [];
    const data: ActionData = { path: finding.path, fingerprint: finding.fingerprint, title: fix.title };
    return [
      {
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: diagnosticOf(finding, diagnostics, context),
        // Preferred actions are applied by a single key, so they must keep the meaning of correct code.
        ...(fix.safe && index === 0 ? { isPreferred: true } : {}),
        ...(context.lazy ? { data } : { edit: toWorkspaceEdit(edits, context) }),
      },
    ];
  });
}

function ignoreActions(finding: Finding, diagnostics: readonly Diagnostic[], context: ActionContext): CodeAction[] {
  const edit = ignoreComment(finding, context.analysis.text(finding.path) ?? "");
  if (!edit) return [];
  return [
    {
      title: `Ignore this finding (dextlint-ignore ${finding.rule}: reason)`,
      kind: CodeActionKind.QuickFix,
      diagnostics: diagnosticOf(finding, diagnostics, context),
      edit: toWorkspaceEdit([{ path: finding.path, edits: [edit] }], context),
    },
  ];
}

function fixAllActions(path: string, findings: readonly Finding[], context: ActionContext): CodeAction[] {
  const fixes = findings
    .filter(({ fixable }) => fixable !== "none")
    .flatMap((finding) => context.analysis.fixesOf(finding).find(({ safe }) => safe) ?? [])
    // "In this file": saving one file must not change another.
    .filter((fix) => fix.edits.every((edit) => edit.path === path));
  const plan = planFixes(fixes, (each) => context.analysis.text(each));
  if (plan.taken === 0) return [];
  const edit = toWorkspaceEdit(plan.files, context);
  return [{ title: "Fix all safe problems in this file", kind: FIX_ALL, edit }];
}

/** A fix's edits, with the line breaks of each file; none when the fix contradicts itself. */
function editsOf(fix: Fix, { analysis }: ActionContext): FileEdit[] {
  const plan = planFixes([fix], (path) => analysis.text(path));
  return plan.files.map(({ path, edits }) => ({ path, edits: withLineBreaks(edits, analysis.text(path) ?? "") }));
}

/** The client's own diagnostic that the action belongs to, so that it can mark it as mended. */
function diagnosticOf(finding: Finding, diagnostics: readonly Diagnostic[], context: ActionContext): Diagnostic[] {
  const range = toRange(context.linesOf(finding.path), finding.span);
  return diagnostics.filter(
    (each) => each.source === SOURCE && each.code === finding.rule && sameRange(each.range, range),
  );
}

function sameRange(a: Range, b: Range): boolean {
  return (
    a.start.line === b.start.line &&
    a.start.character === b.start.character &&
    a.end.line === b.end.line &&
    a.end.character === b.end.character
  );
}
