// What text an expression stands for: a literal, or a name that macros and constants of the project give to one. Never a guess.
import { uncast } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { field, textOf, type SyntaxNode } from "../syntax/node.ts";
import { localVariable } from "./expression-type.ts";
import type { FunctionInfo, ProjectIndex } from "./model.ts";
import { isWritten } from "./places.ts";

/** Names may stand for names; nobody writes longer chains. */
const MAX_STEPS = 8;
const LITERALS = /^\s*(?:(?:u8)?"(?:[^"\\\n]*)"\s*)+$/;

/** The text that an expression of a function stands for; undefined where it is none, or it cannot be told. */
export function stringValue(expression: SyntaxNode, fn: FunctionInfo, index: ProjectIndex): string | undefined {
  let node = uncast(expression);
  for (let steps = 0; steps < MAX_STEPS && node.kind === K.identifier; steps++) {
    const variable = localVariable(textOf(node), node, fn, index);
    if (!variable) break;
    if (variable.parameter || variable.captured || !variable.initializer) return undefined;
    if (isWritten(fn.body, variable.name)) return undefined;
    node = uncast(variable.initializer);
  }
  if (node.kind === K.identifier) return namedString(textOf(node), index);
  if (node.kind === K.qualifiedIdentifier) return namedString(textOf(field(node, "name") ?? node), index);
  return literalText(textOf(node));
}

/** The text that a macro or a constant of the project stands for; undefined where definitions differ. */
export function namedString(name: string, index: ProjectIndex): string | undefined {
  let at = name;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const meaning = meaningOf(at, index);
    if (meaning === undefined) return undefined;
    const text = literalText(meaning);
    if (text !== undefined) return text;
    if (!/^[A-Za-z_]\w*$/.test(meaning)) return undefined;
    at = meaning;
  }
  return undefined;
}

function meaningOf(name: string, index: ProjectIndex): string | undefined {
  const meanings = new Set<string>();
  for (const { macros, constants } of index.files) {
    const constant = constants.get(name);
    if (constant !== undefined) meanings.add(constant.trim());
    for (const macro of macros) if (macro.name === name) meanings.add(macro.parameters ? "()" : macro.body.trim());
  }
  const [meaning] = meanings;
  return meanings.size === 1 ? meaning : undefined;
}

/** The text of one or several plain string literals; undefined for anything else, escapes included. */
function literalText(written: string): string | undefined {
  if (!LITERALS.test(written)) return undefined;
  return [...written.matchAll(/"([^"\\\n]*)"/g)].map(([, text = ""]) => text).join("");
}
