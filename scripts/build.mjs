// Bundles the extension, the language server and dextlint into dist/, and puts beside them what they read at run time.
// Usage: node scripts/build.mjs [--minify] [--watch] [--quiet]
import * as esbuild from "esbuild";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, "dist");
const has = (flag) => process.argv.includes(flag);
const say = (line) => has("--quiet") || process.stdout.write(`${line}\n`);

const bundles = [
  { entry: "client/src/extension.ts", out: "client.cjs", external: ["vscode"] },
  { entry: "server/src/lsp/main-node.ts", out: "server.cjs", external: [] },
  { entry: "server/src/cli/main.ts", out: "dextlint.cjs", external: [] },
];

/** Files read at run time: `from` is a file, or a folder whose files with the extension are taken. `to` is inside dist/. */
const assets = [
  { from: "node_modules/web-tree-sitter/web-tree-sitter.wasm", to: "." },
  { from: "grammars", extension: ".wasm", to: "." },
  { from: "docs/rules", extension: ".md", to: "rules" },
];

function optionsFor({ entry, out, external }) {
  return {
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path.join(dist, out),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external,
    minify: has("--minify"),
    // Names appear in stack traces that users report.
    keepNames: has("--minify"),
    sourcemap: has("--minify") ? false : "linked",
    legalComments: "none",
    logLevel: "warning",
    // VS Code's packages prefer their UMD builds through "main", which esbuild cannot follow.
    mainFields: ["module", "main"],
    // A CommonJS file has no `import.meta`; sources and the ESM packages bundled in may ask for its URL.
    define: { "import.meta.url": "__import_meta_url" },
    banner: { js: 'const __import_meta_url = require("node:url").pathToFileURL(__filename).href;' },
  };
}

/** Copies the files that changed; a grammar is 5 MB. */
function copyAssets() {
  for (const { from, extension, to } of assets) {
    const source = path.join(root, from);
    if (!fs.existsSync(source)) continue;
    const files = extension
      ? fs
          .readdirSync(source)
          .filter((name) => name.endsWith(extension))
          .map((name) => path.join(source, name))
      : [source];
    const folder = path.join(dist, to);
    fs.mkdirSync(folder, { recursive: true });
    for (const file of files) {
      const target = path.join(folder, path.basename(file));
      const before = fs.statSync(target, { throwIfNoEntry: false });
      const now = fs.statSync(file);
      if (before && before.size === now.size && before.mtimeMs >= now.mtimeMs) continue;
      fs.copyFileSync(file, target);
    }
    if (extension) removeStale(folder, extension, files, to);
  }
}

/** A page or grammar that is gone from the sources must not stay in the package. */
function removeStale(folder, extension, files, to) {
  if (to === ".") return;
  const wanted = new Set(files.map((file) => path.basename(file)));
  for (const name of fs.readdirSync(folder)) {
    if (name.endsWith(extension) && !wanted.has(name)) fs.rmSync(path.join(folder, name));
  }
}

const started = performance.now();
const ready = bundles.filter(({ entry }) => {
  const exists = fs.existsSync(path.join(root, entry));
  if (!exists) say(`build: skipped ${entry}: it does not exist yet`);
  return exists;
});

if (has("--minify")) for (const { out } of bundles) fs.rmSync(path.join(dist, `${out}.map`), { force: true });

if (has("--watch")) {
  const contexts = await Promise.all(
    ready.map((bundle) => esbuild.context({ ...optionsFor(bundle), logLevel: "info" })),
  );
  copyAssets();
  await Promise.all(contexts.map((context) => context.watch()));
  say("build: watching; end with Ctrl+C");
} else {
  try {
    await Promise.all(ready.map((bundle) => esbuild.build(optionsFor(bundle))));
  } catch {
    process.exit(1); // esbuild has printed the errors
  }
  copyAssets();
  for (const { out } of ready)
    say(`build: dist/${out} ${Math.round(fs.statSync(path.join(dist, out)).size / 1024)} KB`);
  say(`build: ${Math.round(performance.now() - started)} ms`);
}
