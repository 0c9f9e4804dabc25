// Hover on a call of DriverKit's API: who owns what comes out of it. Silent on everything else, which is for C++ tools to explain.
import { basename } from "../base/paths.ts";
import type { Span } from "../base/span.ts";
import {
  driverKitClass,
  driverKitFunction,
  driverKitMethods,
  type ApiFunction,
  type ApiMethod,
  type ApiParameter,
} from "../knowledge/api.ts";
import { stringOf, valueOf } from "../plist/document.ts";
import { callsOf, type CallSite } from "../semantics/calls.ts";
import { calledMethod } from "../semantics/expression-type.ts";
import type { MethodInfo } from "../semantics/model.ts";
import { macroMeaning, type MacroMeaning } from "../knowledge/macros.ts";
import { nodeAt, textOf } from "../syntax/node.ts";
import { iigClass } from "./class-places.ts";
import type { FeatureContext } from "./context.ts";
import { createLiteralsOf, dictsNamed } from "./create-dicts.ts";
import { escapeMarkdown, type Hover } from "./hover.ts";

/** What the call at an offset gives and takes; in .iig files also what a class of DriverKit is. Undefined for anything else. */
export function hoverApi(context: FeatureContext, offset: number): Hover | undefined {
  const { analysis, path } = context;
  const syntax = analysis.syntax(path);
  const summary = analysis.summary(path);
  // Code that is no driver's may have functions of the same names.
  if (!syntax || !summary || !analysis.membership(path).checked) return undefined;
  const node = nodeAt(syntax.root, { start: offset, end: offset + 1 });
  const span = { start: node.start, end: node.end };
  const name = textOf(node);
  const created = hoverCreateName(context, offset);
  if (created) return created;
  if (!/^\w+$/.test(name)) return undefined;
  const call = callsOf(syntax, summary)
    .get(name)
    ?.find(({ nameNode }) => nameNode === node);
  if (call) return hoverCall(call, context, span);
  return path.endsWith(".iig") ? hoverClass(name, context, span) : undefined;
}

/** On the name that Create() is given: the dictionaries of that name in the Info.plists, and what they make. */
function hoverCreateName({ analysis, index, path }: FeatureContext, offset: number): Hover | undefined {
  const literal = createLiteralsOf(path, analysis, index).find(
    ({ nameSpan }) => nameSpan.start <= offset && offset <= nameSpan.end,
  );
  if (!literal) return undefined;
  const lines = dictsNamed(literal.name, analysis.targetsOf(path), analysis).map(({ path: at, personality, dict }) => {
    const text = (key: string): string | undefined => stringOf(valueOf(dict, key))?.trim();
    const classes = ["IOClass", "IOUserClass"].flatMap((key) => {
      const value = text(key);
      return value === undefined ? [] : `${key} \`${value.replace(/`/g, "'")}\``;
    });
    const where = `**${escapeMarkdown(literal.name)}** in “${escapeMarkdown(personality)}” (${escapeMarkdown(basename(at))})`;
    return classes.length > 0 ? `${where}: ${classes.join(", ")}` : where;
  });
  return lines.length > 0 ? { markdown: lines.join("\n\n"), span: literal.nameSpan } : undefined;
}

function hoverCall(call: CallSite, { index }: FeatureContext, span: Span): Hover | undefined {
  const method = call.fn && calledMethod(call, call.fn, index);
  if (method) {
    if (isCreateAction(method)) return hoverCreateAction(method, span);
    // A class of the project has its own declaration, which says what there is to say.
    if (method.path !== "") return undefined;
    const overloads = driverKitMethods(method.className, method.name);
    const fitting = overloads.filter(({ parameters }) => parameters.length === call.args.length);
    return describe(fitting.length > 0 ? fitting : overloads, span);
  }
  const isPlain = call.receiver === undefined && call.scope === undefined;
  if (!isPlain || index.functionsNamed(call.name).length > 0 || index.macro(call.name)) return undefined;
  const known = driverKitFunction(call.name);
  if (known) return describe([known], span);
  const meaning = macroMeaning(call.name);
  const text = meaning && describeMacro(meaning);
  return text === undefined ? undefined : { markdown: `\`${call.name}\` ${text}`, span };
}

