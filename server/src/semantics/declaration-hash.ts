// What of a file other files can see, as one hash. Bodies and positions are not in it.
import { compareStrings } from "../base/compare.ts";
import { hash } from "../base/hash.ts";
import type { FileSummary, MethodInfo, ParameterInfo, TypeRef } from "./model.ts";

/** A hash over what other files can see, in an order that does not depend on where in the file it stands. */
export function hashDeclarations(summary: Omit<FileSummary, "declarationHash">): string {
  const type = (t: TypeRef | undefined): string => (t ? `${t.text}|${t.pointers}|${t.name}` : "");
  const list = (parameters: readonly ParameterInfo[]): string =>
    parameters
      .map((p) => `${type(p.type)} ${p.name} ${p.attributes.join(" ")} ${(p.annotations ?? []).join(" ")}`)
      .join(",");
  const method = (m: MethodInfo): string =>
    `${m.name}(${list(m.parameters)}):${type(m.returns)};${m.static},${m.virtual},${m.override},${m.pure};${m.attributes.join(" ")};${m.actionType ?? ""};${m.queueName ?? ""};${(m.annotations ?? []).join(" ")}`;
  const lines: string[] = [];
  for (const include of summary.includes) lines.push(`include ${include.name}`);
  for (const c of summary.classes)
    lines.push(
      `class ${c.kind} ${c.name}:${c.base ?? ""};${c.attributes.join(" ")}{${c.methods.map(method).join(";")}}{${c.fields.map((f) => `${type(f.type)} ${f.name}`).join(";")}}`,
    );
  for (const f of summary.functions)
    if (f.form === "plain" || f.form === "impl")
      lines.push(`function ${f.className ?? ""}::${f.name}(${list(f.parameters)}):${type(f.returns)};${f.form}`);
  for (const p of summary.prototypes) lines.push(`prototype ${method(p)}`);
  for (const m of summary.macros) lines.push(`define ${m.name}(${m.parameters?.join(",") ?? "-"}) ${m.body}`);
  for (const [name, value] of summary.constants) lines.push(`const ${name}=${value}`);
  for (const [name, target] of summary.typedefs) lines.push(`typedef ${name}=${type(target)}`);
  lines.sort(compareStrings);
  return hash(`${summary.language}\n${lines.join("\n")}`);
}
