// Says in words what was concluded about a dext, and from what.
import { basename, dirname } from "../base/paths.ts";
import { nearlyHostsOf, type Host, type HostEvidence } from "../project/hosts.ts";
import type { ProjectModel, Target } from "../project/model.ts";

/** From what an app was taken for a dext's host, in a few words. */
export function evidenceInWords(evidence: HostEvidence): string {
  switch (evidence.by) {
    case "copy-phase":
      return `phase “${evidence.phase}”`;
    case "dependency":
      return "depends on it";
    case "bundle-id":
      return "by its bundle id";
    case "only-app":
      return "the only app beside it";
  }
}

/** How a dext was found. */
function originOf({ origin, definedIn }: Target): string {
  switch (origin) {
    case "xcodeproj":
      return `A target of ${basename(dirname(definedIn))}.`;
    case "xcodegen":
      return `A target of ${basename(definedIn)}, XcodeGen's specification; no generated project has it.`;
    case "folder":
      return "Found by its Info.plist, since no project file names it.";
  }
}

/** What was concluded about a dext, and from what: sentences for a person, in a fixed order. */
export function notesOf(target: Target, hosts: readonly Host[], project: ProjectModel): string[] {
  const notes = [originOf(target)];
  const signed = target.configurations.filter(({ entitlements }) => entitlements !== undefined);
  const set = signed.some(({ variables }) => (variables.get("CODE_SIGN_ENTITLEMENTS") ?? "") !== "");
  if (signed.length === 0)
    notes.push("No entitlements: the build settings name none, and none lies near the Info.plist.");
  else if (!set) notes.push("Entitlements: the nearest file, since no build setting names one.");
  if (target.configurations.every(({ infoPlist }) => infoPlist === undefined)) {
    notes.push("No Info.plist: INFOPLIST_FILE is not set.");
  }
  if (target.sources.length === 0) notes.push("No sources: none of the files that belong to it is there.");
  return [...notes, ...hostNotes(target, hosts, project)];
}

/** Whom a dext is brought by, and from what that was concluded; or why nobody was found. */
function hostNotes(dext: Target, hosts: readonly Host[], project: ProjectModel): string[] {
  if (hosts.length === 0) {
    const nearly = nearlyHostsOf(dext, project).map(({ name }) => name);
    return nearly.length > 0
      ? [`No app was found that brings it: ${nearly.join(", ")} has a fitting bundle id, but copies only other dexts.`]
      : ["No app was found that brings it: none copies it or depends on it, and no app's bundle id begins its own."];
  }
  return hosts.map(({ app: { name }, evidence }) => {
    switch (evidence.by) {
      case "copy-phase":
        return `Brought by ${name}: its phase “${evidence.phase}” copies it.`;
      case "dependency":
        return `Brought by ${name}, it seems: no phase copies it, but the app depends on it.`;
      case "bundle-id":
        return `Brought by ${name}, it seems: the app's bundle id begins the dext's.`;
      case "only-app":
        return `Brought by ${name}, it seems: the only app beside it.`;
    }
  });
}
