// Which files the extension is for. The server decides which of them belong to a dext.
import type { DocumentSelector } from "vscode-languageclient";

/** Sources are taken by language, plists by pattern: their language is `xml`, or whatever another extension makes of them. */
const languages = ["iig", "cpp", "c", "objective-cpp"];
const patterns = [
  "**/*.iig",
  "**/*.entitlements",
  "**/entitlements.plist",
  "**/Info.plist",
  "**/*-Info.plist",
  "**/Info.plist.in",
];
/** Not `git:` and the like: the old side of a comparison is not to be corrected. */
const schemes = ["file", "untitled", "vscode-vfs"];

export const documentSelector: DocumentSelector & { language?: string; scheme: string; pattern?: string }[] =
  schemes.flatMap((scheme) => [
    ...languages.map((language) => ({ scheme, language })),
    ...patterns.map((pattern) => ({ scheme, pattern })),
  ]);

const relevantName =
  /(\.(iig|cpp|cc|cxx|c|mm|h|hh|hpp|hxx|entitlements)|\/(.+-)?Info\.plist|\/Info\.plist\.in|\/entitlements\.plist)$/;

/**
 * Whether a tab that is not loaded yet may be one of ours. Takes a URI's path; the language is not known at that point,
 * so the name decides.
 */
export function isRelevantPath(path: string): boolean {
  return relevantName.test(path);
}
