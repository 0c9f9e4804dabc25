// What the semantics tests share: summaries and an index made from texts.
import { extname } from "../../src/base/paths.ts";
import { indexProject } from "../../src/semantics/index-project.ts";
import type { FileSummary, ProjectIndex } from "../../src/semantics/model.ts";
import { summarize } from "../../src/semantics/summarize.ts";
import { loadParsers } from "../support.ts";

/** Parses and summarises one text. */
export async function summaryOf(text: string, path = "/p/Driver.cpp"): Promise<FileSummary> {
  const parsers = await loadParsers();
  const { file } = parsers.parse("driverkit", path, text);
  return summarize(file, extname(path) === ".iig" ? "iig" : "cpp");
}

/** The index of files given as texts, in the order given. */
export async function indexOf(files: Readonly<Record<string, string>>): Promise<ProjectIndex> {
  const summaries: FileSummary[] = [];
  for (const [path, text] of Object.entries(files)) summaries.push(await summaryOf(text, path));
  return indexProject(summaries);
}
