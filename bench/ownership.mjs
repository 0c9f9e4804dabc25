// Measures what the ownership analysis costs against parsing alone, on generated code and on folders of drivers.
// Usage: node --import tsx bench/ownership.mjs [--lines 3000] [--rounds 5] [FOLDER…]
import fs from "node:fs";
import path from "node:path";
import { AnalysisHost } from "../server/src/engine/host.ts";
import { finish } from "../server/src/engine/analysis.ts";
import { rules as allRules } from "../server/src/rules/registry.generated.ts";
import { loadParsers } from "../server/test/support.ts";
import { RULES } from "../server/test/ownership/suite.ts";
import { readFolder } from "../scripts/corpus-files.mjs";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const lines = option("lines", 3000);
const rounds = option("rounds", 5);
const folders = process.argv.slice(2).filter((each) => fs.existsSync(each) && fs.statSync(each).isDirectory());
const ownership = allRules.filter(({ meta }) => RULES.includes(meta.id));
const parsers = await loadParsers();

const inputs = [
  ["generated: short functions, early returns", generate(lines, shortFunction)],
  ["generated: ten objects and a ladder of labels each", generate(lines, ladder)],
  ["generated: loops and switches", generate(lines, loops)],
  ...folders.map((folder) => [path.basename(folder), readFolder(folder)]),
];
process.stdout.write(
  "input; C++ lines; parsing, reading declarations, ownership (ms per 1,000 lines); ownership against parsing\n",
);
for (const [name, files] of inputs) {
  const code = belonging(files);
  const count = [...code.values()].reduce((sum, text) => sum + text.split("\n").length, 0);
  const times = Array.from({ length: rounds }, () => measure(code));
  const best = (key) => (1000 * Math.min(...times.map((each) => each[key]))) / count;
  const [parse, nothing, all] = [best("parse"), best("nothing"), best("all")];
  const [declare, analyse] = [Math.max(0, nothing - parse), Math.max(0, all - nothing)];
  const milliseconds = [parse, declare, analyse].map((each) => each.toFixed(2)).join(", ");
  process.stdout.write(`${name}; ${count}; ${milliseconds}; ${(analyse / parse).toFixed(2)} times\n`);
}

/** The C++ and `.iig` files that dextlint checks; kernel and app sources beside them say nothing about its speed. */
function belonging(files) {
  const host = AnalysisHost.create(parsers, []);
  host.apply([...files].map(([file, text]) => ({ path: `/${file}`, text })));
  const snapshot = host.snapshot();
  const checked = [...files].filter(
    ([file]) => /\.(cpp|cc|cxx|h|hpp|iig)$/.test(file) && snapshot.membership(`/${file}`).checked,
  );
  host.dispose();
  return new Map(checked);
}

/** In milliseconds: parsing alone; a check with no rule (declarations, index); a check with the ownership rules. */
function measure(files) {
  const timed = (work) => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  const run = (rules) => {
    const host = AnalysisHost.create(parsers, rules);
    host.apply([...files].map(([file, text]) => ({ path: `/${file}`, text })));
    const milliseconds = timed(() => {
      const snapshot = host.snapshot();
      for (const at of snapshot.paths) finish(snapshot.check(at));
    });
    host.dispose();
    return milliseconds;
  };
  const parse = timed(() => {
    for (const [file, text] of files) parsers.parse("driverkit", file, text);
  });
  return { parse, nothing: run([]), all: run(ownership) };
}

function generate(wanted, body) {
  const out = [
    "#include <DriverKit/DriverKit.h>",
    "",
    "struct Driver_IVars { IOBufferMemoryDescriptor *kept; bool ready; };",
    "",
  ];
  for (let i = 0; out.length < wanted; i++) out.push(...body(i), "");
  return new Map([["Driver.cpp", `${out.join("\n")}\n`]]);
}

function shortFunction(i) {
  return [
    `kern_return_t Driver::Prepare${i}(uint64_t size)`,
    "{",
    "    IOBufferMemoryDescriptor *buffer = nullptr;",
    "    IOMemoryMap *map = nullptr;",
    "    kern_return_t ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionInOut, size, 0, &buffer);",
    "    if (ret != kIOReturnSuccess) return ret;",
    "    ret = buffer->CreateMapping(0, 0, 0, 0, 0, &map);",
    "    if (ret != kIOReturnSuccess) {",
    "        OSSafeReleaseNULL(buffer);",
    "        return ret;",
    "    }",
    `    memset(reinterpret_cast<void *>(map->GetAddress()), ${i & 255}, size);`,
    "    map->release();",
    "    buffer->release();",
    "    return ivars->ready ? kIOReturnSuccess : kIOReturnNotReady;",
    "}",
  ];
}

function ladder(i) {
  const names = Array.from({ length: 10 }, (_, n) => `part${n}`);
  return [
    `kern_return_t Driver::Build${i}(uint64_t size)`,
    "{",
    "    kern_return_t ret = kIOReturnSuccess;",
    ...names.map((name) => `    IOBufferMemoryDescriptor *${name} = nullptr;`),
    ...names.flatMap((name, n) => [
      `    ret = IOBufferMemoryDescriptor::Create(kIOMemoryDirectionIn, size + ${n}, 0, &${name});`,
      "    if (ret != kIOReturnSuccess) goto Exit;",
    ]),
    "Exit:",
    ...names.map((name) => `    OSSafeReleaseNULL(${name});`),
    "    return ret;",
    "}",
  ];
}

function loops(i) {
  return [
    `kern_return_t Driver::Scan${i}(OSArray *list, uint32_t mode)`,
    "{",
    "    OSArray *found = OSArray::withCapacity(4);",
    "    if (!found) return kIOReturnNoMemory;",
    "    for (uint32_t n = 0; n < list->getCount(); n++) {",
    '        OSString *text = OSString::withCString("entry");',
    "        if (!text) continue;",
    "        switch (mode) {",
    "            case 0:",
    "                found->setObject(text);",
    "                break;",
    "            case 1:",
    "                if (n > 4) {",
    "                    text->release();",
    "                    continue;",
    "                }",
    "                break;",
    "            default:",
    "                break;",
    "        }",
    "        text->release();",
    "    }",
    "    found->release();",
    "    return kIOReturnSuccess;",
    "}",
  ];
}
