// Hover in property lists: keys, matching values, names; and what stays silent.
import assert from "node:assert/strict";
import { hoverPlist } from "../../src/features/plist/hover.ts";
import { APP_ENTITLEMENTS, APP_INFO, contextAt, ENTITLEMENTS, HEAD, INFO, markBehind, project } from "./support.ts";

const INFO_PATH = "/p/Driver/Info.plist";

async function hover(path: string, text: string, others: Record<string, string> = {}): Promise<string> {
  const context = await contextAt(project({ ...others, [path]: text }));
  const found = hoverPlist(context, context.offset);
  if (!found) return "nothing";
  assert.ok(found.span.start <= context.offset && context.offset <= found.span.end);
  return found.markdown;
}

const inInfo = (piece: string, nth = 1): Promise<string> => hover(INFO_PATH, markBehind(INFO, piece, nth));

/** Hover on the value of a key put into the personality. */
function onValue(entry: string): Promise<string> {
  return hover(INFO_PATH, markBehind(INFO, "<key>Acme</key>\n\t\t<dict>\n").replace("‸", `${entry}\n`));
}

describe("hover in property lists", () => {
  it("says of a key its type, whether it is needed, what it means and how that is known", async () => {
    const text = await inInfo("<key>IOUserServ");
    assert.match(text, /^\*\*IOUserServerName\*\*/);
    assert.match(text, /string in a personality · required/);
    assert.match(text, /does not take the personality for a dext's/);
    assert.match(text, /Read in the source/);
    assert.match(text, /\[Apple's page\]\(https:\/\/developer\.apple\.com\/documentation\/bundleresources\//);
  });

  it("takes the same key for what it is in its place", async () => {
    assert.match(await inInfo("<key>IOCl", 2), /string for Create\(\)/);
    assert.match(await inInfo("<key>IOCl", 1), /string in a personality/);
  });

  it("says of an entitlement who carries it and where it exists", async () => {
    const text = await hover(
      "/p/App/App.entitlements",
      markBehind(APP_ENTITLEMENTS, "<key>com.apple.developer.driverkit"),
    );
    assert.match(text, /userclient-access/);
    assert.match(text, /array of strings, or one string · an app's or the driver's · macOS 10\.15/);
    const driver = await hover("/p/Driver/Driver.entitlements", markBehind(ENTITLEMENTS, "<key>com.apple"));
    assert.match(driver, /boolean · the driver's/);
  });

  it("decodes match strings alternative by alternative", async () => {
    const text = await inInfo("<string>0x0000");
    assert.match(text, /`0x00001b21&0x0000ffff` matches every device of vendor 0x1B21/);
    assert.match(text, /`0x06121b21` matches device 0x0612 of vendor 0x1B21 \(mask 0xFFFFFFFF\)/);
    assert.match(await inInfo("<key>IOPCIPrim"), /Here:\n\n- `0x00001b21&0x0000ffff` matches every device/);
  });

  for (const [value, wanted] of [
    ["0x1b21&0", /`0x1b21&0` matches every device/],
    ["0x06120000&0xffff0000", /device 0x0612 of any subsystem vendor/],
    ["0x106121b21&0x1ffffffff", /nothing: the value has more than 32 bits/],
    ["0x06121b21, 0x06111b21", /The kernel stops reading at `, 0x06111b21`/],
    ["hello", /No number stands here, so this matches nothing/],
  ] as const) {
    it(`decodes ${value}`, async () => {
      assert.match(
        await onValue(`<key>IOPCISecondaryMatch</key><string>${value.replace("&", "&amp;")}‸</string>`),
        wanted,
      );
    });
  }

  it("decodes classes, and leaves placeholders alone", async () => {
    assert.match(await onValue("<key>IOPCIClassMatch</key><string>0x01060100‸</string>"), /mass storage/);
    assert.equal(await onValue("<key>IOPCISecondaryMatch</key><string>$(MATCH)‸</string>"), "nothing");
  });

  it("shows numbers as people know them", async () => {
    assert.match(await onValue("<key>idVendor</key><integer>‸1452</integer>"), /`1452` is 0x05AC, the vendor/);
    assert.equal(await onValue("<key>idVendor</key><string>*‸</string>"), "Matches any value");
  });

  it("says what a class is: the project's, the kernel's, the provider's", async () => {
    const own = await inInfo("<string>AcmeCl");
    assert.match(own, /class AcmeClient\*\*, declared in AcmeClient\.iig/);
    assert.match(own, /`IOUserClient` → `IOService`/);
    assert.match(await inInfo("<string>IOUserUser"), /family user client/);
    const provider = await inInfo("<string>IOPCI");
    assert.match(provider, /of PCIDriverKit/);
    assert.match(provider, /entitlement `com\.apple\.developer\.driverkit\.transport\.pci`/);
  });

  it("says whose a bundle id is, and what variables stand for", async () => {
    const access = await hover("/p/App/App.entitlements", markBehind(APP_ENTITLEMENTS, "<string>com.acme"));
    assert.match(access, /The driver “Driver” \(Driver\/Info\.plist\)/);
    const pbxproj = `// !$*UTF8*$!
{ objects = {
P = { isa = PBXProject; targets = (T); buildConfigurationList = PL; mainGroup = G; };
PL = { isa = XCConfigurationList; buildConfigurations = (PD); };
PD = { isa = XCBuildConfiguration; name = Debug; buildSettings = {}; };
G = { isa = PBXGroup; children = (); sourceTree = "<group>"; };
T = { isa = PBXNativeTarget; name = Acme; productType = "com.apple.product-type.driver-extension"; buildPhases = (); buildConfigurationList = L; };
L = { isa = XCConfigurationList; buildConfigurations = (D, R); };
D = { isa = XCBuildConfiguration; name = Debug; buildSettings = { INFOPLIST_FILE = Driver/Info.plist; PRODUCT_BUNDLE_IDENTIFIER = com.acme.debug; }; };
R = { isa = XCBuildConfiguration; name = Release; buildSettings = { INFOPLIST_FILE = Driver/Info.plist; PRODUCT_BUNDLE_IDENTIFIER = com.acme; }; };
}; rootObject = P; }
`;
    const text = INFO.replace("<string>com.acme.app.driver", "<string>$(PRODUCT_BUNDLE‸_IDENTIFIER)");
    const found = await hover(INFO_PATH, text, { "/p/Acme.xcodeproj/project.pbxproj": pbxproj });
    assert.equal(found, "- Debug: `com.acme.debug`\n- Release: `com.acme`");
  });

  it("says that a binary property list is one", async () => {
    const text = await hover(INFO_PATH, "bpl‸ist00\u0000\u0001");
    assert.match(text, /\*\*binary property list\*\*, so nothing in it is checked/);
  });

  it("is silent elsewhere: unknown keys, an app's Info.plist, a plist of something else", async () => {
    assert.equal(await onValue("<key>MyOw‸nKey</key><string>x</string>"), "nothing");
    assert.equal(await hover("/p/App/Info.plist", markBehind(APP_INFO, "<key>CFBundleId")), "nothing");
    assert.equal(await hover("/p/notes.plist", `${HEAD}<dict><key>CFBun‸dleIdentifier</key><true/></dict>`), "nothing");
    assert.equal(await inInfo("<key>Acm"), "nothing");
  });
});
