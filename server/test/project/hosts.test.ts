// Which app brings a dext: said by copy phases and dependencies, guessed by bundle ids where no project says it.
import assert from "node:assert/strict";
import { discoverProject } from "../../src/project/discover.ts";
import { hostsOf, nearlyHostsOf } from "../../src/project/hosts.ts";
import type { ProjectModel, Target } from "../../src/project/model.ts";
import type { Parsers } from "../../src/syntax/parsers.ts";
import { loadParsers } from "../support.ts";

interface Spec {
  readonly kind: "dext" | "app";
  readonly id: string;
  /** Targets of this project that a copy phase copies; "Other/T" is a target of Other.xcodeproj, "X.dext" a built dext. */
  readonly copies?: readonly string[];
  readonly destination?: string;
  readonly dependsOn?: readonly string[];
}

/** A project file with the targets, as Xcode writes one. */
function xcode(targets: Readonly<Record<string, Spec>>): string {
  const objects: string[] = [];
  const others = new Set<string>();
  const proxy = (name: string, type: number): string => {
    const [project = "", target = ""] = name.split("/");
    others.add(project);
    objects.push(
      `X_${project}_${target}_${type} = {isa = PBXContainerItemProxy; containerPortal = P_${project}; proxyType = ${type}; remoteGlobalIDString = 0; remoteInfo = ${target}; };`,
    );
    return `X_${project}_${target}_${type}`;
  };
  for (const [name, { kind, id, copies = [], destination = "16", dependsOn = [] }] of Object.entries(targets)) {
    const files = copies.map((copied, at) => {
      let reference = `R_${copied}`;
      if (copied.includes("/")) {
        reference = `Q_${name}_${at}`;
        objects.push(
          `${reference} = {isa = PBXReferenceProxy; fileType = "wrapper.driver-extension"; path = x.dext; remoteRef = ${proxy(copied, 2)}; sourceTree = BUILT_PRODUCTS_DIR; };`,
        );
      } else if (copied.endsWith(".dext")) {
        reference = `B_${name}_${at}`;
        objects.push(`${reference} = {isa = PBXFileReference; path = "../out/${copied}"; sourceTree = "<group>"; };`);
      }
      objects.push(`F_${name}_${at} = {isa = PBXBuildFile; fileRef = "${reference}"; };`);
      return `F_${name}_${at}`;
    });
    const dependencies = dependsOn.map((other, at) => {
      const to = other.includes("/") ? `targetProxy = ${proxy(other, 1)}` : `target = T_${other}`;
      objects.push(`D_${name}_${at} = {isa = PBXTargetDependency; ${to}; };`);
      return `D_${name}_${at}`;
    });
    const type = kind === "dext" ? "driver-extension" : "application";
    objects.push(
      `C_${name} = {isa = PBXCopyFilesBuildPhase; dstPath = "$(SYSTEM_EXTENSIONS_FOLDER_PATH)"; dstSubfolderSpec = ${destination}; files = (${files.join(", ")}); name = "Embed System Extensions"; };`,
      `R_${name} = {isa = PBXFileReference; path = "${id}.${kind}"; sourceTree = BUILT_PRODUCTS_DIR; };`,
      `K_${name} = {isa = XCBuildConfiguration; name = Release; buildSettings = {PRODUCT_BUNDLE_IDENTIFIER = "${id}"; PRODUCT_NAME = "$(PRODUCT_BUNDLE_IDENTIFIER)"; }; };`,
      `L_${name} = {isa = XCConfigurationList; buildConfigurations = (K_${name}); };`,
      `T_${name} = {isa = PBXNativeTarget; name = ${name}; buildConfigurationList = L_${name}; buildPhases = (C_${name}); dependencies = (${dependencies.join(", ")}); productReference = R_${name}; productType = "com.apple.product-type.${type}"; };`,
    );
  }
  for (const project of others) {
    objects.push(
      `P_${project} = {isa = PBXFileReference; lastKnownFileType = "wrapper.pb-project"; path = ../${project}/${project}.xcodeproj; sourceTree = "<group>"; };`,
    );
  }
  const children = [...others].map((project) => `P_${project}`).join(", ");
  const names = Object.keys(targets).map((name) => `T_${name}`);
  return `// !$*UTF8*$!\n{ rootObject = PROJ; objects = {\nPROJ = {isa = PBXProject; mainGroup = MAIN; targets = (${names.join(", ")}); };\nMAIN = {isa = PBXGroup; children = (${children}); sourceTree = "<group>"; };\n${objects.join("\n")}\n}; }\n`;
}

