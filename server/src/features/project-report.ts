// The projects of a workspace as the tool sees them: dexts with what their files say, the apps that bring them, and what was concluded
// from what. Plain data, for a tree view and for the terminal.
import { compareStrings } from "../base/compare.ts";
import type { Span } from "../base/span.ts";
import { stringOf, valueOf, type PlistDocument, type PlistValue } from "../plist/document.ts";
import { expandVariables } from "../project/build-settings.ts";
import { personalitiesOf, type Personality } from "../project/dext-plists.ts";
import { isMatchKey, meaningOf } from "../project/match-meaning.ts";
import { hostsOf, type Host, type HostEvidence } from "../project/hosts.ts";
import type { ProjectModel, Target, TargetConfiguration } from "../project/model.ts";
import type { ProjectIndex } from "../semantics/model.ts";
import { openersOf } from "./dext-clients.ts";
import { oneLine, valuesOf } from "./claimed-values.ts";
import { bundleIdsOf } from "./dext-ids.ts";
import { matchSummary } from "./match-summary.ts";
import { evidenceInWords, notesOf } from "./project-notes.ts";

/** What a report is made from; an Analysis has all of it. */
export interface ReportSource {
  readonly project: ProjectModel;
  readonly index: ProjectIndex;
  plist(path: string): PlistDocument | undefined;
}

/** A place to go to. */
export interface ReportPlace {
  readonly path: string;
  readonly span: Span;
}

export interface ProjectReport {
  readonly dexts: readonly DextReport[];
  /** Apps that neither bring a dext nor open one. */
  readonly otherApps: readonly AppReport[];
  /** What could not be decided. */
  readonly notes: readonly string[];
}

export interface DextReport {
  readonly name: string;
  readonly origin: Target["origin"];
  readonly definedIn: string;
  /** Distinct, in order of configuration; empty where none is known. */
  readonly bundleIds: readonly string[];
  /** The versions of DriverKit that it is built for; with the configurations where not all have the same: "21.0 (Debug)". */
  readonly deploymentTargets: readonly string[];
  readonly infoPlists: readonly InfoPlistReport[];
  readonly entitlements: readonly EntitlementsReport[];
  readonly classes: readonly ClassReport[];
  /** C++ sources, headers and `.iig` files. */
  readonly sources: readonly string[];
  readonly hosts: readonly HostReport[];
  /** Apps that do not bring it, but whose entitlements list its bundle id to open it. */
  readonly openers: readonly AppReport[];
  /** What was concluded, and from what. */
  readonly notes: readonly string[];
}

export interface InfoPlistReport {
  readonly path: string;
  readonly configurations: readonly string[];
  /** Why nothing of it is shown; undefined where it could be read. */
  readonly problem: string | undefined;
  readonly personalities: readonly PersonalityReport[];
}

export interface PersonalityReport {
  readonly name: string;
  readonly place: ReportPlace;
  readonly provider: string | undefined;
  readonly userClass: string | undefined;
  readonly kernelClass: string | undefined;
  readonly matches: readonly MatchReport[];
  /** Which devices these are, in a few words; "" where they do not tell. */
  readonly summary: string;
  /** What the driver can make with IOService::Create: its user clients, and services of its own. */
  readonly creates: readonly CreateReport[];
}

export interface CreateReport {
  /** The dictionary's key, which Create is given. */
  readonly key: string;
  readonly userClass: string;
  readonly kernelClass: string | undefined;
  readonly place: ReportPlace;
  readonly creates: readonly CreateReport[];
}

export interface MatchReport {
  readonly key: string;
  /** As written, on one line. */
  readonly value: string;
  /** In words; "" where the value says it all. */
  readonly meaning: string;
  readonly place: ReportPlace;
}

export interface EntitlementsReport {
  readonly path: string;
  readonly configurations: readonly string[];
  readonly problem: string | undefined;
  readonly claims: readonly ClaimReport[];
}

export interface ClaimReport {
  readonly key: string;
  /** One for each element of an array, each on one line, with its meaning. */
  readonly values: readonly { readonly value: string; readonly meaning: string }[];
  readonly place: ReportPlace;
}

export interface ClassReport {
  readonly name: string;
  readonly base: string | undefined;
  readonly place: ReportPlace;
}

export interface AppReport {
  readonly name: string;
  readonly definedIn: string;
  readonly bundleIds: readonly string[];
  readonly entitlements: readonly EntitlementsReport[];
  /** As far as the project names them, those that are not read (Swift, Objective-C) too. */
  readonly sources: readonly string[];
}

/** An app that brings a dext. */
export interface HostReport extends AppReport {
  readonly evidence: HostEvidence;
  /** The evidence in words: "phase “Embed System Extensions”". */
  readonly because: string;
}

/** The report of a workspace; order is that of the model. */
export function projectReport(source: ReportSource): ProjectReport {
  const { targets, notes } = source.project;
  const shown = new Set<Target>();
  const dexts = targets
    .filter(({ kind }) => kind === "dext")
    .map((target) => {
      const hosts = hostsOf(target, source.project);
      const bringing = new Set(hosts.map(({ app }) => app));
      const openers = openersOf(bundleIdsOf(target, source.plist), source).filter((app) => !bringing.has(app));
      for (const app of [...bringing, ...openers]) shown.add(app);
      return dextReport(target, hosts, openers, source);
    });
  const others = targets.filter((target) => target.kind === "app" && !shown.has(target));
  return { dexts, otherApps: others.map((app) => appReport(app, source)), notes };
}

