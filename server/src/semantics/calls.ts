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

/** What is built together, by index: an index belongs to one state of the workspace. */
const groups = new WeakMap<ProjectIndex, Map<string, readonly FileSummary[]>>();

/**
 * The code that is built together with a file: that of its targets, and where no target is known all code that belongs to
 * none. Sorted by path, the file itself included.
 */
export function codeAround(base: CodeBase, path: string): readonly FileSummary[] {
  const targets = base.targetsOf(path);
  const key = targets.map((target) => `${target.definedIn}\n${target.name}`).join("\n\n");
  let known = groups.get(base.index);
  if (!known) groups.set(base.index, (known = new Map()));
  const found = known.get(key);
  if (found) return found;
  const sources = new Set(targets.flatMap((target) => target.sources));
  const group = base.index.files.filter((file) =>
    targets.length === 0 ? base.targetsOf(file.path).length === 0 : sources.has(file.path),
  );
  known.set(key, group);
  return group;
}

/** All calls of the given names in the code that is built together with a file, by path, then by place. */
export function callsAround(base: CodeBase, path: string, names: readonly string[]): CallSite[] {
  const result: CallSite[] = [];
  for (const summary of codeAround(base, path)) {
    const syntax = base.syntax(summary.path);
    if (!syntax) continue;
    const table = callsOf(syntax, summary);
    const found = names.flatMap((name) => table.get(name) ?? []);
    if (names.length > 1) found.sort((a, b) => a.node.start - b.node.start);
    result.push(...found);
  }
  return result;
}
