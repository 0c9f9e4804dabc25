// A personality whose kernel class or provider demands an entitlement that the dext does not claim.
import { DRIVERKIT_ENTITLEMENT, ENTITLEMENT_NEEDS, type EntitlementNeed } from "../../knowledge/entitlements.ts";
import { entryOf, valueOf } from "../../plist/document.ts";
import { insertEntry, type NewValue } from "../../plist/edit.ts";
import { usbDextOf } from "../../project/usb-claims.ts";
import { defineRule, targets, type RuleFinding, type Step } from "../define.ts";
import { vendorDictionaries } from "../usb/proposals.ts";
import { besideSpan, dextEntitlementsOf, type DextEntitlements } from "./dext-entitlements.ts";

const USB = "com.apple.developer.driverkit.transport.usb";

interface Context {
  readonly claimed: DextEntitlements;
  readonly key: string;
  readonly value: NewValue;
  readonly title: string;
}

export default defineRule({
  meta: {
    id: "entitlement-family-missing",
    area: "entitlements",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A dext's entitlements lack the one that its personality's provider or kernel class demands.",
    why: "The kernel starts the process and ends it at once: “provider” or “family entitlements check failed”.",
    messages: { missing: "“{personality}” needs {entitlement}, because its {key} is {class}" },
  },
  trigger: targets(),
  check({ target, plist }) {
    const findings: RuleFinding<"missing">[] = [];
    for (const claimed of dextEntitlementsOf(target, plist)) {
      const reported = new Set<string>();
      for (const info of claimed.infos) {
        for (const { name, value: personality } of info.dextPersonalities()) {
          for (const need of ENTITLEMENT_NEEDS) {
            const place = valueOf(personality, need.because);
            if (!place || info.text(place) !== need.className) continue;
            if (entryOf(claimed.root, need.entitlement) || reported.has(need.entitlement)) continue;
            reported.add(need.entitlement);
            const usb =
              need.entitlement === USB ? vendorDictionaries(usbDextOf(target, plist).personalities) : undefined;
            const short = need.entitlement.slice(`${DRIVERKIT_ENTITLEMENT}.`.length);
            const context: Context = {
              claimed,
              key: need.entitlement,
              value: usb?.dictionaries ?? true,
              title: usb?.title ?? `Claim ${short}`,
            };
            const step: Step = {
              path: info.document.path,
              span: place.contentSpan,
              kind: "use",
              text: `“${name}” has ${need.because} ${need.className}`,
            };
            findings.push({
              message: "missing",
              data: { personality: name, entitlement: short, key: need.because, class: need.className },
              path: claimed.document.path,
              span: besideSpan(claimed.root, DRIVERKIT_ENTITLEMENT),
              ...severityOf(need),
              steps: [step],
              context,
            });
          }
        }
      }
    }
    return findings;
  },
  fixes(_context, finding) {
    const { claimed, key, value, title } = finding.context as Context;
    const edits = insertEntry(claimed.document, claimed.root, key, value);
    return [{ title, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});

/** What only documentation says is a warning: the kernel's source for it is closed. */
function severityOf({ confidence }: EntitlementNeed): { severity?: "warning" } {
  return confidence === "verified-source" || confidence === "observed" ? {} : { severity: "warning" };
}
