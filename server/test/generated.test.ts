// What derives from the rules must be what the generator writes now.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { root } from "./support.ts";

describe("generated files", () => {
  it("are up to date (npm run generate)", () => {
    const run = spawnSync(process.execPath, ["--import", "tsx", path.join(root, "scripts/generate.mjs"), "--check"], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(run.status, 0, run.stderr);
  });
});
