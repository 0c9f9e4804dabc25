// Writes dist/driverkit-tools-<version>.vsix, one file for all platforms, and prints its size. No native module may be in it.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { name, version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
const vsix = path.join(root, "dist", `${name}-${version}.vsix`);

/** Runs a script of Node's and gives what it prints; where it fails, it has said why, and this ends with it. */
function run(...args) {
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
  return stdout.toString();
}

process.stdout.write(run("scripts/build.mjs", "--minify"));
fs.rmSync(vsix, { force: true });

const vsce = path.join("node_modules", "@vscode", "vsce", "vsce");
const flags = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
const listed = run(vsce, "ls", "--no-dependencies")
  .split("\n")
  .filter((line) => line !== "");
// Source maps would double the size; a native module would tie the package to one platform.
const unwanted = listed.filter((file) => /\.(node|map|ts|dylib|so|dll)$/.test(file) || file.includes("node_modules/"));
if (unwanted.length > 0) {
  process.stderr.write(`package: must not be in the package: ${unwanted.join(", ")}\n`);
  process.exit(1);
}
run(vsce, "package", ...flags, "--out", vsix);
const size = fs.statSync(vsix).size;
process.stdout.write(
  `package: ${path.relative(root, vsix)} ${(size / 1e6).toFixed(2)} MB, ${listed.length} files, for all platforms\n`,
);
