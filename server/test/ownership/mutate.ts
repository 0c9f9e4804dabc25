// Puts one defect at a time into functions that have none: the mutations that `npm run accuracy` counts.
import type { Edit } from "../../src/base/edit.ts";
import { addressOf, assignedTo, callParts, isNullConstant, uncast, unwrap } from "../../src/syntax/cpp.ts";
import { K } from "../../src/syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../../src/syntax/node.ts";
import type { SuiteFunction } from "./suite.ts";

/** What is done to the function, and which rules may say so. */
export interface MutationKind {
  readonly id: string;
  readonly title: string;
  readonly rules: readonly string[];
}

const LEAKS = ["leaked-out-object", "leak-on-error-path", "osaction-leak", "leak-on-overwrite", "newuserclient-leak"];
const TWICE = ["double-release", "use-after-release"];

export const KINDS = {
  release: { id: "release", title: "one release removed", rules: LEAKS },
  free: { id: "free", title: "release() made free()", rules: ["free-called-directly"] },
  return: { id: "return", title: "a return moved before the releases", rules: LEAKS },
  initialiser: { id: "initialiser", title: "`= nullptr` of a declaration dropped", rules: ["out-param-uninitialised"] },
  nulling: { id: "nulling", title: "`= nullptr` after a release dropped", rules: TWICE },
  test: {
    id: "test",
    title: "the test of a status dropped",
    rules: ["out-param-unchecked", "out-param-uninitialised"],
  },
  // The second release of what was borrowed and retained takes the owner's reference.
  twice: { id: "twice", title: "a release doubled", rules: [...TWICE, "release-borrowed"] },
  retain: { id: "retain", title: "a retain added before a release", rules: LEAKS },
} as const satisfies Record<string, MutationKind>;

export interface Mutant {
  readonly kind: MutationKind;
  readonly fn: SuiteFunction;
  readonly edits: readonly Edit[];
  /** The object in question, under all names that the function has for it; for a moved return all objects that it skips. */
  readonly objects: readonly string[];
  /** What was changed, as it stood in the function, for a person and for the list of equivalent mutants. */
  readonly at: string;
}

/** All mutants of a function, in order of kind and place. Members of `ivars` are the class's, and left alone. */
export function mutantsOf(fn: SuiteFunction): Mutant[] {
  const nodes = [...walk(fn.info.body)];
  const aliases = aliasesIn(nodes);
  const releases = nodes.flatMap((node) => releaseOf(node) ?? []).filter((each) => isOwnToRelease(each, fn, nodes));
  const mutant = (kind: MutationKind, at: string, objects: readonly string[], ...edits: Edit[]): Mutant => ({
    kind,
    fn,
    edits,
    objects: [...new Set(objects.flatMap((object) => [object, ...(aliases.get(object) ?? [])]))],
    at,
  });
  return [
    ...releases.map((each) => mutant(KINDS.release, each.text, [each.object], replace(each.statement, ";"))),
    ...releases
      .filter((each) => /^\w+$/.test(each.object))
      .map((each) => mutant(KINDS.free, each.text, [each.object], replace(each.statement, `${each.object}->free();`))),
    ...movedReturns(fn, nodes, releases).map(({ text, objects, edits }) =>
      mutant(KINDS.return, text, objects, ...edits),
    ),
    ...nodes
      .flatMap((node) => nullInitialiser(node, nodes) ?? [])
      .map(({ text, object, edit }) => mutant(KINDS.initialiser, text, [object], edit)),
    ...releases
      .flatMap((each) => nullingAfter(each) ?? [])
      .map(({ object, statement }) => mutant(KINDS.nulling, textOf(statement), [object], replace(statement, ";"))),
    ...nodes
      .flatMap((node) => statusTest(node) ?? [])
      .map(({ object, statement }) => mutant(KINDS.test, textOf(statement), [object], replace(statement, ";"))),
    ...releases.map((each) =>
      mutant(KINDS.twice, each.text, [each.object], replace(each.statement, `{ ${each.call} ${each.call} }`)),
    ),
    ...releases.map((each) =>
      mutant(KINDS.retain, each.text, [each.object], replace(each.statement, `{ ${each.retain} ${each.text} }`)),
    ),
  ];
}

