// A personality that matches PCI devices which the entitlement does not allow.
import type { Span } from "../../base/span.ts";
import { insertArrayItem, replaceElement, type NewValue } from "../../plist/edit.ts";
import { judgeCoverage, type ItemVerdict } from "../../project/pci-coverage.ts";
import {
  pciDextOf,
  placeOfItem,
  placesOf,
  textOfItem,
  type PciClaim,
  type PciPairing,
  type PciPersonality,
} from "../../project/pci-claims.ts";
import { PciMistakes } from "../../project/pci-mistakes.ts";
import { proposalsFor } from "../../project/pci-proposals.ts";
import { defineRule, targets, type RuleFinding, type Step } from "../define.ts";

interface Context {
  readonly claim: PciClaim;
  readonly personality: PciPersonality;
  readonly mistakes: PciMistakes;
}

type Message = "none" | "some" | "unclear" | "notArray";

export default defineRule({
  meta: {
    id: "pci-entitlement-not-covering-personality",
    area: "pci",
    severity: "error",
    precision: "high",
    since: "0.1.0",
    fix: "unsafe",
    summary: "A personality matches PCI devices that the entitlement transport.pci does not allow.",
    why: "For such a device the kernel starts the driver and ends it at once: “provider entitlements check failed”.",
    messages: {
      none: "transport.pci does not allow {value}, which “{personality}” matches",
      some: "transport.pci allows only some of the devices of {value}, which “{personality}” matches",
      unclear: "“{personality}” matches {value}; transport.pci narrows that by another register",
      notArray: "transport.pci is no array, so the kernel refuses every device of “{personality}”",
    },
  },
  trigger: targets(),
  check({ target, plist, index }) {
    const dext = pciDextOf(target, plist);
    const mistakes = new PciMistakes(dext, index);
    return dext.pairings.flatMap((pairing) => checkPairing(pairing, mistakes));
  },
  fixes(_context, finding) {
    if (finding.message === "unclear") return [];
    const { claim, personality, mistakes } = finding.context as Context;
    const { document, value } = claim;
    if (!value) return [];
    const [exact, ...others] = proposalsFor([personality], mistakes);
    const proposals = value.kind === "array" ? [exact, ...others] : [exact];
    return proposals.flatMap((proposal) => {
      if (!proposal) return [];
      const edits =
        value.kind === "array"
          ? proposal.dictionaries.flatMap((dictionary) => insertArrayItem(document, value, dictionary))
          : replaceElement(document, value, proposal.dictionaries satisfies readonly NewValue[]);
      return [{ title: proposal.title, safe: false, edits: [{ path: finding.path, edits }] }];
    });
  },
});

function checkPairing({ claim, personalities }: PciPairing, mistakes: PciMistakes): RuleFinding<Message>[] {
  const { value, document } = claim;
  const [first] = personalities;
  if (!value || !first) return [];
  if (value.kind !== "array" && value.kind !== "boolean") {
    const data = { personality: first.personality.name };
    const context: Context = { claim, personality: first, mistakes };
    const steps = placesOf(personalities);
    return [{ message: "notArray", data, path: document.path, span: value.span, steps, context }];
  }
  const findings: RuleFinding<Message>[] = [];
  for (const personality of personalities) {
    const verdicts = judgeCoverage(personality, claim, mistakes) ?? [];
    const finding = findingOf(personality, verdicts, { claim, personality, mistakes });
    if (finding) findings.push(finding);
  }
  return findings;
}

/** One finding for a personality and an entitlements file: of the worst kind, with its values, and a step to each of them. */
function findingOf(
  { personality }: PciPersonality,
  verdicts: readonly ItemVerdict[],
  context: Context,
): RuleFinding<Message> | undefined {
  const worst = (["none", "some", "unclear"] as const).find((kind) => verdicts.some(({ allowed }) => allowed === kind));
  if (!worst) return undefined;
  const bad = verdicts.filter(({ allowed }) => allowed === worst);
  // A mask of 0 looks at no register at all; that is a mistake of its own.
  if (worst === "unclear" && bad.every(({ item }) => (item.mask & 0xffff_ffffn) === 0n)) return undefined;
  const values = bad.map(({ site, item }) => textOfItem(site, item));
  const [shown = ""] = values;
  const key = bad[0]?.site.key.key ?? "";
  const value = values.length > 1 ? `${key} ${shown} and ${values.length - 1} more` : `${key} ${shown}`;
  return {
    message: worst,
    data: { value, personality: personality.name },
    path: context.claim.document.path,
    span: placeOfClaim(context.claim),
    severity: worst === "none" ? "error" : worst === "some" ? "warning" : "hint",
    steps: [...bad.map(matchStep), ...allowedSteps(context.claim)],
    context,
  };
}

/** The entitlement's value where it holds one, since that is what has to change; its key where there are several. */
function placeOfClaim({ value, entry, tables }: PciClaim): Span {
  const [only] = tables;
  const [site] = only?.sites ?? [];
  if (tables.length === 1 && only?.sites.length === 1 && site) return site.value.contentSpan;
  return entry?.keySpan ?? value?.span ?? { start: 0, end: 0 };
}

function matchStep({ site, item }: ItemVerdict): Step {
  const text = `the personality matches ${textOfItem(site, item)}`;
  return { path: site.document.path, span: placeOfItem(site, item), kind: "use", text };
}

function allowedSteps({ tables }: PciClaim): Step[] {
  if (tables.length < 2) return [];
  return tables
    .flatMap(({ sites }) => sites)
    .map((site) => ({
      path: site.document.path,
      span: site.value.contentSpan,
      kind: "note",
      text: `the entitlement allows ${site.key.key} ${site.text.trim()}`,
    }));
}
