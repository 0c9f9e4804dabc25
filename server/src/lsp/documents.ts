// The documents that are open in the editor, kept in step with it by incremental changes.
import type { TextDocumentContentChangeEvent } from "vscode-languageserver";
import { LineIndex } from "../base/line-index.ts";
import { MAX_FILE_BYTES } from "../files/read-tree.ts";
import { pathOfUri } from "./uris.ts";

export interface OpenDocument {
  /** As the editor spells it. */
  readonly uri: string;
  readonly path: string;
  readonly version: number;
  /** What is analysed; undefined while the document is larger than a file that would be read from the disk. */
  readonly text: string | undefined;
}

/** A document with all of its text, to which the editor's next change applies. */
type Kept = OpenDocument & { readonly whole: string };

export class Documents {
  private readonly byPath = new Map<string, Kept>();

  get(path: string): OpenDocument | undefined {
    return this.byPath.get(path);
  }

  /** In the order in which they were opened or last changed, the latest first. */
  get latestFirst(): OpenDocument[] {
    return [...this.byPath.values()].reverse();
  }

  open(uri: string, version: number, text: string): OpenDocument {
    return this.put(uri, version, text);
  }

  /** Applies the changes one after the other, each to the text that the one before it left. Undefined for a document that is not open. */
  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): OpenDocument | undefined {
    const document = this.byPath.get(pathOfUri(uri));
    if (!document) return undefined;
    return this.put(document.uri, version, changes.reduce(applyChange, document.whole));
  }

  close(uri: string): OpenDocument | undefined {
    const path = pathOfUri(uri);
    const document = this.byPath.get(path);
    this.byPath.delete(path);
    return document;
  }

  private put(uri: string, version: number, whole: string): OpenDocument {
    const path = pathOfUri(uri);
    const document = { uri, path, version, whole, text: whole.length > MAX_FILE_BYTES ? undefined : whole };
    this.byPath.delete(path);
    this.byPath.set(path, document);
    return document;
  }
}

function applyChange(text: string, change: TextDocumentContentChangeEvent): string {
  if (!("range" in change)) return change.text;
  const lines = new LineIndex(text);
  const a = lines.offsetAt(change.range.start);
  const b = lines.offsetAt(change.range.end);
  return text.slice(0, Math.min(a, b)) + change.text + text.slice(Math.max(a, b));
}
