// The report of a workspace's projects as a tree to look at: labels, and places to go to. Plain data.
import { basename, relative } from "../base/paths.ts";
import type { Span } from "../base/span.ts";
import type {
  AppReport,
  CreateReport,
  ClassReport,
  DextReport,
  EntitlementsReport,
  InfoPlistReport,
  PersonalityReport,
  ProjectReport,
  ReportPlace,
} from "./project-report.ts";

export type TreeKind =
  | "dext"
  | "app"
  | "info-plist"
  | "personality"
  | "match"
  | "user-client"
  | "entitlements"
  | "entitlement"
  | "classes"
  | "class"
  | "sources"
  | "source"
  | "note";

export interface TreeNode {
  readonly kind: TreeKind;
  readonly label: string;
  /** Shown dimmed behind the label; "" for none. */
  readonly description: string;
  /** Plain text; "" for none. */
  readonly tooltip: string;
  /** Where a click leads; undefined for what only groups. */
  readonly place: { readonly path: string; readonly span: Span } | undefined;
  readonly children: readonly TreeNode[];
}

const PREFIX = "com.apple.developer.driverkit.";
const START: Span = { start: 0, end: 0 };

/** One node for each dext, then the apps that bring none, then what could not be decided. `folder`: what paths are shown relative to. */
export function projectTree(report: ProjectReport, folder: string): TreeNode[] {
  return [
    ...report.dexts.map((dext) => dextNode(dext, folder)),
    ...report.otherApps.map((app) => appNode(app, folder, "")),
    ...report.notes.map((note) => node("note", note)),
  ];
}

function dextNode(dext: DextReport, folder: string): TreeNode {
  const versions = dext.deploymentTargets.map((version) => `DriverKit ${version}`);
  return node("dext", dext.name, {
    description: dext.bundleIds.join(", "),
    tooltip: [...dext.bundleIds, ...versions, ...dext.notes].join("\n"),
    place: { path: dext.definedIn, span: START },
    children: [
      ...dext.infoPlists.map((info) => infoPlistNode(info, folder)),
      ...dext.entitlements.map((file) => entitlementsNode(file, folder)),
      ...classesNode(dext.classes),
      ...sourcesNode(dext.sources, folder),
      ...dext.hosts.map((host) => appNode(host, folder, `brings it: ${host.because}`)),
      ...dext.openers.map((app) => appNode(app, folder, "opens it")),
      ...(dext.hosts.length === 0 ? [node("note", "No app was found that brings it")] : []),
    ],
  });
}

function infoPlistNode(info: InfoPlistReport, folder: string): TreeNode {
  return node("info-plist", basename(info.path), {
    description: about([info.problem], info.configurations),
    tooltip: relative(folder, info.path),
    place: { path: info.path, span: START },
    children: info.personalities.map(personalityNode),
  });
}

function personalityNode(personality: PersonalityReport): TreeNode {
  const { name, provider, userClass, kernelClass, summary, place } = personality;
  const driver = [userClass, provider].filter((part) => part !== undefined).join(" on ");
  // Personalities are often called like their class.
  const shown = userClass === name && provider !== undefined ? provider : driver;
  const matches = personality.matches.map(({ key, value, meaning, place: at }) =>
    node("match", key, {
      description: meaning === "" ? value : meaning,
      tooltip: [`${key}: ${value}`, meaning].filter((line) => line !== "").join("\n"),
      place: at,
    }),
  );
  return node("personality", name, {
    description: [shown, summary].filter((part) => part !== "").join(" · "),
    tooltip: [driver, kernelClass === undefined ? "" : `IOClass ${kernelClass}`, summary]
      .filter((part) => part !== "")
      .join("\n"),
    place,
    children: [...matches, ...personality.creates.map(createNode)],
  });
}

/** A dictionary for Create, with those that the service it makes has in turn. */
function createNode({ key, userClass, place, creates }: CreateReport): TreeNode {
  return node("user-client", key, { description: userClass, place, children: creates.map(createNode) });
}

function entitlementsNode(file: EntitlementsReport, folder: string): TreeNode {
  const claims = file.claims.map(({ key, values, place }) => {
    const items = values.map(({ value, meaning }) => (meaning === "" ? value : meaning));
    return node("entitlement", key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key, {
      description: items.join("; "),
      tooltip: [key, ...values.map(({ value }) => value)].join("\n"),
      place,
    });
  });
  return node("entitlements", basename(file.path), {
    description: about([file.problem], file.configurations),
    tooltip: relative(folder, file.path),
    place: { path: file.path, span: START },
    children: claims,
  });
}

function appNode(app: AppReport, folder: string, role: string): TreeNode {
  return node("app", app.name, {
    description: [role, app.bundleIds.join(", ")].filter((part) => part !== "").join(" · "),
    tooltip: relative(folder, app.definedIn),
    place: { path: app.definedIn, span: START },
    children: [...app.entitlements.map((file) => entitlementsNode(file, folder)), ...sourcesNode(app.sources, folder)],
  });
}

function classesNode(classes: readonly ClassReport[]): TreeNode[] {
  if (classes.length === 0) return [];
  const children = classes.map(({ name, base, place }) => node("class", name, { description: base ?? "", place }));
  return [node("classes", "Classes", { description: String(classes.length), children })];
}

function sourcesNode(sources: readonly string[], folder: string): TreeNode[] {
  if (sources.length === 0) return [];
  const children = sources.map((path) => {
    const place: ReportPlace = { path, span: START };
    return node("source", basename(path), { tooltip: relative(folder, path), place });
  });
  return [node("sources", "Sources", { description: String(sources.length), children })];
}

/** "no property list · Debug": what there is to say of a file. */
function about(parts: readonly (string | undefined)[], configurations: readonly string[]): string {
  return [...parts, configurations.join(", ")].filter((part) => part !== undefined && part !== "").join(" · ");
}

function node(kind: TreeKind, label: string, rest: Partial<Omit<TreeNode, "kind" | "label">> = {}): TreeNode {
  return { kind, label, description: "", tooltip: "", place: undefined, children: [], ...rest };
}
