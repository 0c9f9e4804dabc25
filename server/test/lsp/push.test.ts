// The server for clients that are pushed to, over stdio.
import assert from "node:assert/strict";
import fs from "node:fs";
import type { CodeAction, TextDocumentEdit } from "vscode-languageserver/node";
import { part, TestClient, whole } from "./client.ts";

const HEAD = "#include <DriverKit/IOService.h>\n";

describe("language server, push", () => {
  let client: TestClient;
  afterEach(async () => {
    await client.stop();
  });

  it("publishes a finding with its link, steps and place", async () => {
    client = await TestClient.start({ "A.cpp": `${HEAD}int 😀x; int BAD;\n` });
    await client.open("A.cpp");
    const [diagnostic] = await client.diagnostics("A.cpp", (items) => items.length > 0);
    assert.deepEqual(diagnostic, {
      range: { start: { line: 1, character: 13 }, end: { line: 1, character: 16 } },
      severity: 1,
      code: "banned-word",
      codeDescription: { href: "file:///pages/banned-word.md" },
      source: "driverkit",
      message: "`BAD` is banned",
      relatedInformation: [
        {
          location: {
            uri: client.uri("A.cpp"),
            range: { start: { line: 0, character: 0 }, end: { line: 0, character: 8 } },
          },
          message: "1. it begins here",
        },
      ],
    });
    assert.equal(client.capabilities.diagnosticProvider, undefined);
    assert.equal(client.published.find(({ uri }) => uri === client.uri("A.cpp"))?.version, 1);
  });

  it("takes a client's own prefix for links to pages", async () => {
    const initializationOptions = { rulePageBase: "vscode://driverkit/rule/" };
    client = await TestClient.start({ "A.cpp": `${HEAD}int BAD;\n` }, { initializationOptions });
    const [diagnostic] = await client.diagnostics("A.cpp", (items) => items.length > 0);
    assert.equal(diagnostic?.codeDescription?.href, "vscode://driverkit/rule/banned-word");
  });

  it("diagnoses closed files, and clears what is deleted from disk", async () => {
    client = await TestClient.start({
      "a/A.cpp": `${HEAD}int BAD;\n`,
      "a/B.cpp": HEAD,
      "a/C.cpp": `${HEAD}int BAD;\n`,
    });
    await client.diagnostics("a/A.cpp", (items) => items.length === 1);
    await client.diagnostics("a/C.cpp", (items) => items.length === 1);
    client.write("a/B.cpp", `${HEAD}int BAD, BAD;\n`);
    await client.changedOnDisk("a/B.cpp");
    await client.diagnostics("a/B.cpp", (items) => items.length === 2);
    fs.rmSync(client.path("a"), { recursive: true });
    // Only the folder is told of, as editors do.
    await client.changedOnDisk("a");
    for (const name of ["a/A.cpp", "a/B.cpp", "a/C.cpp"]) await client.diagnostics(name, (items) => items.length === 0);
  });

  it("leaves out a document that is too large, as long as it is, and goes on answering", async () => {
    const bad = "int BAD;\n";
    client = await TestClient.start({ "A.cpp": `${HEAD}${bad}`, "B.cpp": `${HEAD}${bad}` });
    await client.diagnostics("A.cpp", (items) => items.length === 1);
    const filler = "int filler;\n".repeat(2_000_000);
    const start = performance.now();
    // What the disk has of it does not count while it is open.
    await client.open("A.cpp", `${HEAD}${bad}${filler}`);
    await client.open("B.cpp");
    await client.diagnostics("B.cpp", (items) => items.length === 1);
    await client.diagnostics("A.cpp", (items) => items.length === 0);
    await client.change("A.cpp", part([1, 0], [1, 0], bad));
    const symbols = await client.request("textDocument/documentSymbol", { textDocument: { uri: client.uri("A.cpp") } });
    assert.deepEqual(symbols, []);
    assert.ok(performance.now() - start < 5000);
    assert.equal(client.log.filter((line) => line.includes("A.cpp: not checked")).length, 1);
    await client.change("A.cpp", part([3, 0], [3_000_000, 0], ""));
    await client.diagnostics("A.cpp", (items) => items.length === 2);
  });

  it("follows edits, two in one change included, in UTF-16 and over CRLF", async () => {
    client = await TestClient.start({ "A.cpp": HEAD });
    await client.open("A.cpp", `${HEAD}// 😀\r\nint a;\r\n`);
    await client.diagnostics("A.cpp", (items) => items.length === 0);
    // The second edit is relative to what the first one left.
    await client.change("A.cpp", part([1, 5], [1, 5], "é\r\nint BAD;"), part([2, 4], [2, 7], "UGLY"));
    const items = await client.diagnostics("A.cpp", (all) => all.some(({ code }) => code === "doubtful-word"));
    assert.deepEqual(
      items.map(({ code, range }) => [code, range.start, range.end]),
      [["doubtful-word", { line: 2, character: 4 }, { line: 2, character: 8 }]],
    );
    await client.change("A.cpp", part([2, 0], [3, 0], ""));
    await client.diagnostics("A.cpp", (all) => all.length === 0);
  });

  it("ends up with the last text after many quick edits", async () => {
    client = await TestClient.start({ "A.cpp": HEAD });
    await client.open("A.cpp");
    for (let i = 0; i < 60; i++)
      await client.change("A.cpp", part([1, 0], [1, 0], `int BAD${i % 2 === 0 ? "" : "_"};\n`));
    await client.diagnostics("A.cpp", (items) => items.length === 30);
    assert.ok(client.published.length < 20, `published ${client.published.length} times for 60 edits`);
  });

  it("survives broken and hostile texts", async () => {
    client = await TestClient.start({
      "Info.plist": new Uint8Array([0x62, 0x70, 0x6c, 0x69, 0x73, 0x74, 0x30, 0x30, 0xff, 0]),
      "Empty.iig": "",
      "Wide.cpp": Buffer.from(`\uFEFF${HEAD}int BAD;\r\n`, "utf16le"),
      "dextlint.json": "{ ",
    });
    const [found] = await client.diagnostics("Wide.cpp", (items) => items.length === 1);
    assert.equal(found?.range.start.line, 1);
    const [wrong] = await client.diagnostics("dextlint.json", (items) => items.length === 1);
    assert.match(String(wrong?.message), /name in double quotes/);
    await client.open("A.cpp", "class A {{{{{{ CRASH");
    for (const text of ["", "\u0000\u0001", "((((".repeat(3000), `${HEAD}CRASH BAD`, "\ud83d", `${HEAD}int BAD;`]) {
      await client.change("A.cpp", whole(text));
    }
    await client.change("A.cpp", part([900, 0], [950, 3], "\nint BAD;\n"), part([1, 90], [0, 2], ""));
    await client.change("A.cpp", whole(`${HEAD}CRASH BAD`));
    await client.diagnostics("A.cpp", (items) => items.length === 1);
    await client.until(() => client.log.some((line) => line.includes("crashing-rule")), "the crash in the log");
    await client.connection.sendNotification("textDocument/didChange", { textDocument: null });
    assert.equal(
      await client.request("textDocument/hover", {
        textDocument: { uri: "file:///no.cpp" },
        position: { line: 9, character: 9 },
      }),
      null,
    );
  });

  it("offers fixes, applies them lazily, and silences with a comment that needs a reason", async () => {
    const text = `${HEAD}  int BAD; int UGLY;\r\n`;
    client = await TestClient.start({ "A.cpp": text });
    await client.open("A.cpp");
    const items = await client.diagnostics("A.cpp", (all) => all.length === 2);
    const [bad, ugly] = items;
    assert.ok(bad && ugly);
    const actions = await client.codeActions("A.cpp", bad);
    assert.deepEqual(
      actions.map(({ title, kind, isPreferred, edit }) => [title, kind, isPreferred, edit !== undefined]),
      [
        ["Say GOOD", "quickfix", true, false],
        ["Ignore this finding (dextlint-ignore banned-word: reason)", "quickfix", undefined, true],
        ["Fix all safe problems in this file", "source.fixAll.driverkit", undefined, true],
      ],
    );
    assert.deepEqual(actions[0]?.diagnostics, [bad]);
    const resolved = await client.request<CodeAction>("codeAction/resolve", actions[0]);
    const [change] = (resolved.edit?.documentChanges ?? []) as TextDocumentEdit[];
    assert.deepEqual(change?.textDocument, { uri: client.uri("A.cpp"), version: 1 });
    assert.deepEqual(change?.edits, [{ range: bad.range, newText: "GOOD" }]);
    const [unsafe] = await client.codeActions("A.cpp", ugly, ["quickfix"]);
    assert.equal(unsafe?.isPreferred, undefined);
    const [ignore] = ((await client.codeActions("A.cpp", bad, ["quickfix"]))[1]?.edit?.documentChanges ??
      []) as TextDocumentEdit[];
    assert.deepEqual(ignore?.edits, [
      {
        range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } },
        newText: "  // dextlint-ignore banned-word: <reason>\n",
      },
    ]);
    const [all] = await client.codeActions("A.cpp", ugly, ["source.fixAll.driverkit"]);
    assert.deepEqual((all?.edit?.documentChanges as TextDocumentEdit[])[0]?.edits, [
      { range: bad.range, newText: "GOOD" },
    ]);
    assert.deepEqual(await client.codeActions("A.cpp", bad, ["refactor"]), []);
  });

  it("explains a finding on hover", async () => {
    client = await TestClient.start({ "A.cpp": `${HEAD}int BAD;\n` });
    await client.open("A.cpp");
    await client.diagnostics("A.cpp", (items) => items.length === 1);
    const textDocument = { uri: client.uri("A.cpp") };
    const hover = await client.request("textDocument/hover", { textDocument, position: { line: 1, character: 5 } });
    assert.deepEqual(hover, {
      contents: {
        kind: "markdown",
        value: "**`BAD` is banned**\n\nThe test says so.\n\n[banned-word](file:///pages/banned-word.md)",
      },
      range: { start: { line: 1, character: 4 }, end: { line: 1, character: 7 } },
    });
    assert.equal(
      await client.request("textDocument/hover", { textDocument, position: { line: 1, character: 0 } }),
      null,
    );
  });

  it("honours suppressions, configuration and settings", async () => {
    client = await TestClient.start(
      {
        "A.cpp": `${HEAD}int BAD; // dextlint-ignore banned-word: a test\nint BAD;\nint UGLY;\n`,
        "gen/B.cpp": `${HEAD}int BAD;\n`,
        "sub/C.cpp": `${HEAD}int BAD;\n`,
        "sub/dextlint.json": '{ "rules": { "banned-word": "hint" } }',
        "dextlint.json": '{ "ignore": ["gen"], "rules": { "doubtful-word": "error" } }',
      },
      { settings: { rules: { "doubtful-word": "info", nonsense: 3 }, ignore: 7 } },
    );
    const items = await client.diagnostics("A.cpp", (all) => all.length === 2 && all[1]?.severity === 3);
    assert.deepEqual(
      items.map(({ code, severity, range }) => [code, severity, range.start.line]),
      [
        ["banned-word", 1, 2],
        ["doubtful-word", 3, 3],
      ],
    );
    assert.equal((await client.diagnostics("sub/C.cpp", (all) => all.length === 1))[0]?.severity, 4);
    assert.ok(!client.published.some(({ uri }) => uri === client.uri("gen/B.cpp")));
    client.write("dextlint.json", '{ "rules": { "banned-word": "off" } }');
    await client.changedOnDisk("dextlint.json");
    await client.diagnostics("A.cpp", (all) => all.length === 1);
  });

  it("shows open files only when asked to, and a closed file as the disk has it", async () => {
    client = await TestClient.start(
      { "A.cpp": `${HEAD}int BAD;\n`, "B.cpp": `${HEAD}int BAD;\n` },
      { settings: { scope: "open" } },
    );
    await client.open("A.cpp");
    await client.diagnostics("A.cpp", (items) => items.length === 1);
    await client.close("A.cpp");
    await client.diagnostics("A.cpp", (items) => items.length === 0);
    assert.ok(!client.published.some(({ uri }) => uri === client.uri("B.cpp")));
  });

  it("finds the project around a file that is opened alone", async () => {
    client = await TestClient.start(
      {
        "p/dextlint.json": '{ "rules": { "banned-word": "warning" } }',
        "p/src/A.cpp": `${HEAD}int BAD;\n`,
        "p/B.cpp": `${HEAD}int BAD;\n`,
      },
      { loose: true },
    );
    await client.open("p/src/A.cpp");
    assert.equal((await client.diagnostics("p/src/A.cpp", (items) => items.length === 1))[0]?.severity, 2);
    await client.diagnostics("p/B.cpp", (items) => items.length === 1);
    await client.close("p/src/A.cpp");
    await client.diagnostics("p/B.cpp", (items) => items.length === 0);
  });
});
