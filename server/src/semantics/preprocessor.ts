// Sees through `#if` without a preprocessor: which branches a DriverKit build may compile. Decides nothing about macros' bodies.
import { K } from "../syntax/kinds.ts";
import { field, textOf, type SyntaxNode } from "../syntax/node.ts";

/**
 * Macros that only a kernel build defines. A branch that needs one of them is a kext's and is left out:
 * KERNEL and its variants (xnu's own switches), and names that projects with a kext and a dext use.
 */
const KEXT_MACROS: ReadonlySet<string> = new Set([
  "KERNEL",
  "_KERNEL",
  "__KERNEL__",
  "KERNEL_PRIVATE",
  "XNU_KERNEL_PRIVATE",
  "MACH_KERNEL_PRIVATE",
  "KEXT",
  "BUILD_KEXT",
  "TARGET_OS_KEXT",
]);

/** Macros that every DriverKit build defines as 1 (TargetConditionals.h) or that projects use for it. */
const DEXT_MACROS: ReadonlySet<string> = new Set(["TARGET_OS_DRIVERKIT", "__cplusplus", "DRIVERKIT", "BUILD_DEXT"]);

const CONDITIONALS: ReadonlySet<string> = new Set([
  K.preprocIf,
  K.preprocIfdef,
  K.preprocElse,
  K.preprocElif,
  K.preprocElifdef,
]);

/** True for `#if`, `#ifdef`, `#else`, `#elif` and their like. */
export function isConditional(node: SyntaxNode): boolean {
  return CONDITIONALS.has(node.kind);
}

/**
 * The children of a node as a DriverKit build may see them: the contents of conditional branches in the place of the branches,
 * without those that are certainly left out (`#if 0`, kext branches, the `#else` of what certainly holds).
 * Alternatives that cannot be decided are all given, in order.
 */
export function activeChildren(node: SyntaxNode): SyntaxNode[] {
  if (!node.children.some(isConditional)) return node.children as SyntaxNode[];
  const result: SyntaxNode[] = [];
  for (const child of node.children) {
    if (isConditional(child)) result.push(...branchContents(child));
    else result.push(child);
  }
  return result;
}

/** The contents of a conditional and of its alternatives, as far as they may be compiled; nested conditionals are opened too. */
export function branchContents(conditional: SyntaxNode): SyntaxNode[] {
  const result: SyntaxNode[] = [];
  const stack: SyntaxNode[] = [conditional];
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (!isConditional(next)) {
      result.push(next);
      continue;
    }
    const holds = branchHolds(next);
    const guard = field(next, "condition") ?? field(next, "name");
    const alternative = next.children.find((child) => isAlternative(child));
    const contents = holds === false ? [] : next.children.filter((child) => child !== guard && child !== alternative);
    if (alternative && holds !== true) contents.push(alternative);
    for (let i = contents.length - 1; i >= 0; i--) stack.push(contents[i] as SyntaxNode);
  }
  return result;
}

function isAlternative(node: SyntaxNode): boolean {
  return node.kind === K.preprocElse || node.kind === K.preprocElif || node.kind === K.preprocElifdef;
}

/** Whether a branch is compiled in a DriverKit build; undefined when that cannot be told. */
export function branchHolds(branch: SyntaxNode): boolean | undefined {
  switch (branch.kind) {
    case K.preprocIf:
    case K.preprocElif: {
      const condition = field(branch, "condition");
      return condition ? conditionHolds(textOf(condition)) : undefined;
    }
    case K.preprocIfdef:
    case K.preprocElifdef: {
      const name = field(branch, "name") ?? branch.children.find((child) => child.kind === K.identifier);
      const known = name ? definedness(textOf(name)) : undefined;
      const negated = /^#\s*(?:el)?ifn/.test(branch.source.text.slice(branch.start, branch.start + 12));
      return known === undefined ? undefined : known !== negated;
    }
    default:
      return undefined;
  }
}

function definedness(name: string): boolean | undefined {
  if (KEXT_MACROS.has(name)) return false;
  if (DEXT_MACROS.has(name)) return true;
  return undefined;
}

/** Evaluates a condition in three values: true, false, or undefined where it depends on something not known here. */
export function conditionHolds(text: string): boolean | undefined {
  const tokens = text.slice(0, 2000).match(/defined|[A-Za-z_]\w*|\d\w*|&&|\|\||[!()]|\S/g) ?? [];
  let at = 0;
  const primary = (depth: number): boolean | undefined => {
    const token = tokens[at++];
    if (token === undefined || depth > 100) return undefined;
    if (token === "!") {
      const inner = primary(depth + 1);
      return inner === undefined ? undefined : !inner;
    }
    if (token === "(") {
      const inner = either(depth + 1);
      if (tokens[at] === ")") at++;
      return inner;
    }
    if (token === "defined") {
      const bracket = tokens[at] === "(";
      const name = tokens[bracket ? at + 1 : at] ?? "";
      at += bracket ? 3 : 1;
      return definedness(name);
    }
    if (/^\d/.test(token)) return /^0+[uUlL]*$|^0[xX]0+$/.test(token) ? false : true;
    if (tokens[at] === "(") {
      // A function-like test such as __has_include(…): skip its argument, nothing is known of it.
      let open = 0;
      for (; at < tokens.length; at++) {
        if (tokens[at] === "(") open++;
        if (tokens[at] === ")" && --open === 0) {
          at++;
          break;
        }
      }
      return undefined;
    }
    return definedness(token);
  };
  const comparison = (depth: number): boolean | undefined => {
    const left = primary(depth);
    let compared = false;
    while (at < tokens.length && !["&&", "||", ")"].includes(tokens[at] ?? "")) {
      // Any other operator: its value is not worked out.
      compared = true;
      if (tokens[at] === "(") primary(depth + 1);
      else at++;
    }
    return compared ? undefined : left;
  };
  const both = (depth: number): boolean | undefined => {
    let value = comparison(depth);
    while (tokens[at] === "&&") {
      at++;
      const right = comparison(depth);
      value = value === false || right === false ? false : value === true && right === true ? true : undefined;
    }
    return value;
  };
  const either = (depth: number): boolean | undefined => {
    let value = both(depth);
    while (tokens[at] === "||") {
      at++;
      const right = both(depth);
      value = value === true || right === true ? true : value === false && right === false ? false : undefined;
    }
    return value;
  };
  const value = either(0);
  return at >= tokens.length ? value : undefined;
}

/** True when a node stands in a branch that no DriverKit build compiles: `#if 0`, a kext's branch, the `#else` of what certainly holds. */
export function isInactive(node: SyntaxNode): boolean {
  let child = node;
  for (let up = node.parent; up; up = up.parent) {
    if (isConditional(up)) {
      const holds = branchHolds(up);
      if (isAlternative(child) ? holds === true : holds === false) return true;
    }
    child = up;
  }
  return false;
}
