// Serves what helps with writing: completion, definitions, references, folding. What they answer lies in `features/`.
import {
  CompletionItemKind,
  FoldingRangeKind,
  InsertTextFormat,
  InsertTextMode,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type CompletionItem,
  type Connection,
  type DefinitionLink,
  type FoldingRange,
  type Location,
  type Position,
  type Range,
  type ServerCapabilities,
} from "vscode-languageserver";
import type { LineIndex } from "../base/line-index.ts";
import type { AnalysisApi } from "../engine/analysis.ts";
import type { FeatureContext, Place } from "../features/context.ts";
import { foldsOf } from "../features/folding.ts";
import { hoverApi } from "../features/hover-api.ts";
import { definitionAt, referencesAt } from "../features/navigate.ts";
import { completePlist, type Completion } from "../features/plist/complete.ts";
import { hoverPlist } from "../features/plist/hover.ts";
import { plainText } from "../features/plist/snippets.ts";
import type { Client } from "./client-capabilities.ts";
import type { DiagnosticsService } from "./diagnostics.ts";
import { guard } from "./guard.ts";
import type { Log } from "./platform.ts";
import { PRIORITY, type Scheduler } from "./scheduler.ts";
import { orCancelled } from "./signal.ts";
import { toRange } from "./to-lsp.ts";
import { pathOfUri } from "./uris.ts";
import type { Workspace } from "./workspace.ts";

export const EDITING_CAPABILITIES: ServerCapabilities = {
  completionProvider: { triggerCharacters: ["<", ">", "."] },
  definitionProvider: true,
  referencesProvider: true,
  foldingRangeProvider: true,
};

interface Asked extends FeatureContext {
  readonly lines: LineIndex;
}

export interface Facts {
  readonly contents: { readonly kind: "markdown"; readonly value: string };
  readonly range: Range;
}

export class Editing {
  constructor(
    private readonly workspace: Workspace,
    private readonly service: DiagnosticsService,
    private readonly scheduler: Scheduler,
    private readonly client: Client,
  ) {}

  listen(connection: Connection, log: Log): void {
    connection.onCompletion(
      guard(log, "textDocument/completion", null, async ({ textDocument, position }, token) => {
        const asked = await this.ask(textDocument.uri, token, "plist");
        if (!asked) return null;
        const items = completePlist(asked, asked.lines.offsetAt(position));
        return items.map((item) => this.toItem(item, asked.lines));
      }),
    );
    connection.onDefinition(
      guard(log, "textDocument/definition", null, async ({ textDocument, position }, token) => {
        const asked = await this.ask(textDocument.uri, token);
        const found = asked && definitionAt(asked, asked.lines.offsetAt(position));
        if (!found) return null;
        return this.client.definitionLinks
          ? found.places.map((place) => this.toLink(place, asked, toRange(asked.lines, found.origin)))
          : found.places.map((place) => this.toLocation(place, asked.analysis));
      }),
    );
    connection.onReferences(
      guard(log, "textDocument/references", null, async ({ textDocument, position }, token) => {
        const asked = await this.ask(textDocument.uri, token);
        const places = asked ? referencesAt(asked, asked.lines.offsetAt(position)) : [];
        return asked && places.length > 0 ? places.map((place) => this.toLocation(place, asked.analysis)) : null;
      }),
    );
    connection.onFoldingRanges(
      guard(log, "textDocument/foldingRange", null, async ({ textDocument }, token): Promise<FoldingRange[] | null> => {
        const asked = await this.ask(textDocument.uri, token, "plist");
        const document = asked?.analysis.plist(asked.path);
        // No answer rather than an empty one, so that the editor folds code as it does without us.
        return asked && document?.root ? foldsOf(document).map((fold) => toFold(fold, asked.lines)) : null;
      }),
    );
  }

