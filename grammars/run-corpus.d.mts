/** One case of the corpus: the tree that is expected, the tree that the grammar gives, and whether they are the same. */
export interface CorpusResult {
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
  readonly ok: boolean;
}
export function runCorpus(options?: { folder?: string; wasm?: string }): Promise<CorpusResult[]>;
