// The command `debug cfg`: what the analysis sees of a function, for whoever changes it or wonders why it is silent.
import { join } from "../base/paths.ts";
import { fromNative } from "../files/disk.ts";
import { UsageError, type Environment } from "./environment.ts";
import { loadProjects } from "./load-project.ts";
import { readOptions } from "./options.ts";

/** The graphs of a file's functions of that name as Mermaid. Throws a UsageError where there is none. */
export async function debugFlow(file: string, functionName: string, environment: Environment): Promise<void> {
  const options = readOptions(
    {},
    [file],
    environment.rules.map(({ meta }) => meta.id),
  );
  const { projects, errors } = await loadProjects([file], options, environment);
  if (errors[0]) throw new UsageError(`${errors[0].path}: ${errors[0].message}`);
  const path = join(environment.cwd, fromNative(file));
  const graphs = projects.flatMap(({ host }) => host.snapshot().controlFlow(path, functionName));
  for (const { host } of projects) host.dispose();
  if (graphs.length === 0)
    throw new UsageError(`no function “${functionName}” with a body that can be read in ${file}`);
  environment.stdout(graphs.join("\n"));
}