  /** What is known of the key, value or call at a position, findings apart; null where nothing is. */
  async facts(uri: string, position: Position, token: CancellationToken): Promise<Facts | null> {
    const asked = await this.ask(uri, token);
    const offset = asked?.lines.offsetAt(position) ?? 0;
    const hover = asked && (hoverPlist(asked, offset) ?? hoverApi(asked, offset));
    if (!hover) return null;
    return { contents: { kind: "markdown", value: hover.markdown }, range: toRange(asked.lines, hover.span) };
  }

  /** The file in its current state with the project's declarations. Undefined for files that no folder has, or of another kind. */
  private async ask(uri: string, token: CancellationToken, only?: "plist"): Promise<Asked | undefined> {
    const path = pathOfUri(uri);
    await orCancelled(this.workspace.settled(), token);
    const folder = this.workspace.folderOf(path);
    if (!folder || folder.snapshot().text(path) === undefined) return undefined;
    // Asked for at every keystroke in C++ too, where it has nothing to say.
    if (only === "plist" && folder.snapshot().plist(path) === undefined) return undefined;
    let analysis = folder.snapshot();
    const outcome = await this.scheduler.run({
      priority: PRIORITY.request,
      token,
      start: () => {
        analysis = folder.snapshot();
        return { analysis, work: analysis.index() };
      },
    });
    if (outcome.kind === "cancelled") throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
    if (outcome.kind === "stale" || !analysis.isCurrent) {
      throw new ResponseError(LSPErrorCodes.ContentModified, "the text changed meanwhile");
    }
    return { path, analysis, index: outcome.value, lines: this.service.linesOf(analysis, path) };
  }

  private toItem(item: Completion, lines: LineIndex): CompletionItem {
    const { label, detail, documentation, span, rank } = item;
    const { snippets, indentsCompletions } = this.client;
    const range = toRange(lines, span);
    const text = snippets ? item.snippet : plainText(item.snippet);
    const indent = /^[ \t]*/.exec(lines.lineText(range.start.line))?.[0] ?? "";
    // A client that puts in snippets indents them itself.
    const newText = snippets || indentsCompletions ? text : text.replace(/\n/g, `\n${indent}`);
    return {
      label,
      kind: toKind(item.kind),
      ...(detail === "" ? {} : { detail }),
      ...(documentation === "" ? {} : { documentation: { kind: "markdown", value: documentation } }),
      textEdit: { range, newText },
      insertTextFormat: snippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      ...(indentsCompletions ? { insertTextMode: InsertTextMode.adjustIndentation } : {}),
      filterText: item.filter,
      sortText: `${String(rank).padStart(4, "0")} ${label}`,
    };
  }

  private toLink({ path, span, nameSpan }: Place, { analysis }: Asked, origin: Range): DefinitionLink {
    const lines = this.service.linesOf(analysis, path);
    return {
      targetUri: this.service.uriOf(path),
      targetRange: toRange(lines, span),
      targetSelectionRange: toRange(lines, nameSpan),
      originSelectionRange: origin,
    };
  }

  private toLocation({ path, nameSpan }: Place, analysis: AnalysisApi): Location {
    return { uri: this.service.uriOf(path), range: toRange(this.service.linesOf(analysis, path), nameSpan) };
  }
}

function toFold({ span, kind }: ReturnType<typeof foldsOf>[number], lines: LineIndex): FoldingRange {
  const startLine = lines.positionAt(span.start).line;
  const last = lines.positionAt(span.end).line;
  // The line with the end tag stays to be seen.
  const endLine = kind === "region" && last > startLine + 1 ? last - 1 : last;
  return { startLine, endLine, kind: kind === "comment" ? FoldingRangeKind.Comment : FoldingRangeKind.Region };
}

function toKind(kind: Completion["kind"]): CompletionItemKind {
  switch (kind) {
    case "key":
      return CompletionItemKind.Property;
    case "class":
      return CompletionItemKind.Class;
    case "id":
      return CompletionItemKind.Reference;
    case "value":
      return CompletionItemKind.Value;
    case "element":
    case "block":
      return CompletionItemKind.Snippet;
  }
}
