// Entry of `driverkit-language-server`.
import process from "node:process";
import manifest from "../../package.json" with { type: "json" };
import { startFromArguments } from "./start-node.ts";

if (process.argv.includes("--version")) process.stdout.write(`driverkit-language-server ${manifest.version}\n`);
else void startFromArguments();
