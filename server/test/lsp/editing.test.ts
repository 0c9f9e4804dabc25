// What helps with writing, over stdio: completion, hover, definitions, references, outline, folding, the projects.
import assert from "node:assert/strict";
import type {
  CompletionItem,
  DefinitionLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  Location,
  TextEdit,
} from "vscode-languageserver/node";
import { LineIndex } from "../../src/base/line-index.ts";
import type { DocumentStatus, GrantsText, ProjectNode } from "../../src/protocol.ts";
import { APP_ENTITLEMENTS, CPP, ENTITLEMENTS, IIG, INFO, markBehind, marked, project } from "../features/support.ts";
import { TestClient, whole, type ClientOptions } from "./client.ts";

const INFO_FILE = "Driver/Info.plist";
const FILES = Object.fromEntries(Object.entries(project()).map(([path, text]) => [path.slice("/p/".length), text]));

describe("language server, editing", () => {
  let client: TestClient;
  afterEach(async () => {
    await client.stop();
  });

  async function start(options?: ClientOptions): Promise<void> {
    client = await TestClient.start(FILES, options);
  }

  /** Opens a file with the text around the mark, and asks at the mark. */
  async function ask<R>(method: string, name: string, withMark: string, more: object = {}): Promise<R> {
    const { text, offset } = marked(withMark);
    await client.open(name, text);
    const position = new LineIndex(text).positionAt(offset);
    return client.request<R>(method, { textDocument: { uri: client.uri(name) }, position, ...more });
  }

  const complete = (name: string, text: string): Promise<CompletionItem[] | null> =>
    ask("textDocument/completion", name, text);
  const place = ({ uri, range }: Location): string => `${uri.slice(client.uri("").length + 1)}:${range.start.line + 1}`;

  it("says what it can do", async () => {
    await start();
    const { completionProvider, definitionProvider, referencesProvider, foldingRangeProvider } = client.capabilities;
    assert.deepEqual(completionProvider, { triggerCharacters: ["<", ">", "."] });
    assert.ok(definitionProvider && referencesProvider && foldingRangeProvider);
  });

  it("completes keys of a half-typed plist, with snippets", async () => {
    await start();
    const text = markBehind(INFO, "<string>DEXT</string>\n").replace("‸", "\t<key>OSB‸\n");
    const items = (await complete(INFO_FILE, text)) ?? [];
    const item = items.find(({ label }) => label === "OSBundleUsageDescription");
    assert.equal(item?.insertTextFormat, 2);
    const line = text.split("\n").findIndex((each) => each.includes("‸"));
    const range = { start: { line, character: 6 }, end: { line, character: 9 } };
    assert.deepEqual(item?.textEdit, { range, newText: "OSBundleUsageDescription</key>\n<string>$1</string>" });
    assert.match((item.documentation as { value: string }).value, /in the words that people see/);
    const order = [...items].sort((a, b) => ((a.sortText ?? "") < (b.sortText ?? "") ? -1 : 1));
    assert.deepEqual(
      order.slice(0, 2).map(({ label }) => label),
      ["CFBundleVersion", "OSBundleUsageDescription"],
    );
  });

  it("completes in plain text, indented, for clients that put in no snippets", async () => {
    await start({ snippets: false });
    const items = await complete("Driver/Driver.entitlements", ENTITLEMENTS.replace("</dict>", "\t<‸\n</dict>"));
    const item = items?.find(({ label }) => label === "com.apple.developer.driverkit.transport.usb");
    assert.equal(item?.insertTextFormat, 1);
    assert.equal(
      (item?.textEdit as TextEdit).newText,
      "<key>com.apple.developer.driverkit.transport.usb</key>\n\t<array>\n\t\t<dict>\n\t\t\t<key>idVendor</key>\n\t\t\t<integer>0</integer>\n\t\t</dict>\n\t</array>",
    );
  });

  it("follows edits: a class that was just declared is proposed", async () => {
    await start();
    await client.open("Driver/AcmeClient.iig");
    await client.change("Driver/AcmeClient.iig", whole("class AcmeNew : public IOUserClient\n{\n};\n"));
    const items = await complete(INFO_FILE, markBehind(INFO, "<string>AcmeC"));
    assert.deepEqual(
      items?.map(({ label }) => label),
      ["AcmeNew", "AcmeDriver"],
    );
  });

  it("completes nothing in C++, which is for other tools", async () => {
    await start();
    assert.equal(await complete("Driver/AcmeDriver.cpp", markBehind(CPP, "OSAction *")), null);
  });

  it("shows in hover what is wrong first, then what is known", async () => {
    await start();
    const known = await ask<Hover>("textDocument/hover", INFO_FILE, markBehind(INFO, "<key>IOUserCl"));
    assert.match((known.contents as { value: string }).value, /^\*\*IOUserClass\*\*/);
    const name = "Driver/AcmeDriver.cpp";
    // The test's own rule bans this word.
    const text = CPP.replace("Create(queue, &timer)", "Create(BA‸D, &timer)");
    const finding = await ask<Hover>("textDocument/hover", name, text);
    assert.match((finding.contents as { value: string }).value, /`BAD` is banned/);
    const call = { textDocument: { uri: client.uri(name) }, position: { line: 11, character: 40 } };
    const api = await client.request<Hover>("textDocument/hover", call);
    assert.match((api.contents as { value: string }).value, /`source` gives out an object at \*\*\+1\*\*/);
    const nothing = { ...call, position: { line: 5, character: 1 } };
    assert.equal(await client.request("textDocument/hover", nothing), null);
  });

  it("leads from IOUserClass to the class, as a link with its origin", async () => {
    await start();
    const text = markBehind(INFO, "<string>AcmeDr");
    const links = await ask<DefinitionLink[]>("textDocument/definition", INFO_FILE, text);
    assert.equal(links.length, 1);
    assert.equal(links[0]?.targetUri, client.uri("Driver/AcmeDriver.iig"));
    assert.deepEqual(links[0]?.targetSelectionRange.start, { line: 3, character: 6 });
    assert.deepEqual(links[0]?.originSelectionRange?.start.line, 15);
  });

  it("leads from Create() to the dictionary and back, and from IMPL to the .iig and back", async () => {
    await start({ definitionLinks: false });
    const definition = async (name: string, text: string): Promise<string[]> =>
      ((await ask<Location[] | null>("textDocument/definition", name, text)) ?? []).map(place);
    const code = "Driver/AcmeDriver.cpp";
    assert.deepEqual(await definition(code, markBehind(CPP, '"UserCl')), [`${INFO_FILE}:23`]);
    assert.deepEqual(await definition(INFO_FILE, markBehind(INFO, "<key>UserCl")), [`${code}:24`]);
    assert.deepEqual(await definition(code, markBehind(CPP, "IMPL(AcmeDriver, St")), ["Driver/AcmeDriver.iig:7"]);
    assert.deepEqual(await definition("Driver/AcmeDriver.iig", markBehind(IIG, "return_t St")), [`${code}:5`]);
    assert.deepEqual(await definition("App/App.entitlements", markBehind(APP_ENTITLEMENTS, "<string>com")), [
      `${INFO_FILE}:6`,
    ]);
  });

  it("finds the references of a class in plist, .iig and C++", async () => {
    await start();
    const text = markBehind(INFO, "<string>AcmeDr");
    const context = { includeDeclaration: true };
    const found = await ask<Location[]>("textDocument/references", INFO_FILE, text, { context });
    assert.deepEqual(found.map(place), [
      "Driver/AcmeDriver.cpp:5",
      "Driver/AcmeDriver.cpp:21",
      "Driver/AcmeDriver.iig:4",
      `${INFO_FILE}:16`,
    ]);
  });

  it("gives outline and folds of a plist; leaves the folding of code to the editor", async () => {
    await start();
    await client.open(INFO_FILE);
    const textDocument = { uri: client.uri(INFO_FILE) };
    const symbols = await client.request<DocumentSymbol[]>("textDocument/documentSymbol", { textDocument });
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ["CFBundleIdentifier", "CFBundlePackageType", "IOKitPersonalities"],
    );
    assert.equal(symbols[2]?.children?.[0]?.name, "Acme");
    const folds = await client.request<FoldingRange[]>("textDocument/foldingRange", { textDocument });
    assert.deepEqual(
      folds.map(({ startLine, endLine }) => [startLine, endLine]),
      [
        [3, 30],
        [9, 29],
        [11, 28],
        [23, 27],
      ],
    );
    const iig = { uri: client.uri("Driver/AcmeDriver.iig") };
    assert.equal(await client.request("textDocument/foldingRange", { textDocument: iig }), null);
    const classes = await client.request<DocumentSymbol[]>("textDocument/documentSymbol", { textDocument: iig });
    assert.deepEqual(
      classes.map(({ name }) => name),
      ["AcmeDriver"],
    );
    assert.deepEqual(
      classes[0]?.children?.map(({ name }) => name),
      ["Start", "NewUserClient", "Fired"],
    );
  });

  it("answers for a plist that is nothing but mistakes", async () => {
    await start();
    const broken = `<?xml version="1.0"?>\n<plist><dict><key>IO‸</string></key><array><dict`;
    assert.ok(Array.isArray(await complete(INFO_FILE, broken)));
    const textDocument = { uri: client.uri(INFO_FILE) };
    for (const method of ["foldingRange", "documentSymbol"]) {
      await client.request(`textDocument/${method}`, { textDocument });
    }
    assert.deepEqual(
      client.log.filter((line) => line.includes("textDocument/")),
      [],
    );
  });

  it("shows the projects as a tree, and says when they changed", async () => {
    await start();
    const tree = await client.request<ProjectNode[]>("driverkit/projects");
    const [dext] = tree;
    assert.equal(dext?.kind, "dext");
    assert.equal(dext?.description, "com.acme.app.driver");
    const outline = (nodes: readonly ProjectNode[], depth = 0): string[] =>
      nodes.flatMap((node) => [
        `${"  ".repeat(depth)}${node.kind} ${node.label}`,
        ...outline(node.children, depth + 1),
      ]);
    assert.deepEqual(outline(tree), [
      "dext Driver",
      "  info-plist Info.plist",
      "    personality Acme",
      "      match IOPCIPrimaryMatch",
      "      user-client UserClientProperties",
      "  entitlements Driver.entitlements",
      "    entitlement com.apple.developer.driverkit",
      "  classes Classes",
      "    class AcmeClient",
      "    class AcmeDriver",
      "  sources Sources",
      "    source AcmeClient.iig",
      "    source AcmeDriver.cpp",
      "    source AcmeDriver.iig",
      "  app App",
      "    entitlements App.entitlements",
      "      entitlement com.apple.developer.system-extension.install",
      "      entitlement userclient-access",
    ]);
    const personality = dext?.children[0]?.children[0];
    assert.equal(
      personality?.children[0]?.description,
      "every device of vendor 0x1B21; device 0x0612 of vendor 0x1B21",
    );
    assert.equal(personality?.location?.uri, client.uri(INFO_FILE));
    assert.deepEqual(personality.location.range.start, { line: 10, character: 7 });
    assert.ok(!client.received.includes("driverkit/projectsChanged"));
    await client.open(INFO_FILE, INFO.replace("<key>Acme</key>", "<key>Renamed</key>"));
    await client.until(() => client.received.includes("driverkit/projectsChanged"), "the news");
    const again = await client.request<ProjectNode[]>("driverkit/projects");
    assert.equal(again[0]?.children[0]?.children[0]?.label, "Renamed");
  });

  it("says what Apple has to grant a dext of the tree", async () => {
    await start();
    const [dext] = await client.request<ProjectNode[]>("driverkit/projects");
    const grants = await client.request<GrantsText | null>("driverkit/grants", { dext: dext?.dext });
    assert.deepEqual(grants, {
      request: [
        "Driver (com.acme.app.driver)",
        "",
        "com.apple.developer.driverkit.transport.pci",
        "  vendor id    0x1B21 (6945)",
        "  product ids  0x0612 (1554)",
        "  used by      “Acme”, class AcmeDriver: IOProviderClass IOPCIDevice",
        "",
        "com.apple.developer.driverkit.userclient-access",
        "  for apps     App",
        "  bundle ids   com.acme.app.driver",
        "",
      ].join("\n"),
      claims: [
        "Driver/Driver.entitlements",
        "  ✓ com.apple.developer.driverkit",
        "  ✗ com.apple.developer.driverkit.transport.pci: missing",
        "",
        "App/App.entitlements",
        "  ✓ com.apple.developer.driverkit.userclient-access",
        "      com.acme.app.driver",
        "  · com.apple.developer.system-extension.install",
        "",
        "✓ claimed as needed",
        "✗ missing, or not what is needed",
        "· not judged",
        "",
      ].join("\n"),
    });
    const entitlements = "<key>com.apple.developer.driverkit.transport.pci</key><array/>";
    await client.open("Driver/Driver.entitlements", ENTITLEMENTS.replace("<dict>", `<dict>${entitlements}`));
    const again = await client.request<GrantsText | null>("driverkit/grants", { dext: dext?.dext });
    assert.match(again?.claims ?? "", /✗ com\.apple\.developer\.driverkit\.transport\.pci: does not allow/);
    assert.equal(await client.request("driverkit/grants", { dext: "gone" }), null);
  });

  it("keeps several folders apart: a dext in each of two, and one without", async () => {
    const files: Record<string, string> = { "plain/notes.cpp": "int main() { return 0; }\n" };
    for (const [name, text] of Object.entries(FILES)) {
      files[`one/${name}`] = text;
      files[`two/${name}`] = text.replaceAll("com.acme", "com.other").replace("<key>Acme</key>", "<key>Other</key>");
    }
    client = await TestClient.start(files, { roots: ["one", "two", "plain"], pull: true });
    const tree = await client.request<ProjectNode[]>("driverkit/projects");
    assert.deepEqual(
      tree.map(({ kind, label, description }) => `${kind} ${label}: ${description}`),
      ["dext Driver: one · com.acme.app.driver", "dext Driver: two · com.other.app.driver"],
    );
    const hosts = tree.map(({ children }) => children.find(({ kind }) => kind === "app")?.location?.uri);
    assert.deepEqual(hosts, [client.uri("one/App/Info.plist"), client.uri("two/App/Info.plist")]);
    assert.notEqual(tree[0]?.dext, tree[1]?.dext);
    const grants = await client.request<GrantsText>("driverkit/grants", { dext: tree[1]?.dext });
    assert.match(grants.request, /^Driver \(com\.other\.app\.driver\)\n/);
    assert.match(grants.claims, /^Driver\/Driver\.entitlements\n/);
    const status = async (name: string): Promise<string> => {
      const { state, targets } = await client.request<DocumentStatus>("driverkit/documentStatus", {
        uri: client.uri(name),
      });
      return [state, ...targets].join(" ");
    };
    assert.equal(await status("one/Driver/Info.plist"), "checked Driver");
    assert.equal(await status("two/App/App.entitlements"), "checked App");
    assert.equal(await status("plain/notes.cpp"), "ignored");
    // The test's own rule bans a word; what is said of one folder's file is said in that folder alone.
    const broken = CPP.replace("Create(queue, &timer)", "Create(BAD, &timer)");
    await client.open("two/Driver/AcmeDriver.cpp", broken);
    const found = async (name: string): Promise<number> => {
      const report = { textDocument: { uri: client.uri(name) } };
      return (await client.request<{ items: unknown[] }>("textDocument/diagnostic", report)).items.length;
    };
    assert.equal(await found("two/Driver/AcmeDriver.cpp"), 1);
    assert.equal(await found("one/Driver/AcmeDriver.cpp"), 0);
    assert.equal(await found("plain/notes.cpp"), 0);
  });
});
