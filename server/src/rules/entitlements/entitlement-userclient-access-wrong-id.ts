// An app whose userclient-access lists ids, but not that of the driver that it embeds.
import { ALLOW_ANY_USERCLIENT } from "../../knowledge/entitlements.ts";
import type { PlistValue } from "../../plist/document.ts";
import { insertArrayItem, replaceElement, setValue } from "../../plist/edit.ts";
import { defineRule, targets, type Fix, type RuleFinding } from "../define.ts";
import { textIn } from "../plist/dext-info.ts";
import { accessIds, hostedDexts, isOpenedElsewhere, opensToAll, ownUserClient, reasonsOf } from "./host-apps.ts";
import type { HostedDext } from "./host-apps.ts";

interface Context {
  readonly hosted: HostedDext;
  readonly list: PlistValue;
  /** The element that was meant for the driver; undefined where none was. */
  readonly wrong: PlistValue | undefined;
}

export default defineRule({
  meta: {
    id: "entitlement-userclient-access-wrong-id",
    area: "entitlements",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "userclient-access lists bundle ids, but not that of the driver that the app embeds.",
    why: "The kernel compares each id with the driver's letter by letter; none is equal, so IOServiceOpen fails with 0xE00002E2.",
    messages: {
      wrong: "“{found}” is not the driver's bundle id; {app} must list “{id}”",
      absent: "{app} may not open its driver: userclient-access does not list “{id}”",
    },
  },
  trigger: targets(),
  check({ target, project, plist, index }) {
    const findings: RuleFinding<"wrong" | "absent">[] = [];
    const known = new Set(
      project.targets.flatMap(({ kind, configurations }) =>
        kind === "dext" ? configurations.map(({ bundleId }) => bundleId) : [],
      ),
    );
    for (const hosted of hostedDexts(target, project, plist)) {
      const { host, info, configuration, id } = hosted;
      const access = accessIds(host.root, host.configuration);
      const list = access?.entry.value;
      if (!access || !list || access.ids.includes(id) || !ownUserClient(info, index)) continue;
      // Several ids in one string have a rule of their own.
      if (access.ids.some((each) => /[\s,;]/.test(each))) continue;
      if (host.platforms.size > 0 && !host.platforms.has("macOS")) continue;
      if (isOpenedElsewhere(hosted, project, plist) || opensToAll(configuration, ALLOW_ANY_USERCLIENT, plist)) continue;
      const elements = list.kind === "array" ? list.items : [list];
      const strangers = elements.filter((each) => {
        const text = textIn(host.configuration, each);
        return text !== undefined && !known.has(text);
      });
      const wrong = strangers.find((each) => resembles(textIn(host.configuration, each) ?? "", id));
      const context: Context = { hosted, list, wrong };
      findings.push({
        message: wrong ? "wrong" : "absent",
        data: { app: host.app.name, id, found: wrong?.kind === "string" ? wrong.text.trim() : "" },
        path: host.document.path,
        span: wrong?.contentSpan ?? access.entry.keySpan,
        steps: reasonsOf(hosted, index),
        context,
      });
    }
    return findings;
  },
  fixes(_context, finding) {
    const { hosted, list, wrong } = finding.context as Context;
    const { document } = hosted.host;
    const { id } = hosted;
    const fixes: Fix[] = [];
    const add = (title: string, edits: ReturnType<typeof setValue>): void => {
      if (edits.length > 0) fixes.push({ title, safe: false, edits: [{ path: finding.path, edits }] });
    };
    if (wrong) add(`Replace it by “${id}”`, setValue(wrong, id));
    else if (list.kind === "array") add(`Add “${id}”`, insertArrayItem(document, list, id));
    else
      add(`Add “${id}”`, replaceElement(document, list, list.kind === "string" && list.text ? [list.text, id] : [id]));
    return fixes;
  },
});

/** True when an id was evidently meant for the driver: with a team or a class around it, in other case, or of the same organisation. */
function resembles(found: string, id: string): boolean {
  const [a, b] = [found.toLowerCase(), id.toLowerCase()];
  if (a.includes(b) || b.includes(a)) return true;
  const organisation = b.split(".").slice(0, 2).join(".");
  return a.startsWith(`${organisation}.`);
}
