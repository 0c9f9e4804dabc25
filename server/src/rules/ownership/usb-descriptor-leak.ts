// A USB descriptor from Copy…Descriptor that is not given back.
import { defineRule, functions } from "../define.ts";
import { problemData, problemsOf } from "./problems.ts";

export default defineRule({
  meta: {
    id: "usb-descriptor-leak",
    area: "ownership",
    severity: "warning",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "A USB descriptor from Copy…Descriptor is not given back.",
    why: "The descriptor is a copy that was allocated for the caller: each call leaves its memory behind.",
    messages: {
      leak: "'{variable}' from {source} is not given back by IOUSBHostFreeDescriptor on the path through line {lastLine}",
    },
  },
  trigger: functions(),
  check(context) {
    return problemsOf(context, "usb-descriptor-leak").map((report) => ({
      message: "leak",
      data: problemData(report),
      span: report.problem.site.span,
      steps: [
        ...report.steps,
        { path: context.file.path, span: report.problem.span, kind: "return", text: "left without giving it back" },
      ],
    }));
  },
});
