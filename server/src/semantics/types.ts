// Reads types and names out of specifiers and declarators. Knows C++'s declarator syntax and nothing of what a name means.
import type { Span } from "../base/span.ts";
import { K } from "../syntax/kinds.ts";
import { childOf, childrenOf, field, textOf, type SyntaxNode } from "../syntax/node.ts";
import type { ParameterInfo, TypeRef } from "./model.ts";

/** A declarator taken apart: the name it declares and what stands around it. */
export interface DeclaredName {
  /** The plain name; "" for an abstract declarator. */
  readonly name: string;
  /** The names before `::`, outermost first. */
  readonly scope: readonly string[];
  readonly nameSpan: Span;
  readonly pointers: number;
  readonly reference: boolean;
  readonly array: boolean;
  /** The array's size expressions, outermost first; "" for `[]`. */
  readonly sizes: readonly string[];
  /** The function declarator, when the name is a function's and not a pointer or block to one. */
  readonly functionDeclarator: SyntaxNode | undefined;
  /** True for a pointer or block to a function. */
  readonly callable: boolean;
}

const DECLARATORS: ReadonlySet<string> = new Set([
  K.initDeclarator,
  K.pointerDeclarator,
  K.referenceDeclarator,
  K.arrayDeclarator,
  K.functionDeclarator,
  K.parenthesizedDeclarator,
  K.attributedDeclarator,
  K.blockPointerDeclarator,
  K.abstractPointerDeclarator,
  K.abstractReferenceDeclarator,
  K.abstractFunctionDeclarator,
  K.identifier,
  K.fieldIdentifier,
  K.typeIdentifier,
  K.qualifiedIdentifier,
  K.destructorName,
  K.operatorName,
  K.templateFunction,
]);

const TYPE_KINDS: ReadonlySet<string> = new Set([
  K.typeIdentifier,
  K.primitiveType,
  K.sizedTypeSpecifier,
  K.placeholderTypeSpecifier,
  K.templateType,
  K.qualifiedIdentifier,
  K.classSpecifier,
  K.structSpecifier,
  K.unionSpecifier,
  K.enumSpecifier,
]);

/** True when a node may be a declarator; a specifier (type, qualifier, storage class) is not one. */
export function isDeclarator(node: SyntaxNode): boolean {
  return DECLARATORS.has(node.kind);
}

/** Takes a declarator apart. Never fails; what it cannot read gives an empty name. */
export function readDeclarator(declarator: SyntaxNode | undefined): DeclaredName {
  let pointers = 0;
  let reference = false;
  let array = false;
  let callable = false;
  const sizes: string[] = [];
  let functionDeclarator: SyntaxNode | undefined;
  let node = declarator;
  for (let steps = 0; node && steps < 1500; steps++) {
    let next: SyntaxNode | undefined;
    switch (node.kind) {
      case K.initDeclarator:
        next = field(node, "declarator");
        break;
      case K.arrayDeclarator: {
        array = true;
        const size = field(node, "size");
        sizes.unshift(size ? textOf(size) : "");
        next = field(node, "declarator");
        break;
      }
      case K.functionDeclarator:
        if (functionDeclarator) callable = true;
        functionDeclarator = node;
        next = field(node, "declarator");
        break;
      case K.pointerDeclarator:
      case K.abstractPointerDeclarator:
        if (functionDeclarator) callable = true;
        pointers++;
        next = node.children.find(isDeclarator);
        break;
      case K.blockPointerDeclarator:
        callable = true;
        next = node.children.find(isDeclarator);
        break;
      case K.referenceDeclarator:
      case K.abstractReferenceDeclarator:
        if (functionDeclarator) callable = true;
        reference = true;
        next = node.children.find(isDeclarator);
        break;
      case K.parenthesizedDeclarator:
      case K.attributedDeclarator:
        next = node.children.find(isDeclarator);
        break;
      case K.templateFunction:
        next = node.children[0];
        break;
      default: {
        const { name, scope, span } = readName(node);
        const own = callable ? undefined : functionDeclarator;
        return {
          name,
          scope,
          nameSpan: span,
          pointers,
          reference,
          array,
          sizes,
          functionDeclarator: own,
          callable,
        };
      }
    }
    node = next;
  }
  const at = declarator ? { start: declarator.start, end: declarator.start } : { start: 0, end: 0 };
  return {
    name: "",
    scope: [],
    nameSpan: at,
    pointers,
    reference,
    array,
    sizes,
    functionDeclarator: callable ? undefined : functionDeclarator,
    callable,
  };
}

