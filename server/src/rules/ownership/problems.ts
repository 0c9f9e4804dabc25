// What the rules on a function's references share: which problem is whose, what is said of it, and where a release would go.
import type { Edit } from "../../base/edit.ts";
import { isReleaseCall } from "../../flow/ownership-facts.ts";
import { ownershipOf, type OwnershipProblem } from "../../flow/ownership.ts";
import type { Site } from "../../flow/sites.ts";
import type { Outcome } from "../../flow/state.ts";
import { stepsOf } from "../../flow/steps.ts";
import { codeBefore, insideBraces, isSoleStatement } from "../../syntax/layout.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { callParts, isDeclaratorLike, unwrap } from "../../syntax/cpp.ts";
import { field, nodeAt, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { K } from "../../syntax/kinds.ts";
import type { BaseContext, Fix, FunctionContext, RuleFinding, Step } from "../define.ts";
import { namesFor } from "./retains.ts";
import { behindLabel, failingExitAfter } from "./failing-exits.ts";

/** Which rule speaks of a problem. An OSAction's leak has a rule of its own; a path that fails has one where success is clean. */
export type ProblemKind =
  | "leaked-out-object"
  | "leak-on-error-path"
  | "leak-on-overwrite"
  | "osaction-leak"
  | "newuserclient-leak"
  | "usb-descriptor-leak"
  | "double-release"
  | "use-after-release"
  | "release-borrowed"
  | "out-param-unchecked"
  | "out-param-uninitialised"
  | "mapping-outlives-owner";

export interface ProblemReport {
  readonly kind: ProblemKind;
  readonly problem: OwnershipProblem;
  readonly fn: FunctionInfo;
  readonly steps: readonly Step[];
}

/** The problems of a kind in a function and in the blocks and lambdas in it, one per defect. */
export function problemsOf(context: FunctionContext, kind: ProblemKind): ProblemReport[] {
  const environment = { index: context.index, parse: context.statements };
  return [context.fn, ...nestedIn(context)].flatMap((fn) => {
    const { sites, problems } = ownershipOf(fn, environment);
    return sites.flatMap((site) => {
      const own = problems.filter((problem) => problem.site === site);
      return speakers(own, site, fn)
        .filter((speaker) => speaker.kind === kind)
        .map(({ problem }) => ({ kind, fn, problem, steps: stepsOf(problem, fn, context.index) }));
    });
  });
}

/**
 * A reference that is lost on a path that succeeds is one finding at its acquisition; that every failing path loses it too is part of
 * it when nothing on any path releases it. Where success is clean, each failing exit is a finding of its own.
 */
function speakers(
  problems: readonly OwnershipProblem[],
  site: Site,
  fn: FunctionInfo,
): { readonly kind: ProblemKind; readonly problem: OwnershipProblem }[] {
  const result: { kind: ProblemKind; problem: OwnershipProblem }[] = [];
  if (site.resource === "descriptor") {
    const leak = problems.find(({ outcome }) => outcome === "success" || outcome === "scope" || outcome === "failure");
    return leak ? [{ kind: "usb-descriptor-leak", problem: leak }] : [];
  }
  const onSuccess = problems.find(({ outcome }) => outcome === "success" || outcome === "scope");
  const lostByCast = problems.find(({ outcome }) => outcome === "cast");
  if (lostByCast && !onSuccess) result.push({ kind: "leaked-out-object", problem: lostByCast });
  if (onSuccess) result.push({ kind: leakKind(site, fn), problem: onSuccess });
  const quietFailures = onSuccess !== undefined && !isReleasedAnywhere(site.variable, fn);
  const overwritten = problems.find((problem) => problem.outcome === "overwritten");
  if (overwritten && !onSuccess) result.push({ kind: "leak-on-overwrite", problem: overwritten });
  for (const problem of problems) {
    const kind = kindOf(problem.outcome);
    if (!kind || (kind === "leak-on-error-path" && quietFailures)) continue;
    result.push({ kind, problem });
  }
  return result;
}

function leakKind(site: Site, fn: FunctionInfo): ProblemKind {
  // What the function retained itself is lost like any other object, whoever made it.
  if (site.how === "borrowed") return "leaked-out-object";
  if (site.className === "OSAction") return "osaction-leak";
  return fn.name === "NewUserClient" ? "newuserclient-leak" : "leaked-out-object";
}

function kindOf(outcome: Outcome): ProblemKind | undefined {
  switch (outcome) {
    case "success":
    case "scope":
    case "overwritten":
    case "cast":
      return undefined;
    case "failure":
      return "leak-on-error-path";
    case "unchecked":
    case "known-failure":
      return "out-param-unchecked";
    case "uninitialised":
      return "out-param-uninitialised";
    case "mapping":
      return "mapping-outlives-owner";
    default:
      return outcome;
  }
}

function isLeak(outcome: Outcome): boolean {
  return outcome === "success" || outcome === "scope" || outcome === "failure" || outcome === "overwritten";
}

function nestedIn(context: FunctionContext): FunctionInfo[] {
  return context.fileSummary.functions.filter((fn) => {
    for (let outer = fn.outer; outer; outer = outer.outer) if (outer === context.fn) return true;
    return false;
  });
}

function isReleasedAnywhere(variable: string, fn: FunctionInfo): boolean {
  return isReleasedIn(variable, textOf(fn.body));
}

function isReleasedIn(variable: string, text: string): boolean {
  const name = variable.replace(/[$]/g, "\\$&");
  return new RegExp(`\\b${name}\\s*->\\s*(?:release|free)\\s*\\(|OSSafeRelease\\w*\\s*\\(\\s*${name}\\b`).test(text);
}

/** The finding's common data. Lines are not in it: they change while the finding is kept. */
export function problemData({ problem }: ProblemReport): Readonly<Record<string, string>> {
  const { variable, how, source } = problem.site;
  return { variable, source: how === "borrowed" && isLeak(problem.outcome) ? "retain()" : source };
}

/**
 * Releases the variable before the return at `at`, for a finding at the acquisition: nothing when a later failing exit would still lose it,
 * which nothing has been said of while all exits do.
 */
export function releaseBeforeLastReturn(
  context: BaseContext,
  path: string,
  acquired: RuleFinding["span"],
  at: RuleFinding["span"],
  variable: string,
): Fix[] {
  const syntax = context.syntax(path);
  const fn = context.summary(path)?.functions.find((each) => !each.outer && contains(each.body, at));
  const node = syntax && nodeAt(syntax.root, acquired);
  if (!node || !fn || failingExitAfter(node, fn, (code) => isReleasedIn(variable, textOf(code)))) return [];
  return releaseBeforeReturn(context, path, at, variable);
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
  const fn = context.summary(path)?.functions.find((each) => !each.outer && contains(each.body, statement));
  if (!fn || isReleasedOnTheWay(variable, statement, fn)) return [];
  const way = cleanUpOf(variable, statement, fn) ?? {
    title: `Release '${variable}' before returning`,
    code: `OSSafeReleaseNULL(${variable});`,
  };
  if (way === "none") return [];
  const edits =
    "code" in way
      ? insertBefore(syntax.text, statement, way.code)
      : [{ span: spanOf(statement), newText: `goto ${way.label};` }];
  return [{ title: way.title, safe: false, edits: [{ path, edits }] }];
}

/**
 * How the function's other exits clean up after the variable: a lambda of its own that they call, or a label that they go to; "none" where
 * this return cannot go that way, and undefined where there is no such way.
 */
function cleanUpOf(
  variable: string,
  statement: SyntaxNode,
  fn: FunctionInfo,
):
  | { readonly title: string; readonly code: string }
  | { readonly title: string; readonly label: string }
  | "none"
  | undefined {
  // A block or lambda around the return has no part in what the function does.
  const nodes = [...walk(fn.body, (node) => node.kind !== K.blockLiteral && node.kind !== K.lambdaExpression)];
  if (!nodes.includes(statement)) return undefined;
  for (const node of nodes) {
    const lambda = node.kind === K.initDeclarator ? field(node, "value") : undefined;
    if (lambda?.kind !== K.lambdaExpression || !isReleasedIn(variable, textOf(lambda))) continue;
    if (lambda.end > statement.start) continue;
    const { name } = readDeclarator(node);
    if (/^\[[^\]]*\]\s*(\(\s*\))?\s*(->[^{]*)?\{/.test(textOf(lambda)) && calls(nodes, name))
      return { title: `Call '${name}' before returning`, code: `${name}();` };
  }
  for (const node of nodes) {
    if (node.kind !== K.gotoStatement || !node.children[0]) continue;
    const label = textOf(node.children[0]);
    const [first, ...rest] = behindLabel(label, fn);
    if (!first || first === fn.body || first.start < statement.end) continue;
    if (![first, ...rest].some((each) => isReleasedIn(variable, textOf(each)))) continue;
    const last = rest.at(-1) ?? first.children.at(-1);
    const between = first.parent?.children.filter(({ start }) => start >= statement.end && start < first.start) ?? [];
    // A jump over a declaration with a value is an error.
    const same = last?.kind === K.returnStatement && textOf(last) === textOf(statement);
    return same && !between.some(({ kind }) => kind === K.declaration)
      ? { title: `Leave through '${label}'`, label }
      : "none";
  }
  return undefined;
}

const calls = (nodes: readonly SyntaxNode[], name: string): boolean =>
  nodes.some((node) => callParts(node)?.name === name);

/** Another path to the same return has released the object and left the pointer as it is: one more release would be one too many. */
function isReleasedOnTheWay(variable: string, statement: SyntaxNode, fn: FunctionInfo): boolean {
  const identifier = [...walk(fn.body)].find((node) => node.kind === K.identifier && textOf(node) === variable);
  const names = identifier ? namesFor(identifier, fn) : new Set([variable]);
  return [...walk(fn.body)].some((node) => {
    const call = node.end <= statement.start ? callParts(node) : undefined;
    const release = call && isReleaseCall(call);
    if (!release || release.nulls || !names.has(textOf(unwrap(release.target)))) return false;
    // What has returned does not come here.
    for (let up = node.parent; up && up !== fn.body; up = up.parent) {
      if (up.kind === K.compoundStatement && up.children.at(-1)?.kind === K.returnStatement && !contains(up, statement))
        return false;
    }
    return true;
  });
}

const contains = (outer: SyntaxNode, { start, end }: RuleFinding["span"]): boolean =>
  outer.start <= start && end <= outer.end;

function returnAt(node: SyntaxNode): SyntaxNode | undefined {
  for (let up: SyntaxNode | undefined = node; up; up = up.parent) if (up.kind === K.returnStatement) return up;
  return undefined;
}

/** Puts a statement before another one, in braces where it was the only one of an `if` or loop. */
export function insertBefore(text: string, statement: SyntaxNode, code: string): Edit[] {
  return isSoleStatement(statement) ? insideBraces(text, statement, code) : [codeBefore(text, statement.start, code)];
}

/** `T *x;` becomes `T *x = nullptr;`; undefined when the declaration before `at` is not that plain. */
export function initialiseToNull(
  context: BaseContext,
  path: string,
  at: RuleFinding["span"],
  name: string,
): Edit | undefined {
  const syntax = context.syntax(path);
  if (!syntax) return undefined;
  for (let up: SyntaxNode | undefined = nodeAt(syntax.root, at); up; up = up.parent) {
    const found = up.children.find(
      (child) => child.kind === K.declaration && child.start < at.start && declares(child, name),
    );
    if (!found) continue;
    const declarator = found.children.find((child) => isDeclaratorLike(child) && readDeclarator(child).name === name);
    return declarator && { span: { start: declarator.end, end: declarator.end }, newText: " = nullptr" };
  }
  return undefined;
}

function declares(declaration: SyntaxNode, name: string): boolean {
  return declaration.children.some((child) => isDeclaratorLike(child) && readDeclarator(child).name === name);
}
