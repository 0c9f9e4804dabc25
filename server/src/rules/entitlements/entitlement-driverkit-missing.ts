// A dext's entitlements without com.apple.developer.driverkit.
import { DRIVERKIT_ENTITLEMENT } from "../../knowledge/entitlements.ts";
import { entryOf } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { defineRule, targets } from "../define.ts";
import { besideSpan, dextEntitlementsOf, type DextEntitlements } from "./dext-entitlements.ts";

export default defineRule({
  meta: {
    id: "entitlement-driverkit-missing",
    area: "entitlements",
    severity: "hint",
    precision: "medium",
    since: "0.1.0",
    fix: "safe",
    summary: "A dext's entitlements without com.apple.developer.driverkit.",
    why: "Xcode adds the key when it builds; signed in any other way, the dext's process is not accepted by the kernel.",
    messages: { missing: "com.apple.developer.driverkit is not here: Xcode adds it, a signing script does not" },
  },
  trigger: targets(),
  check({ target, plist }) {
    return dextEntitlementsOf(target, plist)
      .filter(({ root }) => !entryOf(root, DRIVERKIT_ENTITLEMENT))
      .map((context) => ({
        message: "missing" as const,
        path: context.document.path,
        span: besideSpan(context.root),
        context,
      }));
  },
  fixes(_context, finding) {
    const { document, root } = finding.context as DextEntitlements;
    const edits = insertEntry(document, root, DRIVERKIT_ENTITLEMENT, true);
    return [{ title: "Claim com.apple.developer.driverkit", safe: true, edits: [{ path: finding.path, edits }] }];
  },
});
