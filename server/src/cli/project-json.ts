// The JSON of the command `project`: the reports as they are, with paths relative to the working directory.
import { isAbsolute, relative } from "../base/paths.ts";

/** Reports under a name, with the tool's version. Keys that hold paths are made relative; nothing else is changed. */
export function projectsJson(name: string, reports: readonly unknown[], version: string, cwd: string): string {
  const document = { version: 1, tool: `dextlint ${version}`, [name]: reports };
  const shown = (text: string): string => (isAbsolute(text) ? relative(cwd, text) || "." : text);
  const replacer = (key: string, value: unknown): unknown => {
    if (typeof value === "string" && PATH_KEYS.has(key)) return shown(value);
    if (key === "sources" && Array.isArray(value)) return (value as string[]).map(shown);
    return value;
  };
  return `${JSON.stringify(document, replacer, 2)}\n`;
}

const PATH_KEYS = new Set(["path", "definedIn", "root"]);
