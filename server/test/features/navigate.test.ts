// From one side of a border to the other: plist, .iig, C++, entitlements.
import assert from "node:assert/strict";
import { definitionAt, referencesAt } from "../../src/features/navigate.ts";
import { APP_ENTITLEMENTS, CLIENT_IIG, contextAt, CPP, IIG, INFO, markBehind, project, shown } from "./support.ts";

const INFO_PATH = "/p/Driver/Info.plist";
const CPP_PATH = "/p/Driver/AcmeDriver.cpp";
const IIG_PATH = "/p/Driver/AcmeDriver.iig";

/** The driver with a name for its dictionary. */
const NAMED = `#define USER_CLIENT "UserClientProperties"\n${CPP.replace('"UserClientProperties"', "USER_CLIENT")}`;

async function definition(path: string, text: string): Promise<string[]> {
  const context = await contextAt(project({ [path]: text }));
  const found = definitionAt(context, context.offset);
  if (!found) return [];
  assert.ok(found.origin.start <= context.offset && context.offset <= found.origin.end);
  for (const { span, nameSpan } of found.places) assert.ok(span.start <= nameSpan.start && nameSpan.end <= span.end);
  return shown(found.places, (at) => context.analysis.text(at));
}

async function references(path: string, text: string): Promise<string[]> {
  const context = await contextAt(project({ [path]: text }));
  return shown(referencesAt(context, context.offset), (at) => context.analysis.text(at));
}

describe("definition", () => {
  const cases: readonly (readonly [what: string, path: string, text: string, wanted: string[]])[] = [
    ["of IOUserClass", INFO_PATH, markBehind(INFO, "<string>AcmeDr"), ["AcmeDriver.iig:4 AcmeDriver"]],
    ["of a user client's class", INFO_PATH, markBehind(INFO, "<string>AcmeCl"), ["AcmeClient.iig:3 AcmeClient"]],
    ["of what Create() is given", CPP_PATH, markBehind(CPP, '"UserCl'), ["Info.plist:23 UserClientProperties"]],
    [
      "of a macro that Create() is given",
      CPP_PATH,
      markBehind(NAMED, "Create(this, USER_CL"),
      ["Info.plist:23 UserClientProperties"],
    ],
    ["back", INFO_PATH, markBehind(INFO, "<key>UserCl"), ["AcmeDriver.cpp:24 UserClientProperties"]],
    ["of IMPL(C, M)", CPP_PATH, markBehind(CPP, "IMPL(AcmeDriver, St"), ["AcmeDriver.iig:7 Start"]],
    ["of C::M_Impl", CPP_PATH, markBehind(CPP, "NewUserCl"), ["AcmeDriver.iig:8 NewUserClient"]],
    [
      "of a method, its body",
      IIG_PATH,
      markBehind(IIG, "kern_return_t NewUs"),
      ["AcmeDriver.cpp:21 NewUserClient_Impl"],
    ],
    ["of the class in IMPL", CPP_PATH, markBehind(CPP, "IMPL(AcmeCl"), ["AcmeClient.iig:3 AcmeClient"]],
    ["of a class, its personality", IIG_PATH, markBehind(IIG, "class AcmeDr"), ["Info.plist:16 AcmeDriver"]],
    [
      "of a bundle id",
      "/p/App/App.entitlements",
      markBehind(APP_ENTITLEMENTS, "<string>com.ac"),
      ["Info.plist:6 com.acme.app.driver"],
    ],
    ["of a key that is no dictionary", INFO_PATH, markBehind(INFO, "<key>IOPCIPr"), []],
    ["of a local variable", CPP_PATH, markBehind(CPP, "*tim"), []],
    ["of an API class", CPP_PATH, markBehind(CPP, "IOTimerDis"), []],
    ["of a string of another call", CPP_PATH, markBehind(CPP, '"Defau'), []],
  ];
  for (const [what, path, text, wanted] of cases) {
    it(what, async () => assert.deepEqual(await definition(path, text), wanted));
  }

  it("stays within the dext: another one may use the same name", async () => {
    const context = await contextAt({
      ...project({ [CPP_PATH]: markBehind(CPP, '"UserCl') }),
      "/p/Other/Info.plist": INFO.replaceAll("com.acme.app.driver", "com.other.driver"),
      "/p/Other/Other.iig": CLIENT_IIG,
    });
    const found = definitionAt(context, context.offset);
    assert.deepEqual(
      found?.places.map(({ path }) => path),
      [INFO_PATH],
    );
  });
});

describe("references", () => {
  it("of a bundle id: where it is said, and which apps open its driver", async () => {
    const places = await references(INFO_PATH, markBehind(INFO, "<key>CFBundleIdentifier</key>\n\t<string>"));
    assert.equal(places.length, 2, places.join("\n"));
    assert.match(places[0] ?? "", /^App\.entitlements:\d+ com\.acme\.app\.driver$/);
    assert.match(places[1] ?? "", /^Info\.plist:\d+ com\.acme\.app\.driver$/);
  });

  it("of a class, across plist, .iig and C++", async () => {
    const wanted = [
      "AcmeDriver.cpp:5 AcmeDriver",
      "AcmeDriver.cpp:21 AcmeDriver",
      "AcmeDriver.iig:4 AcmeDriver",
      "Info.plist:16 AcmeDriver",
    ];
    assert.deepEqual(await references(INFO_PATH, markBehind(INFO, "<string>AcmeDr")), wanted);
    assert.deepEqual(await references(IIG_PATH, markBehind(IIG, "class AcmeDr")), wanted);
  });

  it("of a dictionary for Create(), also where a macro names it", async () => {
    const context = await contextAt(project({ [CPP_PATH]: NAMED, [INFO_PATH]: markBehind(INFO, "<key>UserCl") }));
    const places = shown(referencesAt(context, context.offset), (at) => context.analysis.text(at));
    assert.deepEqual(places, ["AcmeDriver.cpp:25 USER_CLIENT", "Info.plist:23 UserClientProperties"]);
  });

  it("of a dictionary for Create(), from either side", async () => {
    const wanted = ["AcmeDriver.cpp:24 UserClientProperties", "Info.plist:23 UserClientProperties"];
    assert.deepEqual(await references(INFO_PATH, markBehind(INFO, "<key>UserCl")), wanted);
    assert.deepEqual(await references(CPP_PATH, markBehind(CPP, '"UserCl')), wanted);
  });

  it("of a method: its declaration and its body", async () => {
    assert.deepEqual(await references(IIG_PATH, markBehind(IIG, "kern_return_t St")), [
      "AcmeDriver.cpp:5 Start",
      "AcmeDriver.iig:7 Start",
    ]);
  });

  it("of what is none of ours: none", async () => {
    assert.deepEqual(await references(CPP_PATH, markBehind(CPP, "*tim")), []);
  });
});