/** The parts of an identifier or a qualified identifier: `A::B::c` is `c` in the scope `["A", "B"]`; template arguments are left out. */
export function readName(node: SyntaxNode): { name: string; scope: string[]; span: Span } {
  const scope: string[] = [];
  let at: SyntaxNode = node;
  for (let steps = 0; at.kind === K.qualifiedIdentifier && steps < 1500; steps++) {
    const outer = field(at, "scope");
    const inner = field(at, "name") ?? at.children[at.children.length - 1];
    if (outer) scope.push(plainName(outer));
    if (!inner) return { name: "", scope, span: { start: at.end, end: at.end } };
    at = inner;
  }
  const named = at.kind === K.templateFunction || at.kind === K.templateType ? (at.children[0] ?? at) : at;
  return { name: textOf(named).replace(/\s+/g, " "), scope, span: { start: named.start, end: named.end } };
}

function plainName(node: SyntaxNode): string {
  return node.kind === K.templateType ? textOf(node.children[0] ?? node) : textOf(node);
}

/** The type specifier among the children of a declaration, parameter or type descriptor. */
export function typeNodeOf(node: SyntaxNode): SyntaxNode | undefined {
  const direct = field(node, "type") ?? node.children.find((child) => TYPE_KINDS.has(child.kind));
  if (direct?.kind === K.typeDescriptor) return typeNodeOf(direct);
  return direct;
}

/** The type that a declaration gives to one of its declarators. `undefined` declarator: the declared type itself. */
export function readType(declaration: SyntaxNode, declarator?: DeclaredName): TypeRef {
  const specifier = typeNodeOf(declaration);
  const qualified = childrenOf(declaration, K.typeQualifier).some((qualifier) => /^const/.test(textOf(qualifier)));
  const { name, argument } = specifier ? readSpecifier(specifier, 0) : { name: "", argument: undefined };
  const pointers = declarator?.pointers ?? 0;
  const reference = declarator?.reference ?? false;
  const array = declarator?.array ?? false;
  const written = specifier ? specifierText(specifier) : "";
  return {
    name,
    pointers,
    reference,
    array,
    const: qualified,
    ...(argument ? { argument } : {}),
    text: `${qualified ? "const " : ""}${written}${pointers > 0 ? ` ${"*".repeat(pointers)}` : ""}${reference ? " &" : ""}${array ? " []" : ""}`,
  };
}

/** The text of a type specifier with white space folded; for a class with a body its head only. */
function specifierText(specifier: SyntaxNode): string {
  const body = field(specifier, "body");
  const text = body ? specifier.source.text.slice(specifier.start, body.start) : textOf(specifier);
  return text.replace(/\s+/g, " ").trim();
}

function readSpecifier(node: SyntaxNode, depth: number): { name: string; argument: TypeRef | undefined } {
  switch (node.kind) {
    case K.templateType: {
      const list = childOf(node, K.templateArgumentList);
      const first = list?.children[0];
      const argument = first?.kind === K.typeDescriptor && depth < 8 ? readTypeDescriptor(first, depth + 1) : undefined;
      return { name: node.children[0] ? textOf(node.children[0]) : "", argument };
    }
    case K.qualifiedIdentifier: {
      let inner: SyntaxNode = node;
      for (let steps = 0; inner.kind === K.qualifiedIdentifier && steps < 1500; steps++) {
        const next = field(inner, "name") ?? inner.children[inner.children.length - 1];
        if (!next) break;
        inner = next;
      }
      return inner.kind === K.qualifiedIdentifier ? { name: "", argument: undefined } : readSpecifier(inner, depth);
    }
    case K.classSpecifier:
    case K.structSpecifier:
    case K.unionSpecifier:
    case K.enumSpecifier: {
      const name = field(node, "name");
      return { name: name ? readName(name).name : "", argument: undefined };
    }
    default:
      return { name: textOf(node).replace(/\s+/g, " "), argument: undefined };
  }
}

/** The type that a `type_descriptor` (template argument, cast, return type) writes. */
export function readTypeDescriptor(node: SyntaxNode, depth = 0): TypeRef {
  const specifier = typeNodeOf(node);
  const declared = readDeclarator(field(node, "declarator") ?? childOf(node, K.abstractPointerDeclarator));
  const { name, argument } = specifier ? readSpecifier(specifier, depth) : { name: "", argument: undefined };
  return {
    name,
    pointers: declared.pointers,
    reference: declared.reference,
    array: declared.array,
    const: childrenOf(node, K.typeQualifier).some((qualifier) => /^const/.test(textOf(qualifier))),
    ...(argument ? { argument } : {}),
    text: textOf(node).replace(/\s+/g, " "),
  };
}

