// Says on hover what a matching value matches: a PCI match string alternative by alternative, other keys in one line. Markdown.
import { PCI_MATCH_KEYS, parsePciMatch, type PciMatchKey } from "../../knowledge/pci.ts";
import type { PlistValue } from "../../plist/document.ts";
import { integerOf } from "../../plist/leaf-values.ts";
import { isTemplate } from "../../project/build-settings.ts";
import { hex, meaningOf, pciMeaning } from "../../project/match-meaning.ts";

const MAX_ITEMS = 12;

/** What the value of a matching key means; "" where it says all itself, and for keys that match nothing. */
export function describeMatch(key: string, value: PlistValue): string {
  const pci = PCI_MATCH_KEYS.find((each) => each.key === key);
  if (pci && value.kind === "string") return isTemplate(value.text) ? "" : describePciMatch(pci, value.text);
  const meaning = meaningOf(key, value);
  if (value.kind === "integer" && meaning !== "") {
    return `\`${String(integerOf(value.text))}\` is ${meaning}${key === "idVendor" ? ", the vendor" : ""}`;
  }
  return meaning === "any" ? "Matches any value" : meaning;
}

/** One line for each alternative, and what the kernel does not read. */
function describePciMatch(key: PciMatchKey, text: string): string {
  const { items, end } = parsePciMatch(text, key.defaultMask);
  const lines = items.slice(0, MAX_ITEMS).map((item) => {
    const written = text.slice(item.valueStart, item.maskEnd).replace(/\s+/g, " ");
    // A register has 32 bits: a value with more is never equal to it.
    const never = (item.value & item.mask) > 0xffff_ffffn;
    const mask = item.hasMask ? "" : ` (mask ${hex(item.mask, 8)})`;
    const meaning = never ? "nothing: the value has more than 32 bits" : `${pciMeaning(key, written)}${mask}`;
    return `- \`${written}\` matches ${meaning}`;
  });
  if (items.length > MAX_ITEMS) lines.push(`- and ${items.length - MAX_ITEMS} more`);
  if (items.length === 0) lines.push("No number stands here, so this matches nothing.");
  if (key.registers.length > 1 && items.length > 0) {
    lines.push("", "Compared with the device's own ids first, then with those of its subsystem.");
  }
  const rest = text.slice(end).trim();
  if (rest !== "") lines.push("", `The kernel stops reading at \`${rest.slice(0, 40).replace(/`/g, "'")}\`.`);
  return lines.join("\n");
}
