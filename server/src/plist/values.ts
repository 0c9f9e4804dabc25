// Plain values of XML property lists where positions do not matter: provisioning profiles, settings, tests.
import { parse } from "plist";
import { readPlist } from "./parse.ts";
import { scanXml } from "./tokens.ts";

export type PlainPlist =
  string | number | boolean | Date | Uint8Array | null | readonly PlainPlist[] | { readonly [key: string]: PlainPlist };

/** Entity declarations are the only way to make a small text large; a property list has none. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** The value of an XML property list; undefined when the text is none, or has mistakes. Never throws. */
export function plainValues(text: string): PlainPlist | undefined {
  if (text.length > MAX_LENGTH || /<!ENTITY/.test(text) || !/^[\ufeff\s]*</.test(text)) return undefined;
  // The library's XML parser writes to the console about texts that are not well-formed; it never gets one.
  const document = readPlist("", text, scanXml(text));
  if (!document.root || document.problems.some(({ code }) => code !== "duplicate-key")) return undefined;
  try {
    return parse(text.replace(/^\ufeff/, "")) as PlainPlist;
  } catch {
    return undefined;
  }
}
