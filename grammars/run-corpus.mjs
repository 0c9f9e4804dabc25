/**
 * Runs the grammar's corpus tests (tree-sitter's own format) on the committed WASM, without tree-sitter's CLI.
 *
 *   node grammars/run-corpus.mjs            prints what fails; exit 1 when something does
 *   node grammars/run-corpus.mjs --update   writes the trees as they are now into the files; read the diff
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';

const HERE = dirname(fileURLToPath(import.meta.url));
const CORPUS = join(HERE, 'driverkit', 'test', 'corpus');
const CASE = /^={3,}\n(.+)\n={3,}\n([\s\S]*?)\n-{3,}\n([\s\S]*?)(?=^={3,}\n|(?![\s\S]))/gm;

/**
 * Every case of every corpus file, parsed. `name` is `FILE: TITLE`; `expected` and `actual` are indented trees.
 * @param {{folder?: string, wasm?: string}} [options]
 * @returns {Promise<{name: string, expected: string, actual: string, ok: boolean}[]>}
 */
export async function runCorpus({ folder = CORPUS, wasm = join(HERE, 'tree-sitter-driverkit.wasm') } = {}) {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(wasm)));
  const results = [];
  for (const file of corpusFiles(folder)) {
    for (const [, title, source, tree] of readFileSync(join(folder, file), 'utf8').matchAll(CASE)) {
      const expected = indent(tree);
      const actual = treeOf(parser, source);
      results.push({ name: `${file}: ${title.trim()}`, expected, actual, ok: expected === actual });
    }
  }
  parser.delete();
  return results;
}

async function update() {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(join(HERE, 'tree-sitter-driverkit.wasm'))));
  for (const file of corpusFiles(CORPUS)) {
    const path = join(CORPUS, file);
    const cases = [...readFileSync(path, 'utf8').matchAll(CASE)].map(([, title, source]) => {
      const rule = '='.repeat(Math.max(20, title.length));
      return `${rule}\n${title}\n${rule}\n${source}\n---\n\n${treeOf(parser, source)}\n`;
    });
    writeFileSync(path, cases.join('\n'));
  }
}

function corpusFiles(folder) {
  return readdirSync(folder).filter(file => file.endsWith('.txt')).sort();
}

function treeOf(parser, source) {
  const tree = parser.parse(source);
  const text = tree.rootNode.toString();
  tree.delete();
  return indent(text);
}

/** One node a line, two spaces a level: the same text for the same tree, however it was laid out. */
function indent(tree) {
  let depth = 0;
  let out = '';
  for (const [token] of tree.matchAll(/[\w.]+:|\((?:MISSING "[^"]*"|MISSING \w+|UNEXPECTED '[^']*'|\w+)|\)/g)) {
    if (token === ')') {
      depth--;
      out += ')';
    } else if (token.endsWith(':')) {
      out += `\n${'  '.repeat(depth)}${token}`;
    } else {
      out += out.endsWith(':') ? ` ${token}` : `\n${'  '.repeat(depth)}${token}`;
      depth++;
    }
  }
  return out.trimStart();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes('--update')) await update();
  const results = await runCorpus();
  const failed = results.filter(result => !result.ok);
  for (const { name, expected, actual } of failed) {
    console.log(`✗ ${name}\n--- expected\n${expected}\n--- actual\n${actual}\n`);
  }
  console.log(`corpus: ${results.length - failed.length} of ${results.length} as expected`);
  process.exitCode = failed.length === 0 && results.length > 0 ? 0 : 1;
}
