// Other names for a place: what a function may release or replace without naming the place as its site does.
import { expressionType, isObjectPointer } from "../semantics/expression-type.ts";
import type { FunctionInfo, ProjectIndex } from "../semantics/model.ts";
import { readDeclarator } from "../semantics/types.ts";
import { addressOf, assignedTo, outermostCast, uncast } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { field, walk, type SyntaxNode } from "../syntax/node.ts";
import { liesIn, memberOf, type Place } from "./places.ts";
import { pathOf } from "./values.ts";

interface Names {
  /** Paths of which the address is kept, that a reference stands for, or of which a pointer is copied. */
  readonly taken: ReadonlySet<string>;
  /** All members and elements that the function names. */
  readonly members: ReadonlySet<string>;
}

const known = new WeakMap<SyntaxNode, Names>();

/**
 * Whether a function has another name for a place ("certainly": nothing can be said of what it holds), or may have one ("perhaps": another
 * index, another pointer to the like; whether somebody has released it cannot be said).
 */
export function otherNameOf(
  { path, keeper }: Place,
  fn: FunctionInfo,
  index: ProjectIndex,
): "certainly" | "perhaps" | undefined {
  let names = known.get(fn.body);
  if (!names) known.set(fn.body, (names = namesIn(fn, index)));
  for (const taken of names.taken) if (taken === path || liesIn(path, taken)) return "certainly";
  if (keeper === "local") return undefined;
  const member = memberOf(path);
  for (const other of names.members) {
    if (other !== path && memberOf(other) === member && !areApart(path, other)) return "perhaps";
  }
  return undefined;
}

function namesIn(fn: FunctionInfo, index: ProjectIndex): Names {
  const taken = new Set<string>();
  const members = new Set<string>();
  const take = (node: SyntaxNode | undefined): void => {
    const path = node && pathOf(node);
    if (path !== undefined) taken.add(path);
  };
  for (const node of walk(fn.body)) {
    switch (node.kind) {
      case K.pointerExpression:
        if (!isArgument(node)) take(addressOf(node));
        break;
      case K.initDeclarator:
        if (readDeclarator(node).reference) take(field(node, "value"));
        else if (copiesPointer(field(node, "value"), fn, index)) take(field(node, "value"));
        break;
      case K.forRangeLoop: {
        const declarator = field(node, "declarator");
        if (declarator && readDeclarator(declarator).reference) take(field(node, "right"));
        break;
      }
      case K.assignmentExpression: {
        const right = assignedTo(node)?.right;
        if (copiesPointer(right, fn, index)) take(right);
        break;
      }
      case K.fieldExpression:
      case K.subscriptExpression: {
        const path = pathOf(node);
        if (path !== undefined) members.add(path);
        break;
      }
    }
  }
  return { taken, members };
}

/** `f(&x)`: the callee's business, which the analysis looks at where it stands. */
function isArgument(node: SyntaxNode): boolean {
  const list = outermostCast(node).parent;
  return list?.kind === K.argumentList && list.parent?.kind === K.callExpression;
}

/** `V *w = v;` where v points at a structure: what `w->x` names is `v->x`. Objects have counts, and are followed themselves. */
function copiesPointer(value: SyntaxNode | undefined, fn: FunctionInfo, index: ProjectIndex): boolean {
  const node = value && uncast(value);
  if (!node || pathOf(node) === undefined) return false;
  const type = expressionType(node, fn, index);
  return type !== undefined && type.pointers === 1 && !isObjectPointer(type, index);
}

/** True when two paths go through different members, or different numbered elements, of the same thing. */
function areApart(a: string, b: string): boolean {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 1; at < Math.min(left.length, right.length); at++) {
    if (left[at - 1] !== right[at - 1]) return false;
    const [x, y] = [left[at] ?? "", right[at] ?? ""];
    if (x === y) continue;
    const numbered = /^\[\d+\]$/.test(x) && /^\[\d+\]$/.test(y);
    return numbered || (/^\w/.test(x) && /^\w/.test(y));
  }
  return false;
}

function partsOf(path: string): readonly string[] {
  return path.match(/\w+(?![^[]*\])|\[[^\]]*\]/g) ?? [];
}
