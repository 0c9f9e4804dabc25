// The plist and entitlement rules on a workspace with an Xcode project: build settings, several configurations, an app that hosts the dext.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { LineIndex } from "../../src/base/line-index.ts";
import { rules } from "../../src/rules/registry.generated.ts";
import { checkAll, hostOf, root } from "../support.ts";

type Files = Record<string, string>;
const own = rules.filter(
  ({ meta }) => /^(plist|entitlement|create|newuserclient-not)-/.test(meta.id) && meta.area !== "usb",
);

const FOLDER = path.join(root, "test-workspace");
const NAMES = [
  "AcmeRAID/Info.plist",
  "AcmeRAID/AcmeRAID.iig",
  "AcmeRAID/AcmeRAID.entitlements",
  "AcmeRAID/AcmeRAID-Release.entitlements",
  "AcmeRAIDApp/Info.plist",
  "AcmeRAIDApp/AcmeRAIDApp.entitlements",
  "AcmeRAID.xcodeproj/project.pbxproj",
];
const INFO = "/ws/AcmeRAID/Info.plist";
const IIG = "/ws/AcmeRAID/AcmeRAID.iig";
const APP = "/ws/AcmeRAIDApp/AcmeRAIDApp.entitlements";
const PROJECT = "/ws/AcmeRAID.xcodeproj/project.pbxproj";
const ID = "com.example.acme.raid.driver";

/** The sample's RAID driver and its app, with a user client added. */
function workspace(change: (files: Files) => void = () => undefined): Files {
  const files: Files = {};
  for (const name of NAMES) files[`/ws/${name}`] = fs.readFileSync(path.join(FOLDER, name), "utf8");
  edit(files, INFO, "<key>IOUserClass</key>", `${CLIENT}<key>IOUserClass</key>`);
  edit(files, IIG, "#endif /*", "class AcmeClient : public IOUserClient\n{\n};\n\n#endif /*");
  edit(
    files,
    IIG,
    "    virtual kern_return_t Stop",
    "    virtual kern_return_t NewUserClient(uint32_t type, IOUserClient **client) override;\n    virtual kern_return_t Stop",
  );
  change(files);
  return files;
}

const CLIENT =
  "<key>UserClientProperties</key><dict><key>IOClass</key><string>IOUserUserClient</string>" +
  "<key>IOUserClass</key><string>AcmeClient</string></dict>";

function edit(files: Files, file: string, from: string, to: string): void {
  const text = files[file] ?? "";
  assert.ok(text.includes(from), `${file} has no ${from}`);
  files[file] = text.replace(from, () => to);
}

async function lint(files: Files): Promise<string[]> {
  const host = await hostOf(files, own);
  const found: string[] = [];
  for (const { path: at, findings, errors } of checkAll(host)) {
    assert.deepEqual(errors, []);
    const lines = new LineIndex(files[at] ?? "");
    for (const { rule, severity, span, message } of findings) {
      const line = lines.positionAt(span.start).line + 1;
      found.push(`${path.basename(at)}:${line} ${severity} ${rule}: ${message}`);
    }
  }
  host.dispose();
  return found;
}

