// The calls of IOService::Create that make a service from a dictionary of the personality, and the dictionaries they mean.
import type { Span } from "../../base/span.ts";
import { callsOf, type CallSite } from "../../semantics/calls.ts";
import { outermostOf } from "../../semantics/places.ts";
import { stringValue } from "../../semantics/string-constants.ts";
import { uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { field, spanOf, textOf, type SyntaxNode } from "../../syntax/node.ts";
import type { FileContext } from "../define.ts";

export interface CreateCall {
  readonly site: CallSite;
  readonly provider: SyntaxNode;
  /** The key, as text in the call or through a macro or a constant. */
  readonly key: string;
  /** The text between the quotes, where it stands in the call. */
  readonly literal: Span | undefined;
  /** The macro, constant or variable that stands for it in the call. */
  readonly name: string | undefined;
  readonly span: Span;
  readonly className: string;
}

/** The calls `Create(provider, "KEY", &service)` of methods of a service, in source order; calls on other objects are left out. */
export function createCalls(context: FileContext): CreateCall[] {
  const { index, file, fileSummary } = context;
  return (callsOf(file, fileSummary).get("Create") ?? []).flatMap((site): CreateCall[] => {
    const [provider, name] = site.args;
    if (!provider || !name || site.args.length !== 3 || !site.fn) return [];
    if (site.receiver && textOf(uncast(site.receiver)) !== "this") return [];
    if (site.scope !== undefined && index.resolveName(site.scope) !== "IOService") return [];
    const className = index.classNameOf(outermostOf(site.fn));
    if (className === undefined || index.method(className, "Create")?.className !== "IOService") return [];
    const node = uncast(name);
    const key = stringValue(node, site.fn, index);
    if (key === undefined || key === "") return [];
    const span = spanOf(node);
    const literal = textOf(node) === `"${key}"` ? { start: span.start + 1, end: span.end - 1 } : undefined;
    const identifier = node.kind === K.qualifiedIdentifier ? (field(node, "name") ?? node) : node;
    const named = identifier.kind === K.identifier ? textOf(identifier) : undefined;
    return [{ site, provider: uncast(provider), key, literal, name: named, span, className }];
  });
}