/** What a macro does to objects; undefined for those that only branch, check or log. */
function describeMacro(meaning: MacroMeaning): string | undefined {
  switch (meaning.kind) {
    case "release-null":
      return "releases the object and sets the variable to null; null is allowed";
    case "free-null":
      return "frees the memory and sets the variable to null";
    case "cast":
      return meaning.fails === "null"
        ? "gives the object as another type at **+0**, or null when it is not of that type"
        : "gives the object as another type at **+0**, and stops the driver when it is not of that type";
    case "create":
      return "creates an object at **+1**: the caller releases it";
    default:
      return undefined;
  }
}

function hoverClass(name: string, { index }: FeatureContext, span: Span): Hover | undefined {
  const known = driverKitClass(name);
  if (!known || iigClass(index, name)) return undefined;
  const bases = index.ancestors(name).slice(1);
  const chain = bases.length > 0 ? `, derives from ${bases.map((base) => `\`${base}\``).join(" → ")}` : "";
  return { markdown: `\`${name}\` of ${known.framework}${chain}`, span };
}

/** The `CreateActionM(size_t, OSAction **)` that the .iig compiler writes for a method M with TYPE(…); no file declares it. */
function isCreateAction({ name, parameters }: MethodInfo): boolean {
  return /^CreateAction\w/.test(name) && parameters[1]?.type.text === "OSAction **";
}

function hoverCreateAction({ name, className }: MethodInfo, span: Span): Hover {
  const target = name.slice("CreateAction".length);
  const lines = [
    `\`\`\`cpp\nkern_return_t ${className}::${name}(size_t referenceSize, OSAction **action)\n\`\`\``,
    `- \`action\` gives out an OSAction for \`${target}\` at **+1** on success: the caller releases it`,
  ];
  return { markdown: lines.join("\n\n"), span };
}

function describe(overloads: readonly (ApiMethod | ApiFunction)[], span: Span): Hover | undefined {
  const parts = overloads
    .slice(0, 3)
    .map((each) => ({ each, lines: contract(each) }))
    .filter(({ lines }) => lines !== "")
    .map(({ each, lines }) => `${signature(each)}\n\n${lines}`);
  return parts.length === 0 ? undefined : { markdown: parts.join("\n\n---\n\n"), span };
}

function signature(each: ApiMethod | ApiFunction): string {
  const parameters = each.parameters.map(({ type, name }) => (/[*&]$/.test(type) ? type + name : `${type} ${name}`));
  const isMethod = "className" in each;
  const scope = isMethod ? `${each.className}::` : "";
  const prefix = isMethod && each.static ? "static " : "";
  const returns = /[*&]$/.test(each.returns) ? each.returns : `${each.returns} `;
  return `\`\`\`cpp\n${prefix}${returns}${scope}${each.name}(${parameters.join(", ")})\n\`\`\``;
}

/** Who owns what, in sentences; "" for a call that gives out and keeps no object. */
function contract(each: ApiMethod | ApiFunction): string {
  const lines: string[] = [];
  if (each.gives === "+1") lines.push("- returns an object at **+1**: the caller releases it");
  if (each.gives === "+0") lines.push("- returns an object at **+0**: borrowed, not to be released");
  if (each.gives === "smart") lines.push("- returns an `OSSharedPtr`, which releases the object itself");
  for (const parameter of each.parameters) lines.push(...parameterContract(parameter));
  if ("className" in each && each.queue !== undefined) lines.push(`- runs on the queue \`${each.queue}\``);
  return lines.join("\n");
}

function parameterContract({ name, out, retains, action }: ApiParameter): string[] {
  const lines: string[] = [];
  if (out === "+1") lines.push(`- \`${name}\` gives out an object at **+1** on success: the caller releases it`);
  if (out === "+0") lines.push(`- \`${name}\` gives out an object at **+0** on success: borrowed`);
  if (out === "unknown") lines.push(`- \`${name}\` gives out an object; sources disagree on who owns it`);
  if (retains) lines.push(`- keeps a reference of its own to \`${name}\``);
  if (action !== undefined) lines.push(`- \`${name}\` is an action for \`${action}\``);
  return lines;
}
