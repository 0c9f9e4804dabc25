// Build settings, OpenStep property lists and the kinds of files.
import assert from "node:assert/strict";
import {
  builtInSettings,
  cycleIn,
  expandVariables,
  isTemplate,
  mergeSettings,
  parseXcconfig,
  valuesOf,
} from "../../src/project/build-settings.ts";
import { documentKind, isIgnoredFolder, isRelevant } from "../../src/project/file-kinds.ts";
import { dictionaryOf, parseOpenStep, type OpenStepValue } from "../../src/project/openstep.ts";

describe("project/build-settings", () => {
  const variables = new Map([
    ["NAME", "My App!"],
    ["ORG", "com.example"],
    ["ID", "${ORG}.$(NAME:rfc1034identifier)"],
    ["WHICH", "NAME"],
    ["A", "$(B)"],
    ["B", "$(A)"],
    ["PATH", "a/b/file.tar.gz"],
  ]);
  const cases: readonly (readonly [text: string, expanded: string])[] = [
    ["$(NAME)", "My App!"],
    ["${NAME}/x", "My App!/x"],
    ["$(ID)", "com.example.My-App-"],
    ["$(NAME:c99extidentifier)", "My_App_"],
    ["$(NAME:identifier:lower)", "my_app_"],
    ["$($(WHICH))", "My App!"],
    ["$(A)", "$(A)"],
    ["$(NONE)", "$(NONE)"],
    ["$(NONE:default=x)", "x"],
    ["$(PATH:base)|$(PATH:file)|$(PATH:dir)", "file.tar|file.tar.gz|a/b/"],
    ["$(NAME:unheardof)", "$(NAME:unheardof)"],
    ["$(NAME", "$(NAME"],
    ["100$ and $x", "100$ and $x"],
  ];
  for (const [text, expanded] of cases)
    it(`expands ${text}`, () => assert.equal(expandVariables(text, variables), expanded));

  it("ends on a bomb of variables", () => {
    const bomb = new Map(Array.from({ length: 40 }, (_, n) => [`V${n}`, `$(V${n + 1})$(V${n + 1})`] as const));
    const start = performance.now();
    assert.ok(expandVariables("$(V0)", bomb).length <= 16_384);
    assert.ok(performance.now() - start < 1000);
  });

  it("tells templates", () => {
    for (const text of ["$(A)", "${A}", "@VERSION@", "v@A.b@"]) assert.equal(isTemplate(text), true, text);
    for (const text of ["", "0x1&0x2", "a@b.c", "$5"]) assert.equal(isTemplate(text), false, text);
  });

  it("merges layers, with inherited values and conditions", () => {
    const merged = mergeSettings(
      [
        builtInSettings(
          new Map([
            ["FLAGS", "-a"],
            ["X", "project"],
            ["Y", "project"],
          ]),
        ),
        builtInSettings(
          new Map([
            ["FLAGS", "$(inherited) -b"],
            ["X", "plain"],
            ["X[sdk=driverkit*]", "dext"],
            ["Y[sdk=macosx*]", "mac"],
            ["Z[config=Debug][sdk=driverkit*]", "both"],
            ["W[arch=arm64]", "arm"],
          ]),
        ),
      ],
      { sdk: "driverkit", configuration: "Debug" },
    );
    assert.deepEqual(Object.fromEntries(valuesOf(merged)), { FLAGS: "-a -b", X: "dext", Y: "project", Z: "both" });
  });

  it("takes a setting's own name in its value for what earlier layers say", () => {
    const layers = ["com.x", "$(ID).app", "${ID}.beta"].map((value) => builtInSettings(new Map([["ID", value]])));
    const scope = { sdk: "macosx", configuration: "Debug" };
    assert.equal(mergeSettings(layers, scope).get("ID")?.value, "com.x.app.beta");
    assert.equal(mergeSettings(layers.slice(1, 2), scope).get("ID")?.value, "$(ID).app");
  });

  it("finds circles of variables", () => {
    const settings = new Map([
      ["A", "x$(B:lower)"],
      ["B", "${C}"],
      ["C", "$(B) $(D)"],
      ["D", "$(E)"],
      ["S", "$(S)"],
    ]);
    assert.deepEqual(cycleIn("A", settings), ["A", "B", "C", "B"]);
    assert.deepEqual(cycleIn("S", settings), ["S", "S"]);
    assert.equal(cycleIn("D", settings), undefined);
    const many = new Map(Array.from({ length: 60 }, (_, i) => [`V${i}`, `$(V${i + 1})`.repeat(50)]));
    assert.equal(cycleIn("V0", many), undefined);
  });

  it("ends where layers double what they inherit", () => {
    const layer = builtInSettings(new Map([["A", "x$(inherited)${inherited}"]]));
    const merged = mergeSettings(Array<typeof layer>(1000).fill(layer), { sdk: "driverkit", configuration: "" });
    assert.ok((merged.get("A")?.value.length ?? 0) < 50_000);
    const condition = builtInSettings(new Map([[`A[${"a".repeat(1_000_000)}`, "x"]]));
    assert.equal(mergeSettings([condition], { sdk: "driverkit", configuration: "" }).size, 0);
  });

  it("reads configuration files", () => {
    const { settings, includes } = parseXcconfig(
      "/w/A.xcconfig",
      '#include "a.xcconfig"\n#include? "b"\n// c\nA = 1 // one\nB[sdk=x*] = 2;\nbroken\nC=\n',
    );
    assert.deepEqual(includes, ["a.xcconfig", "b"]);
    assert.deepEqual(
      [...valuesOf(settings)],
      [
        ["A", "1"],
        ["B[sdk=x*]", "2"],
        ["C", ""],
      ],
    );
  });

  it("says where the values of a configuration file stand", () => {
    const text = "\ufeffA = 1 // one\r\n\r\n  B[sdk=x*]=a b ;\rC =\n";
    const { settings } = parseXcconfig("/w/A.xcconfig", text);
    const written = [...settings].map(([key, { place }]) => [key, text.slice(place?.span.start, place?.span.end)]);
    assert.deepEqual(Object.fromEntries(written), { A: "1", "B[sdk=x*]": "a b", C: "" });
    assert.deepEqual(new Set([...settings.values()].map(({ place }) => place?.path)), new Set(["/w/A.xcconfig"]));
  });

  it("reads a configuration file of blanks in no time", () => {
    const start = performance.now();
    const blank = " ".repeat(200_000);
    const { settings } = parseXcconfig("/w/A.xcconfig", `A =${blank}x${blank};${blank}x`);
    assert.equal(settings.get("A")?.value.length, 400_003);
    assert.ok(performance.now() - start < 1000);
  });
});

