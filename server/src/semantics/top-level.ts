// Finds statements that stand outside any function, as in code pasted from a forum, and groups them into bodies.
import { K } from "../syntax/kinds.ts";
import { field, walk, type SyntaxNode } from "../syntax/node.ts";
import { isDeclarator, readDeclarator } from "./types.ts";

const STATEMENTS: ReadonlySet<string> = new Set([
  K.expressionStatement,
  K.ifStatement,
  K.forStatement,
  K.forRangeLoop,
  K.whileStatement,
  K.doStatement,
  K.switchStatement,
  K.returnStatement,
  K.gotoStatement,
  K.labeledStatement,
  K.tryStatement,
]);

/** A line of dots (`.....`) or an ellipsis: "some code left out here". */
const ELISION = /^[ \t]*(?:\.{3,}|…)[ \t]*$/m;

/**
 * The contiguous runs of statements among a scope's children, each as the body of a function that is not there: a synthetic
 * compound statement whose children are the statements themselves (their `parent` stays the scope). An elision line between
 * two statements ends a run, and so does anything that is no statement. A run without any real statement, e.g. a lone call of
 * a macro that stands for a declaration, is none.
 */
export function topLevelRuns(scope: SyntaxNode, children: readonly SyntaxNode[]): SyntaxNode[] {
  const runs: SyntaxNode[] = [];
  let run: SyntaxNode[] = [];
  // Next to something unreadable, statements are more likely the rest of a function whose brace is missing than a snippet.
  const beside = new Set<SyntaxNode | undefined>();
  children.forEach((child, index) => {
    if (child.kind === K.error) beside.add(children[index - 1]).add(children[index + 1]);
  });
  const close = (): void => {
    const first = run[0];
    const last = run[run.length - 1];
    if (first && last && !beside.has(first) && !beside.has(last) && run.some(isRealStatement))
      runs.push({
        kind: K.compoundStatement,
        start: first.start,
        end: last.end,
        parent: scope,
        children: run,
        fields: undefined,
        source: scope.source,
      });
    run = [];
  };
  for (const child of children) {
    if (!STATEMENTS.has(child.kind) && !isVariable(child)) {
      close();
      continue;
    }
    const previous = run[run.length - 1];
    if (previous && ELISION.test(scope.source.text.slice(previous.end, child.start))) close();
    run.push(child);
  }
  close();
  return runs;
}

/** A declaration of variables; one of a function, a class or an extern name is none. */
function isVariable(node: SyntaxNode): boolean {
  if (node.kind !== K.declaration) return false;
  const type = field(node, "type");
  if (type && field(type, "body")) return false;
  const declarators = node.children.filter((child) => child !== type && isDeclarator(child));
  return declarators.length > 0 && declarators.every((child) => !readDeclarator(child).functionDeclarator);
}

/** Control flow, an assignment, or a call on an object or a class. A call of a plain name may be a macro for a declaration. */
function isRealStatement(node: SyntaxNode): boolean {
  if (node.kind !== K.expressionStatement) return STATEMENTS.has(node.kind);
  const expression = node.children[0];
  if (!expression) return false;
  for (const inner of walk(expression)) {
    if (inner.kind === K.assignmentExpression || inner.kind === K.updateExpression) return true;
    const callee = inner.kind === K.callExpression ? inner.children[0]?.kind : undefined;
    if (callee === K.fieldExpression || callee === K.qualifiedIdentifier) return true;
  }
  return false;
}
