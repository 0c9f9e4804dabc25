// Every known Info.plist key fires with a value of the wrong type and is silent with the right one; the tables hold together.
import assert from "node:assert/strict";
import {
  CREATE_KEYS,
  DRIVER_FAMILIES,
  familyOfBases,
  familyOfIOClass,
  infoKeyFact,
  KEXT_KEYS_WITHOUT_EFFECT,
  PERSONALITY_KEYS,
  TOP_LEVEL_KEYS,
  versionProblem,
  type InfoKeyFact,
  type ValueType,
} from "../../src/knowledge/infoplist.ts";
import kextOnly from "../../src/rules/plist/plist-kext-only-key.ts";
import keyType from "../../src/rules/plist/plist-key-type.ts";
import tunnel from "../../src/rules/pci/pci-tunnel-compatible-missing.ts";
import requiredKey from "../../src/rules/plist/plist-required-key-missing.ts";
import serverName from "../../src/rules/plist/plist-server-name-missing.ts";
import { applyEdits } from "../../src/base/edit.ts";
import { checkAll, hostOf } from "../support.ts";

const rules = [keyType, kextOnly, tunnel];
const INFO = "/p/Driver/Info.plist";

const entry = (key: string, value: string): string => `<key>${key}</key>${value}\n`;
const text = (value: string): string => `<string>${value}</string>`;

/** An Info.plist of a dext; what is given replaces what stands there. */
function info(top: Record<string, string> = {}, own: Record<string, string> = {}, create = ""): string {
  const personality = {
    IOClass: text("IOUserService"),
    IOProviderClass: text("IOPCIDevice"),
    IOPCITunnelCompatible: "<true/>",
    IOUserClass: text("Driver"),
    IOUserServerName: text("com.example.driver"),
    ...own,
  };
  const inside = create === "" ? "" : entry("Client", `<dict>${create}</dict>`);
  const entries = {
    CFBundleIdentifier: text("com.example.driver"),
    CFBundlePackageType: text("DEXT"),
    IOKitPersonalities: `<dict><key>P</key><dict>${Object.entries(personality)
      .map(([key, value]) => entry(key, value))
      .join("")}${inside}</dict></dict>`,
    OSBundleUsageDescription: text("Drives the device."),
    ...top,
  };
  const body = Object.entries(entries).map(([key, value]) => entry(key, value));
  return `<plist version="1.0"><dict>\n${body.join("")}</dict></plist>\n`;
}

const RIGHT: Readonly<Record<ValueType, string>> = {
  string: text("x"),
  integer: "<integer>1</integer>",
  boolean: "<true/>",
  dict: "<dict/>",
  array: "<array/>",
  strings: "<array><string>x</string></array>",
  integers: "<array><integer>1</integer></array>",
  dicts: "<array><dict/></array>",
  data: "<data>AAAA</data>",
  any: text("x"),
  "integer-or-any": text("*"),
  "string-or-strings": "<array><string>x</string></array>",
  "dict-or-dicts": "<array><dict/></array>",
};
const WRONG = "<real>1.5</real>";

function documentOf({ place, key }: InfoKeyFact, value: string): string {
  if (place === "top") return info({ [key]: value });
  if (place === "personality") return info({}, { [key]: value });
  const others = key === "IOClass" ? "" : entry("IOClass", text("IOUserUserClient"));
  return info({}, {}, others + entry(key, value));
}

async function lint(plist: string, using: typeof rules = rules): Promise<{ found: string[]; fixed: string[] }> {
  const host = await hostOf({ [INFO]: plist }, using);
  const snapshot = host.snapshot();
  const reports = checkAll(host);
  const found: string[] = [];
  const fixed: string[] = [];
  for (const { findings, errors } of reports) {
    assert.deepEqual(errors, []);
    for (const finding of findings) {
      found.push(`${finding.severity} ${finding.rule}: ${plist.slice(finding.span.start, finding.span.end)}`);
      for (const fix of snapshot.fixesOf(finding)) fixed.push(applyEdits(plist, fix.edits[0]?.edits ?? []));
    }
  }
  host.dispose();
  return { found, fixed };
}

const ALL = [...TOP_LEVEL_KEYS, ...PERSONALITY_KEYS, ...CREATE_KEYS];
/** The value that tells what the file is must stay. */
const KEEP = new Map([
  ["CFBundlePackageType", text("DEXT")],
  ["CFBundleVersion", text("1.2")],
]);

