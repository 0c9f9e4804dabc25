// Typed access to the parts of C++ nodes, so that nobody above has to know in which order the grammar puts them.
import { K } from "./kinds.ts";
import { field, textOf, type SyntaxNode } from "./node.ts";

/** The node inside parentheses, however many. */
export function unwrap(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (inner.kind === K.parenthesizedExpression && inner.children.length === 1)
    inner = inner.children[0] as SyntaxNode;
  return inner;
}

/** True for expressions: what may be evaluated for its effects. */
export function isExpression(node: SyntaxNode): boolean {
  return node.kind.endsWith("_expression") || node.kind === K.identifier;
}

/** True for nodes that introduce a name: the declarators of a declaration. */
export function isDeclaratorLike(node: SyntaxNode): boolean {
  return node.kind.endsWith("declarator") || node.kind === K.identifier;
}

/** The node without parentheses and casts (C-style and `static_cast<T>(x)`). */
export function uncast(node: SyntaxNode): SyntaxNode {
  let inner = unwrap(node);
  for (;;) {
    if (inner.kind === K.castExpression) inner = unwrap(inner.children.at(-1) ?? inner);
    else {
      const cast = namedCast(inner);
      if (!cast) return inner;
      inner = unwrap(cast.value);
    }
  }
}

/** The expression with the casts and parentheses around it: the other way of `uncast`. */
export function outermostCast(node: SyntaxNode): SyntaxNode {
  let at = node;
  while (at.parent && (at.parent.kind === K.castExpression || at.parent.kind === K.parenthesizedExpression))
    at = at.parent;
  return at;
}

/** `static_cast<T>(x)` and its relatives: the type and the value. */
export function namedCast(
  node: SyntaxNode,
): { readonly type: SyntaxNode | undefined; readonly value: SyntaxNode } | undefined {
  if (node.kind !== K.callExpression) return undefined;
  const [callee, list] = node.children;
  if (callee?.kind !== K.templateFunction || list?.kind !== K.argumentList || list.children.length !== 1)
    return undefined;
  const name = callee.children[0];
  if (!name || !/^(static|reinterpret|const|dynamic)_cast$/.test(textOf(name))) return undefined;
  return { type: callee.children[1]?.children[0], value: list.children[0] as SyntaxNode };
}

/** A call taken apart. */
export interface CallParts {
  readonly node: SyntaxNode;
  /** The plain name: `Create` of `X::Create(…)` and of `p->Create(…)`; "" where the callee is no name. */
  readonly name: string;
  /** Where the name stands. */
  readonly nameNode: SyntaxNode;
  /** `X` of `X::Create(…)`; the last part where there are several. */
  readonly scope: string | undefined;
  /** `p` of `p->Create(…)` or `p.reset(…)`. */
  readonly receiver: SyntaxNode | undefined;
  readonly arrow: boolean;
  readonly args: readonly SyntaxNode[];
}

const calls = new WeakMap<SyntaxNode, CallParts | undefined>();

/** The parts of a call expression; undefined for other nodes and for named casts. Asked for again and again, and worked out once. */
export function callParts(node: SyntaxNode): CallParts | undefined {
  if (node.kind !== K.callExpression) return undefined;
  if (!calls.has(node)) calls.set(node, readCall(node));
  return calls.get(node);
}

function readCall(node: SyntaxNode): CallParts | undefined {
  if (namedCast(node)) return undefined;
  const [calleeNode, list] = node.children;
  if (!calleeNode || list?.kind !== K.argumentList) return undefined;
  const callee = unwrap(calleeNode);
  const args = list.children;
  const base = { node, args, scope: undefined, receiver: undefined, arrow: false };
  switch (callee.kind) {
    case K.identifier:
    case K.typeIdentifier:
    case K.primitiveType:
      return { ...base, name: textOf(callee), nameNode: callee };
    case K.templateFunction:
    case K.templateType: {
      const name = callee.children[0] ?? callee;
      return { ...base, name: textOf(name), nameNode: name };
    }
    case K.qualifiedIdentifier: {
      const { scope, name } = qualifiedParts(callee);
      return { ...base, name: textOf(name), nameNode: name, scope };
    }
    case K.fieldExpression: {
      const parts = fieldParts(callee);
      if (!parts) return { ...base, name: "", nameNode: callee };
      // `p->Class::method()` names its class explicitly.
      const member = parts.member.kind === K.qualifiedIdentifier ? qualifiedParts(parts.member) : undefined;
      const name =
        member?.name ??
        (parts.member.kind === "template_method" ? (parts.member.children[0] ?? parts.member) : parts.member);
      // `(*p).method()` is `p->method()`.
      const pointer = parts.arrow ? undefined : unaryParts(unwrap(parts.object));
      const through = pointer?.operator === "*" ? pointer.operand : undefined;
      return {
        ...base,
        name: textOf(name),
        nameNode: name,
        scope: member?.scope,
        receiver: through ?? parts.object,
        arrow: parts.arrow || through !== undefined,
      };
    }
    default:
      return { ...base, name: "", nameNode: callee };
  }
}

