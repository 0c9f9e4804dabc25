// An app for macOS that embeds a dext and lacks the entitlement to have it activated.
import {
  COMMUNICATES_WITH_DRIVERS,
  SYSTEM_EXTENSION_INSTALL,
  USERCLIENT_ACCESS,
} from "../../knowledge/entitlements.ts";
import { entryOf } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { besideSpan } from "./dext-entitlements.ts";
import { entitlementsOfApp, hostAppsOf, type AppEntitlements } from "./host-apps.ts";

export default defineRule({
  meta: {
    id: "entitlement-system-extension-install",
    area: "entitlements",
    severity: "error",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "An app for macOS that embeds a dext, without com.apple.developer.system-extension.install.",
    why: "The activation request ends with OSSystemExtensionErrorMissingEntitlement, so the driver is never installed.",
    messages: { missing: "{app} embeds the dext “{dext}”, but may not activate it without system-extension.install" },
  },
  trigger: targets(),
  check({ target, project, plist }) {
    const apps = project.targets.filter(({ kind }) => kind === "app");
    const installed = apps.some((app) =>
      entitlementsOfApp(app, plist).some(({ root }) => entryOf(root, SYSTEM_EXTENSION_INSTALL)),
    );
    const hosts = hostAppsOf(target, project);
    const findings: RuleFinding<"missing">[] = [];
    const seen = new Set<string>();
    for (const app of hosts) {
      const all = entitlementsOfApp(app, plist);
      const own = all.some(({ root }) => entryOf(root, SYSTEM_EXTENSION_INSTALL));
      // Another app of the workspace may be the one that installs.
      if (installed && !own) continue;
      for (const host of all) {
        const { document, root, platforms } = host;
        if (seen.has(document.path) || !platforms.has("macOS") || entryOf(root, SYSTEM_EXTENSION_INSTALL)) continue;
        seen.add(document.path);
        findings.push({
          message: "missing",
          data: { app: app.name, dext: target.name },
          path: document.path,
          span: besideSpan(root, USERCLIENT_ACCESS, COMMUNICATES_WITH_DRIVERS),
          context: host,
        });
      }
    }
    return findings;
  },
  fixes(_context, finding) {
    const { document, root } = finding.context as AppEntitlements;
    const edits = insertEntry(document, root, SYSTEM_EXTENSION_INSTALL, true);
    return [{ title: "Claim system-extension.install", safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
