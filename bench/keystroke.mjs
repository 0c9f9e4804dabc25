// Measures the time from a keystroke to published diagnostics on a 3,000-line driver source, through LSP over stdio, as an editor
// sees it. Usage: node bench/keystroke.mjs [--edits 100] [--lines 3000] [--limit MS]
// Needs a build. With --limit it ends with 1 when p95 is above the limit.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(path.join(root, "server/package.json"));
const rpc = require("vscode-languageserver/node");

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const edits = option("edits", 100);
const wantedLines = option("lines", 3000);
const limit = option("limit", Number.POSITIVE_INFINITY);
/** The server waits this long for further keystrokes before it begins; not part of the work. */
const DEBOUNCE_MS = 150;

const { text, editLine } = generate(wantedLines);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "driverkit-bench-"));
const file = path.join(folder, "Driver.cpp");
fs.writeFileSync(file, text);

const server = path.join(root, "dist/server.cjs");
if (!fs.existsSync(server)) {
  process.stderr.write("bench: not built; run `npm run build` first\n");
  process.exit(2);
}
const child = spawn(process.execPath, [server, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
const reader = new rpc.StreamMessageReader(child.stdout);
const connection = rpc.createProtocolConnection(reader, new rpc.StreamMessageWriter(child.stdin));

let published = () => {};
connection.onNotification("textDocument/publishDiagnostics", (params) => published(params));
connection.onRequest("client/registerCapability", () => null);
connection.listen();

try {
  const uri = pathToFileURL(file).href;
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: { textDocument: { publishDiagnostics: { relatedInformation: true } } },
  });
  await connection.sendNotification("initialized", {});
  const opened = nextFor(uri, 1);
  const openStart = performance.now();
  await connection.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "cpp", version: 1, text },
  });
  const first = await opened;
  const openMs = performance.now() - openStart;

  const times = [];
  const position = { line: editLine, character: 0 };
  // A statement of a function comes and goes, with a finding in it, so that every edit changes what is published.
  const statement = "    buffer->free();\n";
  for (let i = 0; i < edits; i++) {
    const version = i + 2;
    const range = { start: position, end: i % 2 === 0 ? position : { line: editLine + 1, character: 0 } };
    const contentChanges = [{ range, text: i % 2 === 0 ? statement : "" }];
    const done = nextFor(uri, version);
    const start = performance.now();
    await connection.sendNotification("textDocument/didChange", { textDocument: { uri, version }, contentChanges });
    await done;
    times.push(performance.now() - start - DEBOUNCE_MS);
    // As a person types: the project's other files are checked in such pauses.
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  const parse = await parseAlone();
  report(times, parse, openMs, first.diagnostics.length);
} finally {
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  connection.dispose();
  fs.rmSync(folder, { recursive: true, force: true });
}

function nextFor(uri, version) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no diagnostics for version ${version}`)), 30_000);
    published = (params) => {
      if (params.uri !== uri || params.version !== version) return;
      clearTimeout(timer);
      resolve(params);
    };
  });
}

/** The parser alone on the same text: from nothing, and after the same kind of edit. In milliseconds, the median. */
async function parseAlone() {
  const { Parser, Language, Edit } = await import(pathToFileURL(require.resolve("web-tree-sitter")).href);
  const wasm = (name) => fs.readFileSync(path.join(root, "dist", name));
  await Parser.init({ wasmBinary: wasm("web-tree-sitter.wasm"), locateFile: (name) => name });
  const parser = new Parser();
  parser.setLanguage(await Language.load(wasm("tree-sitter-driverkit.wasm")));
  const whole = [];
  const incremental = [];
  for (let i = 0; i < 15; i++) {
    let start = performance.now();
    const tree = parser.parse(text);
    whole.push(performance.now() - start);
    const at = text.split("\n").slice(0, editLine).join("\n").length + 1;
    const point = { row: editLine, column: 0 };
    tree.edit(
      new Edit({
        startIndex: at,
        oldEndIndex: at,
        newEndIndex: at + 4,
        startPosition: point,
        oldEndPosition: point,
        newEndPosition: { row: editLine, column: 4 },
      }),
    );
    start = performance.now();
    const again = parser.parse(`${text.slice(0, at)}x();${text.slice(at)}`, tree);
    incremental.push(performance.now() - start);
    tree.delete();
    again.delete();
  }
  return { whole: quantile(whole, 0.5), incremental: quantile(incremental, 0.5) };
}

function report(times, parse, openMs, findings) {
  const p50 = quantile(times, 0.5);
  const p95 = quantile(times, 0.95);
  const ms = (value) => `${value.toFixed(1)} ms`;
  const lines = text.split("\n").length - 1;
  process.stdout.write(
    [
      `file: ${lines} lines, ${text.length} characters, ${findings} findings`,
      `open to first diagnostics:              ${ms(openMs)}`,
      `keystroke to published diagnostics:     p50 ${ms(p50)}, p95 ${ms(p95)}, max ${ms(Math.max(...times))} over ${edits} edits`,
      `  (and ${DEBOUNCE_MS} ms in which the server waits for further keystrokes)`,
      `parsing alone: whole ${ms(parse.whole)}, after an edit ${ms(parse.incremental)}`,
      `p50 is ${(p50 / parse.whole).toFixed(2)} times a whole parse`,
      "",
    ].join("\n"),
  );
  if (p95 > limit) {
    process.stderr.write(`bench: p95 is above the limit of ${limit} ms\n`);
    process.exitCode = 1;
  }
}

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

/** A driver source of many methods, each some twenty lines that look like a real one. */
function generate(lines) {
  const head = [
    "#include <os/log.h>",
    "#include <DriverKit/DriverKit.h>",
    "#include <DriverKit/IOBufferMemoryDescriptor.h>",
    "#include <PCIDriverKit/PCIDriverKit.h>",
    "",
    "struct Driver_IVars {",
    "    IOPCIDevice *device;",
    "    IODispatchQueue *queue;",
    "    IOBufferMemoryDescriptor *buffers[256];",
    "};",
    "",
  ];
  const out = [...head];
  for (let i = 0; out.length + 22 <= lines; i++) {
    out.push(
      `kern_return_t Driver::SetUp${i}(uint32_t index, uint64_t length)`,
      "{",
      "    IOBufferMemoryDescriptor *buffer = nullptr;",
      "    IOAddressSegment segment = {};",
      "    kern_return_t ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionInOut, length, 4096, &buffer);",
      "    if (ret != kIOReturnSuccess) {",
      `        os_log(OS_LOG_DEFAULT, "SetUp${i}: no buffer of %llu bytes", length);`,
      "        return ret;",
      "    }",
      "    ret = buffer->GetAddressRange(&segment);",
      "    if (ret != kIOReturnSuccess || segment.length < length) {",
      "        OSSafeReleaseNULL(buffer);",
      "        return ret != kIOReturnSuccess ? ret : kIOReturnNoSpace;",
      "    }",
      "    for (uint32_t word = 0; word < length / sizeof(uint32_t); word++) {",
      `        reinterpret_cast<uint32_t *>(segment.address)[word] = index ^ (word * ${i + 3}u);`,
      "    }",
      `    ivars->device->MemoryWrite32(0, ${i * 8}, static_cast<uint32_t>(segment.address));`,
      `    ivars->buffers[${i % 256}] = buffer;`,
      "    return kIOReturnSuccess;",
      "}",
      "",
    );
  }
  while (out.length < lines) out.push("// the end");
  const middle = head.length + Math.floor((lines - head.length) / 44) * 22 + 9;
  return { text: `${out.join("\n")}\n`, editLine: middle };
}
