// The apps that open a dext: which they are, and what Apple has to grant them, against what their entitlements files claim.
import {
  ALLOW_ANY_USERCLIENT,
  COMMUNICATES_WITH_DRIVERS,
  SYSTEM_EXTENSION_INSTALL,
  USERCLIENT_ACCESS,
} from "../knowledge/entitlements.ts";
import { entryOf, type PlistDict } from "../plist/document.ts";
import type { Target } from "../project/model.ts";
import { accessIds, builtWith, entitlementsOfApp, opensToAll, ownUserClient } from "../rules/entitlements/host-apps.ts";
import { dextInfosOf } from "../rules/plist/dext-info.ts";
import { claimOf } from "./claimed-values.ts";
import { bundleIdIn } from "./dext-ids.ts";
import type { GrantFile, GrantVerdict } from "./grants-report.ts";
import type { ReportSource } from "./project-report.ts";

export interface ClientNeed {
  readonly entitlement: string;
  /** The apps that open the dext, by name. */
  readonly apps: readonly string[];
  /** The ids that the entitlement's value has to list; empty for one that lists none. */
  readonly bundleIds: readonly string[];
}

export interface ClientGrants {
  readonly needs: readonly ClientNeed[];
  readonly files: readonly GrantFile[];
}

/** The apps whose userclient-access lists one of a dext's ids, in order of the model. */
export function openersOf(bundleIds: readonly string[], { project, plist }: ReportSource): Target[] {
  return project.targets.filter(
    (app) =>
      app.kind === "app" &&
      entitlementsOfApp(app, plist).some(({ root, configuration }) =>
        accessIds(root, configuration)?.ids.some((id) => bundleIds.includes(id)),
      ),
  );
}

/**
 * What the apps need to open a dext with these bundle ids. Nothing where the dext has no user client of its own, where its ids are not
 * known, and where it opens itself to every app or nothing is known of that.
 */
export function clientGrantsOf(
  dext: Target,
  bundleIds: readonly string[],
  apps: readonly Target[],
  { plist, index }: ReportSource,
): ClientGrants {
  const opened = dextInfosOf(dext, plist).some((info) => ownUserClient(info, index) !== undefined);
  const open = dext.configurations.every((configuration) => opensToAll(configuration, ALLOW_ANY_USERCLIENT, plist));
  if (!opened || open || bundleIds.length === 0) return { needs: [], files: [] };
  const needs = new Map<string, Set<string>>();
  const files = new Map<string, ClientFile>();
  for (const app of apps) {
    for (const { configuration, document, root, platforms } of entitlementsOfApp(app, plist)) {
      const own = builtWith(dext, configuration);
      const id = own && bundleIdIn(own, plist);
      const wanted = [
        ...(platforms.has("macOS") || platforms.size === 0 ? [USERCLIENT_ACCESS] : []),
        ...(platforms.has("iPadOS") ? [COMMUNICATES_WITH_DRIVERS] : []),
      ];
      for (const each of wanted) needs.set(each, (needs.get(each) ?? new Set()).add(app.name));
      const file: ClientFile = files.get(document.path) ?? {
        root,
        configurations: [],
        wanted: [],
        ids: new Set(),
        listed: accessIds(root, configuration)?.ids,
      };
      if (configuration.name !== "" && !file.configurations.includes(configuration.name))
        file.configurations.push(configuration.name);
      for (const each of wanted) if (!file.wanted.includes(each)) file.wanted.push(each);
      if (id !== undefined) file.ids.add(id);
      files.set(document.path, file);
    }
  }
  return {
    needs: [...needs].map(([entitlement, names]) => ({
      entitlement,
      apps: [...names],
      bundleIds: entitlement === USERCLIENT_ACCESS ? bundleIds : [],
    })),
    files: [...files].map(([path, file]) => ({ path, configurations: file.configurations, claims: claimsOf(file) })),
  };
}

/** An app's entitlements file: what it has to claim, and the dext's ids in the configurations that have it. */
interface ClientFile {
  readonly root: PlistDict;
  readonly configurations: string[];
  readonly wanted: string[];
  readonly ids: Set<string>;
  /** What userclient-access lists; undefined where it is not there or holds a variable that is not known. */
  readonly listed: readonly string[] | undefined;
}

function claimsOf({ root, wanted, ids, listed }: ClientFile): GrantFile["claims"] {
  const verdictOf = (entitlement: string): GrantVerdict => {
    const entry = entryOf(root, entitlement);
    if (!entry) return "missing";
    if (entitlement === COMMUNICATES_WITH_DRIVERS) {
      return entry.value?.kind === "boolean" && entry.value.value ? "covers" : "not";
    }
    if (!listed) return "claimed";
    return [...ids].every((id) => listed.includes(id)) ? "covers" : "unlisted";
  };
  const claims = wanted.map((entitlement) => claimOf(root, entitlement, verdictOf(entitlement)));
  if (entryOf(root, SYSTEM_EXTENSION_INSTALL)) claims.push(claimOf(root, SYSTEM_EXTENSION_INSTALL, "claimed"));
  return claims;
}
