// The server for clients that pull diagnostics, over stdio.
import assert from "node:assert/strict";
import fs from "node:fs";
import {
  CancellationTokenSource,
  LSPErrorCodes,
  type DocumentDiagnosticReport,
  type ResponseError,
  type WorkspaceDiagnosticReport,
  type WorkspaceDocumentDiagnosticReport,
} from "vscode-languageserver/node";
import type { DextInfo, DocumentStatus, ValidationReport } from "../../src/protocol.ts";
import { part, TestClient } from "./client.ts";

const HEAD = "#include <DriverKit/IOService.h>\n";

function pull(client: TestClient, name: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
  const textDocument = { uri: client.uri(name) };
  return client.request("textDocument/diagnostic", { textDocument, ...(previousResultId ? { previousResultId } : {}) });
}

function counts({ items }: WorkspaceDiagnosticReport, client: TestClient): Record<string, number> {
  const names = items.map(
    (item) => [item.uri.slice(client.uri("x").length - 1), "items" in item ? item.items.length : -1] as const,
  );
  return Object.fromEntries(names);
}

describe("language server, pull", () => {
  let client: TestClient;
  afterEach(async () => {
    await client.stop();
  });

  it("answers per document, says when nothing changed, and never pushes", async () => {
    client = await TestClient.start({ "A.cpp": `${HEAD}int BAD;\n` }, { pull: true });
    assert.deepEqual(client.capabilities.diagnosticProvider, {
      identifier: "driverkit",
      interFileDependencies: true,
      workspaceDiagnostics: true,
    });
    await client.open("A.cpp");
    const first = await pull(client, "A.cpp");
    assert.ok(first.kind === "full" && first.resultId !== undefined);
    assert.equal(first.items.length, 1);
    const again = await pull(client, "A.cpp", first.resultId);
    assert.deepEqual(again, { kind: "unchanged", resultId: first.resultId });
    await client.change("A.cpp", part([1, 4], [1, 7], "fine"));
    const mended = await pull(client, "A.cpp", first.resultId);
    assert.ok(mended.kind === "full");
    assert.deepEqual(mended.items, []);
    assert.equal(client.published.length, 0);
  });

  it("answers a cancelled request, and one whose text changed meanwhile asks for another", async () => {
    client = await TestClient.start({ "A.cpp": `${HEAD}int BAD;\n` }, { pull: true });
    await client.open("A.cpp");
    await pull(client, "A.cpp");
    await client.change("A.cpp", part([1, 0], [1, 0], " "));
    const source = new CancellationTokenSource();
    const params = { textDocument: { uri: client.uri("A.cpp") } };
    const cancelled = client.connection.sendRequest("textDocument/diagnostic", params, source.token);
    setTimeout(() => source.cancel(), 20);
    await assert.rejects(cancelled, (error: ResponseError) => error.code === LSPErrorCodes.RequestCancelled);
    // A burst of edits and pulls, as an editor sends them: each is answered, the last one with the last text.
    const pulls: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      await client.change("A.cpp", part([1, 0], [1, 0], "int BAD;\n"));
      pulls.push(pull(client, "A.cpp").catch((error: ResponseError<{ retriggerRequest: boolean }>) => error.data));
    }
    const answers = await Promise.all(pulls);
    for (const answer of answers) {
      const report = answer as { retriggerRequest?: boolean; items?: unknown[] };
      assert.ok(report.retriggerRequest === true || Array.isArray(report.items));
    }
    assert.equal((answers.at(-1) as { items: unknown[] }).items.length, 21);
  });

  it("reports closed files, holds the request until something changes, and says when a file is gone", async () => {
    client = await TestClient.start(
      { "A.cpp": `${HEAD}int BAD;\n`, "B.cpp": HEAD, "C.cpp": `${HEAD}int BAD;\n` },
      { pull: true },
    );
    await client.open("A.cpp");
    const known = new Map<string, string>();
    const ask = async (): Promise<WorkspaceDiagnosticReport> => {
      const previousResultIds = [...known].map(([uri, value]) => ({ uri, value }));
      const report = await client.request<WorkspaceDiagnosticReport>("workspace/diagnostic", { previousResultIds });
      for (const { uri, resultId } of report.items) {
        if (resultId === undefined) known.delete(uri);
        else known.set(uri, resultId);
      }
      return report;
    };
    // The open document is answered for by its own requests.
    assert.deepEqual(counts(await ask(), client), { "C.cpp": 1 });
    let answered = false;
    const held = ask().finally(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(answered, false);
    client.write("B.cpp", `${HEAD}int BAD, BAD;\n`);
    await client.changedOnDisk("B.cpp");
    assert.deepEqual(counts(await held, client), { "B.cpp": 2 });
    await client.until(() => client.received.includes("workspace/diagnostic/refresh"), "a refresh");
    const next = ask();
    fs.rmSync(client.path("C.cpp"));
    await client.changedOnDisk("C.cpp");
    assert.deepEqual(counts(await next, client), { "C.cpp": 0 });
    const afterClose = ask();
    await client.close("A.cpp");
    assert.deepEqual(counts(await afterClose, client), { "A.cpp": 1 });
  });

  it("streams partial results in pieces", async () => {
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`F${i}.cpp`, `${HEAD}int BAD;\n`]));
    client = await TestClient.start(files, { pull: true });
    const parts: WorkspaceDocumentDiagnosticReport[][] = [];
    client.connection.onNotification("$/progress", ({ value }: { value: WorkspaceDiagnosticReport }) => {
      parts.push(value.items);
    });
    const rest = await client.request<WorkspaceDiagnosticReport>("workspace/diagnostic", {
      previousResultIds: [],
      partialResultToken: "parts",
    });
    assert.deepEqual(rest.items, []);
    assert.ok(parts.length > 1);
    assert.equal(parts.flat().length, 50);
  });

  it("answers the requests of the extension", async () => {
    client = await TestClient.start({ "src/A.cpp": `${HEAD}int BAD;\n`, "other.cpp": "int BAD;\n" }, { pull: true });
    await client.open("src/A.cpp");
    await pull(client, "src/A.cpp");
    const status = await client.request<DocumentStatus>("driverkit/documentStatus", { uri: client.uri("src/A.cpp") });
    assert.equal(status.state, "checked");
    assert.deepEqual(status.findings, { errors: 1, warnings: 0, infos: 0, hints: 0 });
    const other = await client.request<DocumentStatus>("driverkit/documentStatus", { uri: client.uri("other.cpp") });
    assert.equal(other.state, "ignored");
    assert.notEqual(other.reason, "");
    assert.deepEqual(await client.request("driverkit/rulePage", { rule: "banned-word" }), {
      markdown: "# banned-word\n",
    });
    assert.equal(await client.request("driverkit/rulePage", { rule: "../../etc/passwd" }), null);
  });

  it("tells of changed statuses a client that listens, and no other", async () => {
    const files = { "src/A.cpp": `${HEAD}int BAD;\n` };
    const heard = () => client.received.includes("driverkit/statusChanged");
    client = await TestClient.start(files, { pull: true });
    await client.open("src/A.cpp");
    await pull(client, "src/A.cpp");
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.ok(!heard());
    await client.stop();
    client = await TestClient.start(files, { pull: true, initializationOptions: { statusChanges: true } });
    await client.open("src/A.cpp");
    await pull(client, "src/A.cpp");
    await client.until(heard, "statusChanged");
  });

  it("validates a dext with progress", async () => {
    client = await TestClient.start({ ...dext("One"), ...dext("Two") }, { pull: true, settings: { scope: "open" } });
    const dexts = await client.request<DextInfo[]>("driverkit/listDexts");
    assert.deepEqual(
      dexts.map(({ name, folderUri }) => [name, folderUri]),
      [
        ["One", client.uri("One")],
        ["Two", client.uri("Two")],
      ],
    );
    const steps: string[] = [];
    client.connection.onNotification("$/progress", ({ token, value }: { token: string; value: { kind: string } }) => {
      if (token === "t") steps.push(value.kind);
    });
    const dextId = dexts[1]?.id;
    const report = await client.request<ValidationReport>("driverkit/validate", { dext: dextId, workDoneToken: "t" });
    assert.deepEqual(report.counts, { errors: 1, warnings: 0, infos: 1, hints: 0 });
    assert.match(report.markdown, /## Two: 1 error, 1 info/);
    assert.doesNotMatch(report.markdown, /## One/);
    assert.equal(steps[0], "begin");
    assert.equal(steps.at(-1), "end");
    // Only open files are shown, but what was validated is shown too.
    const shown = await client.request<WorkspaceDiagnosticReport>("workspace/diagnostic", { previousResultIds: [] });
    assert.deepEqual(counts(shown, client), { "Two/Driver.cpp": 1, "Two/Info.plist": 1 });
    const source = new CancellationTokenSource();
    const cancelled = client.connection.sendRequest("driverkit/validate", {}, source.token);
    source.cancel();
    await assert.rejects(cancelled, (error: ResponseError) => error.code === LSPErrorCodes.RequestCancelled);
  });
});

/** A small dext in a folder of its own. */
function dext(name: string): Record<string, string> {
  return {
    [`${name}/Driver.iig`]: `#include <DriverKit/IOService.iig>\nclass ${name}: public IOService {\n};\n`,
    [`${name}/Driver.cpp`]: `${HEAD}int BAD;\n`,
    [`${name}/Info.plist`]: `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
	<key>CFBundleIdentifier</key>
	<string>com.example.${name}</string>
	<key>CFBundlePackageType</key>
	<string>DEXT</string>
	<key>Comment</key>
	<string>BAD</string>
	<key>IOKitPersonalities</key>
	<dict>
		<key>${name}</key>
		<dict>
			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOProviderClass</key>
			<string>IOPCIDevice</string>
			<key>IOUserClass</key>
			<string>${name}</string>
			<key>IOUserServerName</key>
			<string>com.example.${name}</string>
		</dict>
	</dict>
</dict>
</plist>
`,
  };
}
