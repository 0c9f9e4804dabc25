// A key in the constraints of a SCSI host adapter that the family does not take from there.
import { IGNORED_CONSTRAINTS, type ScsiKey } from "../../knowledge/scsi.ts";
import { entryOf } from "../../plist/document.ts";
import { callsOf, type CallSite } from "../../semantics/calls.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { callParts } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { enclosing, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, file, type FileContext, type RuleFinding, type Step } from "../define.ts";
import { scsiPersonalities } from "./hba.ts";

export default defineRule({
  meta: {
    id: "scsi-constraints-unknown-key",
    area: "scsi",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "UserReportHBAConstraints is given a key that it does not read.",
    why: "The family copies a few keys out of the dictionary and drops the rest, so larger requests than the limit arrive.",
    messages: {
      ignored: "UserReportHBAConstraints ignores {key}; it is read from the properties of the service",
    },
  },
  trigger: file(),
  check(context) {
    const calls = callsOf(context.file, context.fileSummary);
    const functions = new Map<FunctionInfo, CallSite>();
    for (const site of calls.get("UserReportHBAConstraints") ?? []) {
      const fn = site.fn && outermostOf(site.fn);
      if (fn && !functions.has(fn)) functions.set(fn, site);
    }
    return [...functions].flatMap(([fn, site]) => checkFunction(fn, site, context));
  },
});

function checkFunction(fn: FunctionInfo, site: CallSite, context: FileContext): RuleFinding<"ignored">[] {
  const others = ["SetProperties", "UserSetHBAProperties", "setProperties"];
  const sites = callsOf(context.file, context.fileSummary);
  const hasOther = others.some((name) => sites.get(name)?.some((other) => (other.fn && outermostOf(other.fn)) === fn));
  const dictionary = site.args[0] ? textOf(site.args[0]) : "";
  const findings: RuleFinding<"ignored">[] = [];
  for (const node of walk(fn.body)) {
    const key = keyOf(node);
    if (!key || (hasOther && receiverOf(node) !== dictionary)) continue;
    const personalities = context
      .targetsOf(context.file.path)
      .flatMap((target) => scsiPersonalities(target, context.plist));
    // Where the personality has the property already, the entry here is superfluous and does no harm.
    if (personalities.some(({ personality }) => entryOf(personality.value, key.property))) continue;
    const steps: Step[] = personalities.map(({ document, personality }) => ({
      path: document.path,
      span: personality.nameSpan,
      kind: "note",
      text: `${key.property} belongs into the personality “${personality.name}”`,
    }));
    steps.push({ path: site.path, span: spanOf(site.node), kind: "call", text: "the dictionary is handed over here" });
    findings.push({ message: "ignored", data: { key: key.constant }, span: spanOf(node), steps });
  }
  return findings;
}

function keyOf(node: SyntaxNode): ScsiKey | undefined {
  if (node.kind !== K.identifier && node.kind !== K.stringLiteral) return undefined;
  const text = textOf(node);
  return IGNORED_CONSTRAINTS.find(({ constant, property }) => text === constant || text === `"${property}"`);
}

/** What the call around a key is made on: `d` of `d->setObject(key, value)`. */
function receiverOf(node: SyntaxNode): string {
  const call = enclosing(node, K.callExpression);
  const receiver = call ? callParts(call)?.receiver : undefined;
  return receiver ? textOf(receiver) : "";
}
