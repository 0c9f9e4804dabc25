// Puts the files' declarations together and answers questions about them, with DriverKit's own table behind. Pure and order-free.
import { compareStrings } from "../base/compare.ts";
import { driverKitClass, driverKitMethod, type ApiMethod } from "../knowledge/api.ts";
import { driverKitConstant } from "../knowledge/constants.ts";
import { evaluateExpression } from "./evaluate.ts";
import type {
  ClassDeclaration,
  ClassInfo,
  FieldInfo,
  FileSummary,
  FunctionInfo,
  MacroInfo,
  MethodInfo,
  ParameterInfo,
  ProjectIndex,
  TypeRef,
} from "./model.ts";
import { parseTypeText } from "./types.ts";

const MAX_BASES = 64;
const IDENTIFIER = /^[A-Za-z_]\w*$/;

/**
 * Indexes the files of one project. `sdk` are the interface files of a DriverKit SDK, where there is one: they add to the table the classes
 * and methods that it does not have. Takes the summaries in any order; never throws.
 */
export function indexProject(summaries: readonly FileSummary[], sdk: readonly FileSummary[] = []): ProjectIndex {
  const byPath = (files: readonly FileSummary[]): FileSummary[] =>
    [...files].sort((a, b) => compareStrings(a.path, b.path));
  return new Index(byPath(summaries), byPath(sdk));
}

class Index implements ProjectIndex {
  readonly classes: ReadonlyMap<string, ClassInfo>;
  private readonly declarations: ReadonlyMap<string, ClassDeclaration>;
  /** Declarations marked EXTENDS(Class), by that class: further methods of it. */
  private readonly extensions: ReadonlyMap<string, readonly ClassDeclaration[]>;
  private readonly macros: ReadonlyMap<string, readonly MacroInfo[]>;
  private readonly constants: ReadonlyMap<string, readonly string[]>;
  private readonly typedefs: ReadonlyMap<string, TypeRef>;
  private readonly byName: ReadonlyMap<string, readonly FunctionInfo[]>;
  private prototypes: ReadonlyMap<string, MethodInfo> | undefined;
  private readonly chains = new Map<string, readonly string[]>();
  private readonly generatedMethods = new Map<string, MethodInfo>();
  private readonly apiMethods = new Map<ApiMethod, MethodInfo>();
  private readonly sdk = new Map<string, ClassDeclaration>();

  constructor(
    readonly files: readonly FileSummary[],
    sdk: readonly FileSummary[],
  ) {
    for (const declaration of sdk.flatMap((file) => file.classes)) {
      if (declaration.name !== "" && !this.sdk.has(declaration.name))
        this.sdk.set(declaration.name, systems(declaration));
    }
    const declarations = new Map<string, ClassDeclaration>();
    const extensions = new Map<string, ClassDeclaration[]>();
    const macros = new Map<string, MacroInfo[]>();
    const constants = new Map<string, string[]>();
    const typedefs = new Map<string, TypeRef>();
    const byName = new Map<string, FunctionInfo[]>();
    // `.iig` files first: where a class has several declarations, theirs counts.
    const iigFirst = [...files].sort((a, b) => Number(b.language === "iig") - Number(a.language === "iig"));
    for (const file of iigFirst) {
      for (const declaration of file.classes) {
        for (const mark of declaration.attributes) {
          const extended = /^EXTENDS\((\w+)\)$/.exec(mark)?.[1];
          if (extended !== undefined) add(extensions, extended, declaration);
        }
        if (declaration.name === "" || declarations.has(declaration.name)) continue;
        if (!this.isStandIn(declaration.name, file)) declarations.set(declaration.name, declaration);
      }
    }
    for (const file of files) {
      for (const macro of file.macros) add(macros, macro.name, macro);
      for (const [name, text] of file.constants) add(constants, name, text);
      for (const [name, type] of file.typedefs) if (!typedefs.has(name)) typedefs.set(name, type);
      for (const fn of file.functions) if (fn.name !== "" && fn.form !== "top-level") add(byName, fn.name, fn);
    }
    this.declarations = declarations;
    this.extensions = extensions;
    this.macros = macros;
    this.constants = constants;
    this.typedefs = typedefs;
    this.byName = byName;
    this.classes = this.collectClasses();
  }

