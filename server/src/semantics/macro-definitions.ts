// Reads `#define`s. Expands nothing.
import { K } from "../syntax/kinds.ts";
import { field, textOf, type SyntaxNode } from "../syntax/node.ts";
import type { MacroInfo } from "./model.ts";

/** Reads a `#define`; undefined for one without a name. */
export function readMacro(node: SyntaxNode, path: string): MacroInfo | undefined {
  const name = field(node, "name");
  if (!name) return undefined;
  const list = node.kind === K.preprocFunctionDef ? field(node, "parameters") : undefined;
  const written = list
    ? textOf(list)
        .replace(/^\(|\)$/g, "")
        .split(",")
        .map((part) => part.replace(/\\\r?\n/g, " ").trim())
    : undefined;
  const parameters = written
    ?.filter((part) => part !== "")
    .map((part) => (part === "..." ? "__VA_ARGS__" : part.replace(/\s*\.\.\.$/, "")));
  return {
    name: textOf(name),
    parameters,
    variadic: written?.some((part) => part.endsWith("...")) ?? false,
    body: macroBody(field(node, "value")),
    path,
    span: { start: node.start, end: node.end },
  };
}

/** A macro's body without comments and with its continued lines joined by line breaks. */
function macroBody(value: SyntaxNode | undefined): string {
  if (!value) return "";
  return textOf(value)
    .replace(/\\\r?\n/g, "\n")
    .replace(
      /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/g,
      (_, literal?: string) => literal ?? " ",
    )
    .trim();
}