function replace(node: SyntaxNode, newText: string): Edit {
  return { span: { start: node.start, end: node.end }, newText };
}

interface Release {
  readonly statement: SyntaxNode;
  readonly object: string;
  /** The statement as written. */
  readonly text: string;
  /** A statement that releases and does not set to null. */
  readonly call: string;
  readonly retain: string;
}

/** A statement that releases one local: `x->release();` or `OSSafeReleaseNULL(x);`. */
function releaseOf(statement: SyntaxNode): Release | undefined {
  if (statement.kind !== K.expressionStatement) return undefined;
  const call = statement.children[0] && callParts(statement.children[0]);
  if (!call) return undefined;
  const safe = !call.receiver && /^OSSafeRelease(NULL)?$/.test(call.name) && call.args.length === 1;
  const target = safe ? call.args[0] : call.receiver;
  if (!target || (!safe && !(call.arrow && call.name === "release" && call.args.length === 0))) return undefined;
  const object = textOf(unwrap(target));
  if (!/^[\w.]+$/.test(object)) return undefined;
  const guard = safe ? `if (${object}) ` : "";
  return {
    statement,
    object,
    text: textOf(statement),
    call: `${guard}${object}->release();`,
    retain: `${guard}${object}->retain();`,
  };
}

/**
 * Not what a caller handed in, unless the function retained it, nor what a block or lambda captured: that is the helper's contract. Not what
 * was taken out of a member either: that reference is the class's.
 */
function isOwnToRelease(release: Release, fn: SuiteFunction, nodes: readonly SyntaxNode[]): boolean {
  const name = release.object.split(".")[0] ?? "";
  const owner = enclosingFunction(release.statement, fn.info.body);
  const own = nodes.filter((node) => enclosingFunction(node, fn.info.body) === owner);
  if (own.some((node) => isRetainOf(node, release.object))) return name !== "this";
  if (!own.some((node) => node.kind === K.identifier && textOf(node) === name && isDeclared(node))) return false;
  return own.some((node) => isGivenTo(node, release.object));
}

function isRetainOf(node: SyntaxNode, object: string): boolean {
  const call = callParts(node);
  return call?.name === "retain" && call.receiver !== undefined && textOf(unwrap(call.receiver)) === object;
}

/** `x = call(…)`, `T *x = call(…)`, `x = other`, `call(&x)`; not `x = ivars->member` or an atomic exchange with one. */
function isGivenTo(node: SyntaxNode, object: string): boolean {
  if (node.kind === K.pointerExpression) {
    const target = addressOf(node);
    return target !== undefined && textOf(target) === object && node.parent?.kind === K.argumentList;
  }
  const value = node.kind === K.initDeclarator ? field(node, "value") : assignedTo(node)?.right;
  const target = node.kind === K.initDeclarator ? field(node, "declarator") : assignedTo(node)?.left;
  if (!value || !target || textOf(target).replace(/[*\s]/g, "") !== object || isNullConstant(value)) return false;
  const source = uncast(value);
  return source.kind !== K.fieldExpression && source.kind !== K.subscriptExpression && !/exchange/.test(textOf(source));
}

function isDeclared(identifier: SyntaxNode): boolean {
  const parents: readonly string[] = [K.initDeclarator, K.pointerDeclarator, K.arrayDeclarator, K.declaration];
  const { parent } = identifier;
  if (!parent || !parents.includes(parent.kind)) return false;
  return parent.kind !== K.initDeclarator || field(parent, "value") !== identifier;
}

function enclosingFunction(node: SyntaxNode, body: SyntaxNode): SyntaxNode {
  let at: SyntaxNode = node;
  while (at !== body && at.kind !== K.blockLiteral && at.kind !== K.lambdaExpression && at.parent) at = at.parent;
  return at;
}

