// A SCSI host adapter that reports a maximum of zero tasks.
import { uncast, unaryParts, binaryParts } from "../../syntax/cpp.ts";
import { K } from "../../syntax/kinds.ts";
import { spanOf, textOf, walk } from "../../syntax/node.ts";
import { SCSI_CONTROLLER_CLASS } from "../../knowledge/scsi.ts";
import { defineRule, functions, type RuleFinding } from "../define.ts";

const METHOD = "UserReportMaximumTaskCount";

export default defineRule({
  meta: {
    id: "scsi-max-task-zero",
    area: "scsi",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "none",
    summary: "UserReportMaximumTaskCount reports zero tasks, or nothing.",
    why: "The family takes the count from there and refuses a controller without tasks: the driver fails to match and load.",
    messages: {
      zero: "a maximum of 0 tasks; the family refuses a controller that takes none",
      unset: "{method} leaves the count unset; the family refuses a controller that takes no task",
    },
  },
  trigger: functions(),
  check({ fn, index }): RuleFinding<"zero" | "unset">[] {
    const className = index.classNameOf(fn);
    if (fn.name !== METHOD || className === undefined || !index.ancestors(className).includes(SCSI_CONTROLLER_CLASS))
      return [];
    const [count] = index.parametersOf(fn);
    if (!count || count.name === "") return [];
    const stores = [...walk(fn.body)].flatMap((node) => {
      const parts = node.kind === K.assignmentExpression ? binaryParts(node) : undefined;
      const left = parts && unaryParts(uncast(parts.left));
      return parts && left?.operator === "*" && textOf(uncast(left.operand)) === count.name ? [parts.right] : [];
    });
    const mentions = [...walk(fn.body)].filter((node) => node.kind === K.identifier && textOf(node) === count.name);
    // Whoever else is handed the pointer may set it.
    if (mentions.length > stores.length) return [];
    if (stores.length === 0) return [{ message: "unset", data: { method: METHOD }, span: fn.nameSpan }];
    const zeros = stores.filter((value) => index.evaluate(textOf(value)) === 0n);
    return zeros.length === stores.length ? zeros.map((value) => ({ message: "zero", span: spanOf(value) })) : [];
  },
});
