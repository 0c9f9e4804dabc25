// Completion in plists and entitlements: what is proposed where, and what a choice leaves in the file.
import assert from "node:assert/strict";
import { plainText } from "../../src/features/plist/snippets.ts";
import {
  accept,
  APP_ENTITLEMENTS,
  APP_INFO,
  complete,
  ENTITLEMENTS,
  HEAD,
  INFO,
  markBehind,
  project,
} from "./support.ts";

const INFO_PATH = "/p/Driver/Info.plist";
const ENTITLEMENTS_PATH = "/p/Driver/Driver.entitlements";
const APP_PATH = "/p/App/App.entitlements";

/** The Info.plist with a text behind a piece of it. */
function info(piece: string, insert: string, nth = 1): Record<string, string> {
  return project({ [INFO_PATH]: markBehind(INFO, piece, nth).replace("‸", insert) });
}

function entitlements(insert: string): Record<string, string> {
  return project({ [ENTITLEMENTS_PATH]: ENTITLEMENTS.replace("</dict>", `${insert}\n</dict>`) });
}

function appEntitlements(insert: string): Record<string, string> {
  return project({ [APP_PATH]: APP_ENTITLEMENTS.replace("</array>", `${insert}</array>`) });
}

async function labels(files: Readonly<Record<string, string>>): Promise<string[]> {
  return (await complete(files)).map(({ label }) => label);
}

/** What stands on the lines from the one with a piece on. */
function linesFrom(text: string, piece: string, count: number): string[] {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.includes(piece));
  return lines.slice(at, at + count);
}

