// The whole extension in a real VS Code, as a person uses it: what is on the screen is what is asserted. `npm run test:editor`.
// With PICTURES=1 it renews docs/images.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { openSession, type ProblemRow, type Session } from "../../../scripts/editor/session.mjs";
import { root } from "../support.ts";
import { packagedExtension } from "./extension.ts";

const sample = path.join(root, "test-workspace");
const driver = "AcmeRAID/AcmeRAID.cpp";
const pictures = process.env["PICTURES"] ? path.join(root, "docs", "images") : path.join(root, ".cache", "pictures");

interface CliFinding {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly file: string;
  readonly range: Record<"start" | "end", { readonly line: number; readonly column: number }>;
}

describe("the extension in a real editor", function () {
  this.timeout(120_000);
  let session: Session;
  let findings: readonly CliFinding[];

  before(async function () {
    this.timeout(600_000);
    const vsix = packagedExtension();
    if (vsix === undefined) this.skip();
    fs.mkdirSync(pictures, { recursive: true });
    findings = checkWithCli();
    session = await openSession({ folder: sample, vsix });
  });

  after(() => session?.close());

  afterEach(async function () {
    const failed = this.currentTest?.state === "failed";
    const name = this.currentTest?.title.replace(/\W+/g, "-").slice(0, 60) ?? "test";
    if (failed && session) await session.screenshot(path.join(root, ".cache", `failed-${name}.png`));
  });

  it("shows in Problems what dextlint finds, in closed files too", async () => {
    await session.openFile(driver);
    const rows = await session.until(
      "all problems",
      () => session.allProblems(),
      (seen) => seen.length >= findings.length,
    );
    assert.deepEqual(rows.map(describeRow).sort(), findings.map(describeFinding).sort());
    assert.ok(rows.every(({ source }) => source === "driverkit"));
    assert.ok(
      rows.every(({ file }) => !file.startsWith("AcmeLED/")),
      "the clean dext stays silent",
    );
  });

  it("underlines exactly the code that a finding is about", async () => {
    const line = lineOf(driver, "return false;", "// 1");
    await session.openFile(driver);
    await session.goTo(line);
    const start = columnOf(driver, line, "false");
    const [mark] = await session.until(
      "the squiggle",
      () => squigglesOn(line),
      (seen) => seen.length > 0,
    );
    assert.deepEqual(mark, { severity: "error", line, start, end: start + "false".length });
  });

  it("underlines in property lists and entitlements", async () => {
    const wanted = findings.filter(({ file }) => file === "AcmeProbe/AcmeProbe.entitlements");
    assert.equal(wanted.length, 1);
    await session.openFile("AcmeProbe/AcmeProbe.entitlements");
    const seen = await session.until(
      "squiggles",
      () => session.squiggles(),
      (marks) => marks.length > 0,
    );
    assert.deepEqual(
      seen.map(({ line, severity }) => ({ line, severity })),
      wanted.map(({ range, severity }) => ({ line: range.start.line, severity })),
    );
  });

  it("says in a hover what is wrong, why, and where the rule is explained", async () => {
    const line = lineOf(driver, "map->free();");
    await session.openFile(driver);
    const column = columnOf(driver, line, "map->free") + 1;
    const text = await session.hover(line, column, (seen) => seen.includes("destructor"));
    assert.match(text, /'map' is reference counted; free\(\) destroys it/);
    assert.match(text, /free-called-directly/);
    await session.screenshot(path.join(pictures, "hover.png"));
    await session.press("Escape");
  });

  it("opens the page of a rule from a link in Problems", async () => {
    await session.openFile(driver);
    await session.followRuleLink("kern-return-bool");
    const page = await session.preview((text) => text.includes("kern-return-bool"));
    assert.match(page, /What it does/i);
    assert.match(page, /Why it matters/i);
    await session.screenshot(path.join(pictures, "rule.png"));
  });

  it("shows the steps that lead to a finding, until the text changes", async () => {
    const line = lineOf(driver, "IOBufferMemoryDescriptor::Create(");
    await session.openFile(driver);
    await session.lightBulb(line, columnOf(driver, line, "&buffer") + 1);
    await session.takeAction("Show the path that leads here");
    const steps = await session.path();
    assert.match(steps[0] ?? "", /^1 .*IOBufferMemoryDescriptor::Create/);
    assert.match(steps[1] ?? "", /^2 .*CreateMapping succeeded/);
    await session.press("Alt+.", "Alt+.");
    const third = await session.until(
      "the third step",
      () => session.path(),
      (rows) => rows.some((row) => row.startsWith("3 ")),
    );
    assert.match(third.join("\n"), /GetAddress succeeded/);
    await session.screenshot(path.join(pictures, "path.png"));
    await session.type(" ");
    await session.until(
      "the view goes",
      () => session.isPathShown(),
      (shown) => !shown,
    );
    await session.press("Control+Z");
  });

  it("mends a finding from the light bulb", async () => {
    const line = lineOf(driver, "map->free();");
    const column = columnOf(driver, line, "map->free") + 1;
    await session.openFile(driver);
    const titles = await session.lightBulb(line, column);
    assert.ok(
      titles.some((title) => title.includes("OSSafeReleaseNULL(map)")),
      titles.join("\n"),
    );
    await session.screenshot(path.join(pictures, "quick-fix.png"));
    await session.takeAction("OSSafeReleaseNULL(map)");
    await session.until(
      "the squiggle goes",
      () => squigglesOn(line),
      (seen) => seen.length === 0,
    );
    assert.match((await session.lines())[line] ?? "", /OSSafeReleaseNULL\(map\);/);
    const rows = await session.allProblems();
    assert.ok(!rows.some((row) => row.file === driver && row.line === line), "the problem is gone");
    await session.save();
    assert.match(read(driver), /OSSafeReleaseNULL\(map\);/);
  });

  it("finds a leak while it is typed", async () => {
    const line = lineOf(driver, "uint32_t identity = 0;");
    await session.openFile(driver);
    await session.goTo(line);
    await session.press("End", "Enter");
    await session.type('    OSString *label = OSString::withCString("self-test");');
    await session.press("Enter");
    await session.type('    Log("%s", label->getCStringNoCopy());');
    const [mark] = await session.until(
      "the squiggle",
      () => squigglesOn(line + 1),
      (seen) => seen.length > 0,
    );
    assert.equal(mark?.severity, "warning");
    const here = ({ file, line: at }: ProblemRow): boolean => file === driver && at === line + 1;
    const rows = await session.until(
      "the row",
      () => session.allProblems(),
      (seen) => seen.some(here),
    );
    const row = rows.find(here);
    assert.match(row?.code ?? "", /^leak/);
    assert.match(row?.text ?? "", /'label'/);
    await session.screenshot(path.join(pictures, "while-typing.png"));
    await session.command("File: Revert File");
    await session.until(
      "the squiggle goes",
      () => squigglesOn(line + 1),
      (seen) => seen.length === 0,
    );
  });

  it("validates a dext from the palette", async () => {
    await session.command("View: Close All Editors");
    await session.command("View: Hide Panel");
    await session.command("DriverKit: Validate dext bundle");
    const dexts = await session.picks("Validate Dext Bundle");
    for (const dext of ["AcmeLED", "AcmeProbe", "AcmeRAID", "All dexts"])
      assert.ok(dexts.includes(dext), dexts.join(", "));
    await session.pick("AcmeProbe");
    const report = await session.preview((text) => text.includes("AcmeProbe"));
    const expected = findings.filter(({ file }) => file.startsWith("AcmeProbe/"));
    for (const { message, rule } of expected) {
      assert.ok(report.includes(message), message);
      assert.ok(report.includes(rule), rule);
    }
    assert.ok(!report.includes("AcmeRAID/"), "only the dext that was picked");
    await session.screenshot(path.join(pictures, "validate.png"));
  });

  it("knows what each file belongs to", async () => {
    await session.openFile("AcmeRAID/Info.plist");
    const status = await session.until(
      "the status",
      () => session.status(),
      (text) => text.includes("AcmeRAID"),
    );
    assert.match(status, /DriverKit: .*warning/);
  });

  it("highlights .iig files", async () => {
    const file = "AcmeRAID/AcmeRAID.iig";
    await session.openFile(file);
    const line = lineOf(file, "MapTask(");
    await session.goTo(line);
    const colours = await session.until(
      "colours",
      () => session.colours(line),
      (seen) => new Set(Object.values(seen)).size > 3,
    );
    assert.notEqual(colours["LOCALONLY"], colours["taskIndex"]);
    assert.notEqual(colours["MapTask"], colours["kern_return_t"]);
    assert.equal(colours["LOCALONLY"], colours["virtual"], "marks look like other modifiers");
    await session.screenshot(path.join(pictures, "iig.png"));
  });

  it("completes keys in a plist and puts the value's element in", async () => {
    const file = "AcmeRAID/Info.plist";
    const line = lineOf(file, "0x06241b21 0x06251c5c");
    await session.openFile(file);
    await session.until(
      "the server has read the workspace",
      () => session.squiggles(),
      (seen) => seen.length > 0,
    );
    await session.goTo(line);
    await session.press("End", "Enter");
    await session.type("\t\t\t<key>IOPC");
    const labels = await session.completions("IOPCITunnelCompatible");
    assert.deepEqual(labels.slice(0, 5), [
      "IOPCIMatch",
      "IOPCIClassMatch",
      "IOPCIPauseCompatible",
      "IOPCISecondaryMatch",
      "IOPCITunnelCompatible",
    ]);
    await session.screenshot(path.join(pictures, "completion.png"));
    await session.press("Enter");
    const lines = await session.until(
      "the value",
      () => session.lines(),
      (seen) => (seen[line + 2] ?? "").includes("true"),
    );
    assert.equal(lines[line + 1]?.trim(), "<key>IOPCITunnelCompatible</key>");
    assert.equal(lines[line + 2]?.trim(), "<true/>");
    await session.press("Escape");
    await session.command("File: Revert File");
  });

  it("goes from a personality's class to its declaration", async () => {
    const file = "AcmeRAID/Info.plist";
    const line = lineOf(file, "<string>AcmeRAID</string>");
    await session.openFile(file);
    await session.goTo(line, columnOf(file, line, "AcmeRAID") + 2);
    await session.press("F12");
    await session.until(
      "the class",
      () => session.openPath(),
      (at) => at.startsWith("AcmeRAID/AcmeRAID.iig"),
    );
  });

  it("shows the projects, and leads to what they say", async () => {
    const view = "DriverKit: Projects";
    const problems = (await session.allProblems()).filter(({ file }) => file.startsWith("AcmeRAID/"));
    await session.command("View: Hide Panel");
    await session.toggleView("test-workspace");
    await session.toggleView(view);
    await session.widenSideBar(480);
    const dexts = await session.rows(view);
    assert.deepEqual(dexts.slice(0, 2), ["AcmeLED com.example.acme.led.driver", "Info.plist"]);
    for (const dext of ["AcmeLED", "AcmeProbe"]) await session.takeRow(view, dext, "toggle");
    for (const row of ["AcmeRAIDNext", "AcmeRAID.entitlements", "Classes", "AcmeRAIDApp"]) {
      await session.takeRow(view, row, "toggle");
    }
    const rows = await session.rows(view);
    for (const wanted of [
      `AcmeRAID ${inWords(problems)} · com.example.acme.raid.driver`,
      "AcmeRAIDBoot AcmeRAID on IOPCIDevice · device 0x1B21 of vendor 0x0611",
      "transport.pci every device of vendor 0x1B21",
      "AcmeRAID IOService",
      "AcmeRAIDApp brings it: phase “Embed System Extensions” · com.example.acme.raid",
    ]) {
      assert.ok(rows.includes(wanted), `${wanted} in ${rows.join(" | ")}`);
    }
    await session.takeRow(view, "AcmeRAIDBoot", "click");
    await session.until(
      "the personality",
      () => session.openPath(),
      (at) => at === "AcmeRAID/Info.plist/IOKitPersonalities/AcmeRAIDBoot",
    );
    await session.screenshot(path.join(pictures, "projects.png"));
    await session.toggleView(view);
    await session.toggleView("test-workspace");
  });

  it("writes down what Apple has to grant, ready to copy, from the palette and from a dext's row", async () => {
    await session.command("DriverKit: Show Entitlement Grants for Apple's Request Form");
    const dexts = await session.picks("Show Entitlement Grants");
    assert.ok(dexts.includes("AcmeRAID") && !dexts.includes("All dexts"), dexts.join(", "));
    await session.pick("AcmeRAID");
    const text = async (): Promise<string> => Object.values(await session.lines()).join("\n");
    const shown = await session.until("the text", text, (seen) => seen.includes("AcmeRAID.entitlements"));
    for (const wanted of [
      "For the request form",
      "vendor id    0x1B21 (6945)",
      "What the entitlements files claim",
      "✗ com.apple.developer.driverkit.transport.pci: does not allow what the personalities match",
    ]) {
      assert.ok(shown.replace(/\u00a0/g, " ").includes(wanted), `${wanted} in ${shown}`);
    }
    await session.takeLens("Copy for the request form");
    const copied = await session.until(
      "the clipboard",
      () => session.clipboard(),
      (seen) => seen.startsWith("AcmeRAID"),
    );
    assert.match(
      copied,
      /^AcmeRAID \(com\.example\.acme\.raid\.driver\)\n\ncom\.apple\.developer\.driverkit\.transport\.pci\n/,
    );
    assert.ok(!copied.includes("entitlements file"), "only what the form asks for");
    await session.screenshot(path.join(pictures, "grants.png"));
    const view = "DriverKit: Projects";
    await session.toggleView(view);
    await session.takeRowAction(view, "AcmeLED", "Show Entitlement Grants for Apple's Request Form");
    await session.until("the other text", text, (seen) => seen.includes("com.example.acme.led.driver"));
    await session.toggleView(view);
  });

  async function squigglesOn(line: number) {
    return (await session.squiggles()).filter((mark) => mark.line === line);
  }

  /** A file of the copy that the editor has open, as it is on disk. */
  function read(file: string): string {
    return fs.readFileSync(path.join(session.workspace, file), "utf8");
  }

  /** The 1-based number of the first line that has all the texts. */
  function lineOf(file: string, ...texts: string[]): number {
    const index = read(file)
      .split("\n")
      .findIndex((line) => texts.every((text) => line.includes(text)));
    assert.notEqual(index, -1, `${file} has no line with ${texts.join(" and ")}`);
    return index + 1;
  }

  function columnOf(file: string, line: number, text: string): number {
    return (read(file).split("\n")[line - 1] ?? "").indexOf(text) + 1;
  }
});

