// An interrupt source gets a handler, and nothing in the project enables it.
import type { Span } from "../../base/span.ts";
import { callsAround, type CallSite } from "../../semantics/calls.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf, placeOf } from "../../semantics/places.ts";
import { addressOf, binaryParts, callParts, isNullConstant, uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, nodeAt, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { macroMeaning } from "../../knowledge/macros.ts";
import { defineRule, file, type FileContext, type RuleFinding, type Step } from "../define.ts";
import { classOfValue, creationsAround, creationsIn, readable, type SourceCreation } from "./interrupt-sources.ts";

/** Classes through which an interrupt source may be enabled. */
const SOURCE_CLASSES: ReadonlySet<string> = new Set(["IOInterruptDispatchSource", "IODispatchSource", "OSObject"]);

export default defineRule({
  meta: {
    id: "source-not-enabled",
    area: "queues",
    severity: "error",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "An interrupt source gets a handler but is never enabled.",
    why: "A new interrupt source is off; only SetEnable(true) turns the interrupt on, so the handler never runs and the device seems dead.",
    messages: {
      never: "'{source}' is never enabled: its handler will not run",
    },
  },
  trigger: file(),
  check(context) {
    const findings: RuleFinding<"never">[] = [];
    const seen = new Set<string>();
    for (const creation of creationsIn(context)) {
      const { source, fn } = creation;
      if (!source) continue;
      const names = namesOf(creation);
      const handler = handlerCall(context, creation, names);
      if (!handler || isEnabled(context, names) || leavesProject(context, creation, names)) continue;
      const shown = handler.receiver ? textOf(handler.receiver) : source.name;
      const key = `${handler.path} ${handler.node.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const steps: Step[] = [
        {
          path: fn.path,
          span: spanOf(creation.site.node),
          kind: "acquire",
          text: `'${source.name}' is created here, switched off`,
        },
      ];
      const other = handler.path !== context.file.path;
      findings.push({
        message: "never",
        data: { source: shown },
        span: other ? spanOf(creation.site.node) : spanOf(handler.node),
        steps: other
          ? [{ path: handler.path, span: spanOf(handler.node), kind: "call", text: "its handler is set here" }]
          : steps,
        // A snippet shows only a part: what enables the source may stand in the part left out.
        ...(handler.fn?.form === "top-level" ? { severity: "warning" as const } : {}),
      });
    }
    return findings;
  },
  fixes(context, finding) {
    const syntax = context.syntax(finding.path);
    if (!syntax) return [];
    const call = callParts(nodeAt(syntax.root, finding.span));
    if (call?.name !== "SetHandler" || !call.receiver) return [];
    const at = insertionPoint(call.node);
    if (!at) return [];
    const enable = `${textOf(call.receiver)}${call.arrow ? "->" : "."}SetEnable(true);`;
    const indent = /[ \t]*$/.exec(syntax.text.slice(0, at.statement.start).split("\n").at(-1) ?? "")?.[0] ?? "";
    const newline = syntax.text.includes("\r\n") ? "\r\n" : "\n";
    const span: Span = { start: at.end, end: at.end };
    return [
      {
        title: "Enable the source after its handler is set",
        // When the device may interrupt is the driver's to decide.
        safe: false,
        edits: [{ path: finding.path, edits: [{ span, newText: `${newline}${indent}${enable}` }] }],
      },
    ];
  },
});

/** The names under which the source is known: that of the out-argument, and of what the creating function copies it to. */
function namesOf(creation: SourceCreation): Set<string> {
  const names = new Set<string>(creation.source ? [creation.source.name] : []);
  for (const node of walk(outermostOf(creation.fn).body)) {
    if (node.kind === K.assignmentExpression) {
      const parts = binaryParts(node);
      const target = parts && placeOf(parts.left);
      if (parts && target && mentions(parts.right, names)) names.add(target.name);
    } else if (node.kind === K.initDeclarator) {
      const value = field(node, "value");
      if (value && mentions(value, names)) names.add(readDeclarator(node).name);
    }
  }
  return names;
}

/** True when the value is one of the names itself, or a smart pointer or cast made of it; not something computed from it. */
function mentions(value: SyntaxNode, names: ReadonlySet<string>): boolean {
  const node = uncast(value);
  const place = placeOf(node);
  if (place) return names.has(place.name);
  if (node.kind === K.callExpression) {
    const call = callParts(node);
    return (
      call !== undefined && !call.receiver && call.args.some((argument) => names.has(placeOf(argument)?.name ?? ""))
    );
  }
  return false;
}

/** The call that gives the source its handler. */
function handlerCall(context: FileContext, creation: SourceCreation, names: ReadonlySet<string>): CallSite | undefined {
  const local = isLocal(creation, names);
  return callsAround(context, context.file.path, ["SetHandler"]).find((site) => {
    const place = site.receiver && placeOf(site.receiver);
    if (!place || !names.has(place.name) || !site.fn) return false;
    if (site.path === context.file.path && readable(context, [site]).length === 0) return false;
    return !local || outermostOf(site.fn) === outermostOf(creation.fn);
  });
}

/** True when the source never leaves a plain local variable of the creating function. */
function isLocal(creation: SourceCreation, names: ReadonlySet<string>): boolean {
  const only = names.size === 1 && creation.source?.plain === true;
  return only && declares(outermostOf(creation.fn), creation.source.name);
}

function declares(fn: FunctionInfo, name: string): boolean {
  for (const node of walk(fn.body))
    if (node.kind === K.declaration && node.children.some((child) => readDeclarator(child).name === name)) return true;
  return false;
}

/** True when some call may enable this source. Calls on other members, and on objects of other classes, are not about it. */
function isEnabled(context: FileContext, names: ReadonlySet<string>): boolean {
  const others = creationsAround(context, context.file.path);
  return callsAround(context, context.file.path, ["SetEnable", "SetEnableWithCompletion"]).some((site) => {
    const [enable] = site.args;
    if (!enable || isNullConstant(enable) || uncast(enable).kind === K.false || !site.fn || !site.receiver)
      return false;
    const place = placeOf(site.receiver);
    const className = classOfValue(context, site.receiver, site.fn);
    if (className !== undefined && !SOURCE_CLASSES.has(className)) return false;
    if (!place || names.has(place.name)) return true;
    if (!place.plain) return false;
    // A plain variable may be a parameter or a copy that holds this source, unless it holds one created in its own function.
    const owner = outermostOf(site.fn);
    return !others.some((other) => outermostOf(other.fn) === owner && other.source?.name === place.name);
  });
}

/** True when the source is handed to a function that the project does not define: it may be enabled there. */
function leavesProject(context: FileContext, creation: SourceCreation, names: ReadonlySet<string>): boolean {
  for (const node of walk(outermostOf(creation.fn).body)) {
    const call = callParts(node);
    if (!call || call.receiver || call === creation.site || node === creation.site.node) continue;
    if (macroMeaning(call.name) || /^(?:OSSharedPtr|move|printf)$|log|print|trace|debug|assert|err/i.test(call.name))
      continue;
    if (context.index.functionsNamed(call.name).length > 0) continue;
    if (call.args.some((argument) => names.has(placeOf(addressOf(argument) ?? argument)?.name ?? ""))) return true;
  }
  return false;
}

/** The statement after which the source can be enabled: the call's own, or the test of its result that follows. */
function insertionPoint(call: SyntaxNode): { readonly statement: SyntaxNode; readonly end: number } | undefined {
  let statement: SyntaxNode | undefined = call;
  while (statement && statement.kind !== K.expressionStatement && statement.kind !== K.declaration) {
    if (statement.kind === K.ifStatement || statement.kind === K.compoundStatement) break;
    statement = statement.parent;
  }
  if (!statement?.parent || statement.kind === K.compoundStatement) return undefined;
  const siblings = statement.parent.children;
  if (statement.kind !== K.ifStatement && statement.parent.kind !== K.compoundStatement && statement.parent.parent)
    return undefined;
  const next = siblings[siblings.indexOf(statement) + 1];
  const tested =
    next?.kind === K.ifStatement && /ret|kr|result|status|err|success/i.test(textOf(field(next, "condition") ?? next));
  return { statement, end: tested && next ? next.end : statement.end };
}
