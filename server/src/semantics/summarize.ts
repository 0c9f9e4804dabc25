// Reads one file's declarations from its syntax. Looks at no other file and keeps nothing.
import type { Span } from "../base/span.ts";
import { K } from "../syntax/kinds.ts";
import { field, textOf, type SyntaxFile, type SyntaxNode } from "../syntax/node.ts";
import { readClass, readEnumerators, readPrototype } from "./class-declarations.ts";
import type {
  ClassDeclaration,
  FileSummary,
  FunctionInfo,
  MacroInfo,
  MethodInfo,
  ParameterInfo,
  TypeRef,
} from "./model.ts";
import { hashDeclarations } from "./declaration-hash.ts";
import { readMacro } from "./macro-definitions.ts";
import { activeChildren, branchContents, isConditional } from "./preprocessor.ts";
import { topLevelRuns } from "./top-level.ts";
import {
  isDeclarator,
  isStringLiteral,
  readDeclarator,
  readParameters,
  readType,
  readTypeDescriptor,
  type DeclaredName,
} from "./types.ts";

interface Draft {
  readonly file: SyntaxFile;
  readonly includes: { name: string; span: { start: number; end: number } }[];
  readonly classes: ClassDeclaration[];
  readonly functions: FunctionInfo[];
  readonly prototypes: MethodInfo[];
  readonly macros: MacroInfo[];
  readonly constants: Map<string, string>;
  readonly typedefs: Map<string, TypeRef>;
}

/**
 * Summarises a file. Never throws, whatever the tree; what lies in an unreadable region is summarised as far as complete
 * declarations stand in it. `className` of a function has object-like macros of the same file resolved; those of other files
 * are resolved by the index (`classNameOf`).
 */
export function summarize(file: SyntaxFile, language: "cpp" | "iig"): FileSummary {
  const draft: Draft = {
    file,
    includes: [],
    classes: [],
    functions: [],
    prototypes: [],
    macros: [],
    constants: new Map(),
    typedefs: new Map(),
  };
  visitScope(draft, file.root, activeChildren(file.root), undefined, true);
  resolveClassNames(draft);
  draft.functions.sort((a, b) => a.node.start - b.node.start || b.node.end - a.node.end);
  const summary = {
    path: file.path,
    language,
    includes: draft.includes,
    classes: draft.classes,
    functions: draft.functions,
    prototypes: draft.prototypes,
    macros: draft.macros,
    constants: draft.constants,
    typedefs: draft.typedefs,
  };
  return { ...summary, declarationHash: hashDeclarations(summary) };
}

/** Walks a list of declarations: a file, a namespace, a linkage block, or what an unreadable region still shows. */
function visitScope(
  draft: Draft,
  scope: SyntaxNode,
  children: readonly SyntaxNode[],
  className: string | undefined,
  statements: boolean,
): void {
  if (statements) addTopLevel(draft, scope, children);
  for (const node of children) {
    switch (node.kind) {
      case K.functionDefinition:
        addFunction(draft, node, className);
        break;
      case K.classSpecifier:
      case K.structSpecifier:
      case K.unionSpecifier:
        addClass(draft, node);
        break;
      case K.enumSpecifier:
        readEnumerators(node, draft.constants);
        break;
      case K.declaration:
        addDeclaration(draft, node);
        break;
      case K.typeDefinition:
        addTypedef(draft, node);
        break;
      case K.aliasDeclaration:
        addAlias(draft, node);
        break;
      case K.namespaceDefinition: {
        const body = field(node, "body");
        if (body) visitScope(draft, body, activeChildren(body), undefined, false);
        break;
      }
      case K.linkageSpecification:
      case K.templateDeclaration:
      case K.declarationList:
        visitScope(draft, node, activeChildren(node), className, false);
        break;
      case K.error:
        visitScope(draft, node, activeChildren(node), undefined, false);
        break;
      case K.preprocInclude:
      case K.preprocCall:
        addInclude(draft, node);
        break;
      case K.preprocDef:
      case K.preprocFunctionDef:
        addMacro(draft, node);
        break;
      default:
        break;
    }
  }
}

function addTopLevel(draft: Draft, scope: SyntaxNode, children: readonly SyntaxNode[]): void {
  for (const body of topLevelRuns(scope, children)) {
    const info: FunctionInfo = {
      name: "top level",
      className: undefined,
      form: "top-level",
      path: draft.file.path,
      node: body,
      body,
      nameSpan: { start: body.start, end: body.start },
      parameters: [],
      returns: undefined,
      outer: undefined,
    };
    draft.functions.push(info);
    scanBody(draft, body, info);
  }
}

