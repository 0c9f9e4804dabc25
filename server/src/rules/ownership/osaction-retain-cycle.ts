// An action of the driver's own is released only in free(), which cannot run while the action holds the driver.
import { outermostOf } from "../../semantics/places.ts";
import { spanOf } from "../../syntax/node.ts";
import { classes, defineRule, type RuleFinding } from "../define.ts";
import { reachedFrom, ivarsLife, methodOf } from "./lifecycle.ts";
import { isComplete, objectMembers } from "./members.ts";
import { usesOf } from "./member-uses.ts";

export default defineRule({
  meta: {
    id: "osaction-retain-cycle",
    area: "ownership",
    severity: "warning",
    precision: "medium",
    since: "0.1.0",
    fix: "none",
    summary: "An action that targets the driver is released only in free().",
    why: "An action retains its target until it is cancelled or freed: the driver waits for free() to release what keeps free() from running.",
    messages: {
      cycle: "'{member}' retains the {cls} that holds it; released only in free(), both stay for ever",
    },
  },
  trigger: classes(),
  check(context) {
    const { cls, index } = context;
    if (!isComplete(context, cls) || !methodOf(cls, "free")) return [];
    const actions = objectMembers(cls, index).filter((member) =>
      index.ancestors(member.className).includes("OSAction"),
    );
    if (actions.length === 0 || ivarsLife(context, cls).escapes) return [];
    const free = reachedFrom(context, cls, "free");
    const others = new Set(cls.functions.map(outermostOf).filter((fn) => !free.includes(fn)));
    const findings: RuleFinding<"cycle">[] = [];
    for (const member of actions) {
      const uses = usesOf(context, cls, member);
      const made = uses.find((use) => use.certain && use.kind === "acquire" && use.what.startsWith("CreateAction"));
      if (!made || index.classNameOf(outermostOf(made.fn)) !== cls.name) continue;
      const ends = uses.filter(
        (use) =>
          use.kind === "release" ||
          use.kind === "clear" ||
          use.kind === "escape" ||
          // Cancelled, aborted, or anything else that the API may do to let go of the target.
          (use.kind === "use" && /^(Cancel|Abort|Aborted|SetAbortedHandler)/.test(use.what)),
      );
      const releases = ends.filter((use) => use.kind === "release" || use.kind === "clear");
      if (releases.length === 0) continue;
      const onlyInFree = ends.every(
        (use) => use.certain && use.kind !== "escape" && use.what !== "Cancel" && free.includes(outermostOf(use.fn)),
      );
      // free()'s helper may be called by Stop, or by whatever ends the service, just as well.
      const stop = new Set([...others].flatMap((fn) => (fn.name === "Stop" ? reachedFrom(context, cls, "Stop") : [])));
      if (!onlyInFree || releases.some((use) => stop.has(outermostOf(use.fn)))) continue;
      const [release] = releases;
      if (!release || outermostOf(release.fn).name !== "free") continue;
      findings.push({
        message: "cycle",
        data: { member: `ivars->${member.name}`, cls: cls.name },
        path: release.fn.path,
        span: spanOf(release.at),
        steps: [
          {
            path: made.fn.path,
            span: spanOf(made.at),
            kind: "acquire",
            text: `${made.what} makes an action that retains this ${cls.name}`,
          },
        ],
      });
    }
    return findings;
  },
});
