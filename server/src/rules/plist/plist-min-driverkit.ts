// An API that is newer than the oldest DriverKit that the dext says it runs on.
import { DATED_NAMES, classIntroducedIn, compareVersions, methodIntroducedIn } from "../../knowledge/availability.ts";
import type { Span } from "../../base/span.ts";
import { calledMethod } from "../../semantics/expression-type.ts";
import { callsOf, type CallSite } from "../../semantics/calls.ts";
import { isConditional } from "../../semantics/preprocessor.ts";
import type { ClassDeclaration } from "../../semantics/model.ts";
import { outermostOf } from "../../semantics/places.ts";
import { spanOf, textOf, type SyntaxNode } from "../../syntax/node.ts";
import { defineRule, file, type FileContext, type RuleFinding } from "../define.ts";
import { oldestSystem, type OldestSystem } from "./deployment-target.ts";

type Message = "use" | "override";

/** What a place needs: the API's name and the version that first had it. */
interface Need {
  readonly api: string;
  readonly since: string;
  readonly span: Span;
  readonly message: Message;
}

const DATED: ReadonlySet<string> = new Set(DATED_NAMES);
/** Asks the system for its version, or is itself marked as newer: whoever writes that has thought of older systems. */
const VERSION_CHECK = /__builtin_available|@available|\bavailability\s*\(|__API_AVAILABLE|API_AVAILABLE/;

export default defineRule({
  meta: {
    id: "plist-min-driverkit",
    area: "plist",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "The dext uses a class or method that the oldest DriverKit it is built for does not have.",
    why: "A system of that version starts the driver: its process ends before Start because a symbol is missing, or the call fails.",
    messages: {
      use: "{api} needs DriverKit {since}, but '{target}' is built to run on {oldest}",
      override: "nothing calls {api} before DriverKit {since}, and '{target}' is built to run on {oldest}",
    },
  },
  trigger: file(),
  check(context) {
    const oldest = oldestSystem(context.targetsOf(context.file.path), context.plist);
    if (!oldest) return [];
    const reported = new Set<string>();
    const findings: RuleFinding<Message>[] = [];
    const needs = [...neededByClasses(context), ...neededByCalls(context)].sort((a, b) => a.span.start - b.span.start);
    for (const need of needs) {
      // One finding for each API: what has to change is one setting, or the way the API is used at all.
      if (compareVersions(oldest.version, need.since) >= 0 || reported.has(need.api)) continue;
      reported.add(need.api);
      findings.push(toFinding(need, oldest));
    }
    return findings;
  },
});

function toFinding({ api, since, span, message }: Need, { version, target, step }: OldestSystem): RuleFinding<Message> {
  const data = { api, since, target: target.name, oldest: version };
  return message === "override"
    ? { message, data, span, severity: "info", steps: [step] }
    : { message, data, span, steps: [step] };
}

/** The bases of the file's classes, and the methods of DriverKit that they override. */
function neededByClasses({ file: source, fileSummary, index }: FileContext): Need[] {
  if (fileSummary.language !== "iig") return [];
  return fileSummary.classes.flatMap((declaration): Need[] => {
    const { base, methods } = declaration;
    if (base === undefined) return [];
    const since = classIntroducedIn(base);
    const span = baseSpan(declaration, source.text);
    if (since !== undefined && span) return [{ api: base, since, span, message: "use" }];
    return methods.flatMap((method): Need[] => {
      if (!method.override || !DATED.has(method.name)) return [];
      const overridden = index.method(base, method.name);
      const first = overridden && methodIntroducedIn(overridden.className, method.name);
      if (first === undefined) return [];
      const api = `${overridden?.className ?? base}::${method.name}`;
      return [{ api, since: first, span: method.nameSpan, message: "override" }];
    });
  });
}

/** Where the name of a class's base stands. */
function baseSpan({ nameSpan, span, base }: ClassDeclaration, text: string): Span | undefined {
  const head = text.slice(nameSpan.end, span.end).split("{", 1)[0] ?? "";
  const at = /:/.test(head) ? head.lastIndexOf(base ?? "") : -1;
  if (base === undefined || at < 0) return undefined;
  const start = nameSpan.end + at;
  return { start, end: start + base.length };
}

function neededByCalls(context: FileContext): Need[] {
  const needs: Need[] = [];
  for (const [name, sites] of callsOf(context.file, context.fileSummary)) {
    for (const site of sites) {
      const need = neededBy(context, name, site);
      if (need && !isGuarded(site)) needs.push({ ...need, span: spanOf(site.nameNode), message: "use" });
    }
  }
  return needs;
}

/** What a call needs: of a later class its static methods, of an older one the methods that came later. */
function neededBy(
  { index }: FileContext,
  name: string,
  site: CallSite,
): { readonly api: string; readonly since: string } | undefined {
  if (site.scope !== undefined && !site.receiver) {
    const className = index.resolveName(site.scope);
    const since = index.classes.has(className) ? undefined : classIntroducedIn(className);
    if (since !== undefined) return { api: className, since };
  }
  if (!DATED.has(name) || !site.fn) return undefined;
  if (site.scope === undefined && !site.receiver && index.functionsNamed(name).length === 0) {
    const since = classIntroducedIn(name);
    if (since !== undefined) return { api: name, since };
  }
  const method = calledMethod(site, site.fn, index);
  const since = method && methodIntroducedIn(method.className, name);
  return since === undefined ? undefined : { api: `${method?.className ?? ""}::${name}`, since };
}

/** True where the function looks at the system's version, or the code is compiled under a condition about versions. */
function isGuarded({ node, fn }: CallSite): boolean {
  const outermost = fn && outermostOf(fn);
  if (outermost && VERSION_CHECK.test(textOf(outermost.node))) return true;
  for (let up: SyntaxNode | undefined = node.parent; up; up = up.parent) {
    if (isConditional(up) && /VERSION|AVAILAB|_SDK|TARGET_OS/.test(textOf(up).split("\n", 1)[0] ?? "")) return true;
  }
  return false;
}
