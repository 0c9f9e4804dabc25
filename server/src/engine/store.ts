// The files of a workspace and what is derived from each alone: syntax, declarations, plist document. Computed when asked for, once per text.
import { extname } from "../base/paths.ts";
import { parsePlist } from "../plist/parse.ts";
import type { PlistDocument } from "../plist/document.ts";
import { documentKind } from "../project/file-kinds.ts";
import type { FileSummary } from "../semantics/model.ts";
import { summarize } from "../semantics/summarize.ts";
import type { SyntaxFile } from "../syntax/node.ts";
import type { KeptTree, Parsers } from "../syntax/parsers.ts";
import type { FileChange } from "./analysis.ts";

export interface StoredFile {
  readonly path: string;
  readonly text: string;
  readonly open: boolean;
  readonly kind: ReturnType<typeof documentKind>;
  /** Changes with every change of the text. */
  readonly version: number;
  syntax: SyntaxFile | undefined;
  summary: FileSummary | undefined;
  plist: PlistDocument | undefined;
  tree: KeptTree | undefined;
}

/** Mutable, owned by the host. */
export class Store {
  readonly files = new Map<string, StoredFile>();
  filesParsed = 0;
  private versions = 0;

  constructor(private readonly parsers: Parsers) {}

  /** Takes the change in; false when nothing changed. */
  apply(change: FileChange): boolean {
    const old = this.files.get(change.path);
    if (change.text === undefined) {
      if (!old) return false;
      old.tree?.dispose();
      this.files.delete(change.path);
      return true;
    }
    const open = change.open ?? old?.open ?? false;
    if (old && old.text === change.text) {
      if (old.open !== open) this.files.set(change.path, { ...old, open });
      return false;
    }
    const kind = documentKind(change.path, change.text);
    this.files.set(change.path, {
      path: change.path,
      text: change.text,
      open,
      kind,
      version: ++this.versions,
      syntax: undefined,
      summary: undefined,
      plist: undefined,
      tree: old?.tree,
    });
    return true;
  }

  /** The syntax of a C++ or `.iig` file; undefined for other files. */
  syntax(path: string): SyntaxFile | undefined {
    const file = this.files.get(path);
    if (!file || (file.kind !== "cpp" && file.kind !== "iig")) return undefined;
    if (!file.syntax) {
      const { file: syntax, kept } = this.parsers.parse("driverkit", path, file.text, {
        previous: file.tree,
        keep: file.open,
      });
      this.filesParsed++;
      file.syntax = syntax;
      file.tree = kept;
    }
    return file.syntax;
  }

  /** The declarations of a C++ or `.iig` file. */
  summary(path: string): FileSummary | undefined {
    const syntax = this.syntax(path);
    const file = this.files.get(path);
    if (!syntax || !file) return undefined;
    return (file.summary ??= summarize(syntax, extname(path) === ".iig" ? "iig" : "cpp"));
  }

  /** The document of a plist or entitlements file. */
  plist(path: string): PlistDocument | undefined {
    const file = this.files.get(path);
    if (!file || (file.kind !== "info-plist" && file.kind !== "entitlements")) return undefined;
    return (file.plist ??= parsePlist(this.parsers, path, file.text));
  }

  dispose(): void {
    for (const file of this.files.values()) file.tree?.dispose();
    this.files.clear();
  }
}