interface MovedReturn {
  readonly text: string;
  readonly objects: readonly string[];
  readonly edits: readonly Edit[];
}

/** Each `return` behind releases, and the end of a void function's body behind releases: returned before the first of them. */
function movedReturns(fn: SuiteFunction, nodes: readonly SyntaxNode[], releases: readonly Release[]): MovedReturn[] {
  const result: MovedReturn[] = [];
  for (const block of nodes.filter((node) => node.kind === K.compoundStatement)) {
    const statements = block.children.flatMap((child) =>
      child.kind === K.labeledStatement ? child.children.slice(1) : [child],
    );
    const atEnd = block === fn.info.body && fn.info.returns?.name === "void" && fn.info.returns.pointers === 0;
    for (const [index, last] of [...statements, undefined].entries()) {
      if (last ? last.kind !== K.returnStatement : !atEnd) continue;
      let first = index;
      const skipped: Release[] = [];
      for (; first > 0; first--) {
        const within = releasesIn(statements[first - 1] as SyntaxNode, releases);
        if (!within) break;
        skipped.push(...within);
      }
      const at = statements[first];
      if (skipped.length === 0 || !at) continue;
      const text = last ? textOf(last) : "return;";
      const edits: Edit[] = [{ span: { start: at.start, end: at.start }, newText: `${text} ` }];
      if (last) edits.push(replace(last, ";"));
      result.push({ text, objects: skipped.map(({ object }) => object), edits });
    }
  }
  return result;
}

/** The releases of a statement that does nothing else: itself, `if (x) x->release();`, `x = nullptr;` (none). */
function releasesIn(statement: SyntaxNode, releases: readonly Release[]): Release[] | undefined {
  const own = releases.filter((each) => each.statement === statement);
  if (own.length > 0) return own;
  if (isNulling(statement) !== undefined) return [];
  if (statement.kind !== K.ifStatement || statement.children.length !== 2) return undefined;
  const body = statement.children[1] as SyntaxNode;
  const inner = body.kind === K.compoundStatement ? body.children : [body];
  const found = inner.map((each) => releasesIn(each, releases));
  if (found.some((each) => each === undefined)) return undefined;
  // Only a guard of the object itself: any other condition may mean that it is somebody else's.
  const all = found.flatMap((each) => each ?? []);
  const condition = textOf(statement.children[0] as SyntaxNode).replace(/\s|[!=]=(nullptr|NULL)|[()]/g, "");
  return all.every(({ object }) => condition === object) ? all : undefined;
}

function isNulling(statement: SyntaxNode): string | undefined {
  const assigned =
    statement.kind === K.expressionStatement && statement.children[0] && assignedTo(statement.children[0]);
  if (!assigned || !isNullConstant(assigned.right)) return undefined;
  return textOf(assigned.left);
}

function nullingAfter({ statement, object }: Release): { object: string; statement: SyntaxNode } | undefined {
  const siblings = statement.parent?.children ?? [];
  const next = siblings[siblings.indexOf(statement) + 1];
  return next && isNulling(next) === object ? { object, statement: next } : undefined;
}

/** `= nullptr` in the declaration of an out-parameter's variable that a failing path reads: it is tested or released in some other place. */
function nullInitialiser(
  node: SyntaxNode,
  nodes: readonly SyntaxNode[],
): { text: string; object: string; edit: Edit } | undefined {
  if (node.kind !== K.initDeclarator) return undefined;
  const value = field(node, "value");
  const declarator = field(node, "declarator");
  const declaration = node.parent;
  if (!value || declarator?.kind !== K.pointerDeclarator || !isNullConstant(value) || !declaration) return undefined;
  const object = textOf(declarator).replace(/[*\s]/g, "");
  const fills = nodes.filter((each) => each.kind === K.pointerExpression && isGivenTo(each, object));
  if (fills.length === 0 || fills.every(returnsOnFailure)) return undefined;
  const readWhenNull = new RegExp(
    `OSSafeRelease\\w*\\(\\s*${object}\\s*\\)|if \\(\\s*!?${object}\\s*(?:[!=]=\\s*\\w+\\s*)?\\)`,
  );
  if (!readWhenNull.test(textOf(declaration.parent ?? declaration))) return undefined;
  return {
    text: textOf(declaration),
    object,
    edit: { span: { start: declarator.end, end: node.end }, newText: "" },
  };
}