/** The parameters of a parameter list; `(void)` has none. */
export function readParameters(list: SyntaxNode | undefined): ParameterInfo[] {
  if (!list) return [];
  const parameters: ParameterInfo[] = [];
  for (const child of childrenOf(list, K.parameterDeclaration, K.optionalParameterDeclaration)) {
    const declared = readDeclarator(field(child, "declarator"));
    const type = readType(child, declared);
    if (declared.name === "" && type.text === "void") continue;
    parameters.push({
      name: declared.name,
      type,
      span: { start: child.start, end: child.end },
      attributes: childrenOf(child, K.iigParameterAttribute).map((mark) => markName(mark)),
      ...annotationsIn(withLeading(child, textOf(child)) + trailing(child)),
    });
  }
  return parameters;
}

/** A declaration's text with what stands between it and the one before: an annotation in front belongs to it. */
export function withLeading(node: SyntaxNode, text: string): string {
  const { parent } = node;
  const siblings = parent?.children ?? [];
  const before = siblings[siblings.indexOf(node) - 1];
  const from = before ? before.end : (parent?.start ?? node.start);
  // What ends the declaration before, or opens the list, is not this one's.
  const gap = node.source.text.slice(Math.max(from, node.start - 400), node.start);
  return (gap.split(/[;,({}\n]/).at(-1) ?? "") + text;
}

/** What stands behind a parameter, up to the comma or the list's end. */
function trailing(node: SyntaxNode): string {
  return /^[^,)]*/.exec(node.source.text.slice(node.end, node.end + 200))?.[0] ?? "";
}

/**
 * The ownership macros in a declaration's text, without prefix. OSMetaClass.h and DriverKit's headers spell them OS_, LIBKERN_ and
 * DRIVERKIT_: RETURNS_RETAINED, RETURNS_NOT_RETAINED, RETURNS_RETAINED_ON_ZERO, RETURNS_RETAINED_ON_NONZERO, CONSUMED, CONSUMES_THIS.
 */
export function annotationsIn(text: string): { readonly annotations?: readonly string[] } {
  const found = [...text.matchAll(/\b(?:OS|LIBKERN|DRIVERKIT)_((?:RETURNS|CONSUME)\w*)/g)].map(
    (match) => match[1] as string,
  );
  return found.length > 0 ? { annotations: found } : {};
}

/** The word of an IIG mark: "TYPE" of `TYPE(X::Y)`. */
export function markName(mark: SyntaxNode): string {
  return /^\w+/.exec(textOf(mark))?.[0] ?? "";
}

/** What stands in an IIG mark's parentheses, white space removed; undefined for a mark without them. */
export function markArgument(mark: SyntaxNode): string | undefined {
  return /\(([^)]*)\)/.exec(textOf(mark))?.[1]?.replace(/[\s"]+/g, "");
}

/** A type from its text, as the knowledge table writes it: "const IOService *", "OSSharedPtr<OSString>". */
export function parseTypeText(text: string): TypeRef {
  const folded = text.replace(/\s+/g, " ").trim();
  const template = /^(.*?)<(.*)>(.*)$/.exec(folded);
  const head = template ? `${template[1] ?? ""}${template[3] ?? ""}` : folded;
  const inner = template?.[2];
  const words = head
    .replace(/\[[^\]]*\]/g, " ")
    .replace(/[*&^()]/g, " ")
    .trim()
    .split(/[ :]+/)
    .filter((word) => !/^(const|struct|class|enum|volatile)$/.test(word));
  const pointers = (head.match(/\*/g) ?? []).length;
  return {
    name: words[words.length - 1] ?? "",
    pointers,
    reference: head.includes("&"),
    array: head.includes("["),
    const: /^const\b/.test(head),
    ...(inner !== undefined && inner.length < 200 ? { argument: parseTypeText(inner.split(",")[0] ?? "") } : {}),
    text: folded,
  };
}

/** True for text in quotes, also in several pieces. */
export function isStringLiteral({ kind }: SyntaxNode): boolean {
  return kind === K.stringLiteral || kind === K.concatenatedString;
}
