// Opens a copy of test-workspace, or of the folder named, with the built extension in a real VS Code in the browser. Ends with Ctrl+C.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { startCodeServer } from "./editor/code-server.mjs";
import { installEditor, Unavailable } from "./editor/install.mjs";
import { root } from "./editor/places.mjs";

const folder = path.resolve(process.argv[2] ?? path.join(root, "test-workspace"));
if (!fs.existsSync(folder)) {
  process.stderr.write(`playground: no folder ${folder}\n`);
  process.exit(2);
}
try {
  installEditor();
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  process.stderr.write(`playground: ${error.message}\n`);
  process.exit(1);
}
const packaged = spawnSync(process.execPath, [path.join(root, "scripts", "package.mjs")], {
  cwd: root,
  stdio: "inherit",
});
if (packaged.status !== 0) process.exit(1);
const { name, version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
const server = await startCodeServer({ folder, vsix: path.join(root, "dist", `${name}-${version}.vsix`) });
process.stdout.write(`\nOpen ${server.url}\nIt is a copy; your files stay as they are. Ctrl+C ends it.\n`);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, async () => {
    await server.stop();
    process.exit(0);
  });
}
