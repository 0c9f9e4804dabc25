// Starts the server on Node: with the real disk, over the streams or the channel that the client chose.
import process from "node:process";
import { createConnection, ProposedFeatures, type Connection } from "vscode-languageserver/node";
import manifest from "../../package.json" with { type: "json" };
import { AnalysisHost } from "../engine/host.ts";
import { loadParsers, readRulePage, rulePagePath } from "../files/assets.ts";
import { Disk, fromNative } from "../files/disk.ts";
import { rules } from "../rules/registry.generated.ts";
import type { Parsers } from "../syntax/parsers.ts";
import type { Platform } from "./platform.ts";
import { startServer } from "./server.ts";
import { uriOfPath } from "./uris.ts";

/** Serves on stdin and stdout. Resolves when listening; the process then lives as long as the client. */
export async function startStdioServer(): Promise<void> {
  // Whatever a library prints must not get between the messages on stdout.
  for (const method of ["log", "info", "debug", "warn"] as const) console[method] = console.error;
  serve(createConnection(ProposedFeatures.all, process.stdin, process.stdout));
}

/** Serves over what the arguments name: `--node-ipc`, `--socket=…`, `--pipe=…`, or `--stdio`, which is also the default. */
export async function startFromArguments(): Promise<void> {
  const named = process.argv.slice(2).some((each) => /^--(node-ipc|socket|pipe)(=|$)/.test(each));
  if (!named) return startStdioServer();
  serve(createConnection(ProposedFeatures.all));
}

function serve(connection: Connection): void {
  // A mistake of ours must not end the session; the client would lose everything it shows.
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      connection.console.error(`${event}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  }
  startServer(connection, nodePlatform());
}

function nodePlatform(): Platform {
  let parsers: Promise<Parsers> | undefined;
  return {
    version: manifest.version,
    fs: new Disk(),
    rules,
    createHost: async () => AnalysisHost.create(await (parsers ??= loadParsers())),
    rulePage: readRulePage,
    rulePageUri: (rule) => {
      const path = rulePagePath(rule);
      return path === undefined ? undefined : uriOfPath(fromNative(path));
    },
  };
}
