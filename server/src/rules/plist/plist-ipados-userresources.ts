// A driver without hardware in an app for iPadOS: only a development build of it may run there.
import { valueOf } from "../../plist/document.ts";
import { entitlementsOfApp, hostAppsOf } from "../entitlements/host-apps.ts";
import { defineRule, targets, type RuleFinding, type Step } from "../define.ts";
import { dextInfosOf } from "./dext-info.ts";

export default defineRule({
  meta: {
    id: "plist-ipados-userresources",
    area: "plist",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "A driver for IOUserResources that an app brings to iPadOS.",
    why: "It works while you develop; signed for TestFlight or the App Store, the kernel ends it: “Third party driver may only match real hardware”.",
    messages: { resources: "on iPadOS only a development build may match IOUserResources; a distributed one is ended" },
  },
  trigger: targets(),
  check({ target, project, plist }) {
    const hosts = hostAppsOf(target, project).flatMap((app) => entitlementsOfApp(app, plist));
    const host = hosts.find(({ platforms }) => platforms.has("iPadOS"));
    if (!host) return [];
    // On macOS such a driver is in order, so with an app for both this only says what to expect.
    const severity = hosts.some(({ platforms }) => platforms.has("macOS")) ? ("info" as const) : undefined;
    const beside = host.root.entries[0]?.keySpan ?? host.root.span;
    const step: Step = { path: host.document.path, span: beside, kind: "note", text: `${host.app.name} is for iPadOS` };
    const findings: RuleFinding<"resources">[] = [];
    for (const info of dextInfosOf(target, plist)) {
      const others = info.dextPersonalities().filter(({ value }) => provider(value) !== "IOUserResources");
      // A driver with real hardware besides may have this personality for macOS only.
      if (others.length > 0) continue;
      for (const { value: personality } of info.dextPersonalities()) {
        const value = valueOf(personality, "IOProviderClass");
        if (!value || provider(personality) !== "IOUserResources") continue;
        findings.push({
          message: "resources",
          path: info.document.path,
          span: value.contentSpan,
          steps: [step],
          ...(severity ? { severity } : {}),
        });
      }
      function provider(dict: Parameters<typeof valueOf>[0]): string | undefined {
        return info.text(valueOf(dict, "IOProviderClass"));
      }
    }
    return findings;
  },
});