/** The findings of the command line on the sample, which the editor must agree with. */
function checkWithCli(): CliFinding[] {
  const cli = path.join(root, "dist", "dextlint.cjs");
  const { stdout } = spawnSync(process.execPath, [cli, "check", ".", "--format", "json"], {
    cwd: sample,
    encoding: "utf8",
  });
  const report = JSON.parse(stdout) as { findings: CliFinding[]; errors: unknown[] };
  assert.deepEqual(report.errors, [], "dextlint itself has to work first");
  return report.findings;
}

function describeFinding({ file, range, severity, message, rule }: CliFinding): string {
  return `${file}:${range.start.line}:${range.start.column} ${severity} ${message} [${rule}]`;
}

/** "2 errors, 1 warning". */
function inWords(problems: readonly ProblemRow[]): string {
  const parts = ["Error", "Warning", "Info", "Hint"].map((severity) => {
    const count = problems.filter(({ label }) => label.startsWith(severity)).length;
    return count === 0 ? "" : `${count} ${severity.toLowerCase()}${count === 1 ? "" : "s"}`;
  });
  return parts.filter((part) => part !== "").join(", ");
}

function describeRow({ file, line, column, label, text, code }: ProblemRow): string {
  const severity = label.slice(0, label.indexOf(":")).toLowerCase();
  return `${file}:${line}:${column} ${severity} ${text} [${code}]`;
}
