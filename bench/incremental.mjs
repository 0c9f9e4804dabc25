// Measures what a check of a whole dext of forty files costs after one keystroke, against the same check from nothing.
// Usage: node --import tsx bench/incremental.mjs [--rounds 15]
import { AnalysisHost } from "../server/src/engine/host.ts";
import { fortyFiles } from "../server/test/engine/forty-files.ts";
import { checkAll, loadParsers } from "../server/test/support.ts";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const rounds = option("rounds", 15);
const parsers = await loadParsers();
const files = fortyFiles();

const edits = [
  ["a value in Info.plist", "/ws/AcmeRAID/Info.plist", "0x06241b21", "0x06241b22"],
  ["a bundle id in the project", "/ws/project.yml", "com.example.acme.raid.driver", "com.example.acme.raid.drivers"],
  ["a constant in a function", "/ws/AcmeRAID/LED1.cpp", "OSSafeReleaseNULL(map)", "OSSafeReleaseNULL( map)"],
  ["a member of a class", "/ws/AcmeRAID/AcmeRAIDVars.h", "OSAction *", "OSObject *"],
];

const whole = median(Array.from({ length: rounds }, () => timed(() => checkAll(hostOf()))));
process.stdout.write(`${Object.keys(files).length} files, checked from nothing: ${whole.toFixed(1)} ms\n`);
process.stdout.write("after a keystroke in; ms; part of a check from nothing; runs of rules; functions analysed\n");
for (const [name, path, from, to] of edits) {
  const host = hostOf();
  checkAll(host);
  const texts = [files[path].replace(from, to), files[path]];
  if (texts[0] === texts[1]) throw new Error(`${path} does not hold “${from}”`);
  const before = host.statistics;
  const times = Array.from({ length: rounds }, (_, round) => {
    host.apply([{ path, text: texts[round % 2] }]);
    return timed(() => checkAll(host));
  });
  const after = host.statistics;
  const each = (counter) => Math.round((after[counter] - before[counter]) / rounds);
  const ms = median(times);
  const part = `${((100 * ms) / whole).toFixed(1)} %`;
  process.stdout.write(`${name}; ${ms.toFixed(1)}; ${part}; ${each("ruleRuns")}; ${each("functionsAnalysed")}\n`);
}

function hostOf() {
  const host = AnalysisHost.create(parsers);
  host.apply(Object.entries(files).map(([path, text]) => ({ path, text, open: true })));
  return host;
}

function timed(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