  private collectClasses(): Map<string, ClassInfo> {
    const functions = new Map<string, FunctionInfo[]>();
    for (const file of this.files)
      for (const fn of file.functions) {
        const name = this.classNameOf(fn);
        if (name !== undefined && (!this.isDriverKitClass(name) || this.declarations.has(name)))
          add(functions, name, fn);
      }
    const names = [...new Set([...this.declarations.keys(), ...functions.keys()])].sort(compareStrings);
    return new Map(
      names.map((name) => [
        name,
        {
          name,
          declaration: this.declarations.get(name),
          functions: functions.get(name) ?? [],
          ivars: this.declarations.get(`${name}_IVars`),
        },
      ]),
    );
  }

  classNameOf(fn: FunctionInfo): string | undefined {
    return fn.className === undefined ? undefined : this.resolveName(fn.className);
  }

  classOf(fn: FunctionInfo): ClassInfo | undefined {
    const name = this.classNameOf(fn);
    return name === undefined ? undefined : this.classes.get(name);
  }

  isDriverKitClass(name: string): boolean {
    return driverKitClass(name) !== undefined || this.sdk.has(name);
  }

  /**
   * True for a class of DriverKit that a project declares in C++: a stand-in for tests on another machine. What a driver is built with
   * comes from the SDK, and the SDK's classes are declared in `.iig` files, also in Apple's own sources.
   */
  private isStandIn(className: string, file: FileSummary): boolean {
    return file.language !== "iig" && this.isDriverKitClass(className);
  }

  isOSObject(className: string): boolean {
    const ancestors = this.ancestors(className);
    if (ancestors.includes("OSObject") || ancestors.includes("OSMetaClassBase")) return true;
    // Every class of an `.iig` file does, also where its base is one that neither the project nor the table has.
    return ancestors.some((name) => {
      const declaration = this.declarations.get(name);
      return declaration?.base !== undefined && declaration.path.endsWith(".iig");
    });
  }

  ancestors(className: string): readonly string[] {
    const known = this.chains.get(className);
    if (known) return known;
    const chain: string[] = [];
    this.chains.set(className, chain);
    let name: string | undefined = this.resolveName(className);
    while (name !== undefined && !chain.includes(name) && chain.length < MAX_BASES) {
      chain.push(name);
      const declared: string | undefined = this.declarations.get(name)?.base;
      const base: string | undefined = declared ?? driverKitClass(name)?.base ?? this.sdk.get(name)?.base;
      name = base === undefined ? undefined : this.resolveName(base);
    }
    return chain;
  }

  method(className: string, name: string): MethodInfo | undefined {
    const chain = this.ancestors(className);
    for (const ancestor of chain) {
      const parts = [this.declarations.get(ancestor), ...(this.extensions.get(ancestor) ?? [])];
      const declared = parts.flatMap((part) => part?.methods.filter((method) => method.name === name) ?? []);
      const own = declared.find((method) => method.path.endsWith(".iig")) ?? declared[0];
      if (own) return own;
      if (!this.declarations.has(ancestor)) {
        const api = driverKitMethod(ancestor, name);
        if (api) return this.fromApi(api);
        const published = this.sdk.get(ancestor)?.methods.find((method) => method.name === name);
        if (published) return published;
      }
    }
    return this.generatedMethod(chain[0] ?? className, name);
  }

  /** The `CreateActionName(size_t, OSAction **)` that the `.iig` compiler writes for each method with TYPE(…). */
  private generatedMethod(className: string, name: string): MethodInfo | undefined {
    const target = /^CreateAction(\w+)$/.exec(name)?.[1];
    if (target === undefined) return undefined;
    const key = `${className}::${name}`;
    const known = this.generatedMethods.get(key);
    if (known) return known;
    const origin = this.method(className, target);
    const at = { start: 0, end: 0 };
    const made: MethodInfo = {
      name,
      className,
      path: origin?.path ?? "",
      span: origin?.span ?? at,
      nameSpan: origin?.nameSpan ?? at,
      returns: parseTypeText("kern_return_t"),
      parameters: [
        { name: "referenceSize", type: parseTypeText("size_t"), span: at, attributes: [] },
        { name: "action", type: parseTypeText("OSAction **"), span: at, attributes: [] },
      ],
      static: false,
      virtual: false,
      override: false,
      pure: false,
      attributes: [],
      actionType: undefined,
      queueName: undefined,
    };
    this.generatedMethods.set(key, made);
    return made;
  }

