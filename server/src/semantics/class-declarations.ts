// Reads a class, struct or union with its methods, fields, nested types and IIG marks. Looks at nothing outside it.
import { K } from "../syntax/kinds.ts";
import { childOf, childrenOf, field, textOf, type SyntaxNode } from "../syntax/node.ts";
import type { ClassDeclaration, FieldInfo, MethodInfo } from "./model.ts";
import { activeChildren } from "./preprocessor.ts";
import {
  annotationsIn,
  isDeclarator,
  isStringLiteral,
  markArgument,
  markName,
  readDeclarator,
  readName,
  readParameters,
  readType,
  readTypeDescriptor,
  withLeading,
  type DeclaredName,
} from "./types.ts";

/** A class and what its body holds besides declarations, for the caller to read on. */
export interface ReadClass {
  readonly declaration: ClassDeclaration;
  /** Methods defined in the body. */
  readonly definitions: readonly SyntaxNode[];
  readonly typedefs: readonly SyntaxNode[];
  readonly macros: readonly SyntaxNode[];
}

const CLASS_KINDS: ReadonlySet<string> = new Set([K.classSpecifier, K.structSpecifier, K.unionSpecifier]);

/**
 * Reads a class with a body, and after it the classes nested in it. A declaration without a body gives nothing.
 * A nested type without a name is called `Outer::member` after the member it types; the members of one without a name and
 * without a member are the outer class's own. Enumerators and constants go into `constants`.
 */
export function readClass(
  node: SyntaxNode,
  path: string,
  alias: string | undefined,
  constants: Map<string, string>,
): ReadClass[] {
  const result: ReadClass[] = [];
  const queue: { node: SyntaxNode; name: string | undefined }[] = [{ node, name: alias }];
  for (let next = queue.shift(); next && result.length < 2000; next = queue.shift()) {
    const found = readOne(next.node, path, next.name, constants, (nested, name) => queue.push({ node: nested, name }));
    if (found) result.push(found);
  }
  return result;
}

function readOne(
  node: SyntaxNode,
  path: string,
  alias: string | undefined,
  constants: Map<string, string>,
  nest: (node: SyntaxNode, name: string | undefined) => void,
): ReadClass | undefined {
  const body = field(node, "body");
  if (!body) return undefined;
  const named = field(node, "name");
  const own = named ? readName(named) : undefined;
  const name = own?.name ?? alias ?? "";
  const methods: MethodInfo[] = [];
  const fields: FieldInfo[] = [];
  const definitions: SyntaxNode[] = [];
  const typedefs: SyntaxNode[] = [];
  const macros: SyntaxNode[] = [];

  const readMembers = (list: SyntaxNode): void => {
    for (const child of activeChildren(list)) {
      switch (child.kind) {
        case K.functionDefinition: {
          const declared = readDeclarator(field(child, "declarator"));
          const method = readMethod(child, declared, name, path);
          if (method) methods.push(method);
          definitions.push(child);
          break;
        }
        case K.templateDeclaration:
          readMembers(child);
          break;
        case K.fieldDeclaration:
        case K.declaration:
          readField(child);
          break;
        case K.classSpecifier:
        case K.structSpecifier:
        case K.unionSpecifier:
          nest(child, undefined);
          break;
        case K.enumSpecifier:
          readEnumerators(child, constants);
          break;
        case K.typeDefinition:
        case K.aliasDeclaration:
          typedefs.push(child);
          break;
        case K.preprocDef:
        case K.preprocFunctionDef:
          macros.push(child);
          break;
        case K.error:
          readMembers(child);
          break;
        default:
          break;
      }
    }
  };

  const readField = (child: SyntaxNode): void => {
    const type = field(child, "type");
    const declarators = child.children.filter((part) => part !== type && isDeclarator(part));
    const inner = type && field(type, "body") ? type : undefined;
    let typeName: string | undefined;
    if (inner?.kind === K.enumSpecifier) readEnumerators(inner, constants);
    else if (inner && CLASS_KINDS.has(inner.kind)) {
      const innerBody = field(inner, "body");
      if (field(inner, "name")) nest(inner, undefined);
      else if (declarators.length === 0 && innerBody) readMembers(innerBody);
      else {
        typeName = `${name}::${readDeclarator(declarators[0]).name}`;
        nest(inner, typeName);
      }
    }
    const initial = field(child, "default_value");
    const constant =
      initial !== undefined && childrenOf(child, K.typeQualifier).some((qualifier) => /^const/.test(textOf(qualifier)));
    for (const declarator of declarators) {
      if (declarator === initial) continue;
      const declared = readDeclarator(declarator);
      if (declared.name === "") continue;
      if (declared.functionDeclarator) {
        const method = readMethod(child, declared, name, path);
        if (method) methods.push(method);
        continue;
      }
      const read = readType(child, declared);
      const fieldType = declared.callable ? { ...read, name: "" } : typeName ? { ...read, name: typeName } : read;
      fields.push({ name: declared.name, type: fieldType, path, span: { start: child.start, end: child.end } });
      if (constant && ((declared.pointers === 0 && !declared.array) || isStringLiteral(initial))) {
        constants.set(declared.name, textOf(initial));
      }
    }
  };

  readMembers(body);
  const base = childOf(node, K.baseClassClause)?.children.find((part) => part.kind !== K.accessSpecifier);
  return {
    declaration: {
      name,
      base: base ? readName(base).name : undefined,
      kind: node.kind === K.classSpecifier ? "class" : "struct",
      path,
      span: { start: node.start, end: node.end },
      nameSpan: own ? own.span : { start: node.start, end: node.start },
      attributes: childrenOf(node, K.iigClassAttribute).map((mark) => textOf(mark).replace(/\s+/g, "")),
      methods,
      fields,
    },
    definitions,
    typedefs,
    macros,
  };
}

