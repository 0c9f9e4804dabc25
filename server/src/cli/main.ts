// Entry of `dextlint` on Node: the real disk, the real streams. Everything else lies behind `run`.
import { writeFile } from "node:fs/promises";
import process from "node:process";
import manifest from "../../package.json" with { type: "json" };
import { AnalysisHost } from "../engine/host.ts";
import { loadParsers, readRulePage } from "../files/assets.ts";
import { Disk, fromNative, kindOf } from "../files/disk.ts";
import { startStdioServer } from "../lsp/start-node.ts";
import { rules } from "../rules/registry.generated.ts";
import type { Parsers } from "../syntax/parsers.ts";
import { EXIT, type Environment } from "./environment.ts";
import { run } from "./program.ts";

// `dextlint … | head` closes the pipe early, which is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

let parsers: Promise<Parsers> | undefined;

const environment: Environment = {
  cwd: fromNative(process.cwd()),
  version: manifest.version,
  fs: new Disk(),
  rules,
  columns: process.stdout.columns ?? 100,
  color: wantsColor(),
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  readStdin,
  kindOf,
  write: (path, bytes) => writeFile(path, bytes),
  createHost: async () => AnalysisHost.create(await (parsers ??= loadParsers())),
  rulePage: readRulePage,
};

/** An option beats a variable, a variable beats the terminal. */
function wantsColor(): boolean {
  if (process.argv.includes("--no-color")) return false;
  if (process.argv.includes("--color")) return true;
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return process.stdout.isTTY === true && TERM !== "dumb";
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

process.on("uncaughtException", (error) => {
  process.stderr.write(`dextlint: crashed: ${error.stack ?? error.message}\n`);
  process.exit(EXIT.failure);
});

void run(process.argv.slice(2), environment, startStdioServer).then((code) => {
  // Not process.exit: what is still in the pipe would be lost.
  if (code !== undefined) process.exitCode = code;
});
