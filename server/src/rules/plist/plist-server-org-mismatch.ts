// Services are to share one process, but the process's name is not of the dext's organisation.
import { entryOf, valueOf } from "../../plist/document.ts";
import { defineRule, targets, type RuleFinding } from "../define.ts";
import { dextInfosOf, textIn } from "./dext-info.ts";

export default defineRule({
  meta: {
    id: "plist-server-org-mismatch",
    area: "plist",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "IOUserServerOneProcess with an IOUserServerName that does not begin like the dext's bundle id.",
    why: "The kernel shares a process only within one organisation: it logs “not correct organization” and starts one for each service.",
    messages: { mismatch: "the process is not shared: its name must begin with “{organisation}”, like the bundle id" },
  },
  trigger: targets(),
  check({ target, plist }) {
    const findings: RuleFinding<"mismatch">[] = [];
    for (const info of dextInfosOf(target, plist)) {
      for (const { value: personality } of info.dextPersonalities()) {
        const flag = entryOf(personality, "IOUserServerOneProcess");
        const value = valueOf(personality, "IOUserServerName");
        if (!flag || !value) continue;
        for (const configuration of info.configurations) {
          const name = textIn(configuration, value);
          const organisation = /^[^.]*\.[^.]*\./.exec(info.idIn(configuration) ?? "")?.[0];
          if (name === undefined || organisation === undefined || name.startsWith(organisation)) continue;
          findings.push({
            message: "mismatch",
            data: { organisation },
            path: info.document.path,
            span: value.contentSpan,
            steps: [
              { path: info.document.path, span: flag.keySpan, kind: "note", text: "one process is asked for here" },
            ],
          });
          break;
        }
      }
    }
    return findings;
  },
});
