// Takes an entry out of a property list, with the line it stands on. Text edits only.
import type { Edit } from "../../base/edit.ts";
import type { PlistDocument, PlistEntry } from "../../plist/document.ts";

/** The edit that removes a key and its value, and the white space before them up to the end of the line before. */
export function removeEntry({ text }: PlistDocument, entry: PlistEntry): Edit {
  let { start } = entry.keyElementSpan;
  const end = entry.value?.span.end ?? entry.keyElementSpan.end;
  while (start > 0 && /[ \t]/.test(text.charAt(start - 1))) start--;
  if (text.charAt(start - 1) === "\n") start -= text.charAt(start - 2) === "\r" ? 2 : 1;
  else start = entry.keyElementSpan.start;
  return { span: { start: Math.max(0, start), end }, newText: "" };
}
