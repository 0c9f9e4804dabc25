// Applies fixes in memory, pass after pass, until nothing more can be done; writes or shows the result.
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from "diff";
import { compareStrings } from "../base/compare.ts";
import { encode } from "../base/decode.ts";
import { isWithin, relative } from "../base/paths.ts";
import { finish } from "../engine/analysis.ts";
import type { AnalysisError } from "../engine/finding.ts";
import { applyFileEdit, planFixes } from "../features/apply-fixes.ts";
import type { Fix } from "../rules/define.ts";
import type { Environment } from "./environment.ts";
import type { LoadedFile, Project } from "./load-project.ts";

/** A fix may uncover another finding; one that keeps doing so never ends. */
const MAX_PASSES = 10;

export interface FixedProject {
  /** New texts of the files that change, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly fixes: number;
}

/** Fixes what is reported on. Only files that are reported on change. The host holds the new texts afterwards. */
export function fixProject(project: Project, unsafe: boolean): FixedProject {
  const { host, files, reported } = project;
  const editable = new Set(reported.filter((path) => files.get(path)?.content.lossless));
  const texts = new Map<string, string>();
  const textOf = (path: string): string | undefined =>
    editable.has(path) ? (texts.get(path) ?? files.get(path)?.content.text) : undefined;
  let fixes = 0;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const plan = planFixes(collectFixes(project, unsafe), textOf);
    const changes = plan.files
      .map((edit) => ({ path: edit.path, text: applyFileEdit(textOf(edit.path) ?? "", edit) }))
      .filter(({ path, text }) => text !== textOf(path));
    if (changes.length === 0) break;
    fixes += plan.taken;
    for (const { path, text } of changes) texts.set(path, text);
    host.apply(changes);
  }
  for (const [path, text] of texts) if (text === files.get(path)?.content.text) texts.delete(path);
  return { texts, fixes };
}

/** The first fix of each finding that may be applied, in order of file and offset. */
function collectFixes({ host, reported }: Project, unsafe: boolean): Fix[] {
  const analysis = host.snapshot();
  return reported.flatMap((path) =>
    finish(analysis.check(path))
      .findings.filter((finding) => finding.fixable !== "none")
      .flatMap((finding) => analysis.fixesOf(finding).find((fix) => fix.safe || unsafe) ?? []),
  );
}

/** Writes the new texts in the encoding that each file had. Returns what could not be written. */
export async function writeFixes(
  project: Project,
  texts: ReadonlyMap<string, string>,
  environment: Environment,
): Promise<AnalysisError[]> {
  const errors: AnalysisError[] = [];
  for (const [path, text] of sorted(texts)) {
    const file = project.files.get(path);
    if (!file) continue;
    const failed = await writeOne(file, text, environment);
    if (failed !== undefined) errors.push({ rule: "", path, message: failed });
  }
  return errors;
}

async function writeOne(file: LoadedFile, text: string, environment: Environment): Promise<string | undefined> {
  const before = encode(file.content.text, file.content);
  const now = await environment.fs.read(file.path);
  if (!now || !equal(now, before)) return "not fixed: the file changed meanwhile";
  try {
    await environment.write(file.path, encode(text, file.content));
    return undefined;
  } catch (error) {
    return `not fixed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/**
 * A unified diff of all changes, with the `a/` and `b/` that `git apply` and `patch -p1` expect: paths are those from the working directory,
 * or from the root of the file system (`patch -p1 -d /`) for a file outside it, because neither program follows "..".
 */
export function diffOf(project: Project, texts: ReadonlyMap<string, string>, cwd: string): string {
  return sorted(texts)
    .map(([path, text]) => {
      const name = isWithin(cwd, path) ? relative(cwd, path) : path.replace(/^\//, "");
      const before = project.files.get(path)?.content.text ?? "";
      const patch = structuredPatch(`a/${name}`, `b/${name}`, before, text, undefined, undefined, { context: 3 });
      return formatPatch(patch, FILE_HEADERS_ONLY);
    })
    .join("");
}

function sorted(texts: ReadonlyMap<string, string>): [string, string][] {
  return [...texts].sort(([a], [b]) => compareStrings(a, b));
}