describe("project/openstep", () => {
  const plain = (value: OpenStepValue | undefined): unknown => {
    const dictionary = dictionaryOf(value);
    if (dictionary) return Object.fromEntries([...dictionary].map(([key, item]) => [key, plain(item)]));
    return Array.isArray(value) ? (value as readonly OpenStepValue[]).map(plain) : value;
  };
  const cases: readonly (readonly [name: string, text: string, value: unknown])[] = [
    [
      "a project",
      '// !$*UTF8*$!\n{ a = b; /* c */ "d e" = (1, "2\\n\\"", { x = /usr/bin; }, ); }',
      { a: "b", "d e": ["1", '2\n"', { x: "/usr/bin" }] },
    ],
    ["what a merge left behind", "{ a = (1,\n<<<<<<< HEAD\n2,\n=======\n3,\n>>>>>>> b\n); z = 1; }", undefined],
    ["missing marks", "{ a = 1 b = (2 3); c = { d = 1; }", { a: "1", b: ["2", "3"], c: { d: "1" } }],
    ["single quotes and prototypes", "{ 'a' = 'b'; __proto__ = c; }", undefined],
    ["something else", '<?xml version="1.0"?>', undefined],
    ["nothing", "", undefined],
  ];
  for (const [name, text, value] of cases) {
    it(`reads ${name}`, () => {
      const parsed = parseOpenStep(text);
      if (value !== undefined) assert.deepEqual(plain(parsed), value);
      else if (text.startsWith("{")) assert.ok(dictionaryOf(parsed));
      else assert.equal(parsed, undefined);
    });
  }

  it("goes on behind a conflict", () => {
    assert.equal(dictionaryOf(parseOpenStep("{ a = (1,\n<<<<<<< HEAD\n2,\n>>>>>>> b\n); z = 1; }"))?.get("z"), "1");
  });

  it("ends on hostile texts", () => {
    for (const text of [
      "(".repeat(300_000),
      "{a=".repeat(300_000),
      '{a="' + '\\"'.repeat(300_000),
      "{" + "/*".repeat(300_000),
      "{" + "=".repeat(300_000),
    ]) {
      assert.ok(parseOpenStep(text) !== undefined);
    }
  });
});

describe("project/file-kinds", () => {
  const kinds: readonly (readonly [path: string, kind: string])[] = [
    ["/p/Info.plist", "info-plist"],
    ["/p/Driver-Info.plist", "info-plist"],
    ["/p/Info-Driver.plist", "info-plist"],
    ["/p/Info.plist.in", "info-plist"],
    ["/p/App.entitlements", "entitlements"],
    ["/p/entitlements.plist", "entitlements"],
    ["/p/hidd-Entitlements.plist", "entitlements"],
    ["/p/A.IIG", "iig"],
    ["/p/a.cpp", "cpp"],
    ["/p/a.hpp", "cpp"],
    ["/p/a.h", "cpp"],
    ["/p/X.xcodeproj/project.pbxproj", "project"],
    ["/p/a.xcconfig", "project"],
    ["/p/Settings.plist", "other"],
    ["/p/MyInfo.plist", "other"],
    ["/p/a.swift", "other"],
    ["/p/a.m", "other"],
  ];
  for (const [path, kind] of kinds) it(`${path}: ${kind}`, () => assert.equal(documentKind(path), kind));

  it("looks into plists of other names", () => {
    assert.equal(documentKind("/p/Dext.plist", "<dict><key>IOKitPersonalities</key>"), "info-plist");
    assert.equal(documentKind("/p/sign.plist", "<key>com.apple.developer.driverkit</key>"), "entitlements");
    assert.equal(documentKind("/p/sign.plist", "<key>a</key>"), "other");
  });

  it("says what is worth reading", () => {
    for (const path of ["/p/a.iig", "/p/Any.plist", "/p/.build/a.cpp"]) assert.ok(isRelevant(path), path);
    for (const path of ["/p/a.swift", "/p/README.md", "/p/plist"]) assert.ok(!isRelevant(path), path);
    for (const name of [
      "node_modules",
      ".git",
      "build",
      "Build",
      "DerivedData",
      "Pods",
      ".build",
      "X.dext",
      "cmake-build-debug",
    ]) {
      assert.ok(isIgnoredFolder(name), name);
    }
    for (const name of ["src", "Builder", "Driver", ".", "..", "dext", "app"]) assert.ok(!isIgnoredFolder(name), name);
  });
});
