// The command `rules`: every rule with its level, whether it can mend what it finds, and one sentence.
import { createColors } from "picocolors";
import { compareStrings } from "../base/compare.ts";
import { AREAS, type Rule } from "../rules/define.ts";
import { wrap } from "./text-width.ts";

/** The table, grouped by area. */
export function listRules(
  rules: readonly Rule[],
  options: { readonly color: boolean; readonly columns: number },
): string {
  const colors = createColors(options.color);
  const width = Math.max(60, Math.min(options.columns, 100));
  const out: string[] = [];
  for (const area of AREAS) {
    const own = rules.filter(({ meta }) => meta.area === area).sort((a, b) => compareStrings(a.meta.id, b.meta.id));
    if (own.length === 0) continue;
    out.push(colors.bold(area));
    for (const { meta } of own) {
      const fix = meta.fix === "none" ? "" : meta.fix === "safe" ? ", --fix" : ", --fix --unsafe-fixes";
      out.push(`  ${colors.cyan(meta.id)}  ${colors.dim(`${meta.severity}${fix}`)}`);
      out.push(...wrap(meta.summary, width - 6).map((line) => `      ${line}`));
    }
    out.push("");
  }
  out.push(colors.dim(`${rules.length} rules. More about one: dextlint explain <rule>`));
  return `${out.join("\n")}\n`;
}
