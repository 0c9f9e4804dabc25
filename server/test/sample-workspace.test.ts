// The sample's own README says where its defects are: each must be found there, and nothing else anywhere.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { LineIndex } from "../src/base/line-index.ts";
import { checkAll, hostOf, root } from "./support.ts";

const folder = path.join(root, "test-workspace");

/** The rows of the table: numbers, file name, rules. */
function rows(): { numbers: string[]; file: string; rules: string[] }[] {
  const text = fs.readFileSync(path.join(folder, "README.md"), "utf8");
  return [...text.matchAll(/^\| ([\d, ]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map((match) => ({
    numbers: (match[1] as string).split(",").map((number) => number.trim()),
    file: (match[2] as string).split(",")[0]?.trim() ?? "",
    rules: [...(match[3] as string).matchAll(/`([\w-]+)`/g)].map((rule) => rule[1] as string),
  }));
}

describe("the sample workspace", () => {
  it("has the findings that its README lists, where the numbers stand, and no others", async () => {
    const files: Record<string, string> = {};
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const at = path.join(entry.parentPath, entry.name);
      files[`/ws/${path.relative(folder, at).split(path.sep).join("/")}`] = fs.readFileSync(at, "utf8");
    }
    const host = await hostOf(files);
    const found = checkAll(host).flatMap((report) => {
      const lines = new LineIndex(files[report.path] ?? "");
      return report.findings.map((finding) => {
        const line = lines.positionAt(finding.span.start).line;
        return { rule: finding.rule, path: report.path, text: lines.lineText(line) };
      });
    });
    host.dispose();
    let listed = 0;
    for (const { numbers, file, rules } of rows()) {
      for (const number of numbers) {
        for (const rule of rules) {
          listed++;
          const there = found.filter((finding) => finding.rule === rule && finding.path.endsWith(`/${file}`));
          assert.ok(there.length > 0, `${number}: ${rule} in ${file}`);
          if (file.endsWith(".cpp")) {
            assert.ok(
              there.some(({ text }) => text.trimEnd().endsWith(`// ${number}`)),
              `${number}: ${rule} on its line`,
            );
          }
        }
      }
    }
    assert.ok(listed > 20);
    assert.equal(found.length, listed, found.map(({ rule, path: at }) => `${at} ${rule}`).join("\n"));
  });
});
