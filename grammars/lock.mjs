/**
 * The last step of rebuild.sh: compares the WASM files just built with lock.json (`check`), or installs them and
 * rewrites lock.json (`write`). Takes the versions from the environment that rebuild.sh sets.
 */
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const [mode, scratch] = process.argv.slice(2);
const { ABI, CPP, C, XML, CLI_VERSION, CLANG_VERSION, LLD_VERSION, WASI_VERSION } = process.env;

const integrity = Object.fromEntries(
  readFileSync(join(scratch, 'packages'), 'utf8').trim().split('\n').map(line => JSON.parse(line)));

const built = {
  grammars: {
    'tree-sitter-driverkit.wasm': {
      language: 'driverkit',
      abi: Number(ABI),
      packages: [CPP, C],
      inputs: hashes(['driverkit/grammar.js', 'driverkit/scanner.c']),
      ...describe(join(scratch, 'tree-sitter-driverkit.wasm')),
    },
    'tree-sitter-xml.wasm': {
      language: 'xml',
      abi: Number(ABI),
      packages: [XML],
      inputs: {},
      ...describe(join(scratch, 'tree-sitter-xml.wasm')),
    },
  },
  packages: integrity,
  tools: {
    'tree-sitter-cli': CLI_VERSION,
    clang: CLANG_VERSION,
    lld: LLD_VERSION,
    'wasi-libc': WASI_VERSION,
  },
};

if (mode === 'write') {
  for (const name of Object.keys(built.grammars)) {
    copyFileSync(join(scratch, name), join(HERE, name));
    chmodSync(join(HERE, name), 0o644); // the linker makes executables
  }
  writeFileSync(join(HERE, 'lock.json'), `${JSON.stringify(built, null, 2)}\n`);
  for (const [name, { sha256, size }] of Object.entries(built.grammars)) console.log(`written: ${name} ${size} ${sha256}`);
} else {
  process.exitCode = check() ? 0 : 1;
}

function check() {
  const lock = JSON.parse(readFileSync(join(HERE, 'lock.json'), 'utf8'));
  let good = true;
  const fail = (message) => {
    good = false;
    console.error(`different: ${message}`);
  };
  for (const [name, grammar] of Object.entries(built.grammars)) {
    const locked = lock.grammars[name];
    const committed = existsSync(join(HERE, name)) ? describe(join(HERE, name)).sha256 : 'missing';
    if (locked?.sha256 !== grammar.sha256) fail(`${name} builds to ${grammar.sha256}, lock.json has ${locked?.sha256}`);
    if (locked?.sha256 !== committed) fail(`${name} in this folder is ${committed}, lock.json has ${locked?.sha256}`);
    for (const [input, hash] of Object.entries(grammar.inputs)) {
      if (locked?.inputs?.[input] !== hash) fail(`${input} has changed since lock.json was written`);
    }
  }
  for (const [name, value] of Object.entries(built.packages)) {
    if (lock.packages[name] !== value) fail(`${name} from npm is ${value}, lock.json has ${lock.packages[name]}`);
  }
  for (const [tool, version] of Object.entries(built.tools)) {
    if (lock.tools[tool] !== version) console.error(`note: ${tool} is ${version} here, ${lock.tools[tool]} in lock.json`);
  }
  if (good) for (const [name, { sha256 }] of Object.entries(built.grammars)) console.log(`as locked: ${name} ${sha256}`);
  return good;
}

function hashes(paths) {
  return Object.fromEntries(paths.map(path => [path, describe(join(HERE, path)).sha256]));
}

function describe(path) {
  const bytes = readFileSync(path);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
}
