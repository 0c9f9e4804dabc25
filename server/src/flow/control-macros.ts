// Macros that jump: Apple's, by the table of what they mean, and the workspace's own, by expanding them.
import { macroMeaning } from "../knowledge/macros.ts";
import type { ProjectIndex } from "../semantics/model.ts";
import { callParts, type CallParts } from "../syntax/cpp.ts";
import { K } from "../syntax/kinds.ts";
import { textOf, type SyntaxNode } from "../syntax/node.ts";

/** "When `condition` is `when`, do `action`, then go to `label`", or return where there is no label. */
export interface ConditionalJump {
  readonly condition: SyntaxNode;
  readonly when: boolean;
  readonly action: SyntaxNode | undefined;
  readonly label: string | undefined;
  readonly value: SyntaxNode | undefined;
}

/** The jump that a call of one of Apple's macros stands for; undefined for other names and when the arguments do not fit. */
export function conditionalJump(call: CallParts): ConditionalJump | undefined {
  const meaning = call.receiver || call.scope ? undefined : macroMeaning(call.name);
  switch (meaning?.kind) {
    case "require": {
      const action = meaning.action === undefined ? undefined : argumentAt(call, meaning.action);
      return jumpTo(call, meaning.condition, meaning.negated, meaning.label, action);
    }
    case "fail-if":
      return jumpTo(call, meaning.condition, meaning.test !== "null", meaning.label, argumentAt(call, meaning.action));
    case "require-return": {
      const condition = argumentAt(call, meaning.condition);
      const value = meaning.value === undefined ? undefined : argumentAt(call, meaning.value);
      return condition && { condition, when: meaning.negated, action: undefined, label: undefined, value };
    }
    default:
      return undefined;
  }
}

function jumpTo(
  call: CallParts,
  conditionAt: number,
  when: boolean,
  labelAt: number,
  action: SyntaxNode | undefined,
): ConditionalJump | undefined {
  const condition = argumentAt(call, conditionAt);
  const label = argumentAt(call, labelAt);
  if (!condition || !label || !/^\w+$/.test(textOf(label))) return undefined;
  return { condition, when, action, label: textOf(label), value: undefined };
}

/** The argument at a 0-based position, empty arguments counted: `F(a, , c)` has no argument 1. */
export function argumentAt(call: CallParts, position: number): SyntaxNode | undefined {
  const list = call.node.children[1];
  if (!list) return undefined;
  let index = 0;
  let from = list.start + 1;
  for (const child of list.children) {
    const gap = list.source.text.slice(from, child.start).replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "");
    index += gap.split(",").length - 1;
    if (index === position) return child;
    if (index > position) return undefined;
    from = child.end;
  }
  return undefined;
}

/** Parses statements of their own (a macro's expansion); every node stands for `origin`, the macro's call. */
export type ParseStatements = (text: string, origin: SyntaxNode) => SyntaxNode | undefined;

const JUMPS = /\b(goto|return|break|continue|release|OSSafeRelease\w*|retain)\b/;
const MAX_EXPANSION = 10_000;

/**
 * The statements that a call of a macro of the workspace expands to, when its body jumps or releases; undefined otherwise.
 * Expansion is textual: parameters are replaced as whole words, `#` and `##` are not supported and give undefined.
 */
export function expandMacro(call: CallParts, index: ProjectIndex, parse: ParseStatements): SyntaxNode | undefined {
  if (call.receiver || call.scope) return undefined;
  const macro = index.macro(call.name);
  if (!macro?.parameters || !JUMPS.test(macro.body)) return undefined;
  if (/##|#[A-Za-z_]/.test(macro.body.replace(/"(?:[^"\\]|\\.)*"/g, '""'))) {
    // Stringising only feeds messages: an empty string has the same effect on the flow.
    if (/##(?!\s*__VA_ARGS__)/.test(macro.body)) return undefined;
  }
  const values = new Map<string, string>();
  const count = macro.parameters.length;
  macro.parameters.forEach((parameter, position) => values.set(parameter, argumentText(call, position)));
  const rest: string[] = [];
  for (let i = count; i < count + 16; i++) {
    const text = argumentText(call, i);
    if (text) rest.push(text);
  }
  values.set("__VA_ARGS__", rest.join(", "));
  const body = macro.body
    .replace(/\\\r?\n/g, " ")
    .replace(/,?\s*##\s*__VA_ARGS__/g, rest.length > 0 ? ", __VA_ARGS__" : "")
    .replace(/#\s*([A-Za-z_]\w*)/g, '""');
  const text = body.replace(/"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*/g, (word) => values.get(word) ?? word);
  if (text.length > MAX_EXPANSION) return undefined;
  return parse(`${text};`, call.node);
}

function argumentText(call: CallParts, position: number): string {
  const node = argumentAt(call, position);
  return node ? textOf(node) : "";
}

/** Calls that do not come back. */
export function isNoReturn(call: CallParts): boolean {
  if (call.receiver) return false;
  if (/^(abort|exit|_exit|__builtin_trap|__builtin_unreachable|panic|os_crash|OSUnreachable)$/.test(call.name))
    return true;
  return (
    /^(assert|__assert)$/.test(call.name) &&
    call.args.length === 1 &&
    /^(0|false)$/.test(textOf(call.args[0] as SyntaxNode))
  );
}

/** The condition that an `assert(c)` promises. */
export function assertedCondition(call: CallParts): SyntaxNode | undefined {
  if (call.receiver || !/^(assert|__Check|__Check_Quiet|OSAssert|os_assert|__builtin_assume)$/.test(call.name))
    return undefined;
  return call.args[0];
}

/** The call that an expression statement consists of. */
export function statementCall(statement: SyntaxNode): CallParts | undefined {
  const inner = statement.kind === K.expressionStatement ? statement.children[0] : statement;
  return inner ? callParts(inner) : undefined;
}