describe("completion of keys", () => {
  it("at the top level: required ones first, what is there already and what a dext must not have left out", async () => {
    const seen = await labels(info("<string>DEXT</string>\n", "\t‸\n"));
    assert.deepEqual(seen.slice(0, 2), ["CFBundleVersion", "OSBundleUsageDescription"]);
    for (const absent of [
      "CFBundleIdentifier",
      "IOKitPersonalities",
      "OSBundleRequired",
      "OSKernelResource",
      "IOClass",
    ])
      assert.ok(!seen.includes(absent), absent);
  });

  it("in a personality: those of the provider's bus, and those of no other", async () => {
    const seen = await labels(info("<key>Acme</key>\n\t\t<dict>\n", "\t\t\t<ke‸\n"));
    assert.ok(!seen.includes("IOUserClass") && !seen.includes("CFBundleVersion"));
    assert.ok(seen.indexOf("IOPCITunnelCompatible") < seen.indexOf("IOMatchCategory"));
    assert.ok(seen.includes("IOMatchCategory") && !seen.includes("idVendor") && !seen.includes("PrimaryUsage"));
    const files = info("<key>Acme</key>\n\t\t<dict>\n", "\t\t\t<ke‸\n");
    const usb = await labels({
      ...files,
      [INFO_PATH]: (files[INFO_PATH] ?? "").replace("IOPCIDevice", "IOUSBHostDevice"),
    });
    assert.deepEqual(usb.slice(0, 2), ["idVendor", "idProduct"]);
    assert.ok(!usb.some((key) => key.startsWith("IOPCI")));
  });

  it("in a dictionary for Create()", async () => {
    const empty = info("<string>com.acme.app.driver</string>\n", "<key>MyProperties</key><dict>‸</dict>\n", 2);
    assert.deepEqual(await labels(empty), ["IOClass", "IOUserClass", "IOServiceDEXTEntitlements"]);
  });

  it("in entitlements: a driver's for a driver, an app's for an app", async () => {
    const driver = await labels(entitlements("\t<key>com.‸</key>"));
    assert.ok(driver.includes("com.apple.developer.driverkit.transport.pci"));
    assert.ok(!driver.includes("com.apple.developer.driverkit"), "it is there already");
    assert.ok(!driver.includes("com.apple.developer.system-extension.install"));
    assert.ok(!driver.some((key) => key.startsWith("com.apple.private.")));
    const app = await labels(project({ [APP_PATH]: `${HEAD}<dict>\n\t<key>‸</key>\n</dict>\n</plist>\n` }));
    assert.ok(app.includes("com.apple.developer.system-extension.install"));
    assert.ok(app.includes("com.apple.developer.driverkit.userclient-access"));
    assert.ok(!app.includes("com.apple.developer.driverkit.transport.pci"));
  });

  it("in the dictionaries of transport entitlements", async () => {
    const pci = "<key>com.apple.developer.driverkit.transport.pci</key><array><dict>‸</dict></array>";
    assert.deepEqual((await labels(entitlements(pci))).slice(0, 2), ["IOPCIPrimaryMatch", "IOPCIMatch"]);
    const usb = pci.replace("pci", "usb");
    assert.deepEqual((await labels(entitlements(usb))).slice(0, 2), ["idVendor", "idProduct"]);
  });

  it("nowhere else: an app's Info.plist, unknown dictionaries, plists that are none of ours", async () => {
    assert.deepEqual(await labels(project({ "/p/App/Info.plist": APP_INFO.replace("</dict>", "<key>‸</dict>") })), []);
    const other = info("<string>DEXT</string>\n", "<key>NSAppTransportSecurity</key><dict><key>‸</key></dict>\n");
    assert.deepEqual(await labels(other), []);
    assert.deepEqual(await labels(project({ "/p/notes.plist": `${HEAD}<dict>‸</dict>\n</plist>` })), []);
    assert.deepEqual(await labels(project({ "/p/Driver/AcmeDriver.cpp": "#include <DriverKit/DriverKit.h>\n‸" })), []);
  });

  it("puts the value's element in with the key, of the right type", async () => {
    const top = (label: string): Promise<string> => accept(info("<string>DEXT</string>\n", "\t‸\n"), label);
    assert.deepEqual(linesFrom(await top("OSBundleUsageDescription"), "OSBundleUsageDescription", 2), [
      "\t<key>OSBundleUsageDescription</key>",
      "<string></string>",
    ]);
    assert.deepEqual(
      linesFrom(await top("CFBundleVersion"), "CFBundleVersion", 2)[1],
      "<string>$(CURRENT_PROJECT_VERSION)</string>",
    );
    const typed = info("<key>Acme</key>\n\t\t<dict>\n", "\t\t\t<key>IOPCITun‸\n");
    assert.deepEqual(linesFrom(await accept(typed, "IOPCITunnelCompatible"), "IOPCITunnel", 2), [
      "\t\t\t<key>IOPCITunnelCompatible</key>",
      "<true/>",
    ]);
    const claim = await accept(entitlements("\t<‸"), "com.apple.developer.driverkit.transport.usb");
    assert.deepEqual(linesFrom(claim, "transport.usb", 6).slice(1), [
      "<array>",
      "\t<dict>",
      "\t\t<key>idVendor</key>",
      "\t\t<integer>0</integer>",
      "\t</dict>",
    ]);
  });

  it("takes an end tag that is there, and leaves a value that is there", async () => {
    const closed = await accept(info("<string>DEXT</string>\n", "\t<key>OSB‸</key>\n"), "OSBundleUsageDescription");
    assert.deepEqual(linesFrom(closed, "OSBundleUsage", 2), [
      "\t<key>OSBundleUsageDescription</key>",
      "<string></string>",
    ]);
    const valued = await accept(
      info("<string>DEXT</string>\n", "\t<key>OSB‸</key>\n\t<string>why</string>\n"),
      "OSBundleUsageDescription",
    );
    assert.deepEqual(linesFrom(valued, "OSBundleUsage", 2), [
      "\t<key>OSBundleUsageDescription</key>",
      "\t<string>why</string>",
    ]);
  });

  it("writes whole personalities and user clients, with the project's classes", async () => {
    const bare = `${HEAD}<dict>\n\t<key>CFBundlePackageType</key>\n\t<string>DEXT</string>\n\t‸\n</dict>\n</plist>\n`;
    const whole = await accept(project({ [INFO_PATH]: bare }), "IOKitPersonalities");
    assert.match(whole, /<key>MyDriver<\/key>[^]*<string>\$\(PRODUCT_BUNDLE_IDENTIFIER\)<\/string>/);
    assert.match(whole, /<key>IOUserClass<\/key>\n\s*<string>AcmeDriver<\/string>/);
    const second = await accept(info("<key>IOKitPersonalities</key>\n\t<dict>\n", "\t\t‸\n"), "New personality");
    assert.match(second, /<key>MyDriver<\/key>\n<dict>/);
    const client = await accept(
      project({ [INFO_PATH]: INFO.replace(/<key>UserClientProperties<\/key>[^]*?<\/dict>/, "‸") }),
      "UserClientProperties",
    );
    assert.match(
      client,
      /<string>IOUserUserClient<\/string>\n\t<key>IOUserClass<\/key>\n\t<string>AcmeClient<\/string>/,
    );
  });

  it("indents with the file's own unit", async () => {
    const spaced = INFO.replace(/\t/g, "  ");
    const files = project({ [INFO_PATH]: markBehind(spaced, "<string>DEXT</string>\n").replace("‸", "  ‸\n") });
    const [item] = (await complete(files)).filter(({ label }) => label === "CFBundleSupportedPlatforms");
    assert.match(item?.snippet ?? "", /\n<array>\n {2}<string>/);
  });

  it("explains each key", async () => {
    const [item] = (await complete(info("<key>Acme</key>\n\t\t<dict>\n", "\t\t\t<‸\n"))).filter(
      ({ label }) => label === "IOMatchCategory",
    );
    assert.match(item?.documentation ?? "", /In each category one driver wins/);
    assert.match(item?.documentation ?? "", /xnu IOService::probeCandidates/);
  });
});

