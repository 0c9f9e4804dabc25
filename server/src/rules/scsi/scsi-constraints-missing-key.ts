// A SCSI host adapter that reports constraints without all the keys that the family demands.
import { plural } from "../../base/plural.ts";
import { REQUIRED_CONSTRAINTS } from "../../knowledge/scsi.ts";
import { callsAround, codeAround } from "../../semantics/calls.ts";
import { spanOf } from "../../syntax/node.ts";
import { defineRule, file } from "../define.ts";
import { mentionsOf } from "./hba.ts";

export default defineRule({
  meta: {
    id: "scsi-constraints-missing-key",
    area: "scsi",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "UserReportHBAConstraints is given a dictionary without all seven required keys.",
    why: "The family reads the keys without looking whether they are there: the system panics when the driver starts.",
    messages: {
      one: "the constraints lack {key}; without it the system panics",
      several: "the constraints lack {key} and {others}; without them the system panics",
    },
  },
  trigger: file(),
  check(context) {
    const [first] = callsAround(context, context.file.path, ["UserReportHBAConstraints"]);
    if (!first || first.path !== context.file.path) return [];
    const files = codeAround(context, context.file.path);
    const found = REQUIRED_CONSTRAINTS.map((key) => ({ key, places: mentionsOf(key, files, context) }));
    const missing = found.filter(({ places }) => places.length === 0).map(({ key }) => key.constant);
    const [shown] = missing;
    // A dictionary that no code fills comes from elsewhere, and what it holds is not known.
    if (shown === undefined || missing.length === REQUIRED_CONSTRAINTS.length) return [];
    const steps = found.flatMap(({ key, places }) =>
      places.slice(0, 1).map((place) => ({ ...place, text: `${key.constant} is there` })),
    );
    const span = spanOf(first.node);
    if (missing.length === 1) return [{ message: "one" as const, data: { key: shown }, span, steps }];
    const data = { key: shown, others: plural(missing.length - 1, "more required key") };
    return [{ message: "several" as const, data, span, steps }];
  },
});
