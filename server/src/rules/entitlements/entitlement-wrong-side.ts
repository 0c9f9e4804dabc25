// An entitlement of drivers in an app's file, or one of apps in a dext's.
import { entitlementFact, USERCLIENT_ACCESS } from "../../knowledge/entitlements.ts";
import { wholeDict, type PlistEntry } from "../../plist/document.ts";
import { defineRule, documents, type RuleFinding } from "../define.ts";
import { removeEntry } from "../plist/remove-entry.ts";

export default defineRule({
  meta: {
    id: "entitlement-wrong-side",
    area: "entitlements",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "An app claims an entitlement of drivers, or a dext one of apps.",
    why: "It has no effect there, and a claim that the profile does not grant keeps the program from being started.",
    messages: {
      app: "{key} is for the dext; in the app's entitlements it has no effect",
      dext: "{key} is for the app; in the dext's entitlements it has no effect",
    },
  },
  trigger: documents("entitlements"),
  check({ document, project, targetsOf }) {
    const kinds = new Set(targetsOf(document.path).map(({ kind }) => kind));
    const [kind] = kinds;
    const root = wholeDict(document);
    if (kind === undefined || kinds.size > 1 || !root || !project.targets.some((target) => target.kind === "dext"))
      return [];
    return root.entries.flatMap((entry): RuleFinding<"app" | "dext">[] => {
      const fact = entitlementFact(entry.key);
      // `entitlement-userclient-access-in-dext` knows where that one should be.
      if (!fact || fact.shape === "private" || fact.carriers.length === 0 || entry.key === USERCLIENT_ACCESS) return [];
      // Keys of the sandbox and of signing may stand in either.
      if (
        !entry.key.startsWith("com.apple.developer.") ||
        fact.carriers.includes(kind) ||
        fact.confidence === "uncertain"
      )
        return [];
      const key = entry.key.replace(/^com\.apple\.developer\.(driverkit\.)?/, "");
      return [{ message: kind, data: { key }, span: entry.keySpan, context: entry }];
    });
  },
  fixes({ plist }, finding) {
    const document = plist(finding.path);
    if (!document) return [];
    const edit = removeEntry(document, finding.context as PlistEntry);
    return [{ title: "Remove it", safe: false, edits: [{ path: finding.path, edits: [edit] }] }];
  },
});
