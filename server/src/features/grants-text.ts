// What Apple has to grant, in words: labelled lines for whoever lays them out, and a plain text to look at and to paste.
import type { ClientNeed } from "./dext-clients.ts";
import type { GrantNeed, GrantsReport, GrantVerdict } from "./grants-report.ts";

/** How a verdict is shown: a sign, and words where the sign does not say it all. */
export const VERDICTS: Readonly<Record<GrantVerdict, { readonly sign: string; readonly words: string }>> = {
  covers: { sign: "✓", words: "" },
  partly: { sign: "~", words: "some of the devices that are matched may not be allowed" },
  not: { sign: "✗", words: "does not allow what the personalities match" },
  unlisted: { sign: "✗", words: "does not list the driver's bundle id" },
  missing: { sign: "✗", words: "missing" },
  added: { sign: "·", words: "not in the file; Xcode adds it to driver targets" },
  unused: { sign: "?", words: "claimed, but no personality needs it" },
  claimed: { sign: "·", words: "" },
};

export interface LabelledLine {
  readonly label: string;
  readonly text: string;
}

/** Said in place of needs where there are none. */
export const NO_NEEDS = "Its personalities need no entitlement for a transport or a family.";
/** Said in place of entitlements files where there are none. */
export const NO_FILES = "No entitlements file was found for it.";

/** The lines about one entitlement to ask for, each with its label: ids in hexadecimal and decimal, then who needs it. */
export function needLines(need: GrantNeed): LabelledLine[] {
  const lines: LabelledLine[] = [];
  for (const { vendor, products } of need.vendors) {
    lines.push({ label: "vendor id", text: `${vendor} (${Number(vendor)})` });
    if (products.length > 0) {
      const text = products.map((product) => `${product} (${Number(product)})`).join(", ");
      lines.push({ label: "product ids", text });
    }
  }
  if (need.anyVendor) {
    lines.push({ label: "vendor id", text: "none named: a personality matches devices of any vendor" });
  }
  for (const { personality, userClass, because } of need.usedBy) {
    const text = `“${personality}”${userClass === "" ? "" : `, class ${userClass}`}: ${because}`;
    lines.push({ label: "used by", text });
  }
  return lines;
}

/** The lines about an entitlement that apps have to ask for, each with its label. */
export function clientNeedLines({ apps, bundleIds }: ClientNeed): LabelledLine[] {
  const lines = [{ label: "for apps", text: apps.join(", ") }];
  return bundleIds.length > 0 ? [...lines, { label: "bundle ids", text: bundleIds.join(", ") }] : lines;
}

/** A dext's grants as plain text. Lines are as long as they are: forms and editors wrap by themselves. */
export interface GrantsText {
  /** For the request form. Ends with a line break. */
  readonly request: string;
  /** What each entitlements file claims of it. Ends with a line break. */
  readonly claims: string;
}

/** Writes a report down; `shownPath` gives the paths as a person wants to read them. */
export function grantsText(report: GrantsReport, shownPath: (path: string) => string): GrantsText {
  const ids = report.bundleIds.length > 0 ? ` (${report.bundleIds.join(", ")})` : "";
  const request = [`${report.dext}${ids}`];
  const add = (entitlement: string, lines: readonly LabelledLine[]): void => {
    request.push("", entitlement, ...lines.map(({ label, text }) => `  ${label.padEnd(12)} ${text}`));
  };
  for (const need of report.needs) add(need.entitlement, needLines(need));
  if (report.needs.length === 0) request.push("", NO_NEEDS);
  for (const need of report.clientNeeds) add(need.entitlement, clientNeedLines(need));
  const claims = report.files.flatMap(({ path, configurations, claims: claimed }) => [
    ...(configurations.length > 0 ? [`${shownPath(path)} (${configurations.join(", ")})`] : [shownPath(path)]),
    ...claimed.map(({ entitlement, verdict }) => {
      const { sign, words } = VERDICTS[verdict];
      return `  ${sign} ${entitlement}${words === "" ? "" : `: ${words}`}`;
    }),
    "",
  ]);
  if (report.files.length === 0) claims.push(NO_FILES, "");
  return { request: `${request.join("\n")}\n`, claims: claims.join("\n") };
}
