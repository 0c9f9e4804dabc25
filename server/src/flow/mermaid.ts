// A function's graph as a Mermaid flowchart, with the states of each reference at each block: for whoever changes the analysis.
import type { FunctionInfo } from "../semantics/model.ts";
import { normalText } from "../syntax/cpp.ts";
import { textOf } from "../syntax/node.ts";
import { buildCfg, type CfgEnvironment } from "./build-cfg.ts";
import type { Condition, Item } from "./cfg.ts";
import { factsFor } from "./facts.ts";
import { followSite } from "./ownership.ts";
import { sitesOf } from "./sites.ts";
import type { PathState } from "./state.ts";

/** The flowchart; undefined when the function is too large for a graph. Blocks that nothing reaches are left out. */
export function mermaidOf(fn: FunctionInfo, environment: CfgEnvironment): string | undefined {
  const facts = factsFor(environment);
  const cfg = buildCfg(fn.body, facts);
  if (!cfg) return undefined;
  const states = new Map<number, Set<string>>();
  for (const site of sitesOf(fn, facts, cfg)) {
    followSite(cfg, site, fn, facts, {
      observe: (block, state) => {
        if (state.phase === "idle") return;
        const seen = states.get(block) ?? new Set();
        states.set(block, seen.add(describeState(site.variable, state)));
      },
    });
  }
  const reached = new Set([0]);
  for (const id of reached) for (const edge of cfg.blocks[id]?.edges ?? []) reached.add(edge.to);
  const lines = ["flowchart TD"];
  for (const { id, items, edges } of cfg.blocks) {
    if (!reached.has(id)) continue;
    const parts = [...(states.get(id) ?? [])].map((state) => `<i>${escapeText(state)}</i>`);
    parts.push(...items.map((item) => escapeText(describeItem(item))));
    lines.push(`  b${id}["${parts.join("<br/>") || `block ${id}`}"]`);
    for (const { to, condition, back } of edges) {
      const label = condition ? `|"${escapeText(describeCondition(condition))}"|` : "";
      lines.push(`  b${id} ${back ? "-.->" : "-->"}${label} b${to}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function describeState(variable: string, { phase, count, shared }: PathState): string {
  return `${variable}: ${phase}${count > 0 ? ` ${count}` : ""}${shared ? ", shared" : ""}`;
}

function describeItem(item: Item): string {
  switch (item.kind) {
    case "evaluate":
    case "declare":
      return shorten(normalText(item.node));
    case "assign":
      return shorten(`${normalText(item.left)} = ${normalText(item.value)}`);
    case "return":
      return item.implicit ? "end" : shorten(`return ${item.value ? normalText(item.value) : ""}`.trim());
    case "leave":
      return `leave scope of ${item.names.join(", ")}`;
  }
}

function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case "expression":
      return `${shorten(normalText(condition.node))} is ${condition.value}`;
    case "case":
      return condition.node ? `case ${textOf(condition.node)}` : "default";
    case "preprocessor":
      return `#${condition.text} is ${condition.value}`;
  }
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Mermaid takes HTML entities in quoted labels. */
function escapeText(text: string): string {
  return text.replace(/[&<>"#]/g, (character) => `#${character.charCodeAt(0)};`);
}