/** The call stands in an `if` that returns, or such an `if` follows it: the variable is not read when the call fails. */
function returnsOnFailure(argument: SyntaxNode): boolean {
  let at = argument;
  while (at.parent && at.parent.kind !== K.compoundStatement && at.kind !== K.ifStatement) at = at.parent;
  const siblings = at.parent?.children ?? [];
  const next = at.kind === K.ifStatement ? at : siblings[siblings.indexOf(at) + 1];
  if (next?.kind !== K.ifStatement) return false;
  const body = next.children[1];
  const last = body?.kind === K.compoundStatement ? body.children.at(-1) : body;
  return last?.kind === K.returnStatement;
}

/** `if (ret != kIOReturnSuccess) return …;` directly behind a call with `&x`, when x is used through `->` later. */
function statusTest(statement: SyntaxNode): { object: string; statement: SyntaxNode } | undefined {
  if (statement.kind !== K.ifStatement || statement.children.length !== 2) return undefined;
  const [condition, body] = statement.children as [SyntaxNode, SyntaxNode];
  const inner = body.kind === K.compoundStatement ? body.children : [body];
  const leaves: readonly string[] = [K.returnStatement, K.gotoStatement, K.breakStatement];
  if (inner.length !== 1 || !leaves.includes(inner[0]?.kind ?? "")) return undefined;
  const siblings = statement.parent?.children ?? [];
  const at = siblings.indexOf(statement);
  const before = siblings[at - 1];
  const after = siblings.slice(at + 1);
  if (!before) return undefined;
  for (const node of walk(before)) {
    const target =
      node.kind === K.pointerExpression && node.parent?.kind === K.argumentList ? addressOf(node) : undefined;
    if (target?.kind !== K.identifier) continue;
    const status = statusOf(before);
    if (status === undefined || !new RegExp(`\\b${status}\\b`).test(textOf(condition))) continue;
    const object = textOf(target);
    const next = after.find((each) => new RegExp(`\\b${object}\\b`).test(textOf(each)));
    if (next && new RegExp(`^[^;]*\\b${object}->`).test(textOf(next)) && next.kind !== K.ifStatement) {
      return { object, statement };
    }
  }
  return undefined;
}

/** The variable that receives the status: `ret = f(&x);` or `kern_return_t ret = f(&x);`. */
function statusOf(statement: SyntaxNode): string | undefined {
  for (const node of statement.children) {
    const target = node.kind === K.initDeclarator ? field(node, "declarator") : assignedTo(node)?.left;
    if (target?.kind === K.identifier) return textOf(target);
  }
  return undefined;
}

/** Which names a function has for one object: `T *a = b;`, casts in between, and the other way round. */
function aliasesIn(nodes: readonly SyntaxNode[]): Map<string, string[]> {
  const aliases = new Map<string, string[]>();
  const add = (a: string, b: string): void => {
    aliases.set(a, [...(aliases.get(a) ?? []), b]);
    aliases.set(b, [...(aliases.get(b) ?? []), a]);
  };
  for (const node of nodes) {
    const value = node.kind === K.initDeclarator ? field(node, "value") : assignedTo(node)?.right;
    const target = node.kind === K.initDeclarator ? field(node, "declarator") : assignedTo(node)?.left;
    if (!value || !target) continue;
    const call = callParts(value);
    const source = call ? call.args.at(-1) : uncast(value);
    if (source?.kind === K.identifier) add(textOf(target).replace(/[*\s]/g, ""), textOf(source));
  }
  return aliases;
}
