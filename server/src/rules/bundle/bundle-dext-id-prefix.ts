// A dext in an app for iPadOS whose bundle id does not begin with the app's.
import { entryOf } from "../../plist/document.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { hostedDexts } from "../entitlements/host-apps.ts";
import { placeOf } from "../plist/dext-info.ts";

export default defineRule({
  meta: {
    id: "bundle-dext-id-prefix",
    area: "bundle",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "A dext in an app for iPadOS whose bundle id does not begin with the app's.",
    why: "iPadOS installs an app with what is embedded in it only where their ids begin with the app's own.",
    messages: {
      prefix: "the dext's id “{id}” does not begin with “{app}.”, so iPadOS does not install it",
    },
  },
  trigger: targets(),
  check({ target, project, plist }) {
    return hostedDexts(target, project, plist).flatMap(({ host, info, id }): RuleFinding<"prefix">[] => {
      const app = host.configuration.bundleId;
      // An app for both may embed the driver on macOS only.
      if (!host.platforms.has("iPadOS") || host.platforms.has("macOS")) return [];
      if (app === undefined || id.startsWith(`${app}.`)) return [];
      const entry = entryOf(info.root, "CFBundleIdentifier");
      const span = entry ? placeOf(entry) : info.root.span;
      const beside = host.root.entries[0]?.keySpan ?? host.root.span;
      const text = `the app ${host.app.name} (${app}) is for iPadOS`;
      return [
        {
          message: "prefix",
          data: { id, app },
          path: info.document.path,
          span,
          steps: [{ path: host.document.path, span: beside, kind: "note", text }],
        },
      ];
    });
  },
});
