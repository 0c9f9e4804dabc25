// What a finding says stays readable, whatever a file fills in.
import assert from "node:assert/strict";
import { clip } from "../../src/base/clip.ts";
import { checkAll, hostOf } from "../support.ts";

describe("base/clip", () => {
  it("leaves a short text as it is", () => {
    assert.equal(clip("", 5), "");
    assert.equal(clip("abcde", 5), "abcde");
  });

  it("keeps the beginning and the end of a long one", () => {
    assert.equal(clip("abcdef", 5), "ab…ef");
    assert.equal(clip("abcdefg", 6), "abc…fg");
    assert.equal(clip("x".repeat(3_000_000), 100).length, 100);
  });

  it("does not cut surrogate pairs in two", () => {
    const faces = "😀".repeat(10);
    for (let limit = 3; limit < 20; limit++) {
      const short = clip(faces, limit);
      assert.ok(short.length <= limit && short.length >= limit - 2, `${limit}`);
      assert.match(short, /^(😀)*…(😀)*$/u, `${limit}`);
    }
  });
});

describe("a finding's texts", () => {
  it("do not grow with what a plist says", async () => {
    const plist = (entries: string): string =>
      `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n${entries}\n</dict>\n</plist>\n`;
    const id = `com.example.${"é😀".repeat(1_000_000)}`;
    const host = await hostOf({
      "/ws/Driver.iig":
        "#include <DriverKit/IOUserClient.iig>\nclass DriverClient : public IOUserClient {\npublic:\n    virtual bool init() override;\n};\n",
      "/ws/Info.plist": plist(`<key>CFBundleIdentifier</key><string>${id}</string>
<key>CFBundlePackageType</key><string>DEXT</string>
<key>IOKitPersonalities</key><dict><key>${id}</key><dict>
<key>CFBundleIdentifier</key><string>${id}x</string>
<key>CFBundleIdentifierKernel</key><string>${id}</string>
<key>IOClass</key><string>${id}</string>
<key>IOUserServerName</key><string>${id}y</string>
<key>IOUserClass</key><string>${id}</string>
<key>IOProviderClass</key><string>${id}</string>
</dict></dict>`),
    });
    const findings = checkAll(host).flatMap((report) => report.findings);
    const filledIn = findings.filter(({ message }) => message.includes("…"));
    assert.ok(filledIn.length > 0);
    for (const { message, steps, rule } of findings) {
      for (const text of [message, ...steps.map((step) => step.text)]) assert.ok(text.length < 600, rule);
    }
    host.dispose();
  }).timeout(20_000);
});
