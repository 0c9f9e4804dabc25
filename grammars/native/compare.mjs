/**
 * Compares the trees of the WASM grammar with those of the same grammar compiled natively: every node, anonymous ones
 * too, with its field, its offsets and its flags. Development only; says so and does nothing when there is no native one.
 *
 *   node grammars/native/compare.mjs FILE…
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * @param {string[]} files
 * @returns {Promise<{available: false, reason: string}
 *   | {available: true, files: number, nodes: number, different: Difference[], recovered: Difference[]}>}
 * `recovered` holds files with syntax errors: the two packages carry different versions of tree-sitter's runtime, which
 * recover from errors differently. Only `different` says something about the grammar.
 * @typedef {{file: string, wasm: string, native: string}} Difference
 */
export async function compareTrees(files) {
  const native = nativeParser();
  if ('reason' in native) return { available: false, reason: native.reason };
  const wasm = await wasmParser();
  const different = [];
  const recovered = [];
  let nodes = 0;
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const wasmTree = wasm.parse(text);
    const left = wasmTree.walk();
    // Without a buffer as large as the text, the native parser refuses texts past 32 KiB.
    const right = native.parser.parse(text, undefined, { bufferSize: Math.max(32 * 1024, 2 * text.length + 2) }).walk();
    const result = firstDifference(left, right);
    nodes += result.nodes;
    if (result.wasm !== result.native) {
      const list = wasmTree.rootNode.hasError ? recovered : different;
      list.push({ file, wasm: result.wasm, native: result.native });
    }
    left.delete();
    wasmTree.delete();
  }
  wasm.delete();
  return { available: true, files: files.length, nodes, different, recovered };
}

function nativeParser() {
  const require = createRequire(join(HERE, 'package.json'));
  try {
    const NativeParser = require('tree-sitter');
    const parser = new NativeParser();
    parser.setLanguage(require('./build/Release/tree_sitter_driverkit.node'));
    return { parser };
  } catch (error) {
    return { reason: `no native parser (npm ci and build.sh in grammars/native make it): ${String(error.message).split('\n')[0]}` };
  }
}

async function wasmParser() {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(join(HERE, '..', 'tree-sitter-driverkit.wasm'))));
  return parser;
}

/** Walks both trees in step. Both count offsets and columns in UTF-16 code units. */
function firstDifference(left, right) {
  for (let nodes = 1; ; nodes++) {
    const a = describe(left);
    const b = describe(right);
    if (a !== b) return { nodes, wasm: a, native: b };
    if (step(left, right, 'gotoFirstChild')) continue;
    for (;;) {
      if (step(left, right, 'gotoNextSibling')) break;
      if (!step(left, right, 'gotoParent')) return { nodes, wasm: '', native: '' };
    }
  }
}

/** Moves both cursors; a move that only one can make shows as a difference at the next node. */
function step(left, right, move) {
  const moved = left[move]();
  return right[move]() || moved;
}

function describe(cursor) {
  const { row, column } = cursor.startPosition;
  const flags = `${cursor.nodeIsNamed ? '' : ' anonymous'}${cursor.nodeIsMissing ? ' missing' : ''}`;
  return `${cursor.currentFieldName ?? ''}: ${cursor.nodeType} ${cursor.startIndex}-${cursor.endIndex} ${row}:${column}${flags}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const result = await compareTrees(process.argv.slice(2));
  if (!result.available) {
    console.log(`native cross-check: ${result.reason}`);
  } else {
    for (const { file, wasm, native } of result.different) console.log(`${file}: wasm "${wasm}", native "${native}"`);
    console.log(`native cross-check: ${result.files} files, ${result.nodes} nodes, ${result.different.length} different, `
      + `${result.recovered.length} more only in how they recover from syntax errors`);
    process.exitCode = result.different.length === 0 ? 0 : 1;
  }
}
