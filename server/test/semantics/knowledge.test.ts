// DriverKit's table: facts that rules depend on, each as Apple's interface files state it.
import assert from "node:assert/strict";
import {
  driverKitClass,
  driverKitClassNames,
  driverKitMethod,
  driverKitMethods,
  isDriverKitObject,
  isKnownApi,
  objectFactories,
  outParameters,
  retainsArgument,
  returnOwnership,
} from "../../src/knowledge/api.ts";
import { driverKitConstant, ioReturnName, ioReturnValue } from "../../src/knowledge/constants.ts";
import { macroMeaning } from "../../src/knowledge/macros.ts";

describe("driverkit-api.json", () => {
  it("has only bases that it knows, without circles", () => {
    for (const name of driverKitClassNames()) {
      const seen = new Set<string>();
      for (let at: string | undefined = name; at !== undefined; at = driverKitClass(at)?.base) {
        assert.ok(!seen.has(at), `${name} goes in a circle`);
        seen.add(at);
        if (at !== "OSMetaClassBase") assert.ok(driverKitClass(at), `${name}: base ${at} is unknown`);
      }
    }
  });

  const outs: readonly [string, string, number][] = [
    ["IOBufferMemoryDescriptor", "Create", 3],
    ["IOMemoryDescriptor", "CreateMapping", 5],
    ["IODMACommand", "Create", 3],
    ["IODispatchQueue", "Create", 3],
    ["IOInterruptDispatchSource", "Create", 3],
    ["IOTimerDispatchSource", "Create", 1],
    ["IODataQueueDispatchSource", "Create", 2],
    ["IOService", "CopyDispatchQueue", 1],
    ["IOService", "Create", 2],
    ["IOPCIDevice", "CopyProviderProperties", 1],
    ["IOUSBHostInterface", "CopyPipe", 1],
    ["IOUserClient", "CreateMemoryDescriptorFromClient", 3],
  ];
  for (const [className, method, index] of outs)
    it(`${className}::${method} gives a +1 object through argument ${index}`, () => {
      const found = driverKitMethod(className, method);
      assert.ok(found);
      assert.deepEqual(outParameters(found), [{ index, ownership: "+1" }]);
    });

  it("knows what is returned at +1 and at +0", () => {
    assert.equal(returnOwnership("OSDictionary", "withCapacity", true), "+1");
    assert.equal(returnOwnership("OSString", "withCString", true), "+1");
    assert.equal(returnOwnership("OSDictionary", "getObject", false), "+0");
    assert.equal(returnOwnership("IOService", "GetProvider", false), "+0");
    assert.equal(returnOwnership("IOUserAudioDriver", "GetWorkQueue", false), undefined);
    assert.equal(returnOwnership(undefined, "OSDictionaryCreate", false), "+1");
    assert.equal(returnOwnership("MyClass", "CopyThing", false), "+1");
    assert.equal(returnOwnership("MyClass", "GetThing", false), "+0");
    assert.equal(returnOwnership("MyClass", "Getaway", false), "+1");
  });

  it("says nothing where drivers disagree", () => {
    const method = driverKitMethod("IOUserSCSIParallelInterfaceController", "UserGetDataBuffer");
    assert.deepEqual(method && outParameters(method), []);
    assert.equal(returnOwnership("OSBundle", "mainBundle", true), undefined);
  });

  it("knows who retains an argument", () => {
    assert.equal(retainsArgument("IOInterruptDispatchSource", "SetHandler", 0), true);
    assert.equal(retainsArgument("OSArray", "setObject", 0), true);
    assert.equal(retainsArgument("IODispatchQueue", "DispatchSync", 0), false);
    assert.equal(retainsArgument("NoClass", "NoMethod", 0), undefined);
  });

  it("finds methods through bases, overloads and free functions", () => {
    assert.ok(isKnownApi("IOInterruptDispatchSource", "SetEnable"));
    assert.ok(isKnownApi("IOPCIDevice", "CopyDispatchQueue"));
    assert.ok(!isKnownApi("IOPCIDevice", "NoSuchMethod"));
    assert.ok(driverKitMethods("OSDictionary", "setObject").length > 1);
    assert.ok(isDriverKitObject("IOMemoryMap"));
    assert.ok(!isDriverKitObject("IOAddressSegment"));
    assert.ok(objectFactories.has("OSArrayCreate"));
  });
});

describe("constants and macros", () => {
  it("has the values that Apple's headers give", () => {
    assert.equal(driverKitConstant("kIOInterruptTypePCIMessagedX"), 0x20000n);
    assert.equal(driverKitConstant("kIOMemoryDirectionInOut"), 3n);
    assert.equal(driverKitConstant("kIOPCICommandBusLead"), 4n);
    assert.equal(ioReturnValue("kIOReturnSuccess"), 0n);
    assert.equal(ioReturnName(-536870212n), "kIOReturnError");
    assert.equal(ioReturnName(0xe00002e2n), "kIOReturnNotPermitted");
    assert.equal(ioReturnName(12345n), undefined);
  });

  it("knows Apple's macros", () => {
    assert.equal(macroMeaning("OSSafeReleaseNULL")?.kind, "release-null");
    assert.equal(macroMeaning("__Require_Action")?.kind, "require");
    assert.equal(macroMeaning("FailIfError")?.kind, "fail-if");
    assert.equal(macroMeaning("toString"), undefined);
  });
});
