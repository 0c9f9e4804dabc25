// Which apps of the workspace bring a dext with them, and from what that was concluded.
import type { Embedding, ProjectModel, Target } from "./model.ts";

/** From what an app was taken for a dext's host; the earlier ones are said by the project, the later ones are guesses. */
export type HostEvidence =
  { readonly by: "copy-phase"; readonly phase: string } | { readonly by: "dependency" | "bundle-id" | "only-app" };

export interface Host {
  readonly app: Target;
  readonly evidence: HostEvidence;
}

/**
 * The apps that bring a dext. Where a project says so, those whose phases copy it, else those that depend on it. Where none does, it is
 * guessed, among the apps that copy no other dext: those whose bundle id begins the dext's, as Xcode wants it, else the only app of the
 * same project file, or of a workspace without project files that has one dext. Empty when it cannot be told.
 */
export function hostsOf(dext: Target, project: ProjectModel): Host[] {
  const apps = project.targets.filter(({ kind }) => kind === "app");
  const copying = apps.flatMap((app): Host[] => {
    const found = app.embeds.find((each) => each.by === "copy" && isTarget(each, dext));
    return found ? [{ app, evidence: { by: "copy-phase", phase: found.phase } }] : [];
  });
  if (copying.length > 0) return copying;
  const depending = apps.filter((app) => app.embeds.some((each) => isTarget(each, dext)));
  if (depending.length > 0) return depending.map((app) => ({ app, evidence: { by: "dependency" } }));
  const dexts = project.targets.filter(({ kind }) => kind === "dext");
  const silent = apps.filter((app) => !copiesOther(app, dexts));
  const beginning = silent.filter((app) => beginsIdOf(app, dext));
  if (beginning.length > 0) return beginning.map((app) => ({ app, evidence: { by: "bundle-id" } }));
  const near =
    dext.origin !== "folder"
      ? apps.filter((app) => app.definedIn === dext.definedIn)
      : dexts.length === 1 && apps.every(({ origin }) => origin === "folder")
        ? apps
        : [];
  const [only] = near;
  return only && near.length === 1 && silent.includes(only) ? [{ app: only, evidence: { by: "only-app" } }] : [];
}

/** The apps that look like a dext's host by their bundle id, but copy other dexts and not this one; what a person should hear of. */
export function nearlyHostsOf(dext: Target, project: ProjectModel): Target[] {
  const dexts = project.targets.filter(({ kind }) => kind === "dext");
  return project.targets.filter((app) => app.kind === "app" && copiesOther(app, dexts) && beginsIdOf(app, dext));
}

function isTarget({ name, definedIn }: Embedding, dext: Target): boolean {
  if (definedIn !== undefined) return definedIn === dext.definedIn && name === dext.name;
  return dext.configurations.some(({ productName, bundleId }) => name === productName || name === bundleId);
}

function copiesOther(app: Target, dexts: readonly Target[]): boolean {
  return app.embeds.some((each) => each.by === "copy" && dexts.some((dext) => isTarget(each, dext)));
}

/** True when, in some configuration of both, the app's bundle id and a dot begin the dext's. */
function beginsIdOf(app: Target, dext: Target): boolean {
  return dext.configurations.some(({ name, bundleId }) =>
    app.configurations.some(
      (other) =>
        (other.name === name || name === "" || other.name === "") &&
        other.bundleId !== undefined &&
        bundleId?.startsWith(`${other.bundleId}.`),
    ),
  );
}