  private fromApi(api: ApiMethod): MethodInfo {
    const known = this.apiMethods.get(api);
    if (known) return known;
    const at = { start: 0, end: 0 };
    const made: MethodInfo = {
      name: api.name,
      className: api.className,
      path: "",
      span: at,
      nameSpan: at,
      returns: parseTypeText(api.returns),
      parameters: api.parameters.map((parameter) => ({
        name: parameter.name,
        type: parseTypeText(parameter.type),
        span: at,
        attributes: [],
      })),
      static: api.static,
      virtual: api.virtual,
      override: false,
      pure: api.pure,
      attributes: api.marks,
      actionType: undefined,
      queueName: api.queue,
    };
    this.apiMethods.set(api, made);
    return made;
  }

  fieldOf(className: string, name: string): FieldInfo | undefined {
    for (const ancestor of this.ancestors(className)) {
      const ivars = this.declarations.get(`${ancestor}_IVars`);
      const found =
        ivars?.fields.find((member) => member.name === name) ??
        this.declarations.get(ancestor)?.fields.find((member) => member.name === name);
      if (found) return found;
    }
    return undefined;
  }

  resolveName(name: string): string {
    let at = name;
    const seen = new Set<string>();
    while (!seen.has(at) && seen.size < 16) {
      seen.add(at);
      const next = this.aliasOf(at);
      if (next === undefined || next === "") break;
      at = next;
    }
    return at;
  }

  /** The identifier that a name stands for; undefined where definitions disagree. */
  private aliasOf(name: string): string | undefined {
    const bodies = new Set((this.macros.get(name) ?? []).map((macro) => (macro.parameters ? "(" : macro.body)));
    if (bodies.size > 1) return undefined;
    const [body] = bodies;
    if (body !== undefined) return IDENTIFIER.test(body) ? body : undefined;
    const type = this.typedefs.get(name);
    if (!type || type.pointers > 0 || type.reference || type.array || type.argument) return undefined;
    return IDENTIFIER.test(type.name) ? type.name : undefined;
  }

  macro(name: string): MacroInfo | undefined {
    return this.macros.get(name)?.[0];
  }

  evaluate(expression: string): bigint | undefined {
    return evaluateExpression(expression, (name) => {
      const macros = this.macros.get(name);
      const meanings = new Set<string>(this.constants.get(name) ?? []);
      for (const macro of macros ?? []) meanings.add(macro.parameters ? "(" : `(${macro.body})`);
      // Several definitions that differ, e.g. under #if: which one holds is not known.
      if (meanings.size > 1) return undefined;
      const [meaning] = meanings;
      return meaning ?? driverKitConstant(name);
    });
  }

  parametersOf(fn: FunctionInfo): readonly ParameterInfo[] {
    if (fn.form !== "impl" || fn.parameters.length > 0) return fn.parameters;
    const className = this.classNameOf(fn);
    return (className === undefined ? undefined : this.method(className, fn.name)?.parameters) ?? [];
  }

  prototype(name: string): MethodInfo | undefined {
    this.prototypes ??= new Map(
      this.files.flatMap((file) => file.prototypes.map((each) => [each.name, each] as const)),
    );
    return this.prototypes.get(name);
  }

  functionsNamed(name: string): readonly FunctionInfo[] {
    return this.byName.get(name) ?? [];
  }
}

/** A class of the SDK: like the table's methods, its methods have no place in the project. */
function systems(declaration: ClassDeclaration): ClassDeclaration {
  return { ...declaration, methods: declaration.methods.map((method) => ({ ...method, path: "" })) };
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
