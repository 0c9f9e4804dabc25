// The interface files of a DriverKit SDK add to the table what it does not have, and change nothing else.
import assert from "node:assert/strict";
import { indexProject } from "../../src/semantics/index-project.ts";
import { summaryOf } from "./support.ts";

describe("an SDK's interface files", () => {
  const sdkText = [
    "class IOUserFutureDevice : public IOService",
    "{",
    "public:",
    "    virtual kern_return_t CopyThing(uint32_t index, IOMemoryDescriptor **thing);",
    "};",
    "class IOMemoryDescriptor : public OSObject",
    "{",
    "public:",
    "    virtual kern_return_t CreateMapping(uint64_t options);",
    "    virtual kern_return_t FutureMethod(OSData *data);",
    "};",
  ].join("\n");
  const mine = [
    "class Sampler : public IOUserFutureDevice",
    "{",
    "public:",
    "    virtual kern_return_t Start(IOService *provider) override;",
    "};",
  ].join("\n");

  it("gives bases and methods that the table does not have, and leaves the table's", async () => {
    const sampler = await summaryOf(mine, "/Sampler.iig");
    const without = indexProject([sampler]);
    const index = indexProject([sampler], [await summaryOf(sdkText, "/sdk/Future.iig")]);
    assert.equal(without.isDriverKitClass("IOUserFutureDevice"), false);
    assert.equal(index.isDriverKitClass("IOUserFutureDevice"), true);
    assert.deepEqual(without.ancestors("Sampler"), ["Sampler", "IOUserFutureDevice"]);
    assert.deepEqual(index.ancestors("Sampler").slice(0, 4), [
      "Sampler",
      "IOUserFutureDevice",
      "IOService",
      "OSObject",
    ]);
    assert.equal(without.method("Sampler", "CopyThing"), undefined);
    assert.equal(index.method("Sampler", "CopyThing")?.path, "", "the system's methods have no place in the project");
    assert.equal(index.method("IOMemoryDescriptor", "CreateMapping")?.parameters.length, 6);
    assert.equal(index.method("IOMemoryDescriptor", "FutureMethod")?.parameters[0]?.type.name, "OSData");
    assert.equal(index.files.length, 1, "the SDK's files are not the project's");
    assert.equal(index.classes.has("IOUserFutureDevice"), false);
  });
});
