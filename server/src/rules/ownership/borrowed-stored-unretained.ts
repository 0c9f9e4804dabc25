// An object that is only borrowed is kept in a member, and what lends it goes when the function returns.
import { localVariable } from "../../semantics/expression-type.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { isReleaseCall } from "../../flow/ownership-facts.ts";
import { addressOf, binaryParts, callParts, fieldParts, normalText, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, nodeAt, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { classes, defineRule, type ClassContext, type RuleFinding } from "../define.ts";
import { returnedBy, storedBy } from "./api-calls.ts";
import { indentAt, newlineOf, statementOf } from "./edits.ts";
import { objectMembers, type Member } from "./members.ts";
import { usesOf, type Use } from "./member-uses.ts";
import { mayRetain, namesFor } from "./retains.ts";

export default defineRule({
  meta: {
    id: "borrowed-stored-unretained",
    area: "ownership",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A borrowed object is kept in a member without a retain().",
    why: "What was asked for the object is gone when the function returns, and the object with it: the member points to freed memory.",
    messages: {
      kept: "'{member}' keeps what {source} lends, without a retain(); '{lender}' ends with this function",
    },
  },
  trigger: classes(),
  check(context) {
    const { cls, index } = context;
    return objectMembers(cls, index)
      .filter((member) => !member.smart)
      .flatMap((member) => judge(context, member));
  },
  fixes(context, finding) {
    const file = context.syntax(finding.path);
    const known = finding.context as { released: boolean } | undefined;
    // Without a release the retain would only leak.
    if (!file || !known?.released) return [];
    const node = nodeAt(file.root, finding.span);
    const parts = binaryParts(node);
    const statement = statementOf(node);
    if (!parts || !statement) return [];
    const newline = newlineOf(file.text);
    const indent = indentAt(file.text, statement.start);
    const member = textOf(parts.left);
    const newText = `${newline}${indent}if (${member})${newline}${indent}    ${member}->retain();`;
    return [
      {
        title: `Retain '${member}'`,
        safe: false,
        edits: [{ path: finding.path, edits: [{ span: { start: statement.end, end: statement.end }, newText }] }],
      },
    ];
  },
});

function judge(context: ClassContext, member: Member): RuleFinding<"kept">[] {
  const uses = usesOf(context, context.cls, member);
  if (uses.some((use) => use.kind === "retain")) return [];
  const released = uses.some((use) => use.kind === "release");
  const findings: RuleFinding<"kept">[] = [];
  for (const use of uses) {
    if (use.kind !== "store" || !use.certain || use.source?.kind !== "+0" || !use.source.lender) continue;
    const lender = lenderOf(use.source.lender, use.fn, context);
    const value = binaryParts(use.at)?.right;
    if (lender === undefined || !value || isCleared(use, member, uses)) continue;
    const names = namesFor(value, use.fn);
    names.add(member.name);
    if (mayRetain(names, use.fn, context.index)) continue;
    findings.push({
      message: "kept",
      data: { member: `ivars->${member.name}`, source: use.source.what, lender },
      path: use.fn.path,
      span: spanOf(use.at),
      context: { released },
    });
  }
  return findings;
}

/** The member is emptied, or given something else, in the same function behind the store. */
function isCleared(use: Use, member: Member, uses: readonly Use[]): boolean {
  return uses.some(
    (other) =>
      (other.kind === "clear" || other.kind === "acquire") &&
      outermostOf(other.fn) === outermostOf(use.fn) &&
      other.at.start > use.at.start &&
      member.name !== "",
  );
}

/**
 * What lends an object, when it certainly ends with the function: an argument of an external method, or a local variable that
 * owns its object and releases it here. A member, the provider or a parameter lives on.
 */
function lenderOf(lender: SyntaxNode, fn: FunctionInfo, context: ClassContext): string | undefined {
  let node = uncast(lender);
  for (let steps = 0; steps < 8; steps++) {
    const parts = fieldParts(node);
    if (parts && /^structure(Input|InputDescriptor|OutputDescriptor)$/.test(textOf(parts.member)))
      return normalText(node);
    const call = callParts(node);
    if (call?.receiver) node = uncast(call.receiver);
    else if (call && /^OS(Dynamic|Required)Cast$/.test(call.name) && call.args[1]) node = uncast(call.args[1]);
    else break;
  }
  if (node.kind !== K.identifier) return undefined;
  const name = textOf(node);
  const local = localVariable(name, node, fn, context.index);
  if (!local || local.parameter || local.static) return undefined;
  return isOwnedHere(name, fn, context) ? name : undefined;
}

function isOwnedHere(name: string, fn: FunctionInfo, context: ClassContext): boolean {
  let owned = false;
  let released = false;
  for (const node of walk(outermostOf(fn).body)) {
    const value =
      node.kind === K.initDeclarator && readDeclarator(node).name === name
        ? field(node, "value")
        : node.kind === K.assignmentExpression && normalText(binaryParts(node)?.left ?? node) === name
          ? binaryParts(node)?.right
          : undefined;
    const made = value && callParts(uncast(value));
    if (made && returnedBy(made, fn, context) === "+1") owned = true;
    const call = callParts(node);
    if (!call) continue;
    call.args.forEach((argument, position) => {
      const target = addressOf(argument);
      if (target && textOf(target) === name && storedBy(call, position, fn, context) === "+1") owned = true;
    });
    const release = isReleaseCall(call);
    if (release && textOf(uncast(release.target)) === name) released = true;
  }
  return owned && released;
}
