// XcodeGen's project.yml: targets, settings, includes and templates; hostile YAML costs little and never throws.
import assert from "node:assert/strict";
import { discoverProject } from "../../src/project/discover.ts";
import type { ProjectModel, Target, TargetConfiguration } from "../../src/project/model.ts";
import type { Parsers } from "../../src/syntax/parsers.ts";
import { loadParsers } from "../support.ts";

type Files = Readonly<Record<string, string>>;

const DEXT = `<plist version="1.0"><dict><key>CFBundlePackageType</key><string>DEXT</string></dict></plist>`;

describe("project/xcodegen", () => {
  let parsers: Parsers;
  before(async () => {
    parsers = await loadParsers();
  });
  const discover = (files: Files): ProjectModel =>
    discoverProject({ paths: Object.keys(files), text: (path) => files[path] }, parsers);
  const named = (model: ProjectModel, name: string): Target => {
    const target = model.targets.find((each) => each.name === name);
    assert.ok(target, `${name} in ${model.targets.map((each) => each.name).join(", ")}`);
    return target;
  };
  const configuration = (target: Target, name: string): TargetConfiguration => {
    const found = target.configurations.find((each) => each.name === name);
    assert.ok(found);
    return found;
  };

  it("says where the values of settings stand", () => {
    const files: Files = {
      "/p/project.yml": `\ufeffname: Card
include: [{path: common/base.yml}]
settings: &shared
  base: &base
    SDK_A: a
    SDK_B: "b"
targetTemplates:
  Dext:
    type: driver-extension
    settings:
      base:
        PRODUCT_BUNDLE_IDENTIFIER: com.example.\${target_name}
        DRIVERKIT_DEPLOYMENT_TARGET: 20.0
targets:
  Plain:
    templates: [Dext]
    settings:
      base:
        <<: *base
        SDK_A: own
        SDK_A: last
      configs:
        Debug: { DRIVERKIT_DEPLOYMENT_TARGET: '21.0' }
    entitlements: { path: Driver/Driver.entitlements }
`,
      "/p/common/base.yml": `settings: { base: { SDK_C: c } }\ntargets: {}\nconfigFiles: { Release: Release.xcconfig }\n`,
      "/p/common/Release.xcconfig": "SDK_D = d\n",
    };
    const target = named(discover(files), "Plain");
    const written = (name: string, setting: string): string | undefined => {
      const place = configuration(target, name).places.get(setting);
      return place && `${place.path}: ${files[place.path]?.slice(place.span.start, place.span.end) ?? ""}`;
    };
    assert.equal(written("Debug", "DRIVERKIT_DEPLOYMENT_TARGET"), "/p/project.yml: '21.0'");
    assert.equal(written("Release", "DRIVERKIT_DEPLOYMENT_TARGET"), "/p/project.yml: 20.0");
    assert.equal(written("Debug", "PRODUCT_BUNDLE_IDENTIFIER"), "/p/project.yml: com.example.${target_name}");
    assert.equal(written("Debug", "CODE_SIGN_ENTITLEMENTS"), "/p/project.yml: Driver/Driver.entitlements");
    assert.equal(written("Debug", "SDK_A"), "/p/project.yml: last");
    assert.equal(written("Debug", "SDK_B"), '/p/project.yml: "b"');
    assert.equal(written("Debug", "SDK_C"), "/p/common/base.yml: c");
    assert.equal(written("Release", "SDK_D"), "/p/common/Release.xcconfig: d");
    assert.equal(written("Debug", "SRCROOT"), undefined);
  });

  it("finds dexts and applications with their settings for each configuration", () => {
    const model = discover({
      "/p/project.yml": `
name: Card
options:
  bundleIdPrefix: com.example
settings:
  base:
    PREFIX: com.example.card
targets:
  CardDriver:
    type: driver-extension
    platform: macOS
    sources: [Driver]
    settings:
      base:
        PRODUCT_BUNDLE_IDENTIFIER: $(PREFIX).driver
        INFOPLIST_FILE: Driver/Info.plist
        DRIVERKIT_DEPLOYMENT_TARGET: 21.0
      configs:
        debug:
          CODE_SIGN_ENTITLEMENTS: Driver/Debug.entitlements
        release:
          CODE_SIGN_ENTITLEMENTS: Driver/Release.entitlements
  CardApp:
    type: application
    platform: macOS
    sources:
      - path: App
    info:
      path: App/Info.plist
    entitlements:
      path: App/App.entitlements
  Tests:
    type: bundle.unit-test
    platform: macOS
    sources: [Tests]
`,
      "/p/Driver/Info.plist": DEXT,
      "/p/Driver/Debug.entitlements": "",
      "/p/Driver/Release.entitlements": "",
      "/p/Driver/Card.iig": "",
      "/p/Driver/Card.cpp": "",
      "/p/Driver/deep/Card.h": "",
      "/p/App/Client.cpp": "",
    });
    assert.deepEqual(
      model.targets.map(({ name, kind, origin }) => [name, kind, origin]),
      [
        ["CardApp", "app", "xcodegen"],
        ["CardDriver", "dext", "xcodegen"],
      ],
    );
    const dext = named(model, "CardDriver");
    assert.equal(dext.definedIn, "/p/project.yml");
    assert.equal(dext.folder, "/p/Driver");
    assert.deepEqual(dext.sources, ["/p/Driver/Card.cpp", "/p/Driver/Card.iig", "/p/Driver/deep/Card.h"]);
    const debug = configuration(dext, "Debug");
    assert.equal(debug.bundleId, "com.example.card.driver");
    assert.equal(debug.deploymentTarget, "21.0");
    assert.equal(debug.entitlements, "/p/Driver/Debug.entitlements");
    assert.equal(configuration(dext, "Release").entitlements, "/p/Driver/Release.entitlements");
    const app = configuration(named(model, "CardApp"), "Release");
    assert.equal(app.infoPlist, "/p/App/Info.plist");
    assert.equal(app.entitlements, "/p/App/App.entitlements");
    assert.equal(app.bundleId, "com.example.CardApp");
  });

  it("takes scalars as they are written: YES, 13.0 and 0x10 are no booleans and numbers", () => {
    const model = discover({
      "/p/project.yml":
        "targets:\n  D:\n    type: driver-extension\n    settings:\n      A: YES\n      B: 13.0\n      C: 0x10\n",
    });
    const { variables } = configuration(named(model, "D"), "Debug");
    assert.deepEqual(
      ["A", "B", "C"].map((key) => variables.get(key)),
      ["YES", "13.0", "0x10"],
    );
  });

  it("applies includes, excludes and single files among the sources", () => {
    const model = discover({
      "/p/project.yml": `
targets:
  D:
    type: com.apple.product-type.driver-extension
    sources:
      - path: Driver
        includes: ["*.cpp", "*.iig", "sub/**/*.cpp"]
        excludes: [Old.cpp, sub/generated]
      - Shared/Ring.cpp
      - path: Driver/Info.plist
`,
      "/p/Driver/Info.plist": DEXT,
      "/p/Driver/D.cpp": "",
      "/p/Driver/D.iig": "",
      "/p/Driver/Old.cpp": "",
      "/p/Driver/sub/a/Deep.cpp": "",
      "/p/Driver/sub/generated/G.cpp": "",
      "/p/Shared/Ring.cpp": "",
      "/p/Shared/Other.cpp": "",
    });
    const dext = named(model, "D");
    assert.deepEqual(dext.sources, [
      "/p/Driver/D.cpp",
      "/p/Driver/D.iig",
      "/p/Driver/sub/a/Deep.cpp",
      "/p/Shared/Ring.cpp",
    ]);
    assert.equal(configuration(dext, "Debug").infoPlist, "/p/Driver/Info.plist");
  });

  it("lays includes, templates and setting groups under the target", () => {
    const model = discover({
      "/p/project.yml": `
include:
  - common/base.yml
  - path: missing.yml
targets:
  CardDriver:
    templates: [Dext]
    templateAttributes:
      folder: Driver
    settings:
      groups: [signing]
      base:
        OWN: mine
`,
      "/p/common/base.yml": `
settingGroups:
  signing:
    DEVELOPMENT_TEAM: ABCDE12345
targetTemplates:
  Dext:
    type: driver-extension
    settings:
      base:
        OWN: theirs
        PRODUCT_BUNDLE_IDENTIFIER: com.example.\${target_name}
        INFOPLIST_FILE: \${folder}/Info.plist
    configFiles:
      Debug: Debug.xcconfig
`,
      "/p/common/Debug.xcconfig": "DRIVERKIT_DEPLOYMENT_TARGET = 22.4\n",
      "/p/Driver/Info.plist": DEXT,
    });
    const dext = named(model, "CardDriver");
    const debug = configuration(dext, "Debug");
    assert.equal(debug.bundleId, "com.example.CardDriver");
    assert.equal(debug.infoPlist, "/p/Driver/Info.plist");
    assert.equal(debug.deploymentTarget, "22.4");
    assert.equal(debug.variables.get("OWN"), "mine");
    assert.equal(debug.variables.get("DEVELOPMENT_TEAM"), "ABCDE12345");
    assert.equal(configuration(dext, "Release").deploymentTarget, undefined);
  });

  it("makes one target for each platform and tells the platforms apart", () => {
    const model = discover({
      "/p/project.yml":
        "targets:\n  App:\n    type: application\n    platform: [iOS, macOS]\n    settings:\n      ID: com.example.${platform}\n",
    });
    const ios = configuration(named(model, "App_iOS"), "Debug");
    assert.equal(ios.variables.get("SDKROOT"), "iphoneos");
    assert.equal(ios.variables.get("ID"), "com.example.iOS");
    assert.equal(configuration(named(model, "App_macOS"), "Debug").variables.get("SUPPORTED_PLATFORMS"), "macosx");
  });

  it("leaves the targets of a generated Xcode project to that project", () => {
    const object = (id: string, body: string): string => `${id} = {${body}};`;
    const pbxproj = `// !$*UTF8*$!\n{ rootObject = P; objects = { ${object("P", "isa = PBXProject; targets = (T); mainGroup = G;")} ${object("G", 'isa = PBXGroup; children = (); sourceTree = "<group>";')} ${object("T", 'isa = PBXNativeTarget; name = D; productType = "com.apple.product-type.driver-extension"; buildPhases = ();')} }; }`;
    const model = discover({
      "/p/project.yml": "targets:\n  D:\n    type: driver-extension\n  E:\n    type: driver-extension\n",
      "/p/X.xcodeproj/project.pbxproj": pbxproj,
    });
    assert.deepEqual(model.targets.map(({ name, origin }) => [name, origin]).sort(), [
      ["D", "xcodeproj"],
      ["E", "xcodegen"],
    ]);
  });

  it("says so when the Info.plist is yet to be generated", () => {
    const model = discover({
      "/p/project.yml": "targets:\n  D:\n    type: driver-extension\n    info:\n      path: Gen/Info.plist\n",
    });
    assert.equal(model.notes.length, 1);
    assert.match(model.notes[0] ?? "", /^D: \/p\/Gen\/Info\.plist is not there/);
  });

  describe("hostile input", () => {
    const bomb = (): string => {
      let text = "targets:\n  D: {type: driver-extension}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
      for (let i = 1; i < 12; i++)
        text += `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(", ")}]\n`;
      return text;
    };
    const cases: Record<string, string> = {
      "an alias bomb": bomb(),
      "an alias to itself": "targets: &t\n  D:\n    type: driver-extension\n    again: *t\n",
      "nesting without end": `targets: ${"[".repeat(50_000)}`,
      "a chain of list marks": `targets: 1\nx:\n  ${"- ".repeat(100_000)}\n`,
      "deep maps": `targets:\n${Array.from({ length: 300 }, (_, i) => `${" ".repeat(i + 1)}a:`).join("\n")}\n`,
      "broken indentation": "targets:\n  D:\n type: driver-extension\n    x: [\n",
      "tabs and control characters": "targets:\n\tD:\n\t\ttype: \u0000driver-extension\n",
      "a list where a map should be": "targets:\n  - D\n  - E\nsettings: [1]\noptions: 3\n",
      "prototype names":
        "targets:\n  __proto__:\n    type: driver-extension\n  constructor:\n    type: driver-extension\n",
      "odd globs": `targets:\n  D:\n    type: driver-extension\n    sources:\n      - path: .\n        excludes: ["${"(a|".repeat(80)}", "[", "!(", "{a,"]\n`,
      "two documents": "targets: {}\n---\ntargets: {}\n",
      nothing: "",
    };
    for (const [name, text] of Object.entries(cases)) {
      it(`bears ${name}`, () => {
        const started = performance.now();
        const model = discover({ "/p/project.yml": text, "/p/a.cpp": "" });
        assert.ok(performance.now() - started < 1500);
        assert.ok(model.targets.length <= 2);
      });
    }

    it("bears files that include each other and a target that is its own template", () => {
      const model = discover({
        "/p/project.yml": "include: [a.yml, project.yml]\ntargets:\n  D:\n    templates: [T]\n",
        "/p/a.yml": "include: b.yml\ntargetTemplates:\n  T:\n    templates: [T]\n    type: driver-extension\n",
        "/p/b.yml": "include: [a.yml, ../p/project.yml]\nsettings: {A: b}\n",
      });
      assert.equal(named(model, "D").kind, "dext");
      assert.equal(configuration(named(model, "D"), "Debug").variables.get("A"), "b");
    });

    it("does not read other YAML files as projects", () => {
      const model = discover({ "/p/ci.yml": "targets:\n  D:\n    type: driver-extension\n" });
      assert.deepEqual(model.targets, []);
    });
  });
});
