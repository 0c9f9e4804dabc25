// A PCI match string that the kernel reads otherwise than it looks, or not at all.
import { PCI_MATCH_KEYS, parsePciMatch, type PciMatchItem, type PciMatchKey } from "../../knowledge/pci.ts";
import { entryOf, type PlistDocument, type PlistValue } from "../../plist/document.ts";
import { setValue } from "../../plist/edit.ts";
import { placeOfText } from "../../plist/offsets.ts";
import { pciDextOf, placeOfItem, type MatchSite } from "../../project/pci-claims.ts";
import { isTemplate } from "../../project/build-settings.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";

type Message = "nothing" | "rest" | "restEvery" | "every" | "tooLarge" | "swapped" | "notString";

interface Context {
  readonly value: PlistValue;
  /** The text that the fix writes. */
  readonly mended: string | undefined;
  readonly title: string;
}

export default defineRule({
  meta: {
    id: "pci-match-syntax",
    area: "pci",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A PCI match string that the kernel reads otherwise than it looks.",
    why: "The kernel takes hexadecimal numbers with spaces between them and stops without a word at anything else.",
    messages: {
      nothing: "{key} “{text}” holds no hexadecimal number, so it fits no device",
      rest: "the kernel stops reading {key} at “{text}”; what follows is ignored",
      restEvery: "the kernel stops reading {key} at “{text}”: the mask is then 0, which every device fits",
      every: "the mask of {text} is 0, so {key} matches every PCI device",
      tooLarge: "{text} has more than 32 bits: {effect}",
      swapped: "value and mask of {text} are the wrong way round: the mask comes behind the ampersand",
      notString: "{key} must be a string; the kernel takes it for one without looking",
    },
  },
  trigger: targets(),
  check({ target, plist }) {
    const { personalities, claims } = pciDextOf(target, plist);
    const tables = [...personalities.map(({ table }) => table), ...claims.flatMap((claim) => claim.tables)];
    const findings = tables.flatMap(({ sites }) => sites.flatMap(checkSite));
    // In an entitlement a mask of 0 is how development profiles allow every device.
    for (const { table } of personalities) findings.push(...table.sites.flatMap(matchesEvery));
    for (const { document, value } of claims) {
      if (value?.kind !== "array") continue;
      // In a personality the type of a key is another rule's matter; what stands in an entitlement's dictionaries is this one's.
      for (const item of value.items)
        for (const { key } of PCI_MATCH_KEYS) findings.push(...notString(document, item, key));
    }
    return findings;
  },
  fixes(_context, finding) {
    const { value, mended, title } = finding.context as Context;
    if (mended === undefined) return [];
    return [{ title, safe: false, edits: [{ path: finding.path, edits: setValue(value, mended) }] }];
  },
});

function checkSite(site: MatchSite): RuleFinding<Message>[] {
  const { document, key, value, text, items } = site;
  const common = { path: document.path };
  const { end } = parsePciMatch(text, key.defaultMask);
  const rest = text.slice(end).trim();
  const separated = separatedBySpaces(text, key);
  const title = `Write spaces between the values: ${separated ?? ""}`;
  const context: Context = { value, mended: separated, title };
  if (items.length === 0) {
    const data = { key: key.key, text: shorten(text.trim()) };
    const span = value.contentSpan.end > value.contentSpan.start ? value.contentSpan : value.span;
    return [{ ...common, message: "nothing", data, span, context }];
  }
  const findings: RuleFinding<Message>[] = items.flatMap((item) => checkItem(site, item));
  if (rest !== "") {
    const start = text.length - text.slice(end).trimStart().length;
    const span = placeOfText(document, value, start, text.trimEnd().length);
    const message = items.some(hasZeroMask) ? "restEvery" : "rest";
    findings.push({ ...common, message, data: { key: key.key, text: shorten(rest) }, span, context });
  }
  return findings;
}

/** A mask of 0 that was written so; one that is 0 because the kernel stopped reading is reported there. */
function matchesEvery(site: MatchSite): RuleFinding<Message>[] {
  const { document, key, value, text, items } = site;
  if (text.slice(parsePciMatch(text, key.defaultMask).end).trim() !== "") return [];
  return items.filter(hasZeroMask).map((item) => {
    const data = { key: key.key, text: shorten(text.slice(item.valueStart, item.maskEnd)) };
    const context: Context = { value, mended: undefined, title: "" };
    return { message: "every", data, path: document.path, span: placeOfItem(site, item), severity: "warning", context };
  });
}

function hasZeroMask({ mask, hasMask }: PciMatchItem): boolean {
  return hasMask && (mask & 0xffff_ffffn) === 0n;
}

function checkItem(site: MatchSite, item: PciMatchItem): RuleFinding<Message>[] {
  const { document, text, value } = site;
  const written = text.slice(item.valueStart, item.maskEnd);
  const common = { path: document.path, span: placeOfItem(site, item), data: { text: shorten(written) } };
  if (item.value > 0xffff_ffffn) {
    const keeps = (item.value & item.mask) > 0xffff_ffffn;
    const effect = keeps ? "it fits no device" : "only the last eight digits count";
    const context: Context = { value, mended: undefined, title: "" };
    return [{ ...common, message: "tooLarge", data: { ...common.data, effect }, context }];
  }
  if (!item.hasMask || item.mask === 0n || !isMask(item.value) || isMask(item.mask)) return [];
  const swapped = `${text.slice(item.maskStart, item.maskEnd)}&${text.slice(item.valueStart, item.valueEnd)}`;
  const mended = text.slice(0, item.valueStart) + swapped + text.slice(item.maskEnd);
  return [
    {
      ...common,
      message: "swapped",
      severity: "warning",
      context: { value, mended, title: `Swap value and mask: ${swapped}` } satisfies Context,
    },
  ];
}

/** True for numbers that only make sense as masks: each digit 0 or F, and more than one F. */
function isMask(number: bigint): boolean {
  return /^f{2,}0*$|^f{2,}[0f]*f{2,}$/.test(number.toString(16));
}

/** The text with commas and the like replaced by spaces, where the kernel then reads all of it. */
function separatedBySpaces(text: string, key: PciMatchKey): string | undefined {
  const mended = text
    .trim()
    .replace(/\s*[,;|]+\s*/g, " ")
    .replace(/[\t\n ]+&/g, "&")
    .trim();
  const { items, end } = parsePciMatch(mended, key.defaultMask);
  return mended !== text.trim() && items.length > 0 && mended.slice(end).trim() === "" ? mended : undefined;
}

function notString(document: PlistDocument, dict: PlistValue, key: string): RuleFinding<Message>[] {
  const value = entryOf(dict, key)?.value;
  if (!value || value.kind === "string" || ("text" in value && isTemplate(value.text))) return [];
  const context: Context = { value, mended: undefined, title: "" };
  return [{ message: "notString", data: { key }, path: document.path, span: value.span, context }];
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 30 ? `${line.slice(0, 29)}…` : line;
}
