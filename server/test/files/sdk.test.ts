// A DriverKit SDK on the machine: which of its files are read, and what the analysis knows by them.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { finish } from "../../src/engine/analysis.ts";
import { AnalysisHost } from "../../src/engine/host.ts";
import { Disk, fromNative } from "../../src/files/disk.ts";
import { readSdk } from "../../src/files/sdk.ts";
import { loadParsers } from "../support.ts";

const FUTURE = [
  "class IOFutureDevice : public OSObject",
  "{",
  "public:",
  "    virtual kern_return_t CopyBuffer(uint32_t index, IOMemoryDescriptor **buffer);",
  "};",
].join("\n");

const DRIVER = [
  "#include <DriverKit/DriverKit.h>",
  "kern_return_t Measure(IOFutureDevice *device, uint64_t *length)",
  "{",
  "    IOMemoryDescriptor *buffer = nullptr;",
  "    kern_return_t ret = device->CopyBuffer(0, &buffer);",
  "    if (ret != kIOReturnSuccess) return ret;",
  "    return buffer->GetLength(length);",
  "}",
].join("\n");

describe("a DriverKit SDK", () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "driverkit-sdk-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  function write(name: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }

  it("is read where Xcode keeps its frameworks, and from any folder that holds interface files", async () => {
    const frameworks = "DriverKit.sdk/System/DriverKit/System/Library/Frameworks";
    write(`${frameworks}/FutureDriverKit.framework/Versions/A/Headers/IOFutureDevice.iig`, FUTURE);
    write(`${frameworks}/FutureDriverKit.framework/Versions/A/Headers/IOFutureDevice.h`, "class Other {};");
    write("DriverKit.sdk/usr/include/Stray.iig", FUTURE);
    const disk = new Disk();
    const names = async (name: string): Promise<string[]> =>
      (await readSdk(disk, fromNative(path.join(folder, name)))).map((file) => path.basename(file.path));
    assert.deepEqual(await names("DriverKit.sdk"), ["IOFutureDevice.iig"]);
    assert.deepEqual(await names("DriverKit.sdk/usr"), ["Stray.iig"]);
    assert.deepEqual(await names("nowhere"), []);
    assert.deepEqual(await readSdk(disk, ""), []);
  });

  it("lets the analysis follow what its own table does not have, and is forgotten again", async () => {
    const host = AnalysisHost.create(await loadParsers());
    host.apply([{ path: "/p/Driver.cpp", text: DRIVER }]);
    const rules = (): string[] =>
      finish(host.snapshot().check("/p/Driver.cpp")).findings.map((finding) => finding.rule);
    assert.deepEqual(rules(), []);
    host.useSdk([{ path: "/sdk/IOFutureDevice.iig", text: FUTURE }]);
    assert.deepEqual(rules(), ["leaked-out-object"]);
    assert.deepEqual(host.snapshot().paths, ["/p/Driver.cpp"]);
    host.useSdk([{ path: "/sdk/IOFutureDevice.iig", text: "class {{{{ half" }]);
    assert.deepEqual(rules(), []);
    host.useSdk([]);
    assert.deepEqual(rules(), []);
    host.dispose();
  });
});
