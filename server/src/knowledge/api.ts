// What DriverKit's classes and functions are: bases, methods, and who owns the objects they give out. Data from driverkit-api.json.
//
// driverkit-api.json is maintained by hand, one method per line. It was first taken from Apple's published interface files
// (xnu iokit/DriverKit, IOPCIFamily, IOHIDFamily, IOSCSIParallelFamily, IOStorageFamily; the commits stand in "sources") and,
// for classes whose .iig is not published, from a mirror of Apple's documentation set ("apple-docs-for-rag"): names and
// signatures only.
//
// Ownership follows Apple's naming convention as OSObject.iig states it: what has "Get" in its name gives +0, everything else
// +1, and the same for out-parameters when the call succeeds. `evidence` says where an entry comes from: "comment" = the
// method's own header comment, "name" = the convention alone, "type" = it returns an OSSharedPtr, "behaviour" = known to differ
// from the convention (casts). Where sources or drivers disagree the entry has no ownership, so that rules stay silent.
import data from "./driverkit-api.json" with { type: "json" };

/** +1: the caller must release it. +0: the caller must not. "smart": an OSSharedPtr that takes care of itself. */
export type Ownership = "+1" | "+0" | "smart";

export interface ApiParameter {
  readonly type: string;
  readonly name: string;
  /** "+1" or "+0" for an object that comes out, "plain" for a value, "unknown" where sources disagree; absent for an input. */
  readonly out?: "+1" | "+0" | "plain" | "unknown";
  /** The callee keeps a reference of its own. */
  readonly retains?: boolean;
  /** The callback that an OSAction must be of: "IOInterruptDispatchSource::InterruptOccurred". */
  readonly action?: string;
}

export interface ApiMethod {
  readonly name: string;
  readonly className: string;
  readonly static: boolean;
  readonly virtual: boolean;
  readonly pure: boolean;
  readonly returns: string;
  /** Who owns what is returned; undefined when that is no object or not known. */
  readonly gives: Ownership | undefined;
  /** IIG marks: "LOCALONLY", "LOCAL", … */
  readonly marks: readonly string[];
  /** The queue that the method asks for with QUEUENAME. */
  readonly queue: string | undefined;
  readonly parameters: readonly ApiParameter[];
}

export interface ApiClass {
  readonly name: string;
  readonly framework: string;
  readonly base: string | undefined;
  readonly methods: readonly ApiMethod[];
}

export interface ApiFunction {
  readonly name: string;
  readonly returns: string;
  readonly gives: Ownership | undefined;
  readonly parameters: readonly ApiParameter[];
}

interface RawMethod {
  readonly name: string;
  readonly static?: boolean;
  readonly virtual?: boolean;
  readonly pure?: boolean;
  readonly returns: string;
  readonly gives?: string;
  readonly marks?: readonly string[];
  readonly queue?: string;
  readonly params?: readonly ApiParameter[];
}
interface RawApi {
  readonly classes: Readonly<
    Record<string, { readonly framework: string; readonly base?: string; readonly methods: readonly RawMethod[] }>
  >;
  readonly functions: readonly {
    readonly name: string;
    readonly returns: string;
    readonly gives?: string;
    readonly params?: readonly ApiParameter[];
  }[];
}

const api = data as unknown as RawApi;

const classes: ReadonlyMap<string, ApiClass> = new Map(
  Object.entries(api.classes).map(([name, raw]) => [
    name,
    {
      name,
      framework: raw.framework,
      base: raw.base,
      methods: raw.methods.map((method) => ({
        name: method.name,
        className: name,
        static: method.static ?? false,
        virtual: method.virtual ?? false,
        pure: method.pure ?? false,
        returns: method.returns,
        gives: ownershipOf(method.gives),
        marks: method.marks ?? [],
        queue: method.queue,
        parameters: method.params ?? [],
      })),
    },
  ]),
);

const methodsByName = new Map<string, ApiMethod[]>();
for (const { methods } of classes.values()) {
  for (const method of methods) methodsByName.set(method.name, [...(methodsByName.get(method.name) ?? []), method]);
}

