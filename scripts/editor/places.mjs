// Where the real editor for tests and the playground is installed, and which versions. Nothing here starts or installs anything.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
/** Ignored by git; deleting it makes the next run install anew. */
export const cache = path.join(root, ".cache", "editor");

export const versions = { codeServer: "4.139.1", node: "24.21.0", playwright: "1.64.1" };

const modules = path.join(cache, "node_modules");
export const vscodeFolder = path.join(modules, "code-server", "lib", "vscode");
export const codeServerEntry = path.join(modules, "code-server", "out", "node", "entry.js");
/** Written last; its content names what is installed. */
export const stamp = path.join(cache, "installed.json");

/** The npm package that carries the Node binary which code-server needs, or undefined where there is none for this machine. */
export function nodePackage() {
  const known = ["linux-x64", "linux-arm64"];
  const machine = `${process.platform}-${process.arch}`;
  return known.includes(machine) ? `node-${machine}` : undefined;
}

/** The Node that runs code-server: this one where its major version fits, else the one from npm. */
export function nodeBinary() {
  const wanted = versions.node.split(".")[0];
  if (process.versions.node.split(".")[0] === wanted) return process.execPath;
  const name = nodePackage();
  return name && path.join(modules, name, "bin", "node");
}

/** The path of a Chromium or Chrome of this machine, or undefined. CHROMIUM overrides. */
export function findChromium() {
  const candidates = [
    process.env["CHROMIUM"],
    ...["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].flatMap((name) =>
      (process.env["PATH"] ?? "").split(path.delimiter).map((folder) => path.join(folder, name)),
    ),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ];
  return candidates.find((file) => file && fs.existsSync(file));
}
