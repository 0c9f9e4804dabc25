// A driver that every process may open, in the entitlements that a release is signed with.
import { ALLOW_ANY_USERCLIENT } from "../../knowledge/entitlements.ts";
import { entryOf, valueOf } from "../../plist/document.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { dextEntitlementsOf, isRelease } from "./dext-entitlements.ts";
import { ownUserClient } from "./host-apps.ts";

/** Their servers open the user client, so Apple's own samples claim the key. */
const SERVED = ["com.apple.developer.driverkit.family.audio", "com.apple.developer.driverkit.family.midi"];

export default defineRule({
  meta: {
    id: "entitlement-allow-any-release",
    area: "entitlements",
    severity: "info",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "A release of the driver lets every process open its user client.",
    why: "Whatever ExternalMethod does, any program on the machine can ask for; the app alone needs userclient-access for that.",
    messages: {
      open: "any process can open this driver's user client; userclient-access in the app allows only the app",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const findings: RuleFinding<"open">[] = [];
    for (const { document, root, configurations, infos } of dextEntitlementsOf(target, plist)) {
      const entry = entryOf(root, ALLOW_ANY_USERCLIENT);
      const isTrue = entry?.value?.kind === "boolean" && entry.value.value;
      // The value false is `entitlement-claimed-value-shape`.
      if (!entry || !isTrue || !configurations.some(isRelease)) continue;
      if (SERVED.some((key) => entryOf(root, key))) continue;
      const served = infos.some((info) =>
        info.personalities.some((personality) =>
          info
            .createDicts(personality)
            .some(({ value }) => /^IOUser(Audio|MIDI|Video)/.test(info.text(valueOf(value, "IOUserClass")) ?? "")),
        ),
      );
      const client = infos.map((info) => ({ info, dict: ownUserClient(info, index) })).find(({ dict }) => dict);
      if (served || !client?.dict) continue;
      findings.push({
        message: "open",
        path: document.path,
        span: entry.keySpan,
        steps: [
          {
            path: client.info.document.path,
            span: client.dict.nameSpan,
            kind: "use",
            text: "the user client that it opens",
          },
        ],
      });
    }
    return findings;
  },
});