/** The class and method that `IMPL(Class, Method)` or `DEFN(Class, Method)` defines. */
function readImpl(declared: DeclaredName): { className: string; method: string; span: Span } | undefined {
  const declarator = declared.functionDeclarator;
  if (!declarator || (declared.name !== "IMPL" && declared.name !== "DEFN")) return undefined;
  const list = field(declarator, "parameters");
  const [first, second, ...more] = list?.children ?? [];
  if (!first || !second || more.length > 0) return undefined;
  return {
    className: textOf(first).trim(),
    method: textOf(second).trim(),
    span: { start: second.start, end: second.end },
  };
}

function addFunction(draft: Draft, node: SyntaxNode, enclosingClass: string | undefined): void {
  const body = field(node, "body");
  const declared = readDeclarator(field(node, "declarator"));
  if (!body || !declared.functionDeclarator) return;
  const impl = readImpl(declared);
  const scopeName = declared.scope[declared.scope.length - 1] ?? enclosingClass;
  const generated = impl === undefined && declared.scope.length > 0 && /._Impl$/.test(declared.name);
  const parameters = impl ? [] : realParameters(declared, generated);
  const info: FunctionInfo = {
    name: impl ? impl.method : generated ? declared.name.slice(0, -"_Impl".length) : declared.name,
    className: impl ? impl.className : scopeName,
    form: impl || generated ? "impl" : "plain",
    path: draft.file.path,
    node,
    body,
    nameSpan: impl ? impl.span : declared.nameSpan,
    parameters,
    returns: returnType(node, declared),
    outer: undefined,
  };
  draft.functions.push(info);
  scanBody(draft, body, info);
}

/** The parameters as written, none where `C::M_Impl(C_M_Args)` leaves them to the macro that the `.iig` compiler writes. */
function realParameters(declared: DeclaredName, generated: boolean): ParameterInfo[] {
  const parameters = readParameters(field(declared.functionDeclarator as SyntaxNode, "parameters"));
  const only = parameters[0];
  if (generated && parameters.length === 1 && only?.name === "" && only.type.name.endsWith("_Args")) return [];
  return parameters;
}

function returnType(node: SyntaxNode, declared: DeclaredName): TypeRef | undefined {
  const trailing = declared.functionDeclarator ? trailingReturn(declared.functionDeclarator) : undefined;
  if (trailing) return trailing;
  if (!field(node, "type")) return undefined;
  return readType(node, declared);
}

/** The type behind `->` among a declarator's children. */
function trailingReturn(declarator: SyntaxNode): TypeRef | undefined {
  for (const child of declarator.children) {
    const inner = child.children[0];
    if (inner?.kind === K.typeDescriptor && textOf(child).startsWith("->")) return readTypeDescriptor(inner);
  }
  return undefined;
}

/** Finds blocks, lambdas, local classes' methods and macros in a body. Iterative: bodies may be deeply nested. */
function scanBody(draft: Draft, body: SyntaxNode, outermost: FunctionInfo): void {
  const stack: { node: SyntaxNode; outer: FunctionInfo }[] = [];
  const push = (node: SyntaxNode, outer: FunctionInfo): void => {
    const children = activeChildren(node);
    for (let i = children.length - 1; i >= 0; i--) stack.push({ node: children[i] as SyntaxNode, outer });
  };
  push(body, outermost);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, outer } = next;
    switch (node.kind) {
      case K.blockLiteral:
      case K.lambdaExpression: {
        const inner = addClosure(draft, node, outer);
        push(node, inner ?? outer);
        break;
      }
      case K.functionDefinition:
        // A method of a local class, or a definition that error recovery put here; its returns are not the outer function's.
        addFunction(draft, node, localClassName(node));
        break;
      case K.preprocDef:
      case K.preprocFunctionDef:
        addMacro(draft, node);
        break;
      default:
        if (isConditional(node)) for (const inner of branchContents(node).reverse()) stack.push({ node: inner, outer });
        else push(node, outer);
    }
  }
}

function localClassName(node: SyntaxNode): string | undefined {
  for (let up = node.parent; up; up = up.parent) {
    if (up.kind === K.classSpecifier || up.kind === K.structSpecifier) {
      const name = field(up, "name");
      return name ? textOf(name) : undefined;
    }
    if (up.kind === K.compoundStatement) return undefined;
  }
  return undefined;
}

function addClosure(draft: Draft, node: SyntaxNode, outer: FunctionInfo): FunctionInfo | undefined {
  const body = field(node, "body");
  if (!body) return undefined;
  const block = node.kind === K.blockLiteral;
  const declarator = field(node, "declarator");
  const list = block
    ? field(node, "parameters")
    : declarator && (field(declarator, "parameters") ?? declarator.children.find((c) => c.kind === K.parameterList));
  const written = field(node, "type");
  const returns = block ? written && readTypeDescriptor(written) : declarator && trailingReturn(declarator);
  const info: FunctionInfo = {
    name: "",
    className: outer.className,
    form: block ? "block" : "lambda",
    path: draft.file.path,
    node,
    body,
    nameSpan: { start: node.start, end: node.start + 1 },
    parameters: readParameters(list),
    returns,
    outer,
  };
  draft.functions.push(info);
  return info;
}