function dextReport(
  target: Target,
  hosts: readonly Host[],
  openers: readonly Target[],
  source: ReportSource,
): DextReport {
  return {
    name: target.name,
    origin: target.origin,
    definedIn: target.definedIn,
    bundleIds: bundleIdsOf(target, source.plist),
    deploymentTargets: deploymentTargetsOf(target),
    infoPlists: grouped(target.configurations, ({ infoPlist }) => infoPlist).map(([path, configurations]) =>
      infoPlistReport(path, configurations, source),
    ),
    entitlements: entitlementsReports(target, source),
    classes: classesOf(target, source.index),
    sources: target.sources,
    hosts: hosts.map(({ app, evidence }) => ({
      ...appReport(app, source),
      evidence,
      because: evidenceInWords(evidence),
    })),
    openers: openers.map((app) => appReport(app, source)),
    notes: notesOf(target, hosts, source.project),
  };
}

function deploymentTargetsOf({ configurations }: Target): string[] {
  const said = grouped(
    configurations,
    ({ deploymentTarget, variables }) => deploymentTarget ?? variables.get("DRIVERKIT_DEPLOYMENT_TARGET"),
  );
  return said.map(([version, having]) => {
    const names = having.length === configurations.length ? [] : namesOf(having);
    return names.length > 0 ? `${version} (${names.join(", ")})` : version;
  });
}

function appReport(app: Target, source: ReportSource): AppReport {
  return {
    name: app.name,
    definedIn: app.definedIn,
    bundleIds: bundleIdsOf(app, source.plist),
    entitlements: entitlementsReports(app, source),
    sources: [...app.sources, ...app.otherSources].sort(compareStrings),
  };
}

function infoPlistReport(
  path: string,
  configurations: readonly TargetConfiguration[],
  { plist }: ReportSource,
): InfoPlistReport {
  const document = plist(path);
  const variables = configurations[0]?.variables ?? new Map<string, string>();
  const personalities = document ? personalitiesOf(document) : [];
  return {
    path,
    configurations: namesOf(configurations),
    problem: problemOf(document),
    personalities: personalities.map((each) => personalityReport(path, each, variables)),
  };
}

function personalityReport(
  path: string,
  personality: Personality,
  variables: ReadonlyMap<string, string>,
): PersonalityReport {
  const text = (value: PlistValue | undefined, key: string): string | undefined => {
    const written = stringOf(valueOf(value, key));
    return written === undefined ? undefined : expandVariables(written, variables).trim();
  };
  const { value } = personality;
  const matches = value.entries
    .filter(({ key }) => isMatchKey(key))
    .map((entry) => ({
      key: entry.key,
      value: oneLine(entry.value),
      meaning: meaningOf(entry.key, entry.value),
      place: { path, span: entry.keySpan },
    }));
  return {
    name: personality.name,
    place: { path, span: personality.nameSpan },
    provider: text(value, "IOProviderClass"),
    userClass: text(value, "IOUserClass"),
    kernelClass: text(value, "IOClass"),
    matches,
    summary: matchSummary(matches),
    creates: createsOf(path, value, text, 0),
  };
}

/** Services that Create makes may make others: dictionaries stand in one another. */
function createsOf(
  path: string,
  value: PlistValue,
  text: (value: PlistValue | undefined, key: string) => string | undefined,
  depth: number,
): CreateReport[] {
  if (value.kind !== "dict" || depth > MAX_DEPTH) return [];
  return value.entries.flatMap(({ key, keySpan, value: inner }): CreateReport[] => {
    const userClass = inner?.kind === "dict" ? text(inner, "IOUserClass") : undefined;
    if (!inner || userClass === undefined) return [];
    const creates = createsOf(path, inner, text, depth + 1);
    return [{ key, userClass, kernelClass: text(inner, "IOClass"), place: { path, span: keySpan }, creates }];
  });
}

const MAX_DEPTH = 4;

function entitlementsReports(target: Target, { plist }: ReportSource): EntitlementsReport[] {
  return grouped(target.configurations, ({ entitlements }) => entitlements).map(([path, configurations]) => {
    const document = plist(path);
    const entries = document?.root?.kind === "dict" ? document.root.entries : [];
    return {
      path,
      configurations: namesOf(configurations),
      problem: problemOf(document),
      claims: entries.map((entry) => ({
        key: entry.key,
        values: valuesOf(entry.value),
        place: { path, span: entry.keySpan },
      })),
    };
  });
}

/** The classes that the dext's sources declare, those of `.iig` files where there are any. */
function classesOf(target: Target, index: ProjectIndex): ClassReport[] {
  const sources = new Set(target.sources);
  const declared = [...index.classes.values()].flatMap(({ name, declaration }) => {
    if (!declaration || !sources.has(declaration.path) || !index.isOSObject(name)) return [];
    return [{ name, base: declaration.base, place: { path: declaration.path, span: declaration.nameSpan } }];
  });
  const fromIig = declared.filter(({ place }) => place.path.endsWith(".iig"));
  return (fromIig.length > 0 ? fromIig : declared).sort((a, b) => compareStrings(a.name, b.name));
}

function problemOf(document: PlistDocument | undefined): string | undefined {
  if (!document) return "not there, or not read";
  if (document.format === "binary") return "a binary property list";
  if (document.root?.kind !== "dict") return "no property list";
  return document.problems.length > 0 ? "has mistakes, so parts of it may be missing here" : undefined;
}

function grouped(
  configurations: readonly TargetConfiguration[],
  keyOf: (configuration: TargetConfiguration) => string | undefined,
): [path: string, configurations: TargetConfiguration[]][] {
  const groups = new Map<string, TargetConfiguration[]>();
  for (const configuration of configurations) {
    const key = keyOf(configuration);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(configuration);
    else groups.set(key, [configuration]);
  }
  return [...groups];
}

function namesOf(configurations: readonly TargetConfiguration[]): string[] {
  return distinct(configurations.map(({ name }) => (name === "" ? undefined : name)));
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
