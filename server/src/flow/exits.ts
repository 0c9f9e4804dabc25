// Whether a way out of a function is one on which it succeeds.
import { isObjectPointer } from "../semantics/expression-type.ts";
import type { FunctionInfo, ProjectIndex, TypeRef } from "../semantics/model.ts";
import { readDeclarator, readType } from "../semantics/types.ts";
import { isDeclaratorLike } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { textOf, walk, type SyntaxNode } from "../syntax/node.ts";
import { truthOf, type Env, type Value } from "./values.ts";

const STATUS = /^(kern_return_t|IOReturn|OSReturn|mach_error_t|errno_t|int|OSStatus)$/;

/** True for the types that say how a call went: 0 is success. */
export function isStatusType(type: TypeRef, index: ProjectIndex): boolean {
  return type.pointers === 0 && STATUS.test(index.resolveName(type.name));
}

/** What the function tells its caller by returning `value` in `env`. Where that cannot be told, it counts as success. */
export function outcomeOf(
  returned: SyntaxNode | undefined,
  value: Value | undefined,
  env: Env,
  fn: FunctionInfo,
  index: ProjectIndex,
): "success" | "failure" {
  const { returns } = fn;
  if (!returned) return hasFailed(env, fn) ? "failure" : "success";
  const isStatus = returns !== undefined && isStatusType(returns, index);
  // `return false` from a function that returns a status is success to the kernel and failure to its author.
  if (isStatus && textOf(returned) === "false") return "failure";
  const truth = truthOf(value);
  if (truth === undefined) return "success";
  if (isStatus) return truth ? "failure" : "success";
  const truthIsSuccess = returns?.name === "bool" || (returns?.pointers ?? 0) > 0 || isObjectPointer(returns, index);
  return truthIsSuccess && !truth ? "failure" : "success";
}

/** True when some call's status is known to be an error here. */
export function hasFailed(env: Env, fn: FunctionInfo): boolean {
  for (const name of statusVariables(fn)) if (truthOf(env.get(name)) === true) return true;
  return false;
}

const known = new WeakMap<SyntaxNode, ReadonlySet<string>>();

/** The locals that are declared as a status. */
function statusVariables(fn: FunctionInfo): ReadonlySet<string> {
  const before = known.get(fn.body);
  if (before) return before;
  const names = new Set<string>();
  for (const node of walk(fn.body)) {
    if (node.kind !== K.declaration) continue;
    for (const child of node.children) {
      if (!isDeclaratorLike(child) && child.kind !== K.initDeclarator) continue;
      const declared = readDeclarator(child);
      if (declared.name && declared.pointers === 0 && STATUS.test(readType(node, declared).name))
        names.add(declared.name);
    }
  }
  known.set(fn.body, names);
  return names;
}
