// The project model: targets out of project files and out of folders, silent where folders are ambiguous.
import assert from "node:assert/strict";
import { discoverProject, targetsOf } from "../../src/project/discover.ts";
import { entitlementsOf, infoPlistsOf, type ProjectModel, type Target } from "../../src/project/model.ts";
import type { Parsers } from "../../src/syntax/parsers.ts";
import { loadParsers } from "../support.ts";

type Files = Readonly<Record<string, string>>;

const plist = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n${body}\n</dict>\n</plist>\n`;
const DEXT = plist(
  "<key>CFBundlePackageType</key><string>$(PRODUCT_BUNDLE_PACKAGE_TYPE)</string><key>IOKitPersonalities</key><dict><key>D</key><dict>" +
    "<key>IOUserClass</key><string>D</string><key>IOUserServerName</key><string>$(PRODUCT_BUNDLE_IDENTIFIER)</string></dict></dict>",
);
const KEXT = plist(
  "<key>CFBundlePackageType</key><string>KEXT</string><key>IOKitPersonalities</key><dict><key>K</key><dict>" +
    "<key>IOClass</key><string>com_example_K</string><key>IOProviderClass</key><string>IOPCIDevice</string></dict></dict>",
);
const APP = plist("<key>CFBundlePackageType</key><string>APPL</string>");
const DEXT_ENTITLEMENTS = plist("<key>com.apple.developer.driverkit</key><true/>");
const APP_ENTITLEMENTS = plist("<key>com.apple.developer.system-extension.install</key><true/>");

describe("project/discover", () => {
  let parsers: Parsers;
  before(async () => {
    parsers = await loadParsers();
  });
  const discover = (files: Files): ProjectModel =>
    discoverProject({ paths: Object.keys(files), text: (path) => files[path] }, parsers);
  const dexts = (model: ProjectModel): readonly Target[] => model.targets.filter(({ kind }) => kind === "dext");
  const only = (model: ProjectModel): Target => {
    const [dext, ...others] = dexts(model);
    assert.ok(dext);
    assert.equal(others.length, 0);
    return dext;
  };

  describe("folders", () => {
    it("pairs a dext's Info.plist with the entitlements beside it", () => {
      const model = discover({
        "/p/Driver/Info.plist": DEXT,
        "/p/Driver/Driver.entitlements": DEXT_ENTITLEMENTS,
        "/p/Driver/D.iig": "",
        "/p/Driver/sub/D.cpp": "",
        "/p/App/Info.plist": APP,
        "/p/App/App.entitlements": APP_ENTITLEMENTS,
        "/p/App/Client.cpp": "",
      });
      const dext = only(model);
      assert.equal(dext.origin, "folder");
      assert.equal(dext.name, "Driver");
      assert.deepEqual(infoPlistsOf(dext), ["/p/Driver/Info.plist"]);
      assert.deepEqual(entitlementsOf(dext), ["/p/Driver/Driver.entitlements"]);
      assert.deepEqual(dext.sources, ["/p/Driver/D.iig", "/p/Driver/sub/D.cpp"]);
      const app = model.targets.find(({ kind }) => kind === "app");
      assert.deepEqual(app?.sources, ["/p/App/Client.cpp"]);
      assert.deepEqual(entitlementsOf(app as Target), ["/p/App/App.entitlements"]);
      assert.deepEqual(model.notes, []);
    });

    it("leaves kexts, frameworks and built products alone", () => {
      const model = discover({
        "/p/Kext/Info.plist": KEXT,
        "/p/Kext/K.entitlements": DEXT_ENTITLEMENTS,
        "/p/out/X.dext/Info.plist": DEXT,
        "/p/Framework/Info.plist": plist("<key>CFBundlePackageType</key><string>FMWK</string>"),
        "/p/Broken/Info.plist": "<plist><dict><key>IOKit",
        "/p/Binary/Info.plist": "bplist00\u0000",
      });
      assert.deepEqual(model.targets, []);
    });

    it("takes a dext for one by its package type, with other plist names too", () => {
      const dextType = plist("<key>CFBundlePackageType</key><string>DEXT</string>");
      for (const name of ["Info.plist", "Driver-Info.plist", "Info-Driver.plist", "Info.plist.in"]) {
        assert.deepEqual(infoPlistsOf(only(discover({ [`/p/${name}`]: dextType }))), [`/p/${name}`]);
      }
    });

    it("takes Debug and Release variants of one name for configurations", () => {
      const dext = only(
        discover({
          "/p/Driver/Info.plist": DEXT,
          "/p/Driver/Driver.entitlements": DEXT_ENTITLEMENTS,
          "/p/Driver/Driver.Release.entitlements": DEXT_ENTITLEMENTS,
          "/p/Driver/DriverDebug.txt": "",
        }),
      );
      assert.deepEqual(
        dext.configurations.map(({ name, entitlements }) => [name, entitlements]),
        [
          ["Release", "/p/Driver/Driver.Release.entitlements"],
          ["", "/p/Driver/Driver.entitlements"],
        ],
      );
    });

    it("pairs nothing where two names compete, and says so", () => {
      const model = discover({
        "/p/Driver/Info.plist": DEXT,
        "/p/Driver/A.entitlements": DEXT_ENTITLEMENTS,
        "/p/Driver/B.entitlements": DEXT_ENTITLEMENTS,
      });
      assert.deepEqual(entitlementsOf(only(model)), []);
      assert.equal(model.notes.length, 1);
      assert.match(model.notes[0] ?? "", /A\.entitlements, B\.entitlements/);
    });

    it("prefers the file that bears the folder's or the plist's name", () => {
      const named = only(
        discover({
          "/p/Driver/Info.plist": DEXT,
          "/p/Driver/Driver.entitlements": DEXT_ENTITLEMENTS,
          "/p/Driver/Other.entitlements": DEXT_ENTITLEMENTS,
        }),
      );
      assert.deepEqual(entitlementsOf(named), ["/p/Driver/Driver.entitlements"]);
    });

    it("passes over an app's entitlements in the same folder", () => {
      const dext = only(
        discover({
          "/p/Info.plist": DEXT,
          "/p/App.entitlements": APP_ENTITLEMENTS,
          "/p/entitlements.plist": DEXT_ENTITLEMENTS,
        }),
      );
      assert.deepEqual(entitlementsOf(dext), ["/p/entitlements.plist"]);
    });

    it("takes a dext's file for its own by where it lies, with an app's key in it too", () => {
      const install = "<key>com.apple.developer.system-extension.install</key><true/>";
      const mixed = plist(`<key>com.apple.developer.driverkit</key><true/>${install}`);
      const named = discover({ "/p/Driver/Info.plist": DEXT, "/p/Driver/Driver.entitlements": plist(install) });
      assert.deepEqual(entitlementsOf(only(named)), ["/p/Driver/Driver.entitlements"]);
      const alone = discover({ "/p/Driver/Info.plist": DEXT, "/p/Driver/x.entitlements": mixed });
      assert.deepEqual(entitlementsOf(only(alone)), ["/p/Driver/x.entitlements"]);
      const apps = discover({ "/p/Driver/Info.plist": DEXT, "/p/Driver/App.entitlements": plist(install) });
      assert.deepEqual(entitlementsOf(only(apps)), []);
    });

    it("takes an Info.plist that breaks off for a dext's beside a dext's entitlements", () => {
      const files = { "/p/Driver/Info.plist": DEXT.slice(0, 70), "/p/Driver/Driver.entitlements": DEXT_ENTITLEMENTS };
      assert.deepEqual(infoPlistsOf(only(discover(files))), ["/p/Driver/Info.plist"]);
      assert.deepEqual(dexts(discover({ "/p/A/Info.plist": DEXT.slice(0, 70) })), []);
    });

    it("looks below and above the Info.plist", () => {
      const below = only(
        discover({
          "/p/Lab/Info.plist": DEXT,
          "/p/Lab/Driver/Lab.entitlements": DEXT_ENTITLEMENTS,
          "/p/Lab/Driver/D.cpp": "",
        }),
      );
      assert.deepEqual(entitlementsOf(below), ["/p/Lab/Driver/Lab.entitlements"]);
      const above = only(
        discover({
          "/p/Lab/Resources/Info.plist": DEXT,
          "/p/Lab/Lab.entitlements": DEXT_ENTITLEMENTS,
          "/p/Lab/D.cpp": "",
        }),
      );
      assert.deepEqual(entitlementsOf(above), ["/p/Lab/Lab.entitlements"]);
      assert.deepEqual(above.sources, ["/p/Lab/D.cpp"]);
    });

    it("gives entitlements that two dexts could claim to neither", () => {
      const model = discover({
        "/p/One/Info.plist": DEXT,
        "/p/Two/Info.plist": DEXT,
        "/p/shared.entitlements": DEXT_ENTITLEMENTS,
      });
      assert.deepEqual(dexts(model).map(entitlementsOf), [[], []]);
      assert.equal(model.notes.length, 1);
    });

    it("does not depend on the order of files", () => {
      const files: Files = {
        "/p/b/Info.plist": DEXT,
        "/p/a/Info.plist": DEXT,
        "/p/b/b.entitlements": DEXT_ENTITLEMENTS,
        "/p/a/x.entitlements": DEXT_ENTITLEMENTS,
      };
      const reversed = Object.fromEntries(Object.entries(files).reverse());
      assert.deepEqual(discover(files), discover(reversed));
    });
  });

  describe("project files", () => {
    const objects = (body: string): string =>
      `// !$*UTF8*$!\n{ archiveVersion = 1; objectVersion = 77; objects = {\n${body}\n}; rootObject = ROOT /* Project object */; }\n`;
    const PROJECT = objects(`
      ROOT = {isa = PBXProject; buildConfigurationList = LP; mainGroup = G; developmentRegion = en; projectDirPath = ""; targets = (TD, TA, TK,); };
      G = {isa = PBXGroup; children = (GD, GS, XC, G); sourceTree = "<group>"; };
      GD = {isa = PBXGroup; children = (F1, F2, F3, F4); path = "My Driver"; sourceTree = "<group>"; };
      GS = {isa = PBXFileSystemSynchronizedRootGroup; exceptions = (EX); path = App; sourceTree = "<group>"; };
      EX = {isa = PBXFileSystemSynchronizedBuildFileExceptionSet; membershipExceptions = (Out.cpp, Legacy); target = TA; };
      F1 = {isa = PBXFileReference; path = Driver.cpp; sourceTree = "<group>"; };
      F2 = {isa = PBXFileReference; path = Driver.iig; sourceTree = "<group>"; };
      F3 = {isa = PBXFileReference; path = ../Shared/Keys.h; sourceTree = "<group>"; };
      F4 = {isa = PBXFileReference; path = "System/DriverKit.framework"; sourceTree = SDKROOT; };
      XC = {isa = PBXFileReference; path = Base.xcconfig; sourceTree = "<group>"; };
      B1 = {isa = PBXBuildFile; fileRef = F1; }; B2 = {isa = PBXBuildFile; fileRef = F2; };
      PD = {isa = PBXSourcesBuildPhase; files = (B1, B2); };
      TD = {isa = PBXNativeTarget; name = "My Driver"; buildConfigurationList = LD; buildPhases = (PD); productType = "com.apple.product-type.driver-extension"; };
      TA = {isa = PBXNativeTarget; name = App; buildConfigurationList = LA; fileSystemSynchronizedGroups = (GS); productType = "com.apple.product-type.application"; };
      TK = {isa = PBXNativeTarget; name = Kext; buildConfigurationList = LA; productType = "com.apple.product-type.kernel-extension"; };
      LP = {isa = XCConfigurationList; buildConfigurations = (PC1, PC2); }; LD = {isa = XCConfigurationList; buildConfigurations = (DC1, DC2); };
      LA = {isa = XCConfigurationList; buildConfigurations = (AC); };
      PC1 = {isa = XCBuildConfiguration; name = Debug; baseConfigurationReference = XC; buildSettings = {DRIVERKIT_DEPLOYMENT_TARGET = 21.0; SUFFIX = debug; }; };
      PC2 = {isa = XCBuildConfiguration; name = Release; baseConfigurationReference = XC; buildSettings = {DRIVERKIT_DEPLOYMENT_TARGET = 21.0; }; };
      DC1 = {isa = XCBuildConfiguration; name = Debug; buildSettings = {
        INFOPLIST_FILE = "$(SRCROOT)/$(TARGET_NAME)/Info.plist"; CODE_SIGN_ENTITLEMENTS = "$(TARGET_NAME)/Driver.$(SUFFIX).entitlements";
        PRODUCT_BUNDLE_IDENTIFIER = "$(ORG).$(PRODUCT_NAME:rfc1034identifier)"; PRODUCT_NAME = "$(TARGET_NAME)"; }; };
      DC2 = {isa = XCBuildConfiguration; name = Release; buildSettings = {
        INFOPLIST_FILE = "\${TARGET_NAME}/Info.plist"; CODE_SIGN_ENTITLEMENTS = wrong; "CODE_SIGN_ENTITLEMENTS[sdk=driverkit*]" = "My Driver/Driver.release.entitlements";
        PRODUCT_BUNDLE_IDENTIFIER = "$(LOOP_A)"; LOOP_A = "$(LOOP_B)"; LOOP_B = "x$(LOOP_A)"; }; };
      AC = {isa = XCBuildConfiguration; name = Debug; buildSettings = {GENERATE_INFOPLIST_FILE = YES; CODE_SIGN_ENTITLEMENTS = App/App.entitlements; }; };`);
    const FILES: Files = {
      "/w/P.xcodeproj/project.pbxproj": PROJECT,
      "/w/Base.xcconfig": '#include "Org.xcconfig"\nDRIVERKIT_DEPLOYMENT_TARGET = 19.0 // too old\n',
      "/w/Org.xcconfig": '#include "Base.xcconfig"\nORG = com.example\n',
      "/w/My Driver/Info.plist": DEXT,
      "/w/My Driver/Driver.debug.entitlements": DEXT_ENTITLEMENTS,
      "/w/My Driver/Driver.release.entitlements": DEXT_ENTITLEMENTS,
      "/w/My Driver/Driver.cpp": "",
      "/w/My Driver/Driver.iig": "",
      "/w/My Driver/Private.h": "",
      "/w/My Driver/Unused.cpp": "",
      "/w/Shared/Keys.h": "",
      "/w/App/App.entitlements": APP_ENTITLEMENTS,
      "/w/App/Client.cpp": "",
      "/w/App/Out.cpp": "",
      "/w/App/Legacy/Old.cpp": "",
    };

    it("reads targets, settings and sources", () => {
      const model = discover(FILES);
      assert.deepEqual(model.notes, []);
      assert.deepEqual(
        model.targets.map(({ name, kind, origin, definedIn }) => [name, kind, origin, definedIn]),
        [
          ["App", "app", "xcodeproj", "/w/P.xcodeproj/project.pbxproj"],
          ["My Driver", "dext", "xcodeproj", "/w/P.xcodeproj/project.pbxproj"],
        ],
      );
      const dext = only(model);
      assert.equal(dext.folder, "/w/My Driver");
      const [debug, release] = dext.configurations;
      assert.equal(debug?.infoPlist, "/w/My Driver/Info.plist");
      assert.equal(debug?.entitlements, "/w/My Driver/Driver.debug.entitlements");
      assert.equal(debug?.bundleId, "com.example.My-Driver");
      assert.equal(debug?.productName, "My Driver");
      assert.equal(debug?.deploymentTarget, "21.0");
      assert.equal(release?.infoPlist, "/w/My Driver/Info.plist");
      assert.equal(release?.entitlements, "/w/My Driver/Driver.release.entitlements");
      assert.equal(release?.bundleId, undefined, "a variable that refers to itself has no value");
      assert.deepEqual(dext.sources, [
        "/w/My Driver/Driver.cpp",
        "/w/My Driver/Driver.iig",
        "/w/My Driver/Private.h",
        "/w/Shared/Keys.h",
      ]);
    });

    it("says where the values of settings stand", () => {
      const written = (files: Files, setting: string): (string | undefined)[] =>
        only(discover(files)).configurations.map(({ places }) => {
          const place = places.get(setting);
          return place && `${place.path}: ${files[place.path]?.slice(place.span.start, place.span.end) ?? ""}`;
        });
      const project = "/w/P.xcodeproj/project.pbxproj: ";
      assert.deepEqual(written(FILES, "DRIVERKIT_DEPLOYMENT_TARGET"), [`${project}21.0`, `${project}21.0`]);
      assert.deepEqual(written(FILES, "CODE_SIGN_ENTITLEMENTS"), [
        `${project}"$(TARGET_NAME)/Driver.$(SUFFIX).entitlements"`,
        `${project}"My Driver/Driver.release.entitlements"`,
      ]);
      assert.deepEqual(written(FILES, "ORG"), Array(2).fill("/w/Org.xcconfig: com.example"));
      assert.deepEqual(written(FILES, "SRCROOT"), [undefined, undefined], "Xcode's own");
      const without = PROJECT.replaceAll("DRIVERKIT_DEPLOYMENT_TARGET = 21.0;", "");
      const [first] = written({ ...FILES, "/w/P.xcodeproj/project.pbxproj": without }, "DRIVERKIT_DEPLOYMENT_TARGET");
      assert.equal(first, "/w/Base.xcconfig: 19.0");
    });

    it("takes synchronized folders less their exceptions", () => {
      const app = discover(FILES).targets.find(({ kind }) => kind === "app");
      assert.deepEqual(app?.sources, ["/w/App/Client.cpp"]);
    });

    it("knows which targets a file belongs to", () => {
      const model = discover(FILES);
      const names = (path: string): string[] => targetsOf(model, path).map(({ name }) => name);
      assert.deepEqual(names("/w/My Driver/Driver.iig"), ["My Driver"]);
      assert.deepEqual(names("/w/My Driver/Driver.release.entitlements"), ["My Driver"]);
      assert.deepEqual(names("/w/P.xcodeproj/project.pbxproj"), ["App", "My Driver"]);
      assert.deepEqual(names("/w/App/Out.cpp"), []);
    });

    const small = (settings: string): string =>
      objects(`ROOT = {isa = PBXProject; mainGroup = G; targets = (T); }; G = {isa = PBXGroup; children = (); sourceTree = "<group>"; };
        T = {isa = PBXNativeTarget; name = Dext; buildConfigurationList = L; productType = "com.apple.product-type.driver-extension"; };
        L = {isa = XCConfigurationList; buildConfigurations = (C1, C2); };
        C1 = {isa = XCBuildConfiguration; name = Debug; buildSettings = {${settings}}; };
        C2 = {isa = XCBuildConfiguration; name = Release; buildSettings = {${settings}}; };`);

    it("finds entitlements by folder where the project does not name them, and templates of plists", () => {
      const dext = only(
        discover({
          "/w/P.xcodeproj/project.pbxproj": small('INFOPLIST_FILE = Dext/Info.plist; CODE_SIGN_ENTITLEMENTS = "";'),
          "/w/Dext/Info.plist.in": DEXT,
          "/w/entitlements.plist": DEXT_ENTITLEMENTS,
        }),
      );
      assert.deepEqual(infoPlistsOf(dext), ["/w/Dext/Info.plist.in"]);
      assert.deepEqual(entitlementsOf(dext), ["/w/entitlements.plist"]);
    });

    it("gives each configuration its variant", () => {
      const dext = only(
        discover({
          "/w/P.xcodeproj/project.pbxproj": small("INFOPLIST_FILE = Dext/Info.plist;"),
          "/w/Dext/Info.plist": DEXT,
          "/w/Dext/Dext.entitlements": DEXT_ENTITLEMENTS,
          "/w/Dext/Dext.Release.entitlements": DEXT_ENTITLEMENTS,
        }),
      );
      assert.deepEqual(
        dext.configurations.map(({ entitlements }) => entitlements),
        ["/w/Dext/Dext.entitlements", "/w/Dext/Dext.Release.entitlements"],
      );
    });

    it("finds a path of another machine and of other case", () => {
      const dext = only(
        discover({
          "/w/P.xcodeproj/project.pbxproj": small(
            "INFOPLIST_FILE = dext/info.plist; CODE_SIGN_ENTITLEMENTS = /Users/me/Work/P/Dext/Dext.entitlements;",
          ),
          "/w/Dext/Info.plist": DEXT,
          "/w/Dext/Dext.entitlements": DEXT_ENTITLEMENTS,
        }),
      );
      assert.deepEqual(infoPlistsOf(dext), ["/w/Dext/Info.plist"]);
      assert.deepEqual(entitlementsOf(dext), ["/w/Dext/Dext.entitlements"]);
    });

    it("works with relative paths and URIs", () => {
      for (const root of ["", "sub/", "vscode-vfs://host/w/"]) {
        const files = Object.fromEntries(
          Object.entries(FILES).map(([path, text]) => [path.replace("/w/", root), text]),
        );
        const dext = only(discover(files));
        assert.equal(dext.sources.length, 4, root);
        assert.deepEqual(entitlementsOf(dext).length, 2, root);
      }
    });

    it("takes an app's settings for the SDK that it is built with", () => {
      const project = (sdk: string): string =>
        PROJECT.replace(
          "GENERATE_INFOPLIST_FILE = YES;",
          `SDKROOT = ${sdk}; PRODUCT_BUNDLE_IDENTIFIER = "com.x$(SUFFIX)";
          SUFFIX = ""; "SUFFIX[sdk=iphoneos*]" = .ios; "SUFFIX[sdk=macosx*]" = .mac;`,
        );
      for (const [sdk, id] of [
        ["iphoneos", "com.x.ios"],
        ["macosx", "com.x.mac"],
        ["auto", "com.x.mac"],
      ] as const) {
        const { targets } = discover({ ...FILES, "/w/P.xcodeproj/project.pbxproj": project(sdk) });
        assert.equal(targets.find(({ kind }) => kind === "app")?.configurations[0]?.bundleId, id);
      }
    });

    it("gives an app a configuration for each platform where its files differ", () => {
      const project = (settings: string): Target => {
        const text = PROJECT.replace(
          "CODE_SIGN_ENTITLEMENTS = App/App.entitlements;",
          `SUPPORTED_PLATFORMS = "iphoneos macosx"; ${settings}`,
        );
        const files = { ...FILES, "/w/App/Pad.entitlements": APP_ENTITLEMENTS, "/w/P.xcodeproj/project.pbxproj": text };
        const apps = discover(files).targets.filter(({ kind, origin }) => kind === "app" && origin === "xcodeproj");
        assert.equal(apps.length, 1);
        return apps[0] as Target;
      };
      const differing = project(
        `"CODE_SIGN_ENTITLEMENTS[sdk=macosx*]" = App/App.entitlements; "CODE_SIGN_ENTITLEMENTS[sdk=iphoneos*]" = App/Pad.entitlements;`,
      );
      assert.deepEqual(
        differing.configurations.map(({ name, platform, entitlements }) => [name, platform, entitlements]),
        [
          ["Debug", "macOS", "/w/App/App.entitlements"],
          ["Debug", "iPadOS", "/w/App/Pad.entitlements"],
        ],
      );
      const same = project("CODE_SIGN_ENTITLEMENTS = App/App.entitlements;");
      assert.deepEqual(
        same.configurations.map(({ platform, entitlements }) => [platform, entitlements]),
        [[undefined, "/w/App/App.entitlements"]],
      );
    });

    it("tells which settings lead nowhere, and where they stand", () => {
      const text = PROJECT.replace("App/App.entitlements", "App/Other.entitlements");
      const { problems } = discover({ ...FILES, "/w/P.xcodeproj/project.pbxproj": text });
      assert.deepEqual(
        problems.map(({ kind, target, setting, detail }) => [kind, target?.name, setting, detail]),
        [
          ["cycle", "My Driver", "PRODUCT_BUNDLE_IDENTIFIER", "$(LOOP_A) → $(LOOP_B) → $(LOOP_A)"],
          ["missing-file", "App", "CODE_SIGN_ENTITLEMENTS", "Other.entitlements"],
        ],
      );
      for (const { path, span } of problems) {
        assert.equal(path, "/w/P.xcodeproj/project.pbxproj");
        assert.match(text.slice(span.start, span.end), /^"?(\$\(LOOP_A\)|App\/Other\.entitlements)"?$/);
      }
      const broken = discover({ "/w/P.xcodeproj/project.pbxproj": "{", "/w/project.yml": "targets:\n  - [\n" });
      assert.deepEqual(
        broken.problems.map(({ kind, path }) => [kind, path]),
        [
          ["unreadable", "/w/P.xcodeproj/project.pbxproj"],
          ["unreadable", "/w/project.yml"],
        ],
      );
      for (const note of broken.notes) assert.doesNotMatch(note, /:\.?$/);
    });

    it("survives every beginning of a project file", () => {
      for (let end = 0; end < PROJECT.length; end += 37) {
        const model = discover({ ...FILES, "/w/P.xcodeproj/project.pbxproj": PROJECT.slice(0, end) });
        assert.ok(dexts(model).length <= 1);
      }
      assert.match(discover({ "/w/P.xcodeproj/project.pbxproj": "<html>" }).notes[0] ?? "", /cannot|can be read/);
    });
  });
});
