// Neovim as a client of its own: the server works in an editor that nobody here wrote.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../support.ts";

const HEAD = "#include <DriverKit/IOService.h>\n";

/** Opens a file, waits for diagnostics, edits it, waits again, and writes both to a file as JSON. */
const SCRIPT = `
vim.cmd("filetype off")
local command = vim.json.decode(vim.env.SERVER_COMMAND)
local folder = vim.env.TEST_FOLDER
local out = {}
local function snapshot()
  local rows = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    table.insert(rows, { line = d.lnum, column = d.col, message = d.message, source = d.source, code = d.user_data and d.user_data.lsp and d.user_data.lsp.code })
  end
  return rows
end
local function wait_for(count)
  vim.wait(20000, function() return #vim.diagnostic.get(0) == count end, 20)
  return snapshot()
end
vim.cmd("edit " .. folder .. "/A.cpp")
vim.lsp.start_client({ name = "driverkit", cmd = command, root_dir = folder,
  on_init = function(client) vim.lsp.buf_attach_client(0, client.id) end })
out.first = wait_for(1)
vim.api.nvim_buf_set_lines(0, -1, -1, false, { "// 😀", "int x; int BAD;" })
out.second = wait_for(2)
vim.api.nvim_buf_set_lines(0, 1, 2, false, {})
out.third = wait_for(1)
local file = io.open(folder .. "/out.json", "w")
file:write(vim.json.encode(out))
file:close()
vim.cmd("qall!")
`;

interface Row {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly source: string;
}

describe("Neovim", () => {
  it("shows findings and follows edits", async function () {
    const missing = spawnSync("nvim", ["--version"]).error !== undefined;
    if (missing && process.env["CI"] === undefined) {
      console.log("      skipped: nvim is not installed (CI runs this test)");
      this.skip();
    }
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "driverkit-nvim-")));
    fs.writeFileSync(path.join(folder, "A.cpp"), `${HEAD}int BAD;\n`);
    fs.writeFileSync(path.join(folder, "test.lua"), SCRIPT);
    const server = [process.execPath, "--import", "tsx", path.join(root, "server/test/lsp/test-server.ts"), "--stdio"];
    const child = spawn("nvim", ["--headless", "--clean", "-n", "-S", path.join(folder, "test.lua")], {
      cwd: root,
      env: { ...process.env, SERVER_COMMAND: JSON.stringify(server), TEST_FOLDER: folder, HOME: folder },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const timer = setTimeout(() => child.kill(), 50_000);
    await new Promise((resolve) => child.once("exit", resolve));
    clearTimeout(timer);
    const out = JSON.parse(fs.readFileSync(path.join(folder, "out.json"), "utf8")) as Record<string, Row[]>;
    fs.rmSync(folder, { recursive: true, force: true });
    const places = (rows: Row[] | undefined): string[] =>
      (rows ?? []).map(({ line, column }) => `${line}:${column}`).sort();
    assert.deepEqual(places(out["first"]), ["1:4"]);
    assert.deepEqual(places(out["second"]), ["1:4", "3:11"]);
    assert.deepEqual(places(out["third"]), ["2:11"]);
    assert.equal(out["third"]?.[0]?.message, "`BAD` is banned");
    assert.equal(out["third"]?.[0]?.source, "driverkit");
  });
});
