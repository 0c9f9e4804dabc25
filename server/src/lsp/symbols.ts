// The outline of a document as LSP's symbols.
import { SymbolKind, type DocumentSymbol } from "vscode-languageserver";
import type { LineIndex } from "../base/line-index.ts";
import type { AnalysisApi } from "../engine/analysis.ts";
import { outlineOfCode, outlineOfPlist, type OutlineSymbol } from "../features/symbols.ts";
import { toRange } from "./to-lsp.ts";

/** The symbols of a file; none for a file that is neither code nor a property list. */
export function documentSymbols(path: string, analysis: AnalysisApi, lines: LineIndex): DocumentSymbol[] {
  const plist = analysis.plist(path);
  if (plist) return outlineOfPlist(plist).map((symbol) => toSymbol(symbol, lines));
  const summary = analysis.summary(path);
  return summary ? outlineOfCode(summary).map((symbol) => toSymbol(symbol, lines)) : [];
}

function toSymbol(symbol: OutlineSymbol, lines: LineIndex): DocumentSymbol {
  return {
    // An empty name makes editors reject the whole outline.
    name: symbol.name.trim() === "" ? "(no name)" : symbol.name,
    detail: symbol.detail,
    kind: toKind(symbol.kind),
    range: toRange(lines, symbol.span),
    selectionRange: toRange(lines, symbol.nameSpan),
    children: symbol.children.map((child) => toSymbol(child, lines)),
  };
}

function toKind(kind: OutlineSymbol["kind"]): SymbolKind {
  switch (kind) {
    case "key":
      return SymbolKind.Key;
    case "item":
      return SymbolKind.Constant;
    case "dict":
      return SymbolKind.Object;
    case "array":
      return SymbolKind.Array;
    case "class":
      return SymbolKind.Class;
    case "struct":
      return SymbolKind.Struct;
    case "method":
      return SymbolKind.Method;
    case "function":
      return SymbolKind.Function;
    case "field":
      return SymbolKind.Field;
  }
}
