// Property lists that are huge, deep or malicious, in a dext: one clear finding, in bounded time.
import assert from "node:assert/strict";
import { checkAll, hostOf } from "../support.ts";

const wrap = (before: string, body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${before}<plist version="1.0">\n<dict>\n<key>CFBundlePackageType</key><string>DEXT</string>
<key>CFBundleVersion</key><string>1</string><key>OSBundleUsageDescription</key><string>x</string>\n${body}</dict>\n</plist>\n`;
const personality = (name: string, match: string, id = "a.b"): string =>
  `<key>${name}</key>\n<dict><key>CFBundleIdentifier</key><string>${id}</string><key>IOClass</key><string>IOUserService</string>
<key>IOProviderClass</key><string>IOPCIDevice</string><key>IOPCIMatch</key><string>${match}</string><key>IOUserClass</key><string>Drv</string>
<key>IOUserServerName</key><string>a.b</string><key>IOPCITunnelCompatible</key><true/></dict>\n`;
const info = (personalities: string, id = "a.b", before = ""): string =>
  wrap(
    before,
    `<key>CFBundleIdentifier</key><string>${id}</string><key>IOKitPersonalities</key><dict>${personalities}</dict>\n`,
  );
const ENTITLEMENTS = `<plist version="1.0"><dict><key>com.apple.developer.driverkit</key><true/>
<key>com.apple.developer.driverkit.transport.pci</key><array><dict><key>IOPCIPrimaryMatch</key><string>0x00001b21&amp;0x0000ffff</string></dict></array></dict></plist>`;
const IIG =
  "#include <DriverKit/IOService.iig>\nclass Drv : public IOService\n{\npublic:\n    virtual kern_return_t Start(IOService * provider) override;\n};\n";

/** "rule: message" of each finding, and how long it took. */
async function check(text: string): Promise<{ found: string[]; milliseconds: number }> {
  const start = performance.now();
  const host = await hostOf({ "/p/Info.plist": text, "/p/Drv.iig": IIG, "/p/Drv.entitlements": ENTITLEMENTS });
  const reports = checkAll(host);
  host.dispose();
  for (const { errors } of reports) assert.deepEqual(errors, []);
  const found = reports.flatMap(({ findings }) => findings.map(({ rule, message }) => `${rule}: ${message}`));
  return { found, milliseconds: performance.now() - start };
}

describe("hostile property lists", () => {
  const one = personality("P", "0x06121b21");

  it("says nothing of the plain one", async () => {
    assert.deepEqual((await check(info(one))).found, []);
  });

  it("reads 5 MB of personalities", async function () {
    this.timeout(120_000);
    const count = Math.ceil((5 * 1024 * 1024) / one.length);
    const many = Array.from({ length: count }, (_, i) => personality(`P${i}`, `0x${(i + 1).toString(16)}1b21`)).join(
      "",
    );
    const { found, milliseconds } = await check(info(many));
    assert.deepEqual(found, []);
    assert.ok(milliseconds < 60_000, `${milliseconds} ms`);
  });

  it("expands no entities, nested or not", async () => {
    const levels = Array.from({ length: 24 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`);
    const bomb = `<!DOCTYPE plist [\n<!ENTITY e0 "aaaaaaaaaa">\n${levels.join("\n")}\n]>\n`;
    const { found, milliseconds } = await check(info(one, "&e24;", bomb));
    assert.deepEqual(found, ["plist-malformed: &e24; is no entity that a property list knows"]);
    assert.ok(milliseconds < 5000);
  });

  it("says that a variable refers to itself, and leaves it as it is", async () => {
    const project = `// !$*UTF8*$!
{ objects = {
  P = {isa = PBXProject; buildConfigurationList = PL; mainGroup = G; targets = (T);};
  PL = {isa = XCConfigurationList; buildConfigurations = (PD);};
  PD = {isa = XCBuildConfiguration; name = Debug; buildSettings = {};};
  G = {isa = PBXGroup; sourceTree = "<group>"; children = ();};
  T = {isa = PBXNativeTarget; name = Drv; productType = "com.apple.product-type.driver-extension"; buildConfigurationList = L; buildPhases = ();};
  L = {isa = XCConfigurationList; buildConfigurations = (D);};
  D = {isa = XCBuildConfiguration; name = Debug; buildSettings = {A = "$(B)$(B)"; B = "$(A)$(A)"; INFOPLIST_FILE = Info.plist; PRODUCT_BUNDLE_IDENTIFIER = "$(A)";};};
}; rootObject = P; }`;
    const start = performance.now();
    const host = await hostOf({ "/p/Drv.xcodeproj/project.pbxproj": project, "/p/Info.plist": info(one, "$(A)") });
    const found = checkAll(host).flatMap(({ findings }) => findings.map(({ rule }) => rule));
    host.dispose();
    assert.deepEqual(found, ["project-setting-unresolved"]);
    assert.ok(performance.now() - start < 5000);
  });

  for (const [name, open, close] of [
    ["dictionaries", "<dict><key>a</key>", "</dict>"],
    ["arrays", "<array>", "</array>"],
    ["both in turn", "<array><dict><key>a</key>", "</dict></array>"],
  ] as const) {
    it(`says once that 100,000 ${name} in one another are too many`, async () => {
      const deep = `<key>P</key>${open.repeat(100_000)}<true/>${close.repeat(100_000)}`;
      const { found, milliseconds } = await check(info(deep));
      assert.deepEqual(found, ["plist-malformed: this is nested too deeply to be read"]);
      assert.ok(milliseconds < 10_000, `${milliseconds} ms`);
    });
  }
});
