// Starts code-server with one extension on a copy of a folder, and ends all of its processes. It knows nothing of browsers.
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { codeServerEntry, nodeBinary } from "./places.mjs";

/** Settings that keep pictures clean and typing literal. */
const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.layoutControl.enabled": false,
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "window.commandCenter": false,
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "git.enabled": false,
  "extensions.ignoreRecommendations": true,
  "update.showReleaseNotes": false,
  "editor.minimap.enabled": false,
  "editor.guides.indentation": false,
  "editor.stickyScroll.enabled": false,
  "workbench.tree.enableStickyScroll": false,
  "editor.occurrencesHighlight": "off",
  "editor.autoClosingBrackets": "never",
  "editor.autoIndent": "none",
  "files.autoSave": "off",
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "editor.suggestOnTriggerCharacters": false,
  "security.workspace.trust.enabled": false,
};

/**
 * Starts code-server. `folder` is copied (its own copy is `workspace` of the result), `vsix` is installed, `settings` are the
 * user's settings, `workspaceFile` a .code-workspace in the folder to open in its place. Resolves when the server answers; rejects with the end of its log when it does not within a minute.
 */
export async function startCodeServer({ folder, vsix, settings = {}, port, workspaceFile }) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "driverkit-editor-"));
  const workspace = path.join(scratch, path.basename(folder));
  fs.cpSync(folder, workspace, { recursive: true });
  const user = path.join(scratch, "user");
  fs.mkdirSync(path.join(user, "User"), { recursive: true });
  fs.writeFileSync(
    path.join(user, "User", "settings.json"),
    JSON.stringify({ ...quietSettings, ...settings }, null, 2),
  );
  const places = [
    ["--user-data-dir", user],
    ["--extensions-dir", path.join(scratch, "extensions")],
    ["--config", path.join(scratch, "config.yaml")],
  ].flat();
  fs.writeFileSync(path.join(scratch, "config.yaml"), "");

  const node = nodeBinary();
  const env = cleanEnvironment();
  await promisify(execFile)(node, [codeServerEntry, ...places, "--install-extension", vsix, "--force"], { env });

  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const logFile = path.join(scratch, "code-server.log");
  const log = fs.openSync(logFile, "w");
  const flags = ["--auth", "none", "--bind-addr", address, "--disable-telemetry", "--disable-update-check"];
  flags.push("--disable-workspace-trust", "--disable-getting-started-override");
  // Detached makes it the leader of a process group: its extension hosts and language servers end with it.
  const child = spawn(node, [codeServerEntry, ...places, ...flags], {
    env,
    detached: true,
    stdio: ["ignore", log, log],
  });
  const stop = async () => {
    endGroup(child);
    fs.closeSync(log);
    // Processes that just got the signal may still write.
    await new Promise((resolve) => setTimeout(resolve, 200));
    fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await untilHealthy(`http://${address}/healthz`, child);
  } catch (error) {
    const tail = fs.readFileSync(logFile, "utf8").slice(-2000);
    await stop();
    throw new Error(`${error.message}\n${tail}`);
  }
  const opened = workspaceFile ? { workspace: path.join(workspace, workspaceFile) } : { folder: workspace };
  const url = `http://${address}/?${new URLSearchParams(opened)}`;
  return { url, workspace, scratch, process: child, stop };
}

/** VS Code's own variables, when this runs in its terminal, would make the new one talk to the old one. */
function cleanEnvironment() {
  const names = Object.keys(process.env).filter(
    (name) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|PORT$|PASSWORD$)/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function untilHealthy(url, child) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`code-server ended with ${child.exitCode}`);
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // It does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error("code-server did not answer within a minute");
}

function endGroup(child) {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, "SIGTERM");
  } catch {
    // The group is gone already.
  }
}
