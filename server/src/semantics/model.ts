// What a file declares and what the project's files declare together. Data only; `summarize.ts` and `index-project.ts` make it.
import type { Span } from "../base/span.ts";
import type { SyntaxNode } from "../syntax/node.ts";

/** A type as written, taken apart as far as the rules need. */
export interface TypeRef {
  /** The last name of the type: "IOBufferMemoryDescriptor", "uint32_t", "auto"; for a template its own name ("OSSharedPtr"). */
  readonly name: string;
  /** Number of `*`, those of the declarator included. */
  readonly pointers: number;
  readonly reference: boolean;
  readonly array: boolean;
  readonly const: boolean;
  /** The template's first argument's type, e.g. the T of OSSharedPtr<T>. */
  readonly argument?: TypeRef;
  /** The type as written, white space folded. */
  readonly text: string;
}

export interface ParameterInfo {
  readonly name: string;
  readonly type: TypeRef;
  readonly span: Span;
  /** IIG parameter marks, e.g. "TARGET". */
  readonly attributes: readonly string[];
  /** Ownership macros without their framework's prefix: "CONSUMED", "RETURNS_RETAINED", …; absent where there are none. */
  readonly annotations?: readonly string[];
}

/** A method as a class declares it. */
export interface MethodInfo {
  readonly name: string;
  readonly className: string;
  readonly path: string;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly returns: TypeRef;
  readonly parameters: readonly ParameterInfo[];
  readonly static: boolean;
  readonly virtual: boolean;
  readonly override: boolean;
  readonly pure: boolean;
  /** IIG method marks without their arguments: "LOCALONLY", "TYPE", "QUEUENAME". */
  readonly attributes: readonly string[];
  /** `IOInterruptDispatchSource::InterruptOccurred` of TYPE(…). */
  readonly actionType: string | undefined;
  /** `Name` of QUEUENAME(Name). */
  readonly queueName: string | undefined;
  /** Ownership macros without their framework's prefix: "RETURNS_RETAINED", "CONSUMES_THIS"; absent where there are none. */
  readonly annotations?: readonly string[];
}

export interface FieldInfo {
  readonly name: string;
  readonly type: TypeRef;
  readonly path: string;
  readonly span: Span;
}

/** A class or struct declaration. */
export interface ClassDeclaration {
  readonly name: string;
  readonly base: string | undefined;
  readonly kind: "class" | "struct";
  readonly path: string;
  readonly span: Span;
  readonly nameSpan: Span;
  /** IIG class marks. */
  readonly attributes: readonly string[];
  readonly methods: readonly MethodInfo[];
  readonly fields: readonly FieldInfo[];
}

/** A function, method, block or lambda with a body. */
export interface FunctionInfo {
  /** The plain name, without class and without `_Impl`; "" for a block or lambda; "top level" for statements outside any function. */
  readonly name: string;
  /** The class it belongs to, macros resolved; undefined for a free function. */
  readonly className: string | undefined;
  /** "impl" for IMPL(C, M) and C::M_Impl. */
  readonly form: "impl" | "plain" | "block" | "lambda" | "top-level";
  readonly path: string;
  /** The whole definition. */
  readonly node: SyntaxNode;
  readonly body: SyntaxNode;
  readonly nameSpan: Span;
  /** From the definition; for IMPL(C, M) from the `.iig` declaration (resolve through `parametersOf` of the index). */
  readonly parameters: readonly ParameterInfo[];
  readonly returns: TypeRef | undefined;
  /** The function that a block or lambda stands in. */
  readonly outer: FunctionInfo | undefined;
}

/** A `#define` of the workspace. */
export interface MacroInfo {
  readonly name: string;
  /** undefined for an object-like macro. */
  readonly parameters: readonly string[] | undefined;
  readonly variadic: boolean;
  readonly body: string;
  readonly path: string;
  readonly span: Span;
}

/** The declarations of one C++ or `.iig` file. */
export interface FileSummary {
  readonly path: string;
  readonly language: "cpp" | "iig";
  readonly includes: readonly { readonly name: string; readonly span: Span }[];
  readonly classes: readonly ClassDeclaration[];
  /** All functions with bodies, outermost first, blocks and lambdas included. */
  readonly functions: readonly FunctionInfo[];
  /** Free functions that are declared without a body and say who owns what (`annotations`); others are of no use to anybody. */
  readonly prototypes: readonly MethodInfo[];
  readonly macros: readonly MacroInfo[];
  /** Constants with an initialiser at file or class scope and enumerators: name to initialiser text. */
  readonly constants: ReadonlyMap<string, string>;
  readonly typedefs: ReadonlyMap<string, TypeRef>;
  /** Changes when, and only when, something other files can see changes. */
  readonly declarationHash: string;
}

/** A class of the project with all its parts put together. */
export interface ClassInfo {
  readonly name: string;
  /** Its declaration, the `.iig` one where there are several. */
  readonly declaration: ClassDeclaration | undefined;
  readonly functions: readonly FunctionInfo[];
  /** `struct Name_IVars`. */
  readonly ivars: ClassDeclaration | undefined;
}

/** The project's declarations together with DriverKit's own. Answers are the same whatever the order of files. */
export interface ProjectIndex {
  readonly classes: ReadonlyMap<string, ClassInfo>;
  /** True for a class of DriverKit's table or of the SDK. */
  isDriverKitClass(name: string): boolean;
  /** True when the class derives from OSObject, in the project or in DriverKit's table. */
  isOSObject(className: string): boolean;
  /** The class and its bases as far as they are known, nearest first. */
  ancestors(className: string): readonly string[];
  /** The method as declared by the class or its nearest base that has it: the project's before DriverKit's table before the SDK's. */
  method(className: string, name: string): MethodInfo | undefined;
  /** A member of `struct X_IVars` of the class, or of the class itself. */
  fieldOf(className: string, name: string): FieldInfo | undefined;
  /** Resolves object-like macros and typedefs that stand for one identifier. */
  resolveName(name: string): string;
  macro(name: string): MacroInfo | undefined;
  /** Evaluates an integer constant expression of literals, project constants, enumerators and DriverKit's constants; undefined when it cannot be told. */
  evaluate(expression: string): bigint | undefined;
  /** The class that a function belongs to, macros of any file resolved; undefined for a free function. */
  classNameOf(fn: FunctionInfo): string | undefined;
  /** The class that a function belongs to, with all its parts. */
  classOf(fn: FunctionInfo): ClassInfo | undefined;
  /** A function's parameters, those of the `.iig` declaration for IMPL(C, M). */
  parametersOf(fn: FunctionInfo): readonly ParameterInfo[];
  /** Free functions and methods of the project by plain name. */
  functionsNamed(name: string): readonly FunctionInfo[];
  /** The declaration of a free function that has no body in the project and says who owns what. */
  prototype(name: string): MethodInfo | undefined;
  /** Every summary, sorted by path. */
  readonly files: readonly FileSummary[];
}
