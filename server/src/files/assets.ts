// Where the files lie that come with the program: the WASM of the parsers and the rule pages. Beside the bundle, or in the sources.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Parsers } from "../syntax/parsers.ts";

interface Layout {
  readonly runtime: string;
  readonly driverkit: string;
  readonly xml: string;
  readonly rules: string;
}

/** Loads both grammars. Rejects with a sentence for the user when a file is missing. */
export async function loadParsers(): Promise<Parsers> {
  const layout = findLayout();
  const [runtime, driverkit, xml] = await Promise.all([
    readFile(layout.runtime),
    readFile(layout.driverkit),
    readFile(layout.xml),
  ]);
  return Parsers.load({ runtime, driverkit, xml });
}

/** The file that holds a rule's page; undefined when there is none or the id is no id. */
export function rulePagePath(rule: string): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(rule)) return undefined;
  const path = join(findLayout().rules, `${rule}.md`);
  return existsSync(path) ? path : undefined;
}

/** A rule's page as Markdown. */
export async function readRulePage(rule: string): Promise<string | undefined> {
  const path = rulePagePath(rule);
  return path === undefined ? undefined : readFile(path, "utf8");
}

let known: Layout | undefined;

function findLayout(): Layout {
  if (known) return known;
  const here = dirname(fileURLToPath(import.meta.url));
  const packaged: Layout = {
    runtime: join(here, "web-tree-sitter.wasm"),
    driverkit: join(here, "tree-sitter-driverkit.wasm"),
    xml: join(here, "tree-sitter-xml.wasm"),
    rules: join(here, "rules"),
  };
  if (existsSync(packaged.runtime)) return (known = packaged);
  // Run from the sources: look upward for the folder that holds the grammars.
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    if (!existsSync(join(folder, "grammars"))) continue;
    return (known = {
      runtime: join(folder, "node_modules/web-tree-sitter/web-tree-sitter.wasm"),
      driverkit: join(folder, "grammars/tree-sitter-driverkit.wasm"),
      xml: join(folder, "grammars/tree-sitter-xml.wasm"),
      rules: join(folder, "docs/rules"),
    });
  }
  return packaged;
}
