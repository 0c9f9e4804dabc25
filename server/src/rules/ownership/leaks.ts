// What the leak rules share: which losses of a function are whose, how they are worded, and where a release would go.
import type { Edit } from "../../base/edit.ts";
import { ownershipOf, type Leak } from "../../flow/ownership.ts";
import { stepsOf } from "../../flow/steps.ts";
import { indentationAt, insideBraces, isSoleStatement } from "../../syntax/layout.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { nodeAt, textOf, type SyntaxNode } from "../../syntax/node.ts";
import { K } from "../../syntax/kinds.ts";
import type { BaseContext, Fix, FunctionContext, RuleFinding, Step } from "../define.ts";

/** Which rule speaks of a loss. An OSAction's has a rule of its own; a path that fails has one where success is clean. */
export type LeakKind = "leaked-out-object" | "leak-on-error-path" | "osaction-leak";

export interface LeakReport {
  readonly kind: LeakKind;
  readonly leak: Leak;
  readonly fn: FunctionInfo;
  readonly steps: readonly Step[];
}

/**
 * The leaks of a function and of the blocks and lambdas in it, one per defect:
 * a reference that is lost on a path that succeeds is one finding at its acquisition; that every failing path loses it too is part of it
 * when nothing on any path releases it. Where success is clean, each failing exit is a finding of its own.
 */
export function leaksOf(context: FunctionContext): LeakReport[] {
  const reports: LeakReport[] = [];
  const environment = { index: context.index, parse: context.statements };
  for (const fn of [context.fn, ...nestedIn(context)]) {
    const { sites, leaks } = ownershipOf(fn, environment);
    for (const site of sites) {
      const own = leaks.filter((leak) => leak.site === site);
      const onSuccess = own.find((leak) => leak.outcome !== "failure");
      const add = (kind: LeakKind, leak: Leak): void => {
        reports.push({ kind, leak, fn, steps: stepsOf(leak, fn, context.index) });
      };
      if (onSuccess) add(site.className === "OSAction" ? "osaction-leak" : "leaked-out-object", onSuccess);
      if (onSuccess && !isReleasedAnywhere(site.variable, fn)) continue;
      for (const leak of own) if (leak.outcome === "failure") add("leak-on-error-path", leak);
    }
  }
  return reports;
}

function nestedIn(context: FunctionContext): FunctionInfo[] {
  return context.fileSummary.functions.filter((fn) => {
    for (let outer = fn.outer; outer; outer = outer.outer) if (outer === context.fn) return true;
    return false;
  });
}

function isReleasedAnywhere(variable: string, fn: FunctionInfo): boolean {
  const text = textOf(fn.body);
  const name = variable.replace(/[$]/g, "\\$&");
  return new RegExp(`\\b${name}\\s*->\\s*(?:release|free)\\s*\\(|OSSafeRelease\\w*\\s*\\(\\s*${name}\\b`).test(text);
}

/** The finding's common data. Lines are not in it: they change while the finding is kept. */
export function leakData({ leak }: LeakReport): Readonly<Record<string, string>> {
  return { variable: leak.site.variable, source: leak.site.source };
}

/** Releases the variable before the return at `at`; nothing when the returned value still needs it. */
export function releaseBeforeReturn(
  context: BaseContext,
  path: string,
  at: RuleFinding["span"],
  variable: string,
): Fix[] {
  const syntax = context.syntax(path);
  if (!syntax) return [];
  const statement = returnAt(nodeAt(syntax.root, at));
  if (!statement || new RegExp(`\\b${variable}\\b`).test(textOf(statement))) return [];
  const release = `OSSafeReleaseNULL(${variable});`;
  return [
    {
      title: `Release '${variable}' before returning`,
      safe: false,
      edits: [{ path, edits: insertBefore(syntax.text, statement, release) }],
    },
  ];
}

function returnAt(node: SyntaxNode): SyntaxNode | undefined {
  for (let up: SyntaxNode | undefined = node; up; up = up.parent) if (up.kind === K.returnStatement) return up;
  return undefined;
}

/** Puts a statement before another one, in braces where it was the only one of an `if` or loop. */
export function insertBefore(text: string, statement: SyntaxNode, code: string): Edit[] {
  const indent = indentationAt(text, statement.start);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  if (!isSoleStatement(statement)) {
    return [{ span: { start: statement.start, end: statement.start }, newText: `${code}${newline}${indent}` }];
  }
  return insideBraces(text, statement, code);
}