/** A free function's declaration, when it or one of its parameters says who owns what. */
export function readPrototype(node: SyntaxNode, path: string): MethodInfo | undefined {
  const declarator = node.children.find((child) => readDeclarator(child).functionDeclarator !== undefined);
  const method = declarator && readMethod(node, readDeclarator(declarator), "", path);
  if (!method) return undefined;
  const noted = method.annotations ?? method.parameters.find((parameter) => parameter.annotations)?.annotations;
  return noted ? method : undefined;
}

function readMethod(node: SyntaxNode, declared: DeclaredName, className: string, path: string): MethodInfo | undefined {
  const declarator = declared.functionDeclarator;
  if (!declarator || declared.name === "") return undefined;
  const specifiers = childrenOf(declarator, K.virtualSpecifier).map((specifier) => textOf(specifier));
  const marks = childrenOf(declarator, K.iigMethodAttribute);
  const argumentOf = (word: string): string | undefined => {
    const mark = marks.find((candidate) => markName(candidate) === word);
    return mark && markArgument(mark);
  };
  const initial = field(node, "default_value");
  const body = field(node, "body");
  const head = node.source.text.slice(node.start, declared.nameSpan.start);
  const trailing = declarator.children.find((child) => child.children[0]?.kind === K.typeDescriptor);
  return {
    name: declared.name,
    className,
    path,
    span: { start: node.start, end: body ? body.start : node.end },
    nameSpan: declared.nameSpan,
    returns: trailing?.children[0] ? readTypeDescriptor(trailing.children[0]) : readType(node, declared),
    parameters: readParameters(field(declarator, "parameters")),
    static: /\bstatic\b/.test(head),
    virtual: /\bvirtual\b/.test(head) || specifiers.includes("override") || specifiers.includes("final"),
    override: specifiers.includes("override"),
    pure: initial !== undefined && textOf(initial) === "0",
    attributes: marks.map((mark) => markName(mark)),
    actionType: argumentOf("TYPE"),
    queueName: argumentOf("QUEUENAME"),
    ...annotationsIn(methodText(node, declarator, body)),
  };
}

/** The text around a method's parameters: what stands in them belongs to them. */
function methodText(node: SyntaxNode, declarator: SyntaxNode, body: SyntaxNode | undefined): string {
  const { text } = node.source;
  const list = field(declarator, "parameters") ?? declarator;
  const head = withLeading(node, text.slice(node.start, list.start));
  return `${head} ${text.slice(list.end, body ? body.start : node.end)}`;
}

/**
 * Puts an enum's enumerators into `constants`. One without a value is written as its distance from the last one that has a
 * value, so that reading it does not walk the whole enum.
 */
export function readEnumerators(node: SyntaxNode, constants: Map<string, string>): void {
  const body = field(node, "body");
  if (!body) return;
  let base = "";
  let distance = 0;
  for (const child of activeChildren(body)) {
    const [name, value] = child.children;
    if (name?.kind !== K.identifier) continue;
    if (value) {
      base = `(${textOf(value)}) + `;
      distance = 0;
    }
    constants.set(textOf(name), value ? textOf(value) : `${base}${distance}`);
    distance++;
  }
}
