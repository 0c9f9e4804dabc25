// An app that has the other platform's entitlement for opening drivers, and not its own.
import { ALLOW_ANY_USERCLIENT, COMMUNICATES_WITH_DRIVERS, USERCLIENT_ACCESS } from "../../knowledge/entitlements.ts";
import { entryOf } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { hostedDexts, isOpenedElsewhere, opensToAll, ownUserClient, reasonsOf, type HostedDext } from "./host-apps.ts";

export default defineRule({
  meta: {
    id: "entitlement-userclient-access-platform",
    area: "entitlements",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "An app with only the entitlement that the other platform asks for.",
    why: "macOS looks at userclient-access alone and iPadOS at communicates-with-drivers alone, so IOServiceOpen fails with 0xE00002E2.",
    messages: {
      mac: "macOS does not look at communicates-with-drivers: {app} needs userclient-access with “{id}”",
      pad: "iPadOS does not look at userclient-access: {app} needs communicates-with-drivers there",
    },
  },
  trigger: targets(),
  check({ target, project, plist, index }) {
    const findings: RuleFinding<"mac" | "pad">[] = [];
    for (const hosted of hostedDexts(target, project, plist)) {
      const { host, configuration, info, id } = hosted;
      const mac = entryOf(host.root, USERCLIENT_ACCESS);
      const pad = entryOf(host.root, COMMUNICATES_WITH_DRIVERS);
      const entry = mac ?? pad;
      if (!entry || (mac && pad) || !ownUserClient(info, index)) continue;
      const wanted = mac ? "iPadOS" : "macOS";
      if (!host.platforms.has(wanted)) continue;
      if (pad && opensToAll(configuration, ALLOW_ANY_USERCLIENT, plist)) continue;
      if (pad && isOpenedElsewhere(hosted, project, plist)) continue;
      findings.push({
        message: mac ? "pad" : "mac",
        data: { app: host.app.name, id },
        path: host.document.path,
        span: entry.keySpan,
        steps: reasonsOf(hosted, index),
        context: hosted,
      });
    }
    return findings;
  },
  fixes(_context, finding) {
    const { host, id } = finding.context as HostedDext;
    const { document, root } = host;
    const [title, edits] =
      finding.message === "mac"
        ? ([`Add userclient-access with “${id}”`, insertEntry(document, root, USERCLIENT_ACCESS, [id])] as const)
        : (["Add communicates-with-drivers", insertEntry(document, root, COMMUNICATES_WITH_DRIVERS, true)] as const);
    return [{ title, safe: false, edits: [{ path: finding.path, edits }] }];
  },
});
