/**
 * Parses the drivers in the folders given with our grammar and with the stock C++ grammar, and says what each
 * leaves unread, how long each takes, and whether files that stock reads cleanly give the same tree.
 *
 *   node grammars/measure.mjs [--list] [--stock FILE.wasm] FOLDER…
 *
 * Reads only; without --stock it takes the stock grammar's WASM from npm into a folder that it removes again.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';

const STOCK = 'tree-sitter-cpp@0.23.4';
const HERE = dirname(fileURLToPath(import.meta.url));
const SKIP = new Set(['.git', 'node_modules', 'build', 'DerivedData']);
const SOURCE = new Set(['.iig', '.cpp', '.cc', '.h', '.hpp']);
const DRIVERKIT_INCLUDE = /^[ \t]*#[ \t]*(?:include|import)[ \t]*[<"](?:\w*DriverKit\/|[^>"\n]*\.iig[>"])/m;

const options = { list: false, stock: undefined, folders: [] };
for (let i = 2; i < process.argv.length; i++) {
  const argument = process.argv[i];
  if (argument === '--list') options.list = true;
  else if (argument === '--stock') options.stock = process.argv[++i];
  else options.folders.push(argument);
}
if (options.folders.length === 0) {
  console.error('usage: node grammars/measure.mjs [--list] [--stock FILE.wasm] FOLDER…');
  process.exit(2);
}

await Parser.init();
const ours = await parserOf(readFileSync(join(HERE, 'tree-sitter-driverkit.wasm')));
const stock = await parserOf(stockWasm());

const files = collect(options.folders);
const rows = new Map();
const differing = [];
for (const file of files) {
  const row = rows.get(file.kind) ?? newRow();
  rows.set(file.kind, row);
  row.files++;
  row.bytes += file.text.length;
  const a = measure(stock, file.text);
  const b = measure(ours, file.text);
  add(row.stock, a);
  add(row.ours, b);
  if (a.clean) {
    row.compared++;
    if (sameTree(a.tree, b.tree)) row.same++;
    else differing.push(`${file.kind[0]} ${file.path}`);
  }
  if (options.list && !b.clean) {
    for (const place of b.places.slice(0, 6)) {
      console.log(`${file.kind[0]} ${file.path}:${place.row + 1}: ${place.kind} ${JSON.stringify(place.text.slice(0, 70))}`);
    }
  }
  a.tree.delete();
  b.tree.delete();
}

if (options.list) for (const path of differing) console.log(`other tree than stock: ${path}`);
console.table(Object.fromEntries([...rows].sort().map(([kind, row]) => [kind, {
  files: row.files,
  characters: row.bytes,
  'errors stock': row.stock.files,
  'errors ours': row.ours.files,
  'ERROR chars stock': row.stock.error,
  'ERROR chars ours': row.ours.error,
  'ms stock': Math.round(row.stock.ms),
  'ms ours': Math.round(row.ours.ms),
  ratio: (row.ours.ms / row.stock.ms).toFixed(2),
  'same tree': `${row.same}/${row.compared}`,
}])));

function newRow() {
  return {
    files: 0, bytes: 0, compared: 0, same: 0,
    stock: { files: 0, error: 0, ms: 0 }, ours: { files: 0, error: 0, ms: 0 },
  };
}

function add(sum, result) {
  if (!result.clean) sum.files++;
  sum.error += result.error;
  sum.ms += result.ms;
}

async function parserOf(wasm) {
  const parser = new Parser();
  parser.setLanguage(await Language.load(wasm));
  return parser;
}

function stockWasm() {
  if (options.stock) return readFileSync(options.stock);
  const folder = mkdtempSync(join(tmpdir(), 'driverkit-measure-'));
  try {
    execFileSync('npm', ['pack', '--silent', STOCK], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('tar', ['xzf', readdirSync(folder)[0]], { cwd: folder });
    return readFileSync(join(folder, 'package', 'tree-sitter-cpp.wasm'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every distinct source text below the folders, with its kind; in the order of their paths. */
function collect(folders) {
  const found = new Map();
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!SKIP.has(entry.name)) visit(path);
      } else if (entry.isFile() && SOURCE.has(extname(entry.name))) {
        const text = readFileSync(path, 'utf8');
        const hash = createHash('sha256').update(text).digest('hex');
        if (!found.has(hash)) found.set(hash, { path, text });
      }
    }
  };
  folders.forEach(visit);
  // A header that the project's `.iig` generates counts as a DriverKit header.
  const classes = new Set([...found.values()]
    .filter(file => file.path.endsWith('.iig')).map(file => basename(file.path, '.iig')));
  return [...found.values()].map(file => ({ ...file, kind: kindOf(file, classes) }));
}

function kindOf({ path, text }, classes) {
  if (path.endsWith('.iig')) return /apple-oss-distributions/.test(path) ? '1 Apple .iig' : '2 driver .iig';
  if (/apple-oss-distributions/.test(path)) return '5 Apple kernel C++';
  if (DRIVERKIT_INCLUDE.test(text)) return '3 dext C++';
  for (const match of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*[<"](?:[^>"\n]*\/)?(\w+)\.h[>"]/gm)) {
    if (classes.has(match[1]) && basename(path) !== `${match[1]}.h`) return '3 dext C++';
  }
  return '4 other';
}

function measure(parser, text) {
  const start = performance.now();
  const tree = parser.parse(text);
  const ms = performance.now() - start;
  const places = [];
  let error = 0;
  const visit = (node) => {
    if (node.isError || node.isMissing) {
      error += node.endIndex - node.startIndex;
      places.push({
        row: node.startPosition.row,
        kind: node.isMissing ? `MISSING ${node.type}` : 'ERROR',
        text: node.text,
      });
    } else if (node.hasError) {
      node.children.forEach(visit);
    }
  };
  visit(tree.rootNode);
  return { tree, ms, error, places, clean: !tree.rootNode.hasError };
}

/** Whether both trees have the same nodes, anonymous ones too, with the same fields at the same places. */
function sameTree(left, right) {
  const a = left.walk();
  const b = right.walk();
  try {
    for (;;) {
      if (a.nodeType !== b.nodeType || a.startIndex !== b.startIndex || a.endIndex !== b.endIndex
        || a.currentFieldName !== b.currentFieldName) return false;
      const down = a.gotoFirstChild();
      if (down !== b.gotoFirstChild()) return false;
      if (down) continue;
      for (;;) {
        const next = a.gotoNextSibling();
        if (next !== b.gotoNextSibling()) return false;
        if (next) break;
        const up = a.gotoParent();
        if (up !== b.gotoParent()) return false;
        if (!up) return true;
      }
    }
  } finally {
    a.delete();
    b.delete();
  }
}