describe("completion of values", () => {
  it("the kernel's own interface for a plain service, before extensions of families", async () => {
    const files = info("<key>Acme</key>\n\t\t<dict>\n", "<key>CFBundleIdentifierKernel</key><string>‸</string>\n");
    assert.equal((await labels(files))[0], "com.apple.kpi.iokit");
  });

  it("classes of the project for IOUserClass, user clients first where one is wanted", async () => {
    const driver = project({ [INFO_PATH]: markBehind(INFO, "<string>Acme") });
    assert.deepEqual(await labels(driver), ["AcmeDriver", "AcmeClient"]);
    const client = project({ [INFO_PATH]: markBehind(INFO, "<string>AcmeC") });
    assert.deepEqual(await labels(client), ["AcmeClient", "AcmeDriver"]);
    assert.match(await accept(client, "AcmeDriver"), /<string>AcmeDriver<\/string>\n\t\t\t<\/dict>/);
  });

  it("the kernel's classes, the one that fits the driver's class first", async () => {
    const iig = "class AcmeSCSI : public IOUserSCSIParallelInterfaceController\n{\n};\n";
    const plist = INFO.replace("<string>AcmeDriver", "<string>AcmeSCSI").replace(
      "<string>IOUserService</string>",
      "<string>‸</string>",
    );
    const files = project({ "/p/Driver/AcmeSCSI.iig": iig, [INFO_PATH]: plist });
    assert.equal((await labels(files))[0], "IOUserSCSIParallelInterfaceController");
    const kernel = project({
      "/p/Driver/AcmeSCSI.iig": iig,
      [INFO_PATH]: plist
        .replace("<string>‸</string>", "<string>IOUserSCSIParallelInterfaceController</string>")
        .replace(
          "<key>IOProviderClass</key>",
          "<key>CFBundleIdentifierKernel</key><string>‸</string>\n<key>IOProviderClass</key>",
        ),
    });
    assert.equal((await labels(kernel))[0], "com.apple.iokit.IOSCSIParallelFamily");
  });

  it("providers, bundle ids of the workspace, allowed values", async () => {
    assert.ok(
      (await labels(project({ [INFO_PATH]: markBehind(INFO, "<string>IOPCI") }))).includes("IOUSBHostInterface"),
    );
    assert.deepEqual(await labels(project({ [INFO_PATH]: markBehind(INFO, "<string>com.acme.") })), [
      "$(PRODUCT_BUNDLE_IDENTIFIER)",
      "com.acme.app.driver",
    ]);
    assert.deepEqual(await labels(appEntitlements("<string>‸</string>")), ["com.acme.app.driver"]);
    assert.deepEqual(await labels(project({ [INFO_PATH]: markBehind(INFO, "<string>DEX") })), [
      "DEXT",
      "$(PRODUCT_BUNDLE_PACKAGE_TYPE)",
    ]);
  });

  it("whole elements where none is begun", async () => {
    assert.deepEqual(await labels(appEntitlements("\t‸")), ["com.acme.app.driver", "<string>"]);
    assert.match(
      await accept(appEntitlements("\t<‸"), "com.acme.app.driver"),
      /\t<string>com\.acme\.app\.driver<\/string><\/array>/,
    );
    const boolean = info("<key>Acme</key>\n\t\t<dict>\n", "<key>IOPCITunnelCompatible</key>\n‸\n");
    assert.deepEqual(await labels(boolean), ["<false/>", "<true/>"]);
    const text = info("<string>DEXT</string>\n", "<key>OSBundleUsageDescription</key>\n<st‸\n");
    assert.deepEqual(await labels(text), ["<string>"]);
    assert.match(await accept(text, "<string>"), /<key>OSBundleUsageDescription<\/key>\n<string><\/string>/);
  });

  it("what the personalities match, for what the entitlement is to allow", async () => {
    const pci =
      "<key>com.apple.developer.driverkit.transport.pci</key><array><dict><key>IOPCIPrimaryMatch</key>‸</dict></array>";
    const taken = await accept(entitlements(pci), "0x00001b21&0x0000ffff 0x06121b21");
    assert.match(taken, /<string>0x00001b21&amp;0x0000ffff 0x06121b21<\/string><\/dict>/);
  });

  it("nothing for keys that are not known", async () => {
    assert.deepEqual(await labels(info("<string>DEXT</string>\n", "<key>MyKey</key>\n<string>‸</string>\n")), []);
  });
});

describe("snippets as plain text", () => {
  for (const [snippet, wanted] of [
    ["<string>$1</string>", "<string></string>"],
    ["${1:a\\}b}", "a}b"],
    ["<${1|true,false|}/>", "<true/>"],
    ["${1|a\\,b,c|} \\$(X)", "a,b $(X)"],
  ] as const) {
    it(snippet, () => assert.equal(plainText(snippet), wanted));
  }
});
