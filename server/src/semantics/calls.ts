// Where which function is called: a table per file, made once per text, and look-ups over the files that are built together.
import type { Target } from "../project/model.ts";
import { callParts, type CallParts } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import type { SyntaxFile, SyntaxNode } from "../syntax/node.ts";
import type { FileSummary, FunctionInfo, ProjectIndex } from "./model.ts";
import { activeChildren, branchContents, isConditional } from "./preprocessor.ts";

/** A call in the code that a DriverKit build may compile. */
export interface CallSite extends CallParts {
  readonly path: string;
  /** The innermost function, block or lambda around it; undefined at file scope. */
  readonly fn: FunctionInfo | undefined;
}

/** What the look-ups need of a rule's context. */
export interface CodeBase {
  readonly index: ProjectIndex;
  syntax(path: string): SyntaxFile | undefined;
  targetsOf(path: string): readonly Target[];
}

const tables = new WeakMap<FileSummary, ReadonlyMap<string, readonly CallSite[]>>();

/** The calls of a file by plain name, in source order. The summary must be that of the syntax. */
export function callsOf(file: SyntaxFile, summary: FileSummary): ReadonlyMap<string, readonly CallSite[]> {
  const known = tables.get(summary);
  if (known) return known;
  const table = new Map<string, CallSite[]>();
  const owners = new Map<SyntaxNode, FunctionInfo>();
  for (const fn of summary.functions)
    owners.set(fn.form === "top-level" ? (fn.body.children[0] ?? fn.node) : fn.node, fn);
  const topLevel = summary.functions.filter((fn) => fn.form === "top-level");
  const stack: { node: SyntaxNode; fn: FunctionInfo | undefined }[] = [{ node: file.root, fn: undefined }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node } = next;
    let { fn } = next;
    if (node.parent === file.root || isTopLevelItem(node)) {
      const run = topLevel.find((candidate) => candidate.node.start <= node.start && node.end <= candidate.node.end);
      if (run) fn = run;
    }
    const own = owners.get(node);
    if (own) fn = own;
    if (node.kind === K.callExpression) {
      const parts = callParts(node);
      if (parts && parts.name !== "") {
        const site: CallSite = { ...parts, path: file.path, fn };
        const list = table.get(parts.name);
        if (list) list.push(site);
        else table.set(parts.name, [site]);
      }
    }
    const children = isConditional(node) ? branchContents(node) : activeChildren(node);
    for (let i = children.length - 1; i >= 0; i--) stack.push({ node: children[i] as SyntaxNode, fn });
  }
  tables.set(summary, table);
  return table;
}

/** Statements of a snippet may stand inside a conditional or an include guard instead of right under the root. */
function isTopLevelItem(node: SyntaxNode): boolean {
  return node.parent !== undefined && isConditional(node.parent);
}

/**
 * The paths of the code that is built together with a file: that of its targets, and where no target is known all code that
 * belongs to none. Sorted, the file itself included.
 */
export function codeAround(base: CodeBase, path: string): readonly string[] {
  const targets = base.targetsOf(path);
  const all = base.index.files.map((file) => file.path);
  if (targets.length === 0) return all.filter((other) => other === path || base.targetsOf(other).length === 0);
  const sources = new Set(targets.flatMap((target) => target.sources));
  return all.filter((other) => other === path || sources.has(other));
}

/** All calls of the given names in the code that is built together with a file, by path, then by place. */
export function callsAround(base: CodeBase, path: string, names: readonly string[]): CallSite[] {
  const summaries = new Map(base.index.files.map((file) => [file.path, file]));
  const result: CallSite[] = [];
  for (const other of codeAround(base, path)) {
    const summary = summaries.get(other);
    const syntax = summary && base.syntax(other);
    if (!syntax) continue;
    const table = callsOf(syntax, summary);
    const found = names.flatMap((name) => table.get(name) ?? []);
    result.push(...found.sort((a, b) => a.node.start - b.node.start));
  }
  return result;
}
