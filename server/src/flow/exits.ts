// Whether a way out of a function is one on which it succeeds.
import { isObjectPointer } from "../semantics/expression-type.ts";
import type { FunctionInfo, ProjectIndex } from "../semantics/model.ts";
import { textOf, type SyntaxNode } from "../syntax/node.ts";
import { fromOf, truthOf, type Env, type Value } from "./values.ts";

/** What the function tells its caller by returning `value` in `env`. Where that cannot be told, it counts as success. */
export function outcomeOf(
  returned: SyntaxNode | undefined,
  value: Value | undefined,
  env: Env,
  fn: FunctionInfo,
  index: ProjectIndex,
): "success" | "failure" {
  if (returned) {
    // `return false` from a function that returns a status is success to the kernel and failure to its author.
    if (textOf(returned) === "false") return "failure";
    const truth = truthOf(value);
    if (truth === undefined) return "success";
    const { returns } = fn;
    const truthIsSuccess = returns?.name === "bool" || (returns?.pointers ?? 0) > 0 || isObjectPointer(returns, index);
    return truth === truthIsSuccess ? "success" : "failure";
  }
  // A void function says by its path alone whether it failed: some call's status is known to be an error.
  const failed = [...env].some(
    ([key, each]) => !key.startsWith("?") && fromOf(each) !== undefined && truthOf(each) === true,
  );
  return failed ? "failure" : "success";
}
