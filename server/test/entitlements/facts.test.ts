// Every known entitlement fires with a value of the wrong shape and is silent with the right one; what personalities need is asked for.
import assert from "node:assert/strict";
import { applyEdits } from "../../src/base/edit.ts";
import {
  ENTITLEMENT_NEEDS,
  ENTITLEMENTS,
  entitlementFact,
  INVENTED_ENTITLEMENTS,
  type EntitlementShape,
} from "../../src/knowledge/entitlements.ts";
import familyMissing from "../../src/rules/entitlements/entitlement-family-missing.ts";
import shape from "../../src/rules/entitlements/entitlement-claimed-value-shape.ts";
import pciBoolean from "../../src/rules/pci/pci-entitlement-boolean.ts";
import unknownKey from "../../src/rules/plist/plist-unknown-key.ts";
import usbShape from "../../src/rules/usb/usb-entitlement-shape.ts";
import type { Rule } from "../../src/rules/define.ts";
import { checkAll, hostOf } from "../support.ts";

const INFO = "/p/Driver/Info.plist";
const FILE = "/p/Driver/Driver.entitlements";
const plist = (body: string): string => `<plist version="1.0">\n<dict>\n${body}</dict>\n</plist>\n`;
const entry = (key: string, value: string): string => `<key>${key}</key>\n${value}\n`;
const DRIVERKIT = entry("com.apple.developer.driverkit", "<true/>");

function info(provider: string, ioClass = "IOUserService", keys = ""): string {
  const personality = [
    ["IOClass", ioClass],
    ["IOProviderClass", provider],
    ["IOUserClass", "Driver"],
    ["IOUserServerName", "com.example.driver"],
  ].map(([key = "", value = ""]) => entry(key, `<string>${value}</string>`));
  const inside = `<dict>${personality.join("")}${keys}</dict>`;
  return plist(
    entry("CFBundlePackageType", "<string>DEXT</string>") +
      entry("IOKitPersonalities", `<dict>${entry("P", inside)}</dict>`),
  );
}

async function lint(
  files: Record<string, string>,
  rules: readonly Rule[],
): Promise<{ found: string[]; after: string[] }> {
  const host = await hostOf(files, rules);
  const snapshot = host.snapshot();
  const found: string[] = [];
  const after: string[] = [];
  for (const { findings, errors } of checkAll(host)) {
    assert.deepEqual(errors, []);
    for (const finding of findings) {
      found.push(`${finding.severity} ${finding.rule}`);
      for (const fix of snapshot.fixesOf(finding)) {
        after.push(applyEdits(files[finding.path] ?? "", fix.edits[0]?.edits ?? []));
      }
    }
  }
  host.dispose();
  return { found, after };
}

const RIGHT: Readonly<Record<EntitlementShape, string>> = {
  boolean: "<true/>",
  string: "<string>x</string>",
  names: "<array><string>com.example.driver</string></array>",
  strings: "<array><string>x</string></array>",
  dictionaries: "",
  private: "",
};
const DICTIONARIES: Readonly<Record<string, { provider: string; keys: string; right: string }>> = {
  "com.apple.developer.driverkit.transport.pci": {
    provider: "IOPCIDevice",
    keys: entry("IOPCIPrimaryMatch", "<string>0x00011234</string>"),
    right: `<array><dict>${entry("IOPCIPrimaryMatch", "<string>0x00011234</string>")}</dict></array>`,
  },
  "com.apple.developer.driverkit.transport.usb": {
    provider: "IOUSBHostDevice",
    keys: entry("idVendor", "<integer>1</integer>") + entry("idProduct", "<integer>2</integer>"),
    right: `<array><dict>${entry("idVendor", "<integer>1</integer>")}</dict></array>`,
  },
};

