// Whether a function takes a reference of its own to an object, whatever name it uses for it. No rule by itself.
import type { FunctionInfo, ProjectIndex } from "../../semantics/model.ts";
import { outermostOf, placeOf } from "../../semantics/places.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { binaryParts, callParts, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { macroMeaning } from "../../knowledge/macros.ts";

/** The last names under which an expression's object is known in a function: its own, and those of variables it is copied to. */
export function namesFor(expression: SyntaxNode, fn: FunctionInfo): Set<string> {
  const own = placeOf(expression)?.name;
  const names = new Set<string>(own === undefined ? [] : [own]);
  for (const node of walk(outermostOf(fn).body)) {
    if (node.kind === K.assignmentExpression) {
      const parts = binaryParts(node);
      const target = parts && placeOf(parts.left);
      if (parts && target && names.has(placeOf(valueBehind(parts.right))?.name ?? "")) names.add(target.name);
    } else if (node.kind === K.initDeclarator || node.kind === K.declaration) {
      // `if (T *x = …)` declares without a declarator of its own.
      const value = field(node, "value");
      const declared = node.kind === K.declaration ? field(node, "declarator") : node;
      if (value && names.has(placeOf(valueBehind(value))?.name ?? "")) names.add(readDeclarator(declared).name);
    }
  }
  return names;
}

/** The object that a checked cast gives back. */
export function valueBehind(expression: SyntaxNode): SyntaxNode {
  let node = uncast(expression);
  for (let steps = 0; steps < 8; steps++) {
    const call = callParts(node);
    const object = call && !call.receiver && macroMeaning(call.name)?.kind === "cast" ? call.args[1] : undefined;
    if (!object) return node;
    node = uncast(object);
  }
  return node;
}

/**
 * True when the function may take a reference of its own to what the names stand for: `x->retain()`, `OSSharedPtr(x, OSRetain)`,
 * `x.reset(y, OSRetain)`, or a call of a function that is not known, or that retains something.
 */
export function mayRetain(names: ReadonlySet<string>, fn: FunctionInfo, index: ProjectIndex): boolean {
  for (const node of walk(outermostOf(fn).body)) {
    const call = callParts(node);
    // The base class's own method keeps nothing for this one.
    if (!call || call.args.some((argument) => textOf(argument) === "SUPERDISPATCH")) continue;
    const receiver = call.receiver && placeOf(call.receiver)?.name;
    if (receiver !== undefined && names.has(receiver) && /retain/i.test(call.name)) return true;
    if (!call.args.some((argument) => names.has(placeOf(argument)?.name ?? ""))) continue;
    if (call.args.some((argument) => textOf(argument) === "OSRetain") || /retain/i.test(call.name)) return true;
    if (call.receiver || macroMeaning(call.name) || /log|print|trace|debug|assert/i.test(call.name)) continue;
    const known = index.functionsNamed(call.name);
    if (known.length === 0 && !/^(OSSharedPtr|AsyncCompletion|move)$/.test(call.name)) return true;
    if (known.some((callee) => /\bretain\s*\(|OSRetain\b/.test(textOf(callee.body)))) return true;
  }
  return false;
}
