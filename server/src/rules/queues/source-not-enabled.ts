// An interrupt source gets a handler, and nothing in the project enables it.
import type { Span } from "../../base/span.ts";
import { callsAround, codeAround, type CallSite } from "../../semantics/calls.ts";
import type { FunctionInfo } from "../../semantics/model.ts";
import { outermostOf, placeOf } from "../../semantics/places.ts";
import { addressOf, binaryParts, callParts, isNullConstant, uncast, type CallParts } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, nodeAt, spanOf, textOf, walk, type SyntaxNode } from "../../syntax/node.ts";
import { readDeclarator } from "../../semantics/types.ts";
import { macroMeaning } from "../../knowledge/macros.ts";
import { defineRule, file, type FileContext, type RuleFinding, type Step } from "../define.ts";
import { classOfValue, creationsAround, creationsIn, type SourceCreation } from "./interrupt-sources.ts";

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
    const creations = creationsIn(context);
    if (creations.length === 0 || mayBeEnabledUnread(context)) return [];
    const enabling = enablingCalls(context);
    const handlers = callsAround(context, context.file.path, ["SetHandler"]);
    const uses = new Map<FunctionInfo, Uses>();
    for (const creation of creations) {
      const { source, fn } = creation;
      if (!source) continue;
      const home = outermostOf(fn);
      const used = uses.get(home) ?? usesIn(context, home);
      uses.set(home, used);
      const names = namesOf(creation, used);
      const local = names.size === 1 && source.plain && used.declared.has(source.name);
      const known: Known = { creation, names, local };
      const handler = handlerCall(handlers, known);
      if (!handler || isEnabled(context, enabling, known)) continue;
      if ([...names].some((name) => used.handedOut.has(name))) continue;
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

/** What the functions that create sources do with variables; read once per function. */
interface Uses {
  /** `target = value`, by name, where the value is a variable or a smart pointer or cast made of one. */
  readonly copies: readonly { readonly target: string; readonly value: string }[];
  /** Local variables declared in the function. */
  readonly declared: ReadonlySet<string>;
  /** Variables handed to functions that the project does not define: they may be enabled there. */
  readonly handedOut: ReadonlySet<string>;
}

function usesIn(context: FileContext, fn: FunctionInfo): Uses {
  const copies: { target: string; value: string }[] = [];
  const declared = new Set<string>();
  const handedOut = new Set<string>();
  const copy = (target: string | undefined, value: SyntaxNode | undefined): void => {
    const name = value && copiedName(value);
    if (target !== undefined && name !== undefined) copies.push({ target, value: name });
  };
  for (const node of walk(fn.body)) {
    if (node.kind === K.assignmentExpression) {
      const parts = binaryParts(node);
      copy(parts && placeOf(parts.left)?.name, parts?.right);
    } else if (node.kind === K.initDeclarator) copy(readDeclarator(node).name, field(node, "value"));
    else if (node.kind === K.declaration) {
      for (const child of node.children) declared.add(readDeclarator(child).name);
    } else if (node.kind === K.callExpression) {
      const call = callParts(node);
      if (!call || !mayEnable(context, call)) continue;
      for (const argument of call.args) {
        const place = placeOf(addressOf(argument) ?? argument);
        if (place) handedOut.add(place.name);
      }
    }
  }
  return { copies, declared, handedOut };
}

/** The variable that a value is, or of which it is a smart pointer or cast. */
function copiedName(value: SyntaxNode): string | undefined {
  const node = uncast(value);
  const place = placeOf(node);
  if (place) return place.name;
  const call = callParts(node);
  if (!call || call.receiver || !/^(?:OSSharedPtr|OSDynamicCast|OSRequiredCast|move)$/.test(call.name))
    return undefined;
  return call.args
    .map((argument) => placeOf(argument)?.name)
    .findLast((name) => name !== undefined && name !== "OSNoRetain");
}

/** A call of a function that nobody here can look into. */
function mayEnable(context: FileContext, call: CallParts): boolean {
  if (call.receiver || call.scope !== undefined || macroMeaning(call.name)) return false;
  if (/^(?:OSSharedPtr|move|printf)$|log|print|trace|debug|assert|err/i.test(call.name)) return false;
  return context.index.functionsNamed(call.name).length === 0;
}

/** The names under which the source is known: that of the out-argument, and of what the creating function copies it to. */
function namesOf(creation: SourceCreation, uses: Uses): Set<string> {
  const names = new Set<string>(creation.source ? [creation.source.name] : []);
  for (const { target, value } of uses.copies) if (names.has(value)) names.add(target);
  return names;
}

/** A source with its names. */
interface Known {
  readonly creation: SourceCreation;
  readonly names: ReadonlySet<string>;
  /** True when the source never leaves a plain local variable of the creating function. */
  readonly local: boolean;
}

/** The call that gives the source its handler. */
function handlerCall(handlers: readonly CallSite[], { creation, names, local }: Known): CallSite | undefined {
  return handlers.find((site) => {
    const place = site.receiver && placeOf(site.receiver);
    if (!place || !names.has(place.name) || !site.fn) return false;
    return !local || outermostOf(site.fn) === outermostOf(creation.fn);
  });
}

/** The calls that switch some source on, or may. */
function enablingCalls(context: FileContext): CallSite[] {
  return callsAround(context, context.file.path, ["SetEnable", "SetEnableWithCompletion"]).filter((site) => {
    const [enable] = site.args;
    if (!enable || isNullConstant(enable) || uncast(enable).kind === K.false || !site.fn || !site.receiver)
      return false;
    const className = classOfValue(context, site.receiver, site.fn);
    return className === undefined || SOURCE_CLASSES.has(className);
  });
}

/** True when some call may enable this source. Calls on other members are not about it. */
function isEnabled(context: FileContext, enabling: readonly CallSite[], { creation, names, local }: Known): boolean {
  if (enabling.length === 0) return false;
  const others = creationsAround(context, context.file.path);
  const home = outermostOf(creation.fn);
  return enabling.some((site) => {
    const place = site.receiver && placeOf(site.receiver);
    const owner = site.fn && outermostOf(site.fn);
    if (!place) return true;
    if (names.has(place.name) && (!local || owner === home)) return true;
    if (!place.plain) return false;
    // A plain variable may be a parameter or a copy that holds this source, unless it holds one created in its own function.
    return !others.some((other) => outermostOf(other.fn) === owner && other.source?.name === place.name);
  });
}

/** True when SetEnable stands where no call can be read: in an unreadable region, or in a macro's body. */
function mayBeEnabledUnread(context: FileContext): boolean {
  return codeAround(context, context.file.path).some((summary) => {
    if (summary.macros.some((macro) => macro.body.includes("SetEnable"))) return true;
    const syntax = context.syntax(summary.path);
    return syntax?.errors.some((error) => syntax.text.slice(error.start, error.end).includes("SetEnable")) ?? false;
  });
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
