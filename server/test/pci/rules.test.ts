// The PCI rules on dexts of many shapes: other names, other keys, other layouts; silent where they cannot know.
import assert from "node:assert/strict";
import { applyEdits } from "../../src/base/edit.ts";
import { LineIndex } from "../../src/base/line-index.ts";
import type { Finding } from "../../src/engine/finding.ts";
import boolean from "../../src/rules/pci/pci-entitlement-boolean.ts";
import empty from "../../src/rules/pci/pci-entitlement-empty.ts";
import missing from "../../src/rules/pci/pci-entitlement-missing.ts";
import notCovering from "../../src/rules/pci/pci-entitlement-not-covering-personality.ts";
import swapped from "../../src/rules/pci/pci-match-halves-swapped.ts";
import missingMask from "../../src/rules/pci/pci-match-missing-mask.ts";
import noMatchKey from "../../src/rules/pci/pci-personality-no-match-key.ts";
import tunnel from "../../src/rules/pci/pci-tunnel-compatible-missing.ts";
import { checkAll, hostOf } from "../support.ts";

const rules = [boolean, empty, missing, notCovering, swapped, missingMask, noMatchKey, tunnel];
type Files = Readonly<Record<string, string>>;

const INFO = "/p/Driver/Info.plist";
const ENTITLEMENTS = "/p/Driver/Driver.entitlements";

