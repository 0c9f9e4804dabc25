// Installs a real VS Code (code-server) into .cache/editor, once, and with --chromium a browser to drive it where that needs no questions.
// Exits 0 when ready; 3 when it cannot be and nobody insists (CI unset); 1 otherwise. As a module: `installEditor`.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  cache,
  codeServerEntry,
  findChromium,
  nodeBinary,
  nodePackage,
  stamp,
  versions,
  vscodeFolder,
} from "./places.mjs";

/** Why the editor cannot be had on this machine. Its message is one line for a person. */
export class Unavailable extends Error {}

/** Makes the editor ready, and a browser if asked. Takes about a minute the first time, milliseconds after. Throws `Unavailable`. */
export function installEditor({ chromium = false } = {}) {
  if (!isInstalled()) installCodeServer();
  if (chromium && !findChromium()) installChromium();
}

const wanted = () => JSON.stringify({ ...versions, platform: process.platform, arch: process.arch });

function isInstalled() {
  return fs.existsSync(codeServerEntry) && fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted();
}

function installCodeServer() {
  const binary = nodeBinary();
  if (!binary) throw new Unavailable(`code-server needs Node ${versions.node.split(".")[0]} on this machine`);
  const started = Date.now();
  say(
    `installing code-server ${versions.codeServer} into ${path.relative(process.cwd(), cache)} (about a minute, 800 MB) …`,
  );
  fs.rmSync(cache, { recursive: true, force: true });
  fs.mkdirSync(cache, { recursive: true });
  // Its own package.json keeps npm from walking up into this repository.
  fs.writeFileSync(path.join(cache, "package.json"), '{ "private": true }\n');
  const packages = [`code-server@${versions.codeServer}`, `playwright-core@${versions.playwright}`];
  if (binary !== process.execPath) packages.push(`${nodePackage()}@${versions.node}`);
  // Its postinstall refuses root and other Node versions, so its two steps are done here: dependencies, then links.
  npm(cache, "install", "--ignore-scripts", "--save-exact", ...packages);
  npm(vscodeFolder, "install", "--omit=dev", "--ignore-scripts");
  const system = process.platform === "darwin" ? "darwin" : "linux";
  link(`code-${system}.sh`, path.join(vscodeFolder, "bin", "remote-cli", "code-server"));
  link(`browser-${system}.sh`, path.join(vscodeFolder, "bin", "helpers", "browser.sh"));
  fs.chmodSync(binary, 0o755);
  fs.writeFileSync(stamp, wanted());
  say(`code-server installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

function npm(folder, ...args) {
  // A person's npm may run this script itself; its settings for that run are not for this one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(workspace|prefix|global)/i.test(name)),
  );
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  try {
    execFileSync("npm", [...args, ...quiet], { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
  } catch {
    throw new Unavailable("npm could not install code-server; is there a network?");
  }
}

function link(target, from) {
  fs.rmSync(from, { force: true });
  fs.symlinkSync(target, from);
}

function installChromium() {
  const isRoot = process.getuid?.() === 0;
  const hasApt = fs.existsSync("/usr/bin/apt-get");
  if (!isRoot || !hasApt) {
    throw new Unavailable(
      "no Chromium was found; install one (Debian: sudo apt-get install chromium) or set CHROMIUM to its path",
    );
  }
  say("installing Debian's chromium …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, stdio: ["ignore", "ignore", "inherit"] };
  try {
    execFileSync("apt-get", ["update", "-qq"], options);
    execFileSync(
      "apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
      options,
    );
  } catch {
    throw new Unavailable("apt-get could not install chromium");
  }
  if (!findChromium()) throw new Unavailable("no Chromium was found after installing it");
}

function say(line) {
  process.stderr.write(`editor: ${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    installEditor({ chromium: process.argv.includes("--chromium") });
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const insisted = Boolean(process.env["CI"]);
    say(`${insisted ? "FAILED" : "skipped"}: ${error.message}`);
    process.exitCode = insisted ? 1 : 3;
  }
}
