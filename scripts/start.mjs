// `npm start`: builds, checks the sample project, and ends with 0 although the sample has findings: that is what it is for.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

function run(...args) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (error) throw error;
  return status ?? 2;
}

const built = run("scripts/build.mjs", "--quiet");
if (built !== 0) process.exit(built);

const checked = run("dist/dextlint.cjs", "check", "test-workspace");
// 1 means that there are findings, as there should be. Anything else is a failure of ours.
if (checked > 1) process.exit(checked);

const command = "npx dextlint check test-workspace";
process.stdout.write(`\nIn a build, \`${command}\` ends with ${checked}. To fail on warnings too:\n`);
process.stdout.write(`${command} --max-warnings 0\n`);