const document = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n${body}\n</dict>\n</plist>\n`;
const entry = (key: string, value: string): string => `<key>${key}</key>\n<string>${value}</string>\n`;
/** A personality; `keys` are written behind IOProviderClass. */
const personality = (keys: string, name = "Card", provider = "IOPCIDevice"): string =>
  `<key>${name}</key>\n<dict>\n${entry("IOClass", "IOUserService")}${entry("IOUserClass", name)}${entry("IOUserServerName", "com.example.card")}` +
  `${provider === "" ? "" : entry("IOProviderClass", provider)}${keys}</dict>\n`;
const TUNNEL = "<key>IOPCITunnelCompatible</key>\n<true/>\n";
const info = (...personalities: string[]): string =>
  document(`<key>IOKitPersonalities</key>\n<dict>\n${personalities.join("")}</dict>`);
const primary = (value: string): string => entry("IOPCIPrimaryMatch", value);
/** Entitlements with the value of transport.pci as XML; without it when absent. */
const claims = (value?: string): string =>
  document(
    `<key>com.apple.developer.driverkit</key>\n<true/>` +
      (value === undefined ? "" : `\n<key>com.apple.developer.driverkit.transport.pci</key>\n${value}`),
  );
const allow = (...tables: string[]): string =>
  claims(`<array>\n${tables.map((table) => `<dict>\n${table}</dict>\n`).join("")}</array>`);

/** The findings as "file:line severity rule", ordered. */
async function lint(files: Files): Promise<string[]> {
  return (await check(files)).map(({ text }) => text);
}

async function check(files: Files): Promise<{ text: string; finding: Finding; after: Files[] }[]> {
  const host = await hostOf(files, rules);
  const snapshot = host.snapshot();
  const reports = checkAll(host);
  const result = reports.flatMap((report) => {
    assert.deepEqual(report.errors, []);
    return report.findings.map((finding) => {
      const line = new LineIndex(files[finding.path] ?? "").positionAt(finding.span.start).line + 1;
      const after = snapshot.fixesOf(finding).map((fix): Files => {
        const [file] = fix.edits;
        assert.ok(file);
        return { ...files, [file.path]: applyEdits(files[file.path] ?? "", file.edits) };
      });
      return {
        text: `${finding.path.slice(finding.path.lastIndexOf("/") + 1)}:${line} ${finding.severity} ${finding.rule}`,
        finding,
        after,
      };
    });
  });
  host.dispose();
  return result;
}

const dext = (plist: string, entitlements: string, more: Files = {}): Files => ({
  [INFO]: plist,
  [ENTITLEMENTS]: entitlements,
  ...more,
});

describe("rules/pci", () => {
  const VENDOR = "0x000011A5&amp;0x0000FFFF";
  const GOOD = info(personality(primary("0x302111A5") + TUNNEL));

  const silent: readonly (readonly [name: string, files: Files])[] = [
    ["a dext that is right", dext(GOOD, allow(primary(VENDOR)))],
    ["exactly the same value", dext(GOOD, allow(primary("0x302111a5")))],
    ["another dictionary that allows it", dext(GOOD, allow(primary("0x000010DE&amp;0x0000FFFF"), primary(VENDOR)))],
    [
      "several values, all allowed",
      dext(info(personality(primary("0x302111A5\n\t0x302211A5") + TUNNEL)), allow(primary(VENDOR))),
    ],
    [
      "two keys, both needed",
      dext(
        info(personality(primary("0x302111A5") + entry("IOPCIClassMatch", "0x04000000") + TUNNEL)),
        allow(entry("IOPCIClassMatch", "0x04000000")),
      ),
    ],
    [
      "IOPCIMatch against the primary register",
      dext(info(personality(entry("IOPCIMatch", "0x302111A5") + TUNNEL)), allow(primary(VENDOR))),
    ],
    ["a name", dext(info(personality(entry("IONameMatch", "pci11a5,3021") + TUNNEL)), allow(primary(VENDOR)))],
    ["a property", dext(info(personality("<key>IOPropertyMatch</key><dict/>" + TUNNEL)), allow(primary(VENDOR)))],
    ["a placeholder in the personality", dext(info(personality(primary("$(MATCH)") + TUNNEL)), allow(primary(VENDOR)))],
    ["a placeholder in the entitlement", dext(GOOD, allow(primary("@MATCH@")))],
    ["a value that the kernel could not read", dext(info(personality(primary("*") + TUNNEL)), allow(primary(VENDOR)))],
    [
      "a value that is no string",
      dext(info(personality("<key>IOPCIPrimaryMatch</key><integer>4318</integer>" + TUNNEL)), allow(primary(VENDOR))),
    ],
    [
      "an entitlement's value that is no string",
      dext(GOOD, allow("<key>IOPCIPrimaryMatch</key><integer>4318</integer>")),
    ],
    ["no entitlements at all", { [INFO]: GOOD }],
    [
      "two entitlements that compete",
      { [INFO]: GOOD, "/p/Driver/A.entitlements": claims(), "/p/Driver/B.entitlements": claims() },
    ],
    ["another provider", dext(info(personality("", "Card", "IOUSBHostInterface")), claims())],
    ["a placeholder for the provider", dext(info(personality("", "Card", "$(PROVIDER)")), claims())],
    ["entitlements that are being typed", dext(GOOD, claims().replace("</dict>", "<key>com.apple"))],
    ["an Info.plist that is being typed", dext(GOOD.slice(0, GOOD.indexOf("<key>IOPCIPrimaryMatch")), claims())],
    ["a key without a value", dext(GOOD, claims(""))],
    ["binary entitlements", dext(GOOD, "bplist00\u0000")],
    [
      "a kext's personality in the same Info.plist",
      dext(
        info(
          personality(primary("0x302111A5") + TUNNEL),
          `<key>Kext</key>\n<dict>\n${entry("IOClass", "K")}${entry("IOProviderClass", "IOPCIDevice")}</dict>\n`,
        ),
        allow(primary(VENDOR)),
      ),
    ],
    [
      "halves of which none is known",
      dext(info(personality(primary("0x11A53021") + TUNNEL)), allow(primary("0x0&amp;0x0"))),
    ],
    [
      "two full values that point at one another",
      dext(info(personality(primary("0x11A53021") + TUNNEL)), allow(primary("0x302111A5 0x11A53021"))),
    ],
    [
      "a vendor with a mask of its own",
      dext(info(personality(primary("0x11A5&amp;0xFFFF") + TUNNEL)), allow(primary(VENDOR))),
    ],
    [
      "false for Thunderbolt",
      dext(
        info(personality(primary("0x302111A5") + "<key>IOPCITunnelCompatible</key><false/>")),
        allow(primary(VENDOR)),
      ),
    ],
  ];
  for (const [name, files] of silent) it(`is silent on ${name}`, async () => assert.deepEqual(await lint(files), []));

  const firing: readonly (readonly [name: string, files: Files, findings: readonly string[]])[] = [
    ["no claim", dext(GOOD, claims()), ["Driver.entitlements:4 error pci-entitlement-missing"]],
    ["entitlements without any key", dext(GOOD, document("")), ["Driver.entitlements:3 error pci-entitlement-missing"]],
    [
      "a PCI key without a provider class",
      dext(info(personality(primary("0x302111A5") + TUNNEL, "Card", "")), claims()),
      ["Driver.entitlements:4 error pci-entitlement-missing"],
    ],
    ["an empty array", dext(GOOD, claims("<array></array>")), ["Driver.entitlements:7 error pci-entitlement-empty"]],
    [
      "an array of strings",
      dext(GOOD, claims("<array><string>0x302111A5</string></array>")),
      ["Driver.entitlements:7 error pci-entitlement-empty"],
    ],
    ["true", dext(GOOD, claims("<true/>")), ["Driver.entitlements:7 error pci-entitlement-boolean"]],
    ["false", dext(GOOD, claims("<false/>")), ["Driver.entitlements:7 error pci-entitlement-boolean"]],
    [
      "a dictionary where an array belongs",
      dext(GOOD, claims(`<dict>${primary(VENDOR)}</dict>`)),
      ["Driver.entitlements:7 error pci-entitlement-not-covering-personality"],
    ],
    [
      "a string",
      dext(GOOD, claims("<string>0x302111A5</string>")),
      ["Driver.entitlements:7 error pci-entitlement-not-covering-personality"],
    ],
    [
      "another vendor",
      dext(GOOD, allow(primary("0x000010DE&amp;0x0000FFFF"))),
      ["Driver.entitlements:10 error pci-entitlement-not-covering-personality"],
    ],
    [
      "a value that no device can have",
      dext(GOOD, allow(primary("*"))),
      ["Driver.entitlements:10 error pci-entitlement-not-covering-personality"],
    ],
    [
      "one of several values",
      dext(info(personality(primary("0x302111A5 0x302110DE") + TUNNEL)), allow(primary(VENDOR))),
      ["Driver.entitlements:10 error pci-entitlement-not-covering-personality"],
    ],
    [
      "some devices of a vendor",
      dext(info(personality(primary(VENDOR) + TUNNEL)), allow(primary("0x302111A5"), primary("0x302211A5"))),
      ["Driver.entitlements:6 warning pci-entitlement-not-covering-personality"],
    ],
    [
      "a class against a vendor",
      dext(info(personality(entry("IOPCIClassMatch", "0x04000000") + TUNNEL)), allow(primary(VENDOR))),
      ["Driver.entitlements:10 hint pci-entitlement-not-covering-personality"],
    ],
    [
      "a subsystem that differs",
      dext(
        info(personality(entry("IOPCISecondaryMatch", "0x1&amp;0xF") + TUNNEL)),
        allow(entry("IOPCISecondaryMatch", "0x2&amp;0xF")),
      ),
      ["Driver.entitlements:10 error pci-entitlement-not-covering-personality"],
    ],
    [
      "each of two personalities",
      dext(
        info(personality(primary("0x302110DE") + TUNNEL, "A"), personality(primary("0x30218086") + TUNNEL, "B")),
        allow(primary(VENDOR)),
      ),
      [
        "Driver.entitlements:10 error pci-entitlement-not-covering-personality",
        "Driver.entitlements:10 error pci-entitlement-not-covering-personality",
      ],
    ],
    [
      "nothing that narrows",
      dext(info(personality(TUNNEL)), allow(primary(VENDOR))),
      ["Info.plist:15 warning pci-personality-no-match-key"],
    ],
    [
      "a missing key for Thunderbolt",
      dext(info(personality(primary("0x302111A5"))), allow(primary(VENDOR))),
      ["Info.plist:14 warning pci-tunnel-compatible-missing"],
    ],
    [
      "the key for Thunderbolt as a number",
      dext(
        info(personality(primary("0x302111A5") + "<key>IOPCITunnelCompatible</key>\n<integer>1</integer>\n")),
        allow(primary(VENDOR)),
      ),
      ["Info.plist:19 warning pci-tunnel-compatible-missing"],
    ],
    [
      "a vendor without a mask, and nothing of the coverage that follows from it",
      dext(GOOD, allow(primary("0x11A5"))),
      ["Driver.entitlements:10 warning pci-match-missing-mask"],
    ],
    [
      "a vendor without a mask on both sides",
      dext(info(personality(entry("IOPCIMatch", "11a5") + TUNNEL)), allow(primary("0x000011A5"))),
      ["Driver.entitlements:10 warning pci-match-missing-mask", "Info.plist:17 warning pci-match-missing-mask"],
    ],
    [
      "swapped halves, and nothing of the coverage that follows from them",
      dext(info(personality(primary("0x302211A5 0x11A53021") + TUNNEL)), allow(primary(VENDOR))),
      ["Info.plist:17 warning pci-match-halves-swapped"],
    ],
    [
      "swapped halves in the entitlement",
      dext(info(personality(primary(VENDOR) + TUNNEL)), allow(primary("0x11A50000&amp;0xFFFF0000"))),
      ["Driver.entitlements:10 warning pci-match-halves-swapped"],
    ],
    [
      "swapped halves against two values of the same vendor",
      dext(
        info(
          personality(primary("0x302111A5") + TUNNEL, "A"),
          personality(primary("0x302211A5") + TUNNEL, "B"),
          personality(primary("0x11A53023") + TUNNEL, "C"),
        ),
        allow(primary("0x0&amp;0x0")),
      ),
      ["Info.plist:47 warning pci-match-halves-swapped"],
    ],
    [
      "swapped halves against a constant",
      dext(info(personality(primary("0x11A53021") + TUNNEL)), allow(primary("0x0&amp;0x0")), {
        "/p/Driver/Card.cpp": "#include <PCIDriverKit/PCIDriverKit.h>\n#define kCardVendorID 0x11A5\n",
      }),
      ["Info.plist:17 warning pci-match-halves-swapped"],
    ],
  ];
  for (const [name, files, findings] of firing) {
    it(`reports ${name}`, async () => assert.deepEqual((await lint(files)).sort(), [...findings].sort()));
  }

  it("judges each entitlements file by itself", async () => {
    const files: Files = {
      [INFO]: GOOD,
      "/p/Driver/Driver.Debug.entitlements": claims("<true/>"),
      "/p/Driver/Driver.Release.entitlements": claims("<array/>"),
    };
    assert.deepEqual((await lint(files)).sort(), [
      "Driver.Debug.entitlements:7 error pci-entitlement-boolean",
      "Driver.Release.entitlements:7 error pci-entitlement-empty",
    ]);
  });

  it("mends by every fix that it offers, without a new finding, in the file's own line ends", async () => {
    for (const [name, files] of firing) {
      const windows = Object.fromEntries(
        Object.entries(files).map(([path, text]) => [path, text.replaceAll("\n", "\r\n")]),
      );
      for (const { text, finding, after } of await check(windows)) {
        const before = (await lint(windows)).length;
        for (const fixed of after) {
          const left = await check(fixed);
          assert.equal(
            left.length,
            before - 1,
            `${name}: ${text}\n${left.map((other) => other.text).join("\n")}\n${fixed[finding.path] ?? ""}`,
          );
          assert.ok(!/[^\r]\n/.test(fixed[finding.path] ?? ""), `${name}: a line end of another kind`);
        }
        const offers =
          finding.severity !== "hint" && !(finding.rule === "pci-personality-no-match-key" && after.length === 0);
        if (offers) assert.ok(after.length > 0, `${name}: no fix for ${text}`);
      }
    }
  });

  it("names the user's own values, in one line", async () => {
    const [found] = await check(
      dext(info(personality(primary("0x43851002") + TUNNEL, "Radeon")), allow(primary("0x000010de&amp;0x0000ffff"))),
    );
    assert.equal(
      found?.finding.message,
      "transport.pci does not allow IOPCIPrimaryMatch 0x43851002, which “Radeon” matches",
    );
    const [step] = found?.finding.steps ?? [];
    assert.equal(step?.path, INFO);
    assert.equal(step?.text, "the personality matches 0x43851002");
    const [after] = found?.after ?? [];
    assert.match(after?.[ENTITLEMENTS] ?? "", /<string>0x43851002<\/string>/);
  });
});