describe("plist and entitlement rules on an Xcode project", () => {
  it("says nothing of a project whose parts agree", async () => {
    assert.deepEqual(await lint(workspace()), []);
  });

  it("gives the exact id that userclient-access must list", async () => {
    const [found, ...rest] = await lint(workspace((files) => edit(files, APP, `<string>${ID}</string>`, "")));
    assert.deepEqual(rest, []);
    assert.match(found ?? "", new RegExp(`wrong-id: AcmeRAIDApp may not open .* “${ID.replaceAll(".", "\\.")}”`));
    const other = await lint(workspace((files) => edit(files, APP, ID, "com.example.acme.raid")));
    assert.equal(other.length, 1);
    assert.match(other[0] ?? "", /“com\.example\.acme\.raid” is not the driver's bundle id/);
    // A variable of the app's own settings is resolved there.
    assert.deepEqual(await lint(workspace((files) => edit(files, APP, ID, "$(PRODUCT_BUNDLE_IDENTIFIER).driver"))), []);
  });

  it("looks at the platform's own key", async () => {
    const pad = workspace((files) => {
      files[PROJECT] = (files[PROJECT] ?? "").replaceAll("SDKROOT = macosx", "SDKROOT = iphoneos");
    });
    const found = await lint(pad);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /entitlement-userclient-access-platform: iPadOS/);
  });

  it("fills in variables for each configuration", async () => {
    const debug = await lint(
      workspace((files) => {
        edit(files, PROJECT, `PRODUCT_BUNDLE_IDENTIFIER = ${ID};`, `PRODUCT_BUNDLE_IDENTIFIER = ${ID}.debug;`);
        edit(
          files,
          INFO,
          "<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>\n\t\t\t<key>IOClass",
          `<string>${ID}</string>\n\t\t\t<key>IOClass`,
        );
      }),
    );
    assert.ok(
      debug.some((each) => /plist-bundleid-mismatch: .*\(Debug\)$/.test(each)),
      debug.join("\n"),
    );
    const braces = workspace((files) => {
      files[INFO] = (files[INFO] ?? "").replaceAll("$(PRODUCT_BUNDLE_IDENTIFIER)", "${PRODUCT_BUNDLE_IDENTIFIER}");
    });
    assert.deepEqual(await lint(braces), []);
    const open = workspace((files) => {
      files[INFO] = (files[INFO] ?? "").replaceAll("$(PRODUCT_BUNDLE_IDENTIFIER)", "$(NOWHERE_DEFINED)");
    });
    assert.deepEqual(await lint(open), []);
  });

  it("judges the entitlements of each platform by its own key", async () => {
    const pad = (body: string): Files =>
      workspace((files) => {
        const two = `"CODE_SIGN_ENTITLEMENTS[sdk=macosx*]" = AcmeRAIDApp/AcmeRAIDApp.entitlements; "CODE_SIGN_ENTITLEMENTS[sdk=iphoneos*]" = AcmeRAIDApp/Pad.entitlements; SUPPORTED_PLATFORMS = "iphoneos macosx";`;
        const one = /CODE_SIGN_ENTITLEMENTS = AcmeRAIDApp\/AcmeRAIDApp\.entitlements;/g;
        files[PROJECT] = (files[PROJECT] ?? "").replace(one, two);
        files["/ws/AcmeRAIDApp/Pad.entitlements"] = `<plist version="1.0"><dict>${body}</dict></plist>`;
      });
    const right = pad("<key>com.apple.developer.driverkit.communicates-with-drivers</key><true/>");
    assert.deepEqual(await lint(right), []);
    const [found, ...rest] = await lint(pad("<key>com.apple.developer.networking.multicast</key><true/>"));
    assert.deepEqual(rest, []);
    assert.match(found ?? "", /^Pad\.entitlements:1 error entitlement-userclient-access-missing: .* on iPadOS/);
  });

  it("never speaks of a client that is not in the workspace", async () => {
    const alone = workspace((files) => {
      for (const file of Object.keys(files)) if (file.includes("AcmeRAIDApp/")) files[file] = "";
      edit(files, PROJECT, "AcmeRAIDApp/AcmeRAIDApp.entitlements", "Elsewhere/App.entitlements");
    });
    const found = await lint(alone);
    assert.ok(!found.some((each) => each.includes("userclient")), found.join("\n"));
  });

  it("answers whatever prefix of the Info.plist is there, and calls nothing missing in it", async () => {
    const files = workspace();
    const text = files[INFO] ?? "";
    for (let length = 0; length < text.length; length += 97) {
      const found = await lint({ ...files, [INFO]: text.slice(0, length) });
      assert.ok(!found.some((each) => /-missing|mismatch|unknown/.test(each)), `${length}: ${found.join("; ")}`);
    }
  });
});
