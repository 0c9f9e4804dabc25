// What Apple has to grant, in words: labelled lines for whoever lays them out, and a plain text to look at and to paste.
import type { ClientNeed } from "./dext-clients.ts";
import type { GrantClaim, GrantNeed, GrantsReport, GrantVerdict } from "./grants-report.ts";

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

const SIGNS: readonly (readonly [sign: string, meaning: string])[] = [
  ["✓", "claimed as needed"],
  ["~", "claimed, but not surely for all devices"],
  ["✗", "missing, or not what is needed"],
  ["?", "claimed without need"],
  ["·", "not judged"],
];

/** What the signs mean that reports use, a line each; none where there are no files. */
export function legendOf(reports: readonly GrantsReport[]): string[] {
  const used = new Set(
    reports.flatMap(({ files }) => files.flatMap(({ claims }) => claims.map(({ verdict }) => VERDICTS[verdict].sign))),
  );
  return SIGNS.flatMap(([sign, meaning]) => (used.has(sign) ? [`${sign} ${meaning}`] : []));
}

/** The values of a claim that are shown on lines of their own; none for one that is merely true. */
export function valueLines({ values }: GrantClaim): readonly string[] {
  return values.length === 1 && values[0] === "true" ? [] : values;
}

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
  const named = new Set(need.usedBy.map(({ personality }) => personality));
  for (const { vendor, products, personalities } of need.vendors) {
    // Which personality an id is from is worth saying where there are several.
    const from = named.size > 1 ? `, matched by ${personalities.map((each) => `“${each}”`).join(", ")}` : "";
    lines.push({
      label: "vendor id",
      text: `${inBoth(vendor)}${products.length > 0 ? "" : ", all of its products"}${from}`,
    });
    if (products.length > 0) lines.push({ label: "product ids", text: products.map(inBoth).join(", ") });
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

/** An id as it is written in code and as forms and property lists have it; one with a mask says how many ids fit. */
function inBoth(id: string): string {
  const [value = "", mask] = id.split(" & ");
  if (mask === undefined) return `${value} (${Number(value)})`;
  const free = [...Number(mask).toString(2).padStart(16, "0")].filter((bit) => bit === "0").length;
  return `${value} under the mask ${mask} (${2 ** free} ids)`;
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
    ...claimed.flatMap((claim) => {
      const { sign, words } = VERDICTS[claim.verdict];
      const line = `  ${sign} ${claim.entitlement}${words === "" ? "" : `: ${words}`}`;
      return [line, ...valueLines(claim).map((value) => `      ${value}`)];
    }),
    "",
  ]);
  if (report.files.length === 0) claims.push(NO_FILES);
  claims.push(...legendOf([report]), "");
  return { request: `${request.join("\n")}\n`, claims: claims.join("\n") };
}
