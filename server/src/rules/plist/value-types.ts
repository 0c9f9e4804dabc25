// Whether a property list's value is of the type a key wants, and how a value of another type is turned into it.
import type { ValueType } from "../../knowledge/infoplist.ts";
import type { PlistDocument, PlistValue } from "../../plist/document.ts";
import { replaceElement } from "../../plist/edit.ts";
import { integerOf } from "../../plist/leaf-values.ts";
import { isTemplate } from "../../project/build-settings.ts";
import type { Edit } from "../../base/edit.ts";

/** The types in words: "must be …". */
export const TYPE_WORDS: Readonly<Record<ValueType, string>> = {
  string: "a <string>",
  integer: "an <integer>",
  boolean: "<true/> or <false/>",
  dict: "a <dict>",
  array: "an <array>",
  strings: "an <array> of <string>",
  integers: "an <array> of <integer>",
  dicts: "an <array> of <dict>",
  data: "<data>",
  any: "anything",
  "integer-or-any": "an <integer>, or the string *",
  "string-or-strings": "a <string>, or an <array> of them",
  "dict-or-dicts": "a <dict>, or an <array> of them",
};

/** True when a value is of a type, or is filled in later. */
export function isOfType(value: PlistValue, type: ValueType): boolean {
  if (value.kind === "string" && isTemplate(value.text)) return true;
  const all = (kind: PlistValue["kind"]): boolean =>
    value.kind === "array" &&
    value.items.every((item) => item.kind === kind || (item.kind === "string" && isTemplate(item.text)));
  switch (type) {
    case "any":
      return true;
    case "strings":
      return all("string");
    case "integers":
      return all("integer");
    case "dicts":
      return all("dict");
    case "integer-or-any":
      return value.kind === "integer" || (value.kind === "string" && value.text.trim() === "*");
    case "string-or-strings":
      return value.kind === "string" || all("string");
    case "dict-or-dicts":
      return value.kind === "dict" || all("dict");
    default:
      return value.kind === type;
  }
}

/** The value written as the type wants it: a title for the change and its edits; undefined when that cannot be told. */
export function converted(
  document: PlistDocument,
  value: PlistValue,
  type: ValueType,
): { readonly title: string; readonly edits: Edit[] } | undefined {
  const write = (newText: string): { title: string; edits: Edit[] } => ({
    title: `Write ${newText}`,
    edits: [{ span: value.span, newText }],
  });
  if (type === "integer" || type === "integer-or-any") {
    const number = value.kind === "string" ? integerOf(value.text) : undefined;
    return number === undefined ? undefined : write(`<integer>${number}</integer>`);
  }
  if (type === "boolean") {
    const truth = truthOf(value);
    return truth === undefined ? undefined : write(truth ? "<true/>" : "<false/>");
  }
  if (type === "string" && (value.kind === "integer" || value.kind === "real")) {
    return write(`<string>${value.text.trim()}</string>`);
  }
  if (type === "strings" && value.kind === "string" && value.text.trim() !== "") {
    return { title: "Wrap it in an array", edits: replaceElement(document, value, [value.text]) };
  }
  return undefined;
}

function truthOf(value: PlistValue): boolean | undefined {
  if (value.kind !== "string" && value.kind !== "integer") return undefined;
  const text = value.text.trim().toLowerCase();
  if (["true", "yes", "1"].includes(text)) return true;
  return ["false", "no", "0"].includes(text) ? false : undefined;
}
