// The table of USB matching: which sets of keys a nub takes, and how a claim stands to a personality.
import assert from "node:assert/strict";
import { isUsbCombination, type UsbProvider, type UsbValue } from "../../src/knowledge/usb.ts";
import { usbDextOf } from "../../src/project/usb-claims.ts";
import { compareUsb } from "../../src/project/usb-coverage.ts";
import type { Target } from "../../src/project/model.ts";
import { parsePlist } from "../../src/plist/parse.ts";
import type { Parsers } from "../../src/syntax/parsers.ts";
import { loadParsers } from "../support.ts";

const D: UsbProvider = "IOUSBHostDevice";
const I: UsbProvider = "IOUSBHostInterface";
const keys = (...names: (string | [string, UsbValue])[]): ReadonlyMap<string, UsbValue> =>
  new Map(names.map((name) => (typeof name === "string" ? ([name, 1n] as const) : name)));

describe("usb/combinations", () => {
  const cases: [UsbProvider, boolean, (string | [string, UsbValue])[]][] = [
    [D, true, ["idVendor", "idProduct", "bcdDevice"]],
    [D, true, ["idVendor", "idProduct"]],
    [D, true, ["idVendor", "idProductArray"]],
    [D, true, ["idVendor", "idProduct", "bDeviceClass"]],
    [D, true, ["idVendor", "idProduct", "bInterfaceNumber"]],
    [D, true, ["idVendor", "bDeviceSubClass", "bDeviceProtocol"]],
    [D, true, ["idVendor", "bDeviceSubClass", ["bDeviceClass", 0xffn]]],
    [D, false, ["idVendor", "bDeviceSubClass", ["bDeviceClass", 3n]]],
    [D, true, ["bDeviceSubClass", ["bDeviceClass", 3n]]],
    [D, false, ["bDeviceSubClass", ["bDeviceClass", 0xffn]]],
    [D, true, ["bDeviceClass", "bDeviceSubClass", "bDeviceProtocol"]],
    [D, false, ["bDeviceClass"]],
    [D, false, ["idVendor"]],
    [D, false, ["idProduct"]],
    [D, false, ["idVendor", "bcdDevice"]],
    [D, false, ["idVendor", "bDeviceClass"]],
    [D, false, ["bDeviceClass", "bDeviceSubClass", "bcdDevice"]],
    [I, true, ["idVendor", "idProduct", "bConfigurationValue", "bInterfaceNumber"]],
    [I, true, ["idVendor", "idProduct", "bcdDevice", "bConfigurationValue", "bInterfaceNumber"]],
    [I, true, [["idVendor", "any"], ["idProduct", "any"], "bConfigurationValue", "bInterfaceNumber"]],
    [I, false, ["idVendor", "idProduct"]],
    [I, false, ["idVendor", "idProduct", "bInterfaceNumber"]],
    [I, false, ["idVendor", "idProduct", "bConfigurationValue"]],
    [I, true, ["idVendor", "bInterfaceSubClass", "bInterfaceProtocol"]],
    [I, true, ["idVendor", "bInterfaceSubClass", ["bInterfaceClass", 0xffn]]],
    [I, true, ["idVendor", "bInterfaceSubClass", ["bInterfaceClass", undefined]]],
    [I, false, ["idVendor", "bInterfaceSubClass", ["bInterfaceClass", 8n]]],
    [I, false, ["idVendor", "bInterfaceSubClass", "bInterfaceNumber"]],
    [I, true, [["bInterfaceClass", 8n], "bInterfaceSubClass"]],
    [I, true, [["bInterfaceClass", 8n], "bInterfaceSubClass", "bInterfaceProtocol"]],
    [I, false, [["bInterfaceClass", 0xffn], "bInterfaceSubClass"]],
    [I, false, [["bInterfaceClass", 8n], "bInterfaceSubClass", "bInterfaceNumber"]],
    [I, false, ["bInterfaceClass"]],
    [I, false, ["bInterfaceNumber"]],
  ];
  for (const [provider, expected, names] of cases) {
    const shown = names.map((name) => (typeof name === "string" ? name : `${name[0]}=${String(name[1])}`)).join(" + ");
    it(`${provider} ${expected ? "takes" : "does not take"} ${shown}`, () => {
      assert.equal(isUsbCombination(provider, keys(...names)), expected);
    });
  }
});

