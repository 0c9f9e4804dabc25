// Preprocessor conditionals inside a function as alternatives in its graph: never both on one path.
import { branchHolds } from "../semantics/preprocessor.ts";
import { K } from "../syntax/kinds.ts";
import { field, textOf, type SyntaxNode } from "../syntax/node.ts";

export interface PreprocessorBranch {
  readonly node: SyntaxNode;
  /** Undefined for a branch that is always taken when it is reached: `#else`, and what certainly holds. */
  readonly condition: { readonly text: string; readonly value: boolean } | undefined;
  readonly statements: readonly SyntaxNode[];
}

/** The branches of an `#if`/`#ifdef` chain in order, those left out that no dext compiles. Equal conditions have equal texts. */
export function preprocessorBranches(node: SyntaxNode): PreprocessorBranch[] {
  const branches: PreprocessorBranch[] = [];
  for (let part: SyntaxNode | undefined = node; part; part = part.children.find(isAlternative)) {
    const guard = field(part, "condition") ?? field(part, "name");
    const statements = part.children.filter((child) => child !== guard && !isAlternative(child));
    const holds = branchHolds(part);
    if (holds === false) continue;
    const certain = holds === true || part.kind === K.preprocElse;
    branches.push({ node: part, condition: certain ? undefined : conditionOf(part, guard), statements });
    if (certain) break;
  }
  return branches;
}

function conditionOf(node: SyntaxNode, guard: SyntaxNode | undefined): { text: string; value: boolean } {
  const text = guard ? textOf(guard).replace(/\s+/g, "") : "";
  if (node.kind === K.preprocIfdef || node.kind === K.preprocElifdef) {
    const negative = /^#\s*(?:el)?ifn/.test(node.source.text.slice(node.start, node.start + 12));
    return { text: `defined(${text})`, value: !negative };
  }
  return text.startsWith("!") && !/[&|]/.test(text) ? { text: text.slice(1), value: false } : { text, value: true };
}

function isAlternative(node: SyntaxNode): boolean {
  return node.kind === K.preprocElse || node.kind === K.preprocElif || node.kind === K.preprocElifdef;
}
