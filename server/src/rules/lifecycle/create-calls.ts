// The calls of IOService::Create that make a service from a dictionary of the personality, and the dictionaries they mean.
import type { Span } from "../../base/span.ts";
import { callsOf, type CallSite } from "../../semantics/calls.ts";
import { outermostOf } from "../../semantics/places.ts";
import { uncast } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { spanOf, textOf, type SyntaxNode } from "../../syntax/node.ts";
import type { FileContext } from "../define.ts";

export interface CreateCall {
  readonly site: CallSite;
  readonly provider: SyntaxNode;
  /** The key, where it is written as text or through a macro. */
  readonly key: string;
  /** The text between the quotes, where it stands in the call. */
  readonly literal: Span | undefined;
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
    const text = literalOf(textOf(node)) ?? literalOf(index.macro(textOf(node))?.body);
    if (text === undefined) return [];
    const written = node.kind === K.stringLiteral;
    const span = spanOf(node);
    const literal = written ? { start: span.start + 1, end: span.end - 1 } : undefined;
    return [{ site, provider: uncast(provider), key: text, literal, span, className }];
  });
}

/** What stands in a plain string literal; undefined for anything else. */
function literalOf(text: string | undefined): string | undefined {
  return /^\s*"([^"\\\n]+)"\s*$/.exec(text ?? "")?.[1];
}
