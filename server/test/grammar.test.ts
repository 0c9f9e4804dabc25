// The grammar's corpus, run through the committed WASM, and the lock file that says which WASM that is.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { runCorpus } from "../../grammars/run-corpus.mjs";
import { root } from "./support.ts";

const results = await runCorpus();

describe("grammar", () => {
  for (const { name, expected, actual, ok } of results) {
    it(name, () => assert.ok(ok, `expected\n${expected}\nactual\n${actual}`));
  }

  it("is the one that the lock file names", () => {
    const lock = JSON.parse(fs.readFileSync(path.join(root, "grammars/lock.json"), "utf8")) as {
      grammars: Record<string, { sha256: string; inputs: Record<string, string> }>;
    };
    const sha256Of = (file: string): string =>
      crypto
        .createHash("sha256")
        .update(fs.readFileSync(path.join(root, "grammars", file)))
        .digest("hex");
    for (const [file, { sha256, inputs }] of Object.entries(lock.grammars)) {
      assert.equal(sha256Of(file), sha256, file);
      // A grammar that was changed without a rebuild has other inputs than its WASM was made from.
      for (const [input, hash] of Object.entries(inputs))
        assert.equal(sha256Of(input), hash, `${input} is newer than ${file}`);
    }
  });
});
