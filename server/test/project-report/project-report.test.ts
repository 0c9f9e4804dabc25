// What `dextlint project` shows: the report as data, the tree and the text for the request form, within 100 columns.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { ExitCode } from "../../src/cli/environment.ts";
import { run } from "../../src/cli/program.ts";
import { formatGrants } from "../../src/cli/project-grants.ts";
import { projectsJson } from "../../src/cli/project-json.ts";
import { formatTree } from "../../src/cli/project-tree.ts";
import { finish } from "../../src/engine/analysis.ts";
import { AnalysisHost } from "../../src/engine/host.ts";
import { grantsReports } from "../../src/features/grants-report.ts";
import { projectTree, type TreeNode } from "../../src/features/project-tree.ts";
import { projectReport, type ReportSource } from "../../src/features/project-report.ts";
import { Disk, fromNative, kindOf } from "../../src/files/disk.ts";
import { isRelevant } from "../../src/project/file-kinds.ts";
import { hostOf, loadParsers, root } from "../support.ts";

async function sourceOf(files: Readonly<Record<string, string>>): Promise<ReportSource> {
  const analysis = (await hostOf(files)).snapshot();
  return { project: analysis.project, index: finish(analysis.index()), plist: (at) => analysis.plist(at) };
}

function sample(): Record<string, string> {
  const folder = path.join(root, "test-workspace");
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => name.replace(/\\/g, "/"));
  const files = names.filter((name) => isRelevant(name) && fs.statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [`/w/${name}`, fs.readFileSync(path.join(folder, name), "utf8")]));
}

