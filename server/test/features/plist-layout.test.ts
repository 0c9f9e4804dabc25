// Folding and links of property lists.
import assert from "node:assert/strict";
import { foldsOf } from "../../src/features/folding.ts";
import { LineIndex } from "../../src/base/line-index.ts";
import { contextAt } from "./support.ts";

describe("folding", () => {
  it("takes dictionaries, arrays and comments of several lines", async () => {
    const text = `<plist version="1.0">‸
<!-- one
     two -->
<dict>
  <key>A</key>
  <array>
    <string>x</string>
  </array>
  <key>B</key>
  <dict/>
  <key>C</key>
  <dict><key>D</key><true/></dict>
</dict>
</plist>
`;
    const { analysis } = await contextAt({ "/p/Info.plist": text });
    const document = analysis.plist("/p/Info.plist");
    assert.ok(document);
    const lines = new LineIndex(document.text);
    const seen = foldsOf(document).map(
      ({ span, kind }) => `${kind} ${lines.positionAt(span.start).line}-${lines.positionAt(span.end).line}`,
    );
    assert.deepEqual(seen, ["comment 1-2", "region 3-12", "region 5-7"]);
  });

  it("is bounded", async () => {
    const text = `‸<dict>\n${"<key>A</key>\n<dict>\n</dict>\n".repeat(20_000)}</dict>`;
    const { analysis } = await contextAt({ "/p/Info.plist": text });
    const document = analysis.plist("/p/Info.plist");
    assert.ok(document && foldsOf(document).length === 5000);
  });
});
