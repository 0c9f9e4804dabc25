// A workspace of several folders in a real VS Code: a dext in each of two, and one folder without.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { openSession, type Session } from "../../../scripts/editor/session.mjs";
import { root } from "../support.ts";
import { packagedExtension } from "./extension.ts";

const sample = path.join(root, "test-workspace");
const WORKSPACE = "all.code-workspace";

describe("the extension in a workspace of several folders", function () {
  this.timeout(120_000);
  let session: Session;
  let folder: string;

  before(async function () {
    this.timeout(600_000);
    const vsix = packagedExtension();
    if (vsix === undefined) this.skip();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "driverkit-folders-"));
    for (const name of ["AcmeLED", "AcmeProbe"]) {
      fs.cpSync(path.join(sample, name), path.join(folder, name), { recursive: true });
    }
    fs.mkdirSync(path.join(folder, "Plain"));
    fs.writeFileSync(path.join(folder, "Plain", "main.cpp"), "int main() { return false; }\n");
    const folders = ["AcmeLED", "AcmeProbe", "Plain"].map((name) => ({ path: name }));
    fs.writeFileSync(path.join(folder, WORKSPACE), JSON.stringify({ folders }));
    session = await openSession({ folder, vsix, workspaceFile: WORKSPACE });
  });

  after(async () => {
    await session?.close();
    if (folder) fs.rmSync(folder, { recursive: true, force: true });
  });

  it("shows each folder's dext, and the problems of the one that has some", async () => {
    await session.openFile("AcmeProbe/Info.plist");
    const rows = await session.until(
      "all problems",
      () => session.allProblems(),
      (seen) => seen.length === 3,
    );
    assert.deepEqual(rows.map(({ code }) => code).sort(), [
      "pci-entitlement-boolean",
      "pci-personality-no-match-key",
      "pci-tunnel-compatible-missing",
    ]);
    const view = "DriverKit: Projects";
    await session.command("View: Hide Panel");
    await session.toggleView(view);
    for (const dext of ["AcmeLED", "AcmeProbe"]) await session.takeRow(view, dext, "toggle");
    const dexts = await session.until(
      "the counts",
      () => session.rows(view),
      (seen) => seen.some((row) => row.includes("error")),
    );
    assert.deepEqual(dexts, [
      "AcmeLED AcmeLED · com.example.acme.led.driver",
      "AcmeProbe 1 error, 2 warnings · AcmeProbe · com.example.acme.probe.driver",
    ]);
  });

  it("knows in each folder what a file belongs to", async () => {
    const status = async (file: string, text: string): Promise<void> => {
      await session.openFile(file);
      await session.until(
        `the status of ${file}`,
        () => session.status(),
        (seen) => seen.includes(text),
      );
    };
    await status("AcmeProbe/Info.plist", "2 warnings");
    await status("AcmeLED/Info.plist", "no problems");
    await status("Plain/main.cpp", "not checked");
  });
});
