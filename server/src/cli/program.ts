// The command line: commands, options and help texts. What the commands do lies beside it.
import { Command, CommanderError, Option } from "commander";
import { unknownRule } from "../engine/config.ts";
import { check } from "./check.ts";
import { EXIT, UsageError, type Environment, type ExitCode } from "./environment.ts";
import { debugFlow } from "./debug-flow.ts";
import { renderMarkdown } from "./format/markdown.ts";
import { listRules } from "./list-rules.ts";
import { FORMATS, type RawOptions } from "./options.ts";
import { PROJECT_FORMATS, showProjects, type ProjectOptions } from "./project.ts";

/** Runs the arguments (without program name). Never rejects: every way it can go is an exit code; undefined means the server runs. */
export async function run(
  args: readonly string[],
  environment: Environment,
  startServer: () => Promise<void>,
): Promise<ExitCode | undefined> {
  let exit: ExitCode | undefined = EXIT.clean;
  const program = makeProgram(environment, (code) => (exit = code), startServer);
  try {
    await program.parseAsync([...args], { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.failure;
    if (error instanceof UsageError) {
      for (const line of error.message.split("\n")) environment.stderr(`dextlint: ${line}\n`);
      return EXIT.failure;
    }
    environment.stderr(
      `dextlint: crashed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return EXIT.failure;
  }
}

function makeProgram(
  environment: Environment,
  setExit: (code: ExitCode | undefined) => void,
  startServer: () => Promise<void>,
): Command {
  const program = new Command("dextlint")
    .description("Finds mistakes in Apple DriverKit drivers: sources, Info.plist and entitlements together.")
    .version(`dextlint ${environment.version}`, "-V, --version")
    .configureOutput({ writeOut: environment.stdout, writeErr: environment.stderr })
    .configureHelp({ helpWidth: Math.min(environment.columns, 100) })
    .showHelpAfterError("(dextlint --help shows what there is)")
    .exitOverride();
  program
    .command("check")
    .description("check the projects that the paths belong to, and report what is found in the paths")
    .argument("[paths...]", "files and folders (default: the working directory)")
    .addOption(
      new Option(
        "--format <format>",
        "how to report: pretty unless told otherwise; concise is one line a finding",
      ).choices(FORMATS),
    )
    .option("--fix", "apply safe fixes, then report what is left")
    .option("--unsafe-fixes", "with --fix or --diff: also fixes that may change what correct code does")
    .option("--diff", "print as a diff what --fix would change; write nothing")
    .option("--rule <id=level>", "error, warning, info, hint or off for one rule; repeatable", collect)
    .option("--max-warnings <n>", "end with 1 when there are more warnings than this")
    .option("--quiet", "show errors only; warnings still count for --max-warnings")
    .option("--stdin", "check the text on stdin as if it were the file of --stdin-filename")
    .option("--stdin-filename <file>", "the name of that file; it need not exist")
    .option("--config <file>", "take this configuration instead of the nearest dextlint.json")
    .option("--sdk <folder>", "a DriverKit SDK, whose .iig files add what is newer than dextlint's own table")
    .addHelpText("after", CHECK_HELP)
    .action(async (paths: string[], options: RawOptions) => setExit(await check(paths, options, environment)));
  program
    .command("project")
    .description("show the dexts and apps that are seen, and what was concluded from what")
    .argument("[paths...]", "files and folders (default: the working directory)")
    .addOption(new Option("--format <format>", "how to show it").choices(PROJECT_FORMATS).default("pretty"))
    .option(
      "--grants",
      "what Apple has to grant: ids, families and classes, against what each entitlements file claims",
    )
    .action(async (paths: string[], options: ProjectOptions) =>
      setExit(await showProjects(paths, options, environment)),
    );
  program
    .command("rules")
    .description("list all rules with their levels")
    .action(() => environment.stdout(listRules(environment.rules, environment)));
  program
    .command("explain")
    .description("print the page of a rule: what it finds, why it matters, what to do instead")
    .argument("<rule>", "the id of a rule")
    .action((rule: string) => explain(rule, environment));
  program
    .command("lsp")
    .description("run the language server on stdin and stdout")
    .option("--stdio", "the default, for editors that pass it")
    .allowUnknownOption()
    .action(async () => {
      setExit(undefined);
      await startServer();
    });
  program
    .command("debug")
    .description("look into the analysis")
    .command("cfg")
    .description("print the control-flow graph of a function as Mermaid, with the states of each reference")
    .argument("<file>", "a C++ file")
    .argument("<function>", "its name, without class and _Impl")
    .action((file: string, name: string) => debugFlow(file, name, environment));
  for (const command of program.commands) {
    if (command.name() === "lsp" || command.name() === "debug") continue;
    command.option("--color", "colour, even if the output is no terminal (as FORCE_COLOR does)");
    command.option("--no-color", "no colour (as NO_COLOR does)");
  }
  program.addHelpText(
    "after",
    "\nExit codes: 0 nothing to fail on; 1 findings at error level, or too many warnings; 2 failure.",
  );
  return program;
}

const CHECK_HELP = `
Files and folders that are given select what is reported; the project around them (up to the nearest
Xcode project, dextlint.json or git repository) is always read, because findings depend on all of it.

Exit codes:
  0  no finding at error level, and no more warnings than --max-warnings
  1  findings at error level, or too many warnings
  2  wrong arguments or configuration, a path that cannot be read, or a crash in a rule

A finding is silenced by a comment on its line or the line before:
  // dextlint-ignore rule-id: the reason      (in property lists: <!-- dextlint-ignore rule-id: … -->)`;

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

async function explain(rule: string, environment: Environment): Promise<void> {
  const ids = environment.rules.map(({ meta }) => meta.id);
  if (!ids.includes(rule)) throw new UsageError(`${unknownRule(rule, ids)} (dextlint rules lists all)`);
  const page = await environment.rulePage(rule);
  if (page === undefined) throw new UsageError(`the page of “${rule}” is missing from this installation`);
  environment.stdout(renderMarkdown(page, environment));
}
