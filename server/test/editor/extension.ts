// What every test in a real editor begins with: the editor is there, and the extension is packaged once.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { installEditor, Unavailable } from "../../../scripts/editor/install.mjs";
import { root } from "../support.ts";

let packaged: string | undefined;

/** The path of the packaged extension. Undefined, with a line on stderr, where the editor cannot be had; a failure in CI. */
export function packagedExtension(): string | undefined {
  if (packaged !== undefined) return packaged;
  try {
    installEditor({ chromium: true });
  } catch (error) {
    if (!(error instanceof Unavailable) || process.env["CI"]) throw error;
    process.stderr.write(`editor test skipped: ${error.message}\n`);
    return undefined;
  }
  execFileSync(process.execPath, [path.join(root, "scripts/package.mjs")], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const manifest = fs.readFileSync(path.join(root, "package.json"), "utf8");
  const { name, version } = JSON.parse(manifest) as { readonly name: string; readonly version: string };
  return (packaged = path.join(root, "dist", `${name}-${version}.vsix`));
}