describe("knowledge/entitlements", () => {
  const rules = [shape, pciBoolean, usbShape];

  it("names each key once, with a source and a meaning", () => {
    const keys = ENTITLEMENTS.map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
    for (const fact of ENTITLEMENTS) {
      assert.ok(fact.source.length > 2 && fact.meaning.endsWith("."), fact.key);
      assert.equal(entitlementFact(fact.key), fact);
    }
    for (const [name, meant] of INVENTED_ENTITLEMENTS) {
      assert.equal(entitlementFact(name), undefined, name);
      if (meant !== undefined) assert.ok(entitlementFact(meant), meant);
    }
    for (const { entitlement } of ENTITLEMENT_NEEDS) assert.ok(entitlementFact(entitlement), entitlement);
  });

  for (const { key, shape: wanted, confidence } of ENTITLEMENTS) {
    it(key, async () => {
      const own = key === "com.apple.developer.driverkit" ? "" : DRIVERKIT;
      if (wanted === "private") {
        const { found } = await lint({ [FILE]: plist(own + entry(key, "<true/>")) }, rules);
        assert.deepEqual(found, [`${confidence === "uncertain" ? "info" : "warning"} entitlement-claimed-value-shape`]);
        assert.deepEqual((await lint({ [FILE]: plist(own) }, rules)).found, []);
        return;
      }
      const dictionaries = DICTIONARIES[key];
      // The entitlements of an app count only beside a dext.
      const files = dictionaries
        ? { [INFO]: info(dictionaries.provider, "IOUserService", dictionaries.keys) }
        : { "/p/Other/Info.plist": info("IOUserResources") };
      const right = dictionaries?.right ?? RIGHT[wanted];
      assert.notEqual(right, "");
      assert.deepEqual((await lint({ ...files, [FILE]: plist(own + entry(key, right)) }, rules)).found, []);
      const wrong = dictionaries ? "<true/>" : "<integer>5</integer>";
      const { found } = await lint({ ...files, [FILE]: plist(DRIVERKIT + entry(key, wrong)) }, rules);
      const fired = found.filter((each) => !each.includes("duplicate"));
      assert.equal(fired.length, 1, found.join("; "));
      if (confidence === "uncertain") assert.doesNotMatch(fired[0] ?? "", /^error/);
    });
  }

  for (const { because, className, entitlement, confidence } of ENTITLEMENT_NEEDS) {
    it(`${because} ${className} needs ${entitlement}`, async () => {
      const usb = entry("idVendor", "<integer>1</integer>") + entry("idProduct", "<integer>2</integer>");
      const plistOf =
        because === "IOClass" ? info("IOUserResources", className) : info(className, "IOUserService", usb);
      const missing = await lint({ [INFO]: plistOf, [FILE]: plist(DRIVERKIT) }, [familyMissing]);
      const severity = confidence === "apple-doc" ? "warning" : "error";
      assert.deepEqual(missing.found, [`${severity} entitlement-family-missing`]);
      assert.equal(missing.after.length, 1);
      const [fixed = ""] = missing.after;
      assert.ok(fixed.includes(`<key>${entitlement}</key>`));
      assert.deepEqual((await lint({ [INFO]: plistOf, [FILE]: fixed }, [familyMissing])).found, []);
      // Without entitlements nothing is known, and a template may stand for anything.
      assert.deepEqual((await lint({ [INFO]: plistOf }, [familyMissing])).found, []);
      const open = plistOf.replace(`<string>${className}</string>`, "<string>$(CLASS)</string>");
      assert.deepEqual((await lint({ [INFO]: open, [FILE]: plist(DRIVERKIT) }, [familyMissing])).found, []);
    });
  }

  for (const [name, meant] of INVENTED_ENTITLEMENTS) {
    it(`${name} does not exist`, async () => {
      const files = { [FILE]: plist(DRIVERKIT + entry(name, "<true/>")) };
      const { found, after } = await lint(files, [unknownKey]);
      assert.deepEqual(found, ["warning plist-unknown-key"]);
      assert.equal(after.length, meant === undefined ? 0 : 1);
    });
  }

  it("leaves alone what is no near miss", async () => {
    const keys = ["com.example.driverkit", "com.apple.developer.networking.vpn.api", "com.apple.security.cs.allow-jit"];
    const files = { [FILE]: plist(DRIVERKIT + keys.map((key) => entry(key, "<true/>")).join("")) };
    assert.deepEqual((await lint(files, [unknownKey, shape])).found, []);
    const near = { [FILE]: plist(DRIVERKIT + entry("com.apple.developer.driverkit.transport.hdi", "<true/>")) };
    assert.deepEqual((await lint(near, [unknownKey])).found, ["warning plist-unknown-key"]);
  });
});