describe("knowledge/infoplist", () => {
  it("names each key once in its place, with a source and a meaning", () => {
    const keys = ALL.map(({ place, key }) => `${place} ${key}`);
    assert.equal(new Set(keys).size, keys.length);
    for (const fact of ALL) {
      assert.ok(fact.source.length > 2 && fact.meaning.endsWith("."), fact.key);
      assert.equal(infoKeyFact(fact.place, fact.key), fact);
      if (fact.link !== undefined) assert.match(fact.link, /^https:\/\/developer\.apple\.com\//);
    }
    assert.equal(infoKeyFact("top", "AcmeKey"), undefined);
  });

  for (const fact of ALL) {
    const { place, key, type, requirement, confidence } = fact;
    it(`${place}: ${key}`, async () => {
      const right = await lint(documentOf(fact, KEEP.get(key) ?? RIGHT[type]));
      if (requirement === "never" || KEXT_KEYS_WITHOUT_EFFECT.includes(key)) {
        assert.equal(right.found.length, 1, "a key that a dext must not have");
        assert.match(right.found[0] ?? "", /plist-kext-only-key/);
        assert.equal((await lint(info())).found.length, 0);
        return;
      }
      assert.deepEqual(right.found, []);
      if (type === "any") return;
      const { found } = await lint(documentOf(fact, WRONG));
      assert.equal(found.length, 1, found.join("; "));
      assert.match(found[0] ?? "", /plist-key-type|pci-tunnel-compatible-missing/);
      if (confidence === "uncertain") assert.doesNotMatch(found[0] ?? "", /^error/);
      if (key === "IOPCITunnelCompatible") return; // another rule's key
      assert.deepEqual((await lint(documentOf(fact, text("$(FILLED_IN_LATER)")))).found, []);
    });
  }

  for (const key of ["IOClass", "IOProviderClass", "IOUserClass", "IOUserServerName"]) {
    it(`misses ${key}`, async () => {
      const required = [requiredKey, serverName];
      assert.deepEqual((await lint(info(), required)).found, []);
      const without = info().replace(new RegExp(`<key>${key}</key><string>[^<]*</string>\n`), "");
      const { found } = await lint(without, required);
      assert.equal(found.length, 1, found.join("; "));
      assert.match(found[0] ?? "", /^error plist-(required-key|server-name)-missing: P$/);
    });
  }

  it("offers to convert what can be converted, and the conversion ends the finding", async () => {
    for (const [key, value, result] of [
      ["idVendor", text("0x05ac"), "<integer>1452</integer>"],
      ["idProduct", text(" 12 "), "<integer>12</integer>"],
      ["IOUserServerOneProcess", text("YES"), "<true/>"],
      ["IOMatchDefer", "<integer>0</integer>", "<false/>"],
      ["IOUserServerName", "<integer>7</integer>", text("7")],
    ] as const) {
      const { fixed } = await lint(info({}, { [key]: value }));
      assert.equal(fixed.length, 1, key);
      assert.ok(fixed[0]?.includes(`<key>${key}</key>${result}`), fixed[0]);
      assert.deepEqual((await lint(fixed[0] ?? "")).found, []);
    }
    assert.deepEqual((await lint(info({}, { idVendor: text("Acme") }))).fixed, []);
  });

  it("finds families by class and by kernel class", () => {
    assert.equal(
      familyOfBases(["Pad", "IOUserUSBHostHIDDevice", "IOUserHIDDevice", "IOHIDDevice"])?.ioClass,
      "AppleUserHIDDevice",
    );
    assert.equal(familyOfBases(["Led", "IOService", "OSObject"])?.ioClass, "IOUserService");
    assert.equal(familyOfBases(["Client", "IOUserClient", "IOService"])?.ioClass, "IOUserUserClient");
    assert.equal(familyOfBases(["Unknown"]), undefined);
    assert.equal(familyOfIOClass("IOUserSerial")?.kernelId, "com.apple.driver.driverkit.serial");
    assert.equal(familyOfIOClass("AcmeKernelClass"), undefined);
    assert.equal(new Set(DRIVER_FAMILIES.map(({ name }) => name)).size, DRIVER_FAMILIES.length);
  });

  it("reads versions as the kernel does", () => {
    for (const good of ["1", "1.0", "1.2.3", "1.0b2", "1.0fc1", "10.15.7", "2024.0101.12", "1.0 (3)", "1.", "0.0.1d12"])
      assert.equal(versionProblem(good), undefined, good);
    for (const bad of [
      "1.0.0-beta",
      "v1.0",
      "1.2.3.4",
      "20240101",
      "1.0.20240101",
      "1.0f",
      "1.0f0",
      "1.0b256",
      "1.0+5",
      "",
      "beta",
      "1.0b",
    ])
      assert.notEqual(versionProblem(bad), undefined, bad);
  });
});
