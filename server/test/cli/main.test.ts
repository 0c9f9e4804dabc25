// The entry points as processes: streams, colours, exit codes, the server behind `dextlint lsp`.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { TestClient } from "../lsp/client.ts";
import { root } from "../support.ts";

const main = (entry: string): string[] => ["--import", "tsx", path.join(root, "server/src", entry)];
const CODE = "#include <DriverKit/DriverKit.h>\nvoid Unmap(IOMemoryMap *map)\n{\n    map->free();\n}\n";

function start(
  args: readonly string[],
  env: Record<string, string> = {},
  input = "",
): { status: number | null; out: string; err: string } {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...main("cli/main.ts"), ...args], {
    cwd: root,
    env: { ...inherited, ...env },
    input,
    encoding: "utf8",
  });
  return { status, out: stdout, err: stderr };
}

describe("entry points", () => {
  it("colours when told to, and not into a pipe", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "dextlint-main-"));
    fs.writeFileSync(path.join(folder, "dextlint.json"), "{}");
    const args = ["check", "--stdin", "--stdin-filename", path.join(folder, "A.cpp")];
    const plain = start(args, {}, CODE);
    assert.equal(plain.status, 1);
    assert.match(plain.out, /A\.cpp:4:5 {2}error {2}free-called-directly/);
    const escape = "\u001b[";
    assert.ok(!plain.out.includes(escape));
    assert.ok(start(args, { FORCE_COLOR: "1" }, CODE).out.includes(escape));
    assert.ok(!start(args, { FORCE_COLOR: "1", NO_COLOR: "1" }, CODE).out.includes(escape));
    assert.ok(!start([...args, "--no-color"], { FORCE_COLOR: "1" }, CODE).out.includes(escape));
    fs.rmSync(folder, { recursive: true });
  });

  it("ends with 2 and says why", () => {
    const { status, out, err } = start(["check", "/nowhere/at/all"]);
    assert.equal(status, 2);
    assert.match(err, /no such file or folder/);
    assert.match(out, /Nothing to check/);
  });

  it("serves LSP as `dextlint lsp` and as driverkit-language-server", async () => {
    const commands = [
      [...main("cli/main.ts"), "lsp"],
      [...main("lsp/main-node.ts"), "--stdio"],
    ];
    for (const command of commands) {
      const client = await TestClient.start({ "A.cpp": CODE }, { command: [process.execPath, ...command] });
      await client.open("A.cpp");
      const [diagnostic] = await client.diagnostics("A.cpp", (items) => items.length > 0);
      assert.equal(diagnostic?.code, "free-called-directly");
      const page = diagnostic.codeDescription?.href ?? "";
      assert.ok(fs.existsSync(new URL(page)), page);
      await client.stop();
      assert.equal(client.process.exitCode, 0);
    }
  });
});
