// An app that embeds a driver with a user client and has no entitlement to open it.
import {
  ALLOW_ANY_USERCLIENT,
  COMMUNICATES_WITH_DRIVERS,
  SYSTEM_EXTENSION_INSTALL,
  USERCLIENT_ACCESS,
} from "../../knowledge/entitlements.ts";
import { entryOf } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { besideSpan } from "./dext-entitlements.ts";
import { hostedDexts, isOpenedElsewhere, opensToAll, ownUserClient, reasonsOf } from "./host-apps.ts";
import type { HostedDext } from "./host-apps.ts";

export default defineRule({
  meta: {
    id: "entitlement-userclient-access-missing",
    area: "entitlements",
    severity: "error",
    precision: "medium",
    since: "0.1.0",
    fix: "unsafe",
    summary: "An app that embeds a driver with a user client, without the entitlement to open it.",
    why: "IOServiceOpen fails with kIOReturnNotPermitted, 0xE00002E2; the log says “UC failed userclient-access check”.",
    messages: {
      mac: "{app} may not open the driver: userclient-access must list “{id}”",
      pad: "{app} may not open the driver on iPadOS: communicates-with-drivers is missing",
    },
  },
  trigger: targets(),
  check({ target, project, plist, index }) {
    const findings: RuleFinding<"mac" | "pad">[] = [];
    for (const hosted of hostedDexts(target, project, plist)) {
      const { host, info, configuration, id } = hosted;
      const { root, platforms } = host;
      if (!ownUserClient(info, index)) continue;
      // The key of the other platform is there: that is `entitlement-userclient-access-platform`.
      if (entryOf(root, USERCLIENT_ACCESS) || entryOf(root, COMMUNICATES_WITH_DRIVERS)) continue;
      const message = platforms.has("macOS") ? "mac" : platforms.has("iPadOS") ? "pad" : undefined;
      if (!message || isOpenedElsewhere(hosted, project, plist)) continue;
      if (message === "mac" && opensToAll(configuration, ALLOW_ANY_USERCLIENT, plist)) continue;
      findings.push({
        message,
        data: { app: host.app.name, id },
        path: host.document.path,
        span: besideSpan(root, SYSTEM_EXTENSION_INSTALL),
        steps: reasonsOf(hosted, index),
        context: hosted,
      });
    }
    return findings;
  },
  fixes(_context, finding) {
    const { host, id } = finding.context as HostedDext;
    const [key, value] =
      finding.message === "mac" ? ([USERCLIENT_ACCESS, [id]] as const) : ([COMMUNICATES_WITH_DRIVERS, true] as const);
    const edits = insertEntry(host.document, host.root, key, value);
    const title = finding.message === "mac" ? `Let the app open “${id}”` : "Let the app open drivers on iPadOS";
    return [{ title, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
