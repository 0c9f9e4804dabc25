// What the project model says about a workspace: which targets there are and which files belong to them. Data only.
import type { Span } from "../base/span.ts";

/** Where the value of a build setting is written. */
export interface SettingPlace {
  readonly path: string;
  readonly span: Span;
  /** True where the value names a file that the project generator writes itself, so that it need not be there. */
  readonly generated?: true;
}

/** Where an app runs that brings dexts. */
export type Platform = "macOS" | "iPadOS";

/**
 * One build configuration of a target, or the only one where none is known. An app whose files differ by platform
 * (`CODE_SIGN_ENTITLEMENTS[sdk=iphoneos*]`) has one for each platform, under the same name.
 */
export interface TargetConfiguration {
  /** "Debug", "Release", …; "" where the project does not say. */
  readonly name: string;
  /** The platform that it holds for, where an app has one configuration for each; undefined where one holds for all that the app is built for. */
  readonly platform?: Platform;
  readonly infoPlist: string | undefined;
  readonly entitlements: string | undefined;
  readonly bundleId: string | undefined;
  readonly productName: string | undefined;
  /** DRIVERKIT_DEPLOYMENT_TARGET, e.g. "21.0". */
  readonly deploymentTarget: string | undefined;
  /** All build variables, for `$(VAR)`. */
  readonly variables: ReadonlyMap<string, string>;
  /** Where the values of those variables stand that a file of the project defines. */
  readonly places: ReadonlyMap<string, SettingPlace>;
}

/** A dext or application of the workspace. */
export interface Target {
  readonly name: string;
  readonly kind: "dext" | "app";
  /** The folder that holds it. */
  readonly folder: string;
  /** How it was found; shown to the user. */
  readonly origin: "xcodeproj" | "xcodegen" | "folder";
  /** The file that names it: the project.pbxproj or XcodeGen's project.yml, or the Info.plist where there is no project file. */
  readonly definedIn: string;
  readonly configurations: readonly TargetConfiguration[];
  /** C++ sources, headers and `.iig` files that belong to it, sorted. */
  readonly sources: readonly string[];
  /** Sources in other languages (Swift, Objective-C) that its project names. They are not read, so one may not be there. */
  readonly otherSources: readonly string[];
  /** What its project says it brings along; dexts among them are what `hostsOf` looks for. */
  readonly embeds: readonly Embedding[];
}

/** That a target copies another one's product into its own, or at least has it built before. */
export interface Embedding {
  /** The other target's name; where the project names only a built dext, that bundle's name without “.dext”. */
  readonly name: string;
  /** The file that defines the other target; undefined where only a bundle is named. */
  readonly definedIn: string | undefined;
  readonly by: "copy" | "dependency";
  /** The name of the phase that copies it; "" for a dependency. */
  readonly phase: string;
}

/** The workspace as a whole. */
export interface ProjectModel {
  readonly targets: readonly Target[];
  /** What could not be decided, in words for the log: e.g. two dexts share a folder. */
  readonly notes: readonly string[];
  /** What is wrong with project files and build settings, each once, in order of place. */
  readonly problems: readonly ProjectProblem[];
}

/** A project file that cannot be read, or a build setting that leads nowhere. */
export interface ProjectProblem extends SettingPlace {
  /** "unreadable": the project file itself. "cycle": the setting refers to itself. "missing-file": there is no file of that name. */
  readonly kind: "unreadable" | "cycle" | "missing-file";
  /** The target and the setting; undefined for a file. */
  readonly target: Target | undefined;
  readonly setting: string | undefined;
  /** What is wrong with the file; the references in a row; or the path as the setting has it, variables filled in. */
  readonly detail: string;
}

/** The distinct Info.plist files of a target, in order of configuration. */
export function infoPlistsOf(target: Target): string[] {
  return distinct(target.configurations.map((configuration) => configuration.infoPlist));
}

/** The distinct entitlements files of a target, in order of configuration. */
export function entitlementsOf(target: Target): string[] {
  return distinct(target.configurations.map((configuration) => configuration.entitlements));
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value): value is string => value !== undefined))];
}
