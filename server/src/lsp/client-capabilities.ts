// What the client can do, read once from its `initialize` request.
import { InsertTextMode, type ClientCapabilities, type InitializeParams } from "vscode-languageserver";
import { asRecord } from "./settings.ts";
import { pathOfUri } from "./uris.ts";

export interface Client {
  /** Asks for diagnostics; else they are pushed. */
  readonly pullsDiagnostics: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly tags: boolean;
  readonly documentChanges: boolean;
  readonly resolvesEdits: boolean;
  readonly configuration: boolean;
  readonly registersConfiguration: boolean;
  readonly registersWatchers: boolean;
  readonly workspaceFolders: boolean;
  readonly progress: boolean;
  readonly hierarchicalSymbols: boolean;
  /** Completions may hold places to fill in. */
  readonly snippets: boolean;
  /** Lines of a completion after the first are indented by the client. */
  readonly indentsCompletions: boolean;
  /** Definitions may say what they are the definition of. */
  readonly definitionLinks: boolean;
  /** Prefix of links to rule pages that the editor's extension answers. */
  readonly rulePageBase: string | undefined;
  /** The client's hover shows the messages of diagnostics itself. */
  readonly hoverShowsMessages: boolean;
  /** The client listens to the extension's notification that a document's status may have changed. */
  readonly statusChanges: boolean;
  /** Settings for clients that cannot be asked for them. */
  readonly settings: unknown;
  /** The folders that are open, as paths. */
  readonly roots: readonly string[];
}

export function readClient(params: InitializeParams): Client {
  const capabilities: ClientCapabilities = params.capabilities;
  const { textDocument, workspace, window } = capabilities;
  // A client that pulls may describe what it can show there or under publishing; it shows both in one place.
  const shows = [textDocument?.diagnostic, textDocument?.publishDiagnostics];
  const options = asRecord(params.initializationOptions);
  const base = options["rulePageBase"];
  return {
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    relatedInformation: shows.some((each) => each?.relatedInformation === true),
    codeDescription: shows.some((each) => each?.codeDescriptionSupport === true),
    tags: shows.some((each) => (each?.tagSupport?.valueSet.length ?? 0) > 0),
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    resolvesEdits:
      textDocument?.codeAction?.dataSupport === true &&
      textDocument.codeAction.resolveSupport?.properties.includes("edit") === true,
    configuration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    progress: window?.workDoneProgress === true,
    hierarchicalSymbols: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true,
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    indentsCompletions:
      textDocument?.completion?.completionItem?.insertTextModeSupport?.valueSet.includes(
        InsertTextMode.adjustIndentation,
      ) === true,
    definitionLinks: textDocument?.definition?.linkSupport === true,
    rulePageBase: typeof base === "string" && base !== "" ? base : undefined,
    hoverShowsMessages: options["hoverShowsMessages"] === true,
    statusChanges: options["statusChanges"] === true,
    settings: options["settings"],
    roots: rootsOf(params),
  };
}

function rootsOf({ workspaceFolders, rootUri, rootPath }: InitializeParams): string[] {
  if (workspaceFolders) return workspaceFolders.map(({ uri }) => folderPath(uri));
  if (rootUri) return [folderPath(rootUri)];
  return rootPath ? [rootPath.replace(/\\/g, "/")] : [];
}

/** A folder's path, without a trailing slash. */
export function folderPath(uri: string): string {
  const path = pathOfUri(uri);
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}