const functions: ReadonlyMap<string, ApiFunction> = new Map(
  api.functions.map((raw) => [
    raw.name,
    { name: raw.name, returns: raw.returns, gives: ownershipOf(raw.gives), parameters: raw.params ?? [] },
  ]),
);

function ownershipOf(text: string | undefined): Ownership | undefined {
  return text === "+1" || text === "+0" || text === "smart" ? text : undefined;
}

/** A class of DriverKit or one of its families; undefined for any other name. */
export function driverKitClass(name: string): ApiClass | undefined {
  return classes.get(name);
}

/** The names of all classes in the table, sorted. */
export function driverKitClassNames(): string[] {
  return [...classes.keys()].sort();
}

/** A free function of DriverKit. */
export function driverKitFunction(name: string): ApiFunction | undefined {
  return functions.get(name);
}

/** All overloads of a method in the class or, where it has none, in the nearest base that has one. */
export function driverKitMethods(className: string, method: string): readonly ApiMethod[] {
  let at = classes.get(className);
  for (let steps = 0; at && steps < 32; steps++) {
    const found = at.methods.filter((candidate) => candidate.name === method);
    if (found.length > 0) return found;
    at = at.base === undefined ? undefined : classes.get(at.base);
  }
  return [];
}

/** The methods of that name of all classes. */
export function driverKitMethodsNamed(method: string): readonly ApiMethod[] {
  return methodsByName.get(method) ?? [];
}

/** The method as the class or its nearest base declares it; of several overloads the first. */
export function driverKitMethod(className: string, method: string): ApiMethod | undefined {
  return driverKitMethods(className, method)[0];
}

/** True when the table has the method for the class or one of its bases. */
export function isKnownApi(className: string, method: string): boolean {
  return driverKitMethods(className, method).length > 0;
}

/** True when the class derives from OSObject as far as the table says. */
export function isDriverKitObject(className: string): boolean {
  let at = classes.get(className);
  for (let steps = 0; at && steps < 32; steps++) {
    if (at.name === "OSObject" || at.name === "OSMetaClassBase") return true;
    at = at.base === undefined ? undefined : classes.get(at.base);
  }
  return false;
}

/**
 * Who owns the object that a call returns. Without a class it is a free function. For a method of a class that the table knows
 * the answer is the table's, undefined when the table does not say. For a class that it does not know the answer is the
 * convention's; that the call returns an object at all is for the caller to know.
 */
export function returnOwnership(
  className: string | undefined,
  methodName: string,
  _isStatic: boolean,
): "+1" | "+0" | undefined {
  const known =
    className === undefined
      ? functions.get(methodName)?.gives
      : classes.has(className)
        ? driverKitMethod(className, methodName)?.gives
        : conventionalOwnership(methodName);
  return known === "smart" ? undefined : known;
}

/** What the naming convention says of a method's name (OSObject.iig): "Get" anywhere at a word's start, or "get" in front, is +0. */
export function conventionalOwnership(methodName: string): "+1" | "+0" {
  return /^_*get(?![a-z])|Get(?![a-z])/.test(methodName) ? "+0" : "+1";
}

/** The object out-parameters of a method: index from 0, and who owns the object when the call succeeds. */
export function outParameters(method: ApiMethod | ApiFunction): { index: number; ownership: "+1" | "+0" }[] {
  const result: { index: number; ownership: "+1" | "+0" }[] = [];
  method.parameters.forEach((parameter, index) => {
    if (parameter.out === "+1" || parameter.out === "+0") result.push({ index, ownership: parameter.out });
  });
  return result;
}

/** True when the callee keeps a reference of its own to the argument; undefined for a method that the table does not know. */
export function retainsArgument(className: string, method: string, index: number): boolean | undefined {
  const overloads = driverKitMethods(className, method);
  if (overloads.length === 0) return undefined;
  return overloads.some((overload) => overload.parameters[index]?.retains === true);
}

/** Free functions that give out a +1 object. */
export const objectFactories: ReadonlySet<string> = new Set(
  [...functions.values()].filter((fn) => fn.gives === "+1").map((fn) => fn.name),
);