describe("project/hosts", () => {
  let parsers: Parsers;
  before(async () => {
    parsers = await loadParsers();
  });

  function discover(files: Readonly<Record<string, string>>): ProjectModel {
    return discoverProject({ paths: Object.keys(files), text: (path) => files[path] }, parsers);
  }

  /** "App copy-phase" for each host of a dext. */
  function hosts(model: ProjectModel, dext: string): string[] {
    return hostsOf(target(model, dext), model).map(({ app, evidence }) => `${app.name} ${evidence.by}`);
  }

  function target(model: ProjectModel, name: string): Target {
    const found = model.targets.find((each) => each.name === name);
    assert.ok(found, name);
    return found;
  }

  const A = "/w/A/A.xcodeproj/project.pbxproj";
  const B = "/w/B/B.xcodeproj/project.pbxproj";

  it("is the app whose phase copies the dext, whatever their ids", () => {
    const model = discover({
      [A]: xcode({
        Driver: { kind: "dext", id: "com.acme.app.driver" },
        Guess: { kind: "app", id: "com.acme.app" },
        Host: { kind: "app", id: "org.other", copies: ["Driver"] },
      }),
    });
    assert.deepEqual(hosts(model, "Driver"), ["Host copy-phase"]);
    const [host] = hostsOf(target(model, "Driver"), model);
    assert.deepEqual(host?.evidence, { by: "copy-phase", phase: "Embed System Extensions" });
  });

  it("finds two dexts in one app, and one dext in two apps", () => {
    const model = discover({
      [A]: xcode({
        One: { kind: "dext", id: "com.acme.one" },
        Two: { kind: "dext", id: "com.acme.two" },
        Both: { kind: "app", id: "com.acme", copies: ["One", "Two"] },
        Second: { kind: "app", id: "com.acme.second", copies: ["Two"] },
      }),
    });
    assert.deepEqual(hosts(model, "One"), ["Both copy-phase"]);
    assert.deepEqual(hosts(model, "Two"), ["Both copy-phase", "Second copy-phase"]);
  });

  it("follows references into another project file", () => {
    const model = discover({
      [A]: xcode({ Host: { kind: "app", id: "com.host", copies: ["B/Driver"] } }),
      [B]: xcode({ Driver: { kind: "dext", id: "com.driver" }, Own: { kind: "app", id: "com.own" } }),
    });
    assert.deepEqual(hosts(model, "Driver"), ["Host copy-phase"]);
  });

  it("knows a dext that was built elsewhere by the name of its bundle", () => {
    const model = discover({
      [A]: xcode({ Host: { kind: "app", id: "com.host", copies: ["com.driver.dext"] } }),
      [B]: xcode({ Driver: { kind: "dext", id: "com.driver" }, Other: { kind: "dext", id: "com.other" } }),
    });
    assert.deepEqual(hosts(model, "Driver"), ["Host copy-phase"]);
    assert.deepEqual(hosts(model, "Other"), []);
  });

  it("takes a dependency where no phase copies, and a copy outside the bundle for none", () => {
    const model = discover({
      [A]: xcode({
        Driver: { kind: "dext", id: "com.acme.driver" },
        Far: { kind: "dext", id: "com.far" },
        Host: { kind: "app", id: "org.host", dependsOn: ["Driver", "B/Remote"], copies: ["Far"], destination: "0" },
        Guess: { kind: "app", id: "com.acme" },
      }),
      [B]: xcode({ Remote: { kind: "dext", id: "com.remote" } }),
    });
    assert.deepEqual(hosts(model, "Driver"), ["Host dependency"]);
    assert.deepEqual(hosts(model, "Remote"), ["Host dependency"]);
    assert.deepEqual(hosts(model, "Far"), []);
  });

  it("guesses by bundle id, then takes the only app, where nothing is said", () => {
    const guess = discover({
      [A]: xcode({ Driver: { kind: "dext", id: "com.acme.driver" }, Other: { kind: "app", id: "org.other" } }),
      [B]: xcode({ Host: { kind: "app", id: "com.acme" } }),
    });
    assert.deepEqual(hosts(guess, "Driver"), ["Host bundle-id"]);
    const only = discover({
      [A]: xcode({ Driver: { kind: "dext", id: "com.acme.driver" }, Other: { kind: "app", id: "org.other" } }),
    });
    assert.deepEqual(hosts(only, "Driver"), ["Other only-app"]);
  });

  it("guesses no app that says which other dexts it copies", () => {
    const model = discover({
      [A]: xcode({
        New: { kind: "dext", id: "com.acme.new" },
        Old: { kind: "dext", id: "com.acme.old" },
        Host: { kind: "app", id: "com.acme", copies: ["New"] },
      }),
    });
    assert.deepEqual(hosts(model, "Old"), []);
    assert.deepEqual(
      nearlyHostsOf(target(model, "Old"), model).map(({ name }) => name),
      ["Host"],
    );
  });

  it("reads XcodeGen's dependencies, with `embed`, `copy` and other projects", () => {
    const model = discover({
      "/w/project.yml": `name: W
projectReferences:
  B:
    path: B/B.xcodeproj
targetTemplates:
  Host:
    dependencies:
      - target: Driver
targets:
  Driver: { type: driver-extension, platform: macOS, settings: { PRODUCT_BUNDLE_IDENTIFIER: com.acme.driver } }
  Second: { type: driver-extension, platform: macOS, settings: { PRODUCT_BUNDLE_IDENTIFIER: com.acme.second } }
  Templated: { type: application, platform: macOS, templates: [Host] }
  App:
    type: application
    platform: macOS
    dependencies:
      - target: Driver
        embed: true
        codeSign: false
      - target: Second
        embed: false
      - target: B/Remote
      - target: Nowhere/Driver
      - sdk: SystemExtensions.framework
`,
      [B]: xcode({ Remote: { kind: "dext", id: "com.remote" } }),
    });
    assert.deepEqual(hosts(model, "Driver"), ["App copy-phase", "Templated copy-phase"]);
    assert.deepEqual(hosts(model, "Second"), ["App dependency"]);
    assert.deepEqual(hosts(model, "Remote"), ["App copy-phase"]);
  });

  it("takes the only app beside a dext that has no project file", () => {
    const plist = (type: string): string =>
      `<plist version="1.0"><dict><key>CFBundlePackageType</key><string>${type}</string></dict></plist>`;
    const model = discover({ "/w/Driver/Info.plist": plist("DEXT"), "/w/App/Info.plist": plist("APPL") });
    assert.deepEqual(hosts(model, "Driver"), ["App only-app"]);
  });
});
