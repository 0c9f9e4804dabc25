// Reads an `.xcconfig` file with what it includes, out of the workspace's texts.
import { dirname, join } from "../base/paths.ts";
import { parseXcconfig, type Setting, type Settings } from "./build-settings.ts";
import type { PathIndex, ProjectFiles } from "./project-files.ts";

const MAX_FILES = 64;

/** The settings of a configuration file, those of included files first. Each file is read once; a missing one counts as empty. */
export function readXcconfig(path: string, files: ProjectFiles, paths: PathIndex): Settings {
  const settings = new Map<string, Setting>();
  collect(path, files, paths, settings, new Set());
  return settings;
}

function collect(
  path: string,
  files: ProjectFiles,
  paths: PathIndex,
  settings: Map<string, Setting>,
  read: Set<string>,
): void {
  const known = paths.resolve(path);
  if (known === undefined || read.has(known) || read.size >= MAX_FILES) return;
  read.add(known);
  const text = files.text(known);
  if (text === undefined) return;
  const config = parseXcconfig(known, text);
  for (const include of config.includes) collect(join(dirname(known), include), files, paths, settings, read);
  for (const [key, setting] of config.settings) settings.set(key, setting);
}