function addClass(draft: Draft, node: SyntaxNode, alias?: string): void {
  for (const found of readClass(node, draft.file.path, alias, draft.constants)) {
    draft.classes.push(found.declaration);
    for (const method of found.definitions) addFunction(draft, method, found.declaration.name);
    for (const typedef of found.typedefs) {
      if (typedef.kind === K.typeDefinition) addTypedef(draft, typedef);
      else addAlias(draft, typedef);
    }
    for (const macro of found.macros) addMacro(draft, macro);
  }
}

function addDeclaration(draft: Draft, node: SyntaxNode): void {
  const prototype = readPrototype(node, draft.file.path);
  if (prototype) draft.prototypes.push(prototype);
  const type = field(node, "type");
  if (type && field(type, "body")) {
    if (type.kind === K.enumSpecifier) readEnumerators(type, draft.constants);
    else addClass(draft, type);
  }
  const qualified = node.children.some((child) => child.kind === K.typeQualifier && /^const/.test(textOf(child)));
  for (const child of node.children) {
    if (child.kind !== K.initDeclarator) continue;
    const value = field(child, "value");
    const declared = readDeclarator(child);
    if (value) scanInitialiser(draft, value);
    if (!qualified || !value || declared.name === "") continue;
    if ((declared.pointers > 0 || declared.array) && !isStringLiteral(value)) continue;
    draft.constants.set(declared.name, textOf(value));
  }
}

/** A lambda or block at file scope (a table of handlers) is a function without an outer one. */
function scanInitialiser(draft: Draft, value: SyntaxNode): void {
  const stack = [value];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.kind === K.blockLiteral || node.kind === K.lambdaExpression) {
      const body = field(node, "body");
      if (!body) continue;
      const host: FunctionInfo = {
        name: "",
        className: undefined,
        form: "top-level",
        path: draft.file.path,
        node,
        body,
        nameSpan: { start: node.start, end: node.start },
        parameters: [],
        returns: undefined,
        outer: undefined,
      };
      const closure = addClosure(draft, node, host);
      const own = closure && { ...closure, outer: undefined };
      if (own) {
        draft.functions[draft.functions.length - 1] = own;
        scanBody(draft, body, own);
      }
      continue;
    }
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i] as SyntaxNode);
  }
}

function addTypedef(draft: Draft, node: SyntaxNode): void {
  const type = field(node, "type");
  const declarators = node.children.filter((child) => child !== type && isDeclarator(child));
  const first = declarators.map((child) => readDeclarator(child)).find((declared) => declared.name !== "");
  if (type && field(type, "body")) {
    if (type.kind === K.enumSpecifier) readEnumerators(type, draft.constants);
    else addClass(draft, type, field(type, "name") ? undefined : first?.name);
  }
  for (const declarator of declarators) {
    const declared = readDeclarator(declarator);
    if (declared.name === "") continue;
    const target = readType(node, declared);
    const callable = declared.callable || declared.functionDeclarator !== undefined;
    if (target.name !== declared.name) draft.typedefs.set(declared.name, callable ? { ...target, name: "" } : target);
  }
}

function addAlias(draft: Draft, node: SyntaxNode): void {
  const name = node.children[0];
  const target = node.children.find((child) => child.kind === K.typeDescriptor);
  if (name && target) draft.typedefs.set(textOf(name), readTypeDescriptor(target));
}

function addInclude(draft: Draft, node: SyntaxNode): void {
  const match = /^#\s*(?:include|import)\s*[<"]([^>"\n]+)[>"]/.exec(textOf(node));
  if (match) draft.includes.push({ name: match[1] ?? "", span: { start: node.start, end: node.end } });
}

function addMacro(draft: Draft, node: SyntaxNode): void {
  const macro = readMacro(node, draft.file.path);
  if (macro) draft.macros.push(macro);
}

function resolveClassNames(draft: Draft): void {
  const macros = new Map<string, string>();
  for (const macro of draft.macros)
    if (macro.parameters === undefined && /^[A-Za-z_]\w*$/.test(macro.body)) macros.set(macro.name, macro.body);
  if (macros.size === 0) return;
  const replaced = new Map<FunctionInfo, FunctionInfo>();
  draft.functions.forEach((fn, index) => {
    let name = fn.className;
    for (let steps = 0; name !== undefined && steps < 16; steps++) {
      const next = macros.get(name);
      if (next === undefined) break;
      name = next;
    }
    // Outer functions come before what stands in them, so they are already replaced here.
    const outer = fn.outer && (replaced.get(fn.outer) ?? fn.outer);
    if (name === fn.className && outer === fn.outer) return;
    const resolved = { ...fn, className: name, outer };
    replaced.set(fn, resolved);
    draft.functions[index] = resolved;
  });
}
