// An address from IOMemoryMap::GetAddress() that lives longer than the map.
import { defineRule, functions } from "../define.ts";
import { problemData, problemsOf } from "./problems.ts";

export default defineRule({
  meta: {
    id: "mapping-outlives-owner",
    area: "ownership",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "The address of a mapping is kept or used after the map is released.",
    why: "The last release of an IOMemoryMap unmaps it: the next access through the address faults.",
    messages: {
      kept: "the address of '{variable}' outlives the mapping, which ends with this release",
      used: "the address of '{variable}' is used after the mapping was released",
    },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "mapping-outlives-owner").map((report) => ({
      message: report.steps.some((step) => step.kind === "note") ? "kept" : "used",
      data: problemData(report),
      span: report.problem.span,
      steps: report.steps,
    }));
  },
});
