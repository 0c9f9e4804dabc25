// Holds the walls of docs/architecture.md: which layer may import which, and who may touch the outside world.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { root } from "./support.ts";

/** Each layer with the layers that it may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: [],
  syntax: ["base"],
  knowledge: ["base"],
  plist: ["base", "syntax", "knowledge"],
  project: ["base", "syntax", "knowledge", "plist"],
  semantics: ["base", "syntax", "knowledge", "plist", "project"],
  flow: ["base", "syntax", "knowledge", "plist", "project", "semantics"],
  bundle: ["base", "syntax", "knowledge", "plist", "project", "semantics"],
  rules: ["base", "syntax", "knowledge", "plist", "project", "semantics", "flow", "bundle"],
  features: ["base", "syntax", "knowledge", "plist", "project", "semantics", "flow", "bundle", "rules", "engine"],
  engine: ["base", "syntax", "knowledge", "plist", "project", "semantics", "flow", "bundle", "rules"],
  lsp: [
    "base",
    "syntax",
    "knowledge",
    "plist",
    "project",
    "semantics",
    "flow",
    "bundle",
    "rules",
    "features",
    "engine",
    "files",
    "protocol",
  ],
  cli: [
    "base",
    "syntax",
    "knowledge",
    "plist",
    "project",
    "semantics",
    "flow",
    "bundle",
    "rules",
    "features",
    "engine",
    "files",
    "lsp",
  ],
  files: ["base", "syntax", "project", "engine"],
  protocol: [],
};

interface Import {
  readonly file: string;
  readonly layer: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

function importsOf(folder: string): Import[] {
  const source = path.join(root, folder);
  return filesIn(source).flatMap((file) => {
    const text = fs.readFileSync(file, "utf8");
    const relative = path.relative(source, file).split(path.sep).join("/");
    const layer = relative.includes("/") ? (relative.split("/")[0] as string) : relative.replace(/\.ts$/, "");
    return [...text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^;'"]*?\sfrom\s+)?["']([^"']+)["']/gm)].map(
      (match) => ({
        file: relative,
        layer,
        target: match[2] as string,
        typeOnly: match[1] !== undefined,
      }),
    );
  });
}

const server = importsOf("server/src");
const layerOf = ({ file, target }: Import): string | undefined => {
  if (!target.startsWith(".") || target.endsWith("/package.json")) return undefined;
  const resolved = path.posix.normalize(path.posix.join(path.posix.dirname(file), target));
  return resolved.includes("/") ? resolved.split("/")[0] : resolved.replace(/\.ts$/, "");
};

describe("architecture", () => {
  it("knows every layer", () => {
    for (const { layer, file } of server) assert.ok(layer in ALLOWED, `${file}: no layer "${layer}"`);
  });

  it("lets arrows point one way only", () => {
    const wrong = server.filter((each) => {
      const target = layerOf(each);
      return target !== undefined && target !== each.layer && !ALLOWED[each.layer]?.includes(target);
    });
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} imports ${target}`),
      [],
    );
  });

  it("keeps each outside library in its layer", () => {
    const owners: readonly [RegExp, readonly string[]][] = [
      [/^web-tree-sitter$/, ["syntax"]],
      [/^vscode-languageserver/, ["lsp"]],
      [/^vscode-jsonrpc/, ["lsp"]],
      [/^vscode$/, []],
      [/^node:|^(fs|path|os|child_process|process|worker_threads)(\/|$)/, ["lsp", "cli", "files"]],
      [/^plist$/, ["plist"]],
    ];
    const wrong = server.filter(({ layer, target }) =>
      owners.some(([name, layers]) => name.test(target) && !layers.includes(layer)),
    );
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} imports ${target}`),
      [],
    );
  });

  it("does no I/O and touches no globals of the outside in the core", () => {
    const core = Object.keys(ALLOWED).filter(
      (layer) => layer !== "lsp" && layer !== "cli" && layer !== "files" && layer !== "protocol",
    );
    const wrong = core.flatMap((layer) => {
      const folder = path.join(root, "server/src", layer);
      if (!fs.existsSync(folder)) return [];
      return filesIn(folder).filter((file) =>
        /\b(process\.(?:env|argv|std\w+|exit|cwd|platform|on|nextTick)|console\.|setTimeout\(|fetch\(|require\(|eval\(|new Function\()/.test(
          code(file),
        ),
      );
    });
    assert.deepEqual(
      wrong.map((file) => path.relative(root, file)),
      [],
    );
  });

  it("lets the client import nothing of the server but the protocol", () => {
    const outside = importsOf("client/src").filter(
      ({ target }) => target.startsWith("..") && target.includes("server/"),
    );
    for (const { file, target } of outside) assert.match(target, /server\/src\/protocol\.ts$/, `client/src/${file}`);
  });

  it("spells node kinds only in syntax", () => {
    const kinds =
      /["'](?:[a-z]+_(?:expression|statement|declaration|specifier|definition|declarator|literal|clause)|(?:STag|ETag|EmptyElemTag|CharData))["']/;
    const wrong = ["semantics", "flow", "rules", "features", "engine", "lsp", "cli"].flatMap((layer) => {
      const folder = path.join(root, "server/src", layer);
      return fs.existsSync(folder) ? filesIn(folder).filter((file) => kinds.test(code(file))) : [];
    });
    assert.deepEqual(
      wrong.map((file) => path.relative(root, file)),
      [],
    );
  });

  it("heads each file with a sentence", () => {
    const headless = filesIn(path.join(root, "server/src")).filter(
      (file) => !/^(?:#![^\n]*\n)?\/\/ \S/.test(fs.readFileSync(file, "utf8")),
    );
    assert.deepEqual(
      headless.map((file) => path.relative(root, file)),
      [],
    );
  });

  it("keeps rules apart: no rule imports another", () => {
    const rules = server.filter(({ layer, file }) => layer === "rules" && file.split("/").length === 3);
    const isRule = (file: string): boolean => {
      const at = path.join(root, "server/src", file);
      return fs.existsSync(at) && /^export default defineRule\(/m.test(fs.readFileSync(at, "utf8"));
    };
    const wrong = rules.filter(
      ({ file, target }) =>
        isRule(file) &&
        target.startsWith(".") &&
        isRule(path.posix.normalize(path.posix.join(path.posix.dirname(file), target))),
    );
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} imports ${target}`),
      [],
    );
  });
});

/** A file's text without comments and strings' contents that could look like code. */
function code(file: string): string {
  return fs
    .readFileSync(file, "utf8")
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");
}
