// The one interface through which the core may read files. Implemented by `cli` (disk), `lsp` (disk or client) and tests (memory).

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
}

/** Paths are as in `base/paths.ts`. No method rejects: what cannot be read is `undefined`. */
export interface FileSystem {
  /** The file's bytes in `[start, end)`; the whole file without a range. */
  read(path: string, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array | undefined>;
  /** The entries of a folder, symbolic links to folders left out. */
  list(path: string): Promise<readonly DirectoryEntry[] | undefined>;
  /** Size in bytes. */
  size(path: string): Promise<number | undefined>;
}