/** `A::B::c` taken apart into the last scope and the name. */
export function qualifiedParts(node: SyntaxNode): { readonly scope: string | undefined; readonly name: SyntaxNode } {
  let scope = field(node, "scope");
  let name = field(node, "name") ?? node.children.at(-1) ?? node;
  while (name.kind === K.qualifiedIdentifier) {
    scope = field(name, "scope") ?? scope;
    name = field(name, "name") ?? name.children.at(-1) ?? name;
  }
  if (name.kind === K.templateFunction) name = name.children[0] ?? name;
  const last = scope?.kind === K.templateType ? (scope.children[0] ?? scope) : scope;
  return { scope: last ? textOf(last) : undefined, name };
}

/** `a->b` or `a.b`. */
export function fieldParts(
  node: SyntaxNode,
): { readonly object: SyntaxNode; readonly member: SyntaxNode; readonly arrow: boolean } | undefined {
  if (node.kind !== K.fieldExpression) return undefined;
  const [object, member] = [node.children[0], node.children.at(-1)];
  if (!object || !member || object === member) return undefined;
  const arrow = node.source.text.slice(object.end, member.start).includes("->");
  return { object, member, arrow };
}

/** `l op r` of a binary or assignment expression. */
export function binaryParts(
  node: SyntaxNode,
): { readonly left: SyntaxNode; readonly operator: string; readonly right: SyntaxNode } | undefined {
  if (node.kind !== K.binaryExpression && node.kind !== K.assignmentExpression) return undefined;
  const [left, right] = [node.children[0], node.children.at(-1)];
  if (!left || !right || left === right) return undefined;
  return { left, operator: operatorText(node.source.text.slice(left.end, right.start)), right };
}

/** `op x` of a unary or pointer expression, and `x++`. */
export function unaryParts(node: SyntaxNode): { readonly operator: string; readonly operand: SyntaxNode } | undefined {
  const operand = node.children.at(-1);
  if (!operand) return undefined;
  if (node.kind === K.unaryExpression || node.kind === K.pointerExpression) {
    return { operator: operatorText(node.source.text.slice(node.start, operand.start)), operand };
  }
  if (node.kind === K.updateExpression) {
    const before = operatorText(node.source.text.slice(node.start, operand.start));
    return { operator: before || operatorText(node.source.text.slice(operand.end, node.end)), operand };
  }
  return undefined;
}

/** What is stored where: `l = r`, and the name and initialiser of a declarator. */
export function assignedTo(node: SyntaxNode): { readonly left: SyntaxNode; readonly right: SyntaxNode } | undefined {
  if (node.kind === K.assignmentExpression) {
    const parts = binaryParts(node);
    return parts?.operator === "=" ? { left: parts.left, right: parts.right } : undefined;
  }
  if (node.kind !== K.initDeclarator) return undefined;
  const [left, right] = [declaredName(node), field(node, "value")];
  return left && right ? { left, right } : undefined;
}

/** The operand of `&x`. */
export function addressOf(node: SyntaxNode): SyntaxNode | undefined {
  const inner = uncast(node);
  if (inner.kind !== K.pointerExpression) return undefined;
  const parts = unaryParts(inner);
  return parts?.operator === "&" ? unwrap(parts.operand) : undefined;
}

/** The name that a declarator introduces, and the declarator that holds it; undefined for abstract declarators. */
export function declaredName(declarator: SyntaxNode): SyntaxNode | undefined {
  let node: SyntaxNode | undefined = declarator;
  while (node) {
    switch (node.kind) {
      case K.identifier:
      case K.fieldIdentifier:
      case K.typeIdentifier:
      case K.qualifiedIdentifier:
      case K.destructorName:
      case K.operatorName:
        return node;
      case K.initDeclarator:
      case K.functionDeclarator:
      case K.arrayDeclarator:
        node = field(node, "declarator") ?? node.children[0];
        break;
      default:
        node = node.children.findLast((child) => /declarator|identifier/.test(child.kind));
    }
  }
  return undefined;
}

/** True for `nullptr`, `NULL` and a literal 0. */
export function isNullConstant(node: SyntaxNode): boolean {
  const inner = uncast(node);
  return inner.kind === K.null || /^(nullptr|NULL|0|0x0|0L|0u)$/i.test(textOf(inner));
}

/** The text of a node with white space and comments folded: equal for expressions that read the same. */
export function normalText(node: SyntaxNode): string {
  return textOf(node)
    .replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, " ")
    .replace(/\s+/g, " ")
    .replace(/ ?([^\w\s]) ?/g, "$1")
    .trim();
}

function operatorText(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "").trim();
}
