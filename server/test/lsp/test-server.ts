// The language server with the tests' own rules, over stdio: run as a process by the tests.
import process from "node:process";
import { pathToFileURL } from "node:url";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { AnalysisHost } from "../../src/engine/host.ts";
import { loadParsers } from "../../src/files/assets.ts";
import { Disk } from "../../src/files/disk.ts";
import { startServer } from "../../src/lsp/server.ts";
import { testRules } from "../support-rules.ts";

const parsers = loadParsers();
startServer(createConnection(ProposedFeatures.all, process.stdin, process.stdout), {
  version: "0.0.0",
  fs: new Disk(),
  rules: testRules,
  createHost: async () => AnalysisHost.create(await parsers, testRules),
  rulePage: (rule) => Promise.resolve(rule === "banned-word" ? "# banned-word\n" : undefined),
  rulePageUri: (rule) => (rule === "banned-word" ? pathToFileURL(`/pages/${rule}.md`).href : undefined),
});
