// A personality whose kernel class or provider demands an entitlement that the dext does not claim.
import { DRIVERKIT_ENTITLEMENT, ENTITLEMENT_NEEDS, type EntitlementNeed } from "../../knowledge/entitlements.ts";
import { familyOfBases } from "../../knowledge/infoplist.ts";
import { entryOf, valueOf, type PlistValue } from "../../plist/document.ts";
import { inOneLine, insertEntry, type NewValue } from "../../plist/edit.ts";
import { usbDextOf } from "../../project/usb-claims.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
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
    messages: {
      missing: "“{personality}” needs {entitlement}{value}, because its {key} is {class}",
      base: "'{user}' derives from {class}, whose drivers claim {entitlement}; Apple grants it on request",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const findings: RuleFinding<"missing" | "base">[] = [];
    for (const claimed of dextEntitlementsOf(target, plist)) {
      const reported = new Set<string>();
      for (const info of claimed.infos) {
        for (const { name, value: personality } of info.dextPersonalities()) {
          const report = (
            entitlement: string,
            place: PlistValue,
            finding: Pick<RuleFinding<"missing" | "base">, "message" | "data" | "severity">,
            text: string,
          ): void => {
            if (entryOf(claimed.root, entitlement) || reported.has(entitlement)) return;
            reported.add(entitlement);
            const usb = entitlement === USB ? vendorDictionaries(usbDextOf(target, plist).personalities) : undefined;
            const short = entitlement.slice(`${DRIVERKIT_ENTITLEMENT}.`.length);
            const value = usb ? ` ${inOneLine(usb.dictionaries)}` : "";
            findings.push({
              ...finding,
              data: { ...finding.data, entitlement: short, value },
              path: claimed.document.path,
              span: besideSpan(claimed.root, DRIVERKIT_ENTITLEMENT),
              steps: [{ path: info.document.path, span: place.contentSpan, kind: "use", text }],
              context: {
                claimed,
                key: entitlement,
                value: usb?.dictionaries ?? true,
                title: usb?.title ?? `Claim ${short}`,
              } satisfies Context,
            });
          };
          for (const need of ENTITLEMENT_NEEDS) {
            const { because, className, entitlement } = need;
            const place = valueOf(personality, because);
            if (!place || info.text(place) !== className) continue;
            const data = { personality: name, key: because, class: className };
            const text = `“${name}” has ${because} ${className}`;
            report(entitlement, place, { message: "missing", data, ...severityOf(need) }, text);
          }
          // The kernel's half of such a driver is IOUserService, which demands nothing: only Apple's guides ask for the entitlement.
          const place = valueOf(personality, "IOUserClass");
          const user = info.text(place);
          const family = user === undefined ? undefined : familyOfBases(index.ancestors(user));
          const entitlement = family?.entitlements.find((each) => each.startsWith("family."));
          const [base] = family?.bases ?? [];
          if (!place || user === undefined || !entitlement || base === undefined || family?.ioClass !== "IOUserService")
            continue;
          const data = { user, class: base };
          report(
            `${DRIVERKIT_ENTITLEMENT}.${entitlement}`,
            place,
            { message: "base", data, severity: "info" },
            `“${name}” is a driver of this class`,
          );
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