describe("usb/claims", () => {
  let parsers: Parsers;
  before(async () => {
    parsers = await loadParsers();
  });

  const judge = (personality: string, claim: string): string => {
    const info = `<plist><dict><key>IOKitPersonalities</key><dict><key>P</key><dict><key>IOUserClass</key><string>P</string><key>IOProviderClass</key><string>IOUSBHostDevice</string>${personality}</dict></dict></dict></plist>`;
    const entitlements = `<plist><dict><key>com.apple.developer.driverkit.transport.usb</key><array>${claim}</array></dict></plist>`;
    const texts: Record<string, string> = { "/Info.plist": info, "/e.entitlements": entitlements };
    const documents = new Map(Object.entries(texts).map(([path, text]) => [path, parsePlist(parsers, path, text)]));
    const target: Target = {
      name: "T",
      kind: "dext",
      folder: "/",
      origin: "folder",
      definedIn: "/Info.plist",
      sources: [],
      otherSources: [],
      embeds: [],
      configurations: [
        {
          name: "",
          infoPlist: "/Info.plist",
          entitlements: "/e.entitlements",
          bundleId: undefined,
          productName: undefined,
          deploymentTarget: undefined,
          variables: new Map(),
          places: new Map(),
        },
      ],
    };
    const [pairing] = usbDextOf(target, (path) => documents.get(path)).pairings;
    assert.ok(pairing);
    const [found] = pairing.personalities;
    assert.ok(found);
    return compareUsb(found, pairing.claim).allowed;
  };
  const int = (key: string, value: string): string => `<key>${key}</key><integer>${value}</integer>`;
  const any = (key: string): string => `<key>${key}</key><string>*</string>`;
  const array = (key: string, ...values: number[]): string =>
    `<key>${key}</key><array>${values.map((value) => `<integer>${value}</integer>`).join("")}</array>`;
  const ids = int("idVendor", "4660") + int("idProduct", "22136");

  const cases: [string, string, string, string][] = [
    ["the vendor is enough", ids, `<dict>${int("idVendor", "4660")}</dict>`, "all"],
    ["hexadecimal is the same number", ids, `<dict>${int("idVendor", "0x1234")}</dict>`, "all"],
    ["a wildcard allows all", ids, `<dict>${any("idVendor")}</dict>`, "all"],
    ["an empty dictionary is not judged", ids, "<dict/>", "unclear"],
    ["another vendor", ids, `<dict>${int("idVendor", "1")}</dict>`, "none"],
    ["another product", ids, `<dict>${int("idVendor", "4660")}${int("idProduct", "1")}</dict>`, "none"],
    ["one of several fits", ids, `<dict>${int("idVendor", "1")}</dict><dict>${int("idVendor", "4660")}</dict>`, "all"],
    ["a key of the claim alone", ids, `<dict>${int("idVendor", "4660")}${int("bcdDevice", "1")}</dict>`, "unclear"],
    ["a class against a vendor", int("bDeviceClass", "3"), `<dict>${int("idVendor", "4660")}</dict>`, "unclear"],
    ["any vendor against one", any("idVendor") + int("idProduct", "1"), `<dict>${int("idVendor", "2")}</dict>`, "some"],
    [
      "a list of products against one of them",
      int("idVendor", "4660") + array("idProductArray", 1, 2),
      `<dict>${int("idVendor", "4660")}${int("idProduct", "2")}</dict>`,
      "some",
    ],
    [
      "a list of products against each of them",
      int("idVendor", "4660") + array("idProductArray", 1, 2),
      `<dict>${int("idProduct", "1")}</dict><dict>${int("idVendor", "4660")}${int("idProduct", "2")}</dict>`,
      "all",
    ],
    [
      "a product against a list with it",
      ids,
      `<dict>${int("idVendor", "4660")}${array("idProductArray", 1, 22136)}</dict>`,
      "all",
    ],
    [
      "any product against one",
      int("idVendor", "4660") + any("idProduct"),
      `<dict>${int("idVendor", "4660")}${int("idProduct", "3")}</dict>`,
      "some",
    ],
    [
      "a list of products against another",
      int("idVendor", "4660") + array("idProductArray", 1, 2),
      `<dict>${int("idVendor", "4660")}${int("idProduct", "3")}</dict>`,
      "none",
    ],
    ["a value filled in later", ids, "<dict><key>idVendor</key><string>$(VENDOR)</string></dict>", "unclear"],
    ["a mask of other products", ids + int("idProductMask", "255"), `<dict>${int("idProduct", "1")}</dict>`, "none"],
    [
      "a mask of products, one allowed",
      ids + int("idProductMask", "0xFF00"),
      `<dict>${int("idProduct", "0x5601")}</dict>`,
      "some",
    ],
    ["a number beyond its field fits none", int("idVendor", "70000"), `<dict>${int("idVendor", "1")}</dict>`, "all"],
    [
      "two products of a mask together",
      int("idVendor", "1") + int("idProduct", "2") + int("idProductMask", "0xFFFE"),
      `<dict>${int("idProduct", "2")}</dict><dict>${int("idProduct", "3")}</dict>`,
      "all",
    ],
  ];
  for (const [name, personality, claim, expected] of cases) {
    it(`${name}: ${expected}`, () => assert.equal(judge(personality, claim), expected));
  }
});