const shown = { color: false, columns: 100, shownPath: (at: string) => at.replace(/^\/w\//, "") };
const XML = (body: string): string => `<plist version="1.0"><dict>${body}</dict></plist>`;

describe("features/project-report", () => {
  it("tells of the sample's dexts, what they match, what they may and who brings them", async () => {
    const report = projectReport(await sourceOf(sample()));
    assert.deepEqual(
      report.dexts.map(({ name }) => name),
      ["AcmeLED", "AcmeProbe", "AcmeRAID"],
    );
    const raid = report.dexts[2];
    assert.ok(raid);
    assert.deepEqual(raid.bundleIds, ["com.example.acme.raid.driver"]);
    assert.deepEqual(
      raid.hosts.map(({ name }) => name),
      ["AcmeRAIDApp"],
    );
    assert.deepEqual(
      raid.entitlements.map(({ path: at, configurations }) => [path.basename(at), ...configurations]),
      [
        ["AcmeRAID.entitlements", "Debug"],
        ["AcmeRAID-Release.entitlements", "Release"],
      ],
    );
    const [personality] = raid.infoPlists[0]?.personalities ?? [];
    assert.equal(personality?.provider, "IOPCIDevice");
    const match = personality.matches.find(({ key }) => key === "IOPCIPrimaryMatch");
    assert.equal(match?.meaning, "device 0x0624 of vendor 0x1B21; device 0x0625 of vendor 0x1C5C");
    const text = sample()[match.place.path] ?? "";
    assert.equal(text.slice(match.place.span.start, match.place.span.end), "IOPCIPrimaryMatch");
    assert.deepEqual(report.notes, []);
  });

  it("draws a tree within 100 columns, and within fewer", async () => {
    const report = { root: "/w", ...projectReport(await sourceOf(sample())) };
    const tree = formatTree([report], shown);
    assert.match(tree, /^AcmeLED {2}dext\n├─ bundle id +com\.example\.acme\.led\.driver\n/);
    assert.match(tree, /│ {2}│ {2}└─ IOPCIPrimaryMatch 0x06241b21 0x06251c5c\n/);
    assert.match(tree, /└─ IOPCIPrimaryMatch 0x00001b21&0x0000ffff {2}every device of vendor 0x1B21\n/);
    assert.match(
      tree,
      /├─ brought by AcmeRAIDApp {2}app {2}com\.example\.acme\.raid\n│ {2}├─ from {8}phase “Embed System Extensions”\n/,
    );
    assert.match(tree, /├─ 1 class in 4 source files {2}AcmeRAID\n│ {2}└─ AcmeRAID : IOService\n/);
    assert.ok(!tree.includes("\u001b"));
    for (const line of tree.split("\n")) assert.ok(line.length <= 100, line);
    assert.match(formatTree([report], { ...shown, color: true }), /\u001b\[1mAcmeLED/);
    assert.equal(formatTree([], shown), "No dext was found.\n");
  });

  it("tells the apps that bring a dext from those that open it, and from what it concluded that", async () => {
    const access = XML(
      "<key>com.apple.developer.driverkit.userclient-access</key><array><string>com.example.acme.raid.driver</string></array>",
    );
    const info = XML("<key>CFBundlePackageType</key><string>APPL</string>");
    const files = { ...sample(), "/w/Tool/Info.plist": info, "/w/Tool/Tool.entitlements": access };
    const raid = projectReport(await sourceOf(files)).dexts.find(({ name }) => name === "AcmeRAID");
    const [host] = raid?.hosts ?? [];
    assert.deepEqual(host?.evidence, { by: "copy-phase", phase: "Embed System Extensions" });
    assert.deepEqual(host.sources, ["/w/AcmeRAIDApp/main.swift"]);
    assert.deepEqual(
      raid?.openers.map(({ name }) => name),
      ["Tool"],
    );
    assert.ok(raid.notes.includes("Brought by AcmeRAIDApp: its phase “Embed System Extensions” copies it."));
  });

  it("says in a row of the tree which devices a personality matches", async () => {
    const rows = (nodes: readonly TreeNode[]): TreeNode[] => nodes.flatMap((node) => [node, ...rows(node.children)]);
    const tree = rows(projectTree(projectReport(await sourceOf(sample())), "/w"));
    const described = tree
      .filter(({ kind }) => kind === "personality")
      .map(({ label, description }) => `${label}: ${description}`);
    assert.deepEqual(described, [
      "AcmeLED: IOUSBHostInterface · vendor 0x1234, product 0x5678, configuration 1, interface 0",
      "AcmeProbe: IOPCIDevice",
      "AcmeRAID: IOPCIDevice · device 0x0624 of vendor 0x1B21; device 0x0625 of vendor 0x1C5C",
      "AcmeRAIDBoot: AcmeRAID on IOPCIDevice · device 0x1B21 of vendor 0x0611",
      "AcmeRAIDNext: AcmeRAID on IOPCIDevice · device 0x0000 of vendor 0x1B21",
    ]);
  });

  it("decodes USB ids and shows services that Create makes, as deep as they are", async () => {
    const report = projectReport(
      await sourceOf({
        "/w/Info.plist": XML(
          "<key>CFBundlePackageType</key><string>DEXT</string><key>IOKitPersonalities</key><dict><key>P</key><dict>" +
            "<key>IOUserClass</key><string>P</string><key>IOProviderClass</key><string>IOUSBHostDevice</string>" +
            "<key>idVendor</key><integer>1118</integer><key>idProduct</key><string>*</string>" +
            "<key>Client</key><dict><key>IOUserClass</key><string>C</string><key>Hid</key><dict>" +
            "<key>IOClass</key><string>AppleUserHIDDevice</string><key>IOUserClass</key><string>K</string></dict></dict>" +
            "</dict></dict>",
        ),
      }),
    );
    const [personality] = report.dexts[0]?.infoPlists[0]?.personalities ?? [];
    assert.ok(personality);
    assert.deepEqual(
      personality.matches.map(({ key, value, meaning }) => [key, value, meaning]),
      [
        ["idVendor", "1118", "0x045E"],
        ["idProduct", "*", "any"],
      ],
    );
    assert.equal(personality.creates[0]?.creates[0]?.userClass, "K");
  });

  it("says what is wrong with a file instead of leaving it out", async () => {
    const report = projectReport(
      await sourceOf({
        "/w/Info.plist": XML("<key>CFBundlePackageType</key><string>DEXT</string>"),
        "/w/Driver.entitlements": "bplist00\u0000\u0001",
      }),
    );
    assert.equal(report.dexts[0]?.entitlements[0]?.problem, "a binary property list");
  });

  it("is the same in JSON, with paths made relative", async () => {
    const report = projectReport(await sourceOf(sample()));
    const json = JSON.parse(projectsJson("projects", [report], "1.2.3", "/w")) as {
      projects: { dexts: { definedIn: string; sources: string[] }[] }[];
      tool: string;
    };
    assert.equal(json.tool, "dextlint 1.2.3");
    assert.equal(json.projects[0]?.dexts[0]?.definedIn, "AcmeLED/Info.plist");
    assert.ok(json.projects[0].dexts[0].sources.includes("AcmeLED/AcmeLED.iig"));
  });
});

describe("features/grants-report", () => {
  it("lists vendors, products and classes, and judges each entitlements file", async () => {
    const reports = grantsReports(await sourceOf(sample()));
    const led = reports.find(({ dext }) => dext === "AcmeLED");
    assert.deepEqual(led?.needs, [
      {
        entitlement: "com.apple.developer.driverkit.transport.usb",
        usedBy: [{ personality: "AcmeLED", userClass: "AcmeLED", because: "IOProviderClass IOUSBHostInterface" }],
        vendors: [{ vendor: "0x1234", products: ["0x5678"], personalities: ["AcmeLED"] }],
        anyVendor: false,
      },
    ]);
    const verdicts = (name: string): string[] =>
      reports
        .filter(({ dext }) => dext === name)
        .flatMap(({ files }) => files.map(({ claims }) => claims.map(({ verdict }) => verdict).join(" ")));
    assert.deepEqual(verdicts("AcmeLED"), ["covers covers"]);
    assert.deepEqual(verdicts("AcmeRAID"), ["covers not", "covers not"]);
    const probe = reports.find(({ dext }) => dext === "AcmeProbe");
    assert.equal(probe?.needs[0]?.anyVendor, true);
  });

  it("knows what is missing, what Xcode adds and what nobody needs", async () => {
    const source = await sourceOf({
      "/w/Info.plist": XML(
        "<key>CFBundlePackageType</key><string>DEXT</string><key>IOKitPersonalities</key><dict><key>P</key><dict>" +
          "<key>IOClass</key><string>AppleUserHIDDevice</string><key>IOUserClass</key><string>P</string></dict></dict>",
      ),
      "/w/Driver.entitlements": XML(
        "<key>com.apple.developer.driverkit.family.serial</key><true/><key>com.apple.developer.driverkit.family.audio</key><true/>",
      ),
    });
    const reports = grantsReports(source);
    assert.deepEqual(
      reports[0]?.files[0]?.claims.map(({ entitlement, verdict }) => [entitlement.slice(20), verdict]),
      [
        ["driverkit", "added"],
        ["driverkit.family.hid.device", "missing"],
        ["driverkit.family.serial", "unused"],
        ["driverkit.family.audio", "claimed"],
      ].map(([key, verdict]) => [key, verdict]),
    );
    const text = formatGrants(reports, shown);
    assert.match(text, /✗ com\.apple\.developer\.driverkit\.family\.hid\.device +missing\n/);
    for (const line of text.split("\n")) assert.ok(line.length <= 100, line);
    assert.equal(formatGrants([], shown), "No dext was found.\n");
  });

  it("tells what the apps that open a dext have to be granted", async () => {
    const bundle = (type: string, id: string, rest = ""): string =>
      XML(
        `<key>CFBundlePackageType</key><string>${type}</string><key>CFBundleIdentifier</key><string>${id}</string>${rest}`,
      );
    const personality =
      "<key>IOKitPersonalities</key><dict><key>P</key><dict><key>IOUserClass</key><string>P</string><key>C</key><dict>" +
      "<key>IOClass</key><string>IOUserUserClient</string><key>IOUserClass</key><string>C</string></dict></dict></dict>";
    const grants = async (dext: string, appInfo: string, app: string) => {
      const files = {
        "/w/D/Info.plist": bundle("DEXT", "com.x.driver", personality),
        "/w/D/D.entitlements": XML(`<key>com.apple.developer.driverkit</key><true/>${dext}`),
        "/w/D/C.iig": "class C : public IOUserClient { };\nclass P : public IOService { };\n",
        "/w/A/Info.plist": bundle("APPL", "com.x", appInfo),
        "/w/A/A.entitlements": XML(app),
      };
      const [report] = grantsReports(await sourceOf(files));
      const needs = report?.clientNeeds.map(({ entitlement, apps, bundleIds }) => [
        entitlement.slice(30),
        ...apps,
        ...bundleIds,
      ]);
      const claims = report?.files.find(({ path: at }) => at.startsWith("/w/A/"))?.claims;
      return { needs, claims: claims?.map(({ entitlement, verdict }) => `${entitlement.slice(20)} ${verdict}`) };
    };
    const access = (id: string): string =>
      `<key>com.apple.developer.driverkit.userclient-access</key><array><string>${id}</string></array>`;
    const install = "<key>com.apple.developer.system-extension.install</key><true/>";
    const needs = [["userclient-access", "A", "com.x.driver"]];
    assert.deepEqual(await grants("", "", install), {
      needs,
      claims: ["driverkit.userclient-access missing", "system-extension.install claimed"],
    });
    const right = { needs, claims: ["driverkit.userclient-access covers"] };
    assert.deepEqual(await grants("", "", access("com.x.driver")), right);
    const wrong = { needs, claims: ["driverkit.userclient-access unlisted"] };
    assert.deepEqual(await grants("", "", access("com.x")), wrong);
    assert.deepEqual(await grants("", "<key>LSRequiresIPhoneOS</key><true/>", access("com.y")), {
      needs: [["communicates-with-drivers", "A"]],
      claims: ["driverkit.communicates-with-drivers missing"],
    });
    const any = "<key>com.apple.developer.driverkit.allow-any-userclient-access</key><true/>";
    assert.deepEqual(await grants(any, "", install), { needs: [], claims: undefined });
  });

  it("follows the class that a driver derives from, ids of arrays and masks, and which personality they are of", async () => {
    const personality = (name: string, body: string): string =>
      `<key>${name}</key><dict><key>IOProviderClass</key><string>IOUSBHostDevice</string><key>IOUserClass</key><string>${name}</string>` +
      `<key>idVendor</key><integer>1</integer>${body}</dict>`;
    const [report] = grantsReports(
      await sourceOf({
        "/w/Info.plist": XML(
          "<key>CFBundlePackageType</key><string>DEXT</string><key>IOKitPersonalities</key><dict>" +
            personality("Sound", "<key>idProductArray</key><array><integer>2</integer><integer>3</integer></array>") +
            personality(
              "Keys",
              "<key>idProduct</key><integer>16</integer><key>idProductMask</key><integer>65520</integer>",
            ) +
            "</dict>",
        ),
        "/w/D.iig": "class Sound : public IOUserAudioDriver { };\nclass Keys : public IOUserMIDIDriver { };\n",
        "/w/D.entitlements": XML(
          "<key>com.apple.developer.driverkit.transport.usb</key><array><dict><key>idVendor</key><integer>1</integer></dict></array>",
        ),
      }),
    );
    assert.deepEqual(
      report?.needs.map(({ entitlement, usedBy }) => [entitlement.slice(30), ...usedBy.map(({ because }) => because)]),
      [
        ["family.audio", "derives from IOUserAudioDriver"],
        ["family.midi", "derives from IOUserMIDIDriver"],
        ["transport.usb", "IOProviderClass IOUSBHostDevice", "IOProviderClass IOUSBHostDevice"],
      ],
    );
    assert.deepEqual(report?.needs[2]?.vendors, [
      { vendor: "0x0001", products: ["0x0002", "0x0003", "0x0010 & 0xFFF0"], personalities: ["Sound", "Keys"] },
    ]);
    const text = formatGrants(report ? [report] : [], { ...shown, columns: 60 });
    assert.match(text, /0x0010 under the\s+mask 0xFFF0 \(16 ids\)/);
    assert.match(text, /transport\.usb\n {6}idVendor 1\n/);
    assert.match(text, /\n✗ missing, or not what is needed\n/);
    for (const line of text.split("\n")) assert.ok(line.length <= 60, line);
  });

  it("prints text that can be pasted", async () => {
    const text = formatGrants(grantsReports(await sourceOf(sample())), shown);
    assert.match(
      text,
      /For the request form\n {2}com\.apple\.developer\.driverkit\.transport\.usb\n {4}vendor id {3}0x1234 \(4660\)\n {4}product ids 0x5678 \(22136\)\n/,
    );
    assert.ok(!text.includes("\u001b"));
  });
});

describe("dextlint project", () => {
  async function project(...args: string[]): Promise<{ exit: ExitCode | undefined; out: string; err: string }> {
    let out = "";
    let err = "";
    const parsers = await loadParsers();
    const exit = await run(
      ["project", ...args],
      {
        cwd: fromNative(path.join(root, "test-workspace")),
        version: "1.2.3",
        fs: new Disk(),
        rules: [],
        columns: 100,
        color: false,
        stdout: (text) => (out += text),
        stderr: (text) => (err += text),
        readStdin: () => Promise.resolve(Buffer.from("")),
        kindOf,
        write: () => Promise.reject(new Error("nothing is written")),
        createHost: () => Promise.resolve(AnalysisHost.create(parsers, [])),
        rulePage: () => Promise.resolve(undefined),
      },
      () => Promise.resolve(),
    );
    return { exit, out, err };
  }

  it("shows the tree, the grants and JSON", async () => {
    const tree = await project();
    assert.deepEqual([tree.exit, tree.err], [0, ""]);
    assert.match(tree.out, /^AcmeRAID {2}dext$/m);
    assert.match((await project("--grants")).out, /^For the request form$/m);
    const json = JSON.parse((await project("--grants", "--format", "json")).out) as { grants: { dext: string }[] };
    assert.ok(json.grants.some(({ dext }) => dext === "AcmeLED"));
  });

  it("ends with 2 for a path that is not there and for an unknown format", async () => {
    const missing = await project("nowhere");
    assert.equal(missing.exit, 2);
    assert.match(missing.err, /nowhere: no such file or folder/);
    assert.equal((await project("--format", "xml")).exit, 2);
  });
});
