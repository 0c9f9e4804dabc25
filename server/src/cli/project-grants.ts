// What Apple has to grant, for a terminal and for the clipboard: first the text for the request form, then each entitlements file.
import { createColors } from "picocolors";
import type { GrantNeed, GrantsReport, GrantVerdict } from "../features/grants-report.ts";
import type { TreeOptions } from "./project-tree.ts";
import { sanitize, widthOf, wrap } from "./text-width.ts";

const VERDICTS: Readonly<Record<GrantVerdict, { readonly sign: string; readonly words: string }>> = {
  covers: { sign: "✓", words: "" },
  partly: { sign: "~", words: "some of the devices that are matched may not be allowed" },
  not: { sign: "✗", words: "does not allow what the personalities match" },
  missing: { sign: "✗", words: "missing" },
  added: { sign: "·", words: "not in the file; Xcode adds it to driver targets" },
  unused: { sign: "?", words: "claimed, but no personality needs it" },
  claimed: { sign: "·", words: "" },
};

/** The text for each dext. Contains no escape sequence unless colour is asked for. */
export function formatGrants(reports: readonly GrantsReport[], options: TreeOptions): string {
  if (reports.length === 0) return "No dext was found.\n";
  return reports.map((report) => section(report, options)).join("\n");
}

function section(report: GrantsReport, options: TreeOptions): string {
  const colors = createColors(options.color);
  const width = Math.max(60, Math.min(options.columns, 100));
  const ids = report.bundleIds.length > 0 ? `  ${report.bundleIds.join(", ")}` : "";
  const out = [`${colors.bold(sanitize(report.dext))}${colors.dim(sanitize(ids))}`, ""];
  out.push(colors.bold("For the request form"));
  if (report.needs.length === 0) out.push("  Its personalities need no entitlement for a transport or a family.");
  for (const need of report.needs) out.push(...needLines(need, width));
  for (const file of report.files) {
    const configurations = file.configurations.length > 0 ? `  ${file.configurations.join(", ")}` : "";
    out.push("", `${colors.bold(sanitize(options.shownPath(file.path)))}${colors.dim(sanitize(configurations))}`);
    const pad = Math.max(
      0,
      ...file.claims
        .filter(({ verdict }) => VERDICTS[verdict].words !== "")
        .map(({ entitlement }) => widthOf(entitlement)),
    );
    for (const { entitlement, verdict } of file.claims) {
      const { sign, words } = VERDICTS[verdict];
      const paint =
        verdict === "not" || verdict === "missing"
          ? colors.red
          : verdict === "covers"
            ? colors.green
            : verdict === "added" || verdict === "claimed"
              ? colors.dim
              : colors.yellow;
      const name = sanitize(entitlement);
      const line = `  ${paint(sign)} ${name}`;
      if (words === "") out.push(line);
      else if (4 + pad + 2 + words.length <= width) {
        out.push(`${line}${" ".repeat(Math.max(0, pad - widthOf(name)) + 2)}${paint(words)}`);
      } else out.push(line, `      ${paint(words)}`);
    }
  }
  if (report.files.length === 0) out.push("", "No entitlements file was found for it.");
  return `${out.join("\n")}\n`;
}

function needLines(need: GrantNeed, width: number): string[] {
  const out = [`  ${need.entitlement}`];
  const add = (name: string, text: string): void => {
    const label = `    ${name.padEnd(12)}`;
    wrap(sanitize(text), width - label.length).forEach((line, at) => {
      out.push(`${at === 0 ? label : " ".repeat(label.length)}${line}`);
    });
  };
  for (const { vendor, products } of need.vendors) {
    add("vendor id", `${vendor} (${Number(vendor)})`);
    if (products.length > 0) {
      add("product ids", products.map((product) => `${product} (${Number(product)})`).join(", "));
    }
  }
  if (need.anyVendor) add("vendor id", "none named: a personality matches devices of any vendor");
  for (const { personality, userClass, because } of need.usedBy) {
    add("used by", `“${personality}”${userClass === "" ? "" : `, class ${userClass}`}: ${because}`);
  }
  return out;
}
