// A dext that claims userclient-access for itself, where the app needs it.
import { USERCLIENT_ACCESS } from "../../knowledge/entitlements.ts";
import { entryOf, wholeDict, type PlistDocument, type PlistEntry } from "../../plist/document.ts";
import { insertEntry } from "../../plist/edit.ts";
import { entitlementsOf } from "../../project/model.ts";
import { defineRule, targets, type FileEdit, type RuleFinding } from "../define.ts";
import { dextInfosOf } from "../plist/dext-info.ts";
import { removeEntry } from "../plist/remove-entry.ts";
import { accessIds, hostedDexts, isOpenedElsewhere, type HostedDext } from "./host-apps.ts";

interface Context {
  readonly document: PlistDocument;
  readonly entry: PlistEntry;
  readonly id: string;
  /** The app that lacks the key. */
  readonly hosted: HostedDext | undefined;
}

export default defineRule({
  meta: {
    id: "entitlement-userclient-access-in-dext",
    area: "entitlements",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A dext that claims userclient-access for its own bundle id.",
    why: "The kernel looks for the key in the process that opens the driver, so in the dext it lets nobody in.",
    messages: { own: "userclient-access for the dext's own id lets nobody in; it belongs to the app that opens it" },
  },
  trigger: targets(),
  check({ target, project, plist }) {
    const findings: RuleFinding<"own">[] = [];
    const infos = dextInfosOf(target, plist);
    for (const path of entitlementsOf(target)) {
      const document = plist(path);
      const root = document && wholeDict(document);
      const using = target.configurations.filter(({ entitlements }) => entitlements === path);
      const [configuration] = using;
      const access = root && configuration && accessIds(root, configuration);
      if (!document || !access || access.ids.length === 0) continue;
      const ids = using.map((each) => infos.find(({ configurations }) => configurations.includes(each))?.idIn(each));
      const [id] = ids;
      // A dext may open another one's user client; then the key is in its place.
      if (id === undefined || !access.ids.every((each) => ids.includes(each))) continue;
      const hosts = hostedDexts(target, project, plist);
      const lacking = hosts.find(
        (hosted) => !entryOf(hosted.host.root, USERCLIENT_ACCESS) && !isOpenedElsewhere(hosted, project, plist),
      );
      const context: Context = { document, entry: access.entry, id, hosted: lacking };
      const steps = lacking
        ? [
            {
              path: lacking.host.document.path,
              span: lacking.host.root.entries[0]?.keySpan ?? lacking.host.root.span,
              kind: "note" as const,
              text: `the entitlements of ${lacking.host.app.name} lack it`,
            },
          ]
        : [];
      findings.push({ message: "own", path, span: access.entry.keySpan, steps, context });
    }
    return findings;
  },
  fixes(_context, finding) {
    const { document, entry, id, hosted } = finding.context as Context;
    const edits: FileEdit[] = [{ path: finding.path, edits: [removeEntry(document, entry)] }];
    if (!hosted) return [{ title: "Remove it from the dext", safe: false, edits }];
    const { host } = hosted;
    edits.push({ path: host.document.path, edits: insertEntry(host.document, host.root, USERCLIENT_ACCESS, [id]) });
    return [{ title: `Move it to ${host.app.name}`, safe: false, edits }];
  },
});
