// Pairs bundles with entitlements files by folder, for projects whose build settings do not say. Where it is ambiguous: none, and a note.
import { basename, dirname, isWithin } from "../base/paths.ts";
import type { PlistDocument } from "../plist/document.ts";
import { entitlementsOwner, isMixed } from "./dext-plists.ts";
import { stemOf } from "./project-files.ts";

/** How far up from the Info.plist entitlements are looked for. */
const MAX_LEVELS_UP = 2;

/** A dext or application that needs its entitlements found. */
export interface Seeker {
  readonly kind: "dext" | "app";
  /** The folder of its Info.plist. */
  readonly folder: string;
  /** What a note calls it. */
  readonly label: string;
  /** Names, in lower case, that its entitlements file may bear. */
  readonly names: ReadonlySet<string>;
}

/** Finds the entitlements of every seeker at once, since two of them must not end up with the same file. */
export class EntitlementsSearch {
  readonly notes: string[] = [];
  private readonly found = new Map<Seeker, readonly string[]>();

  /** `entitlements`: the files that no build setting names. `taken`: folders of bundles that are paired already. */
  constructor(
    private readonly seekers: readonly Seeker[],
    private readonly entitlements: readonly string[],
    private readonly taken: readonly string[],
    private readonly plist: (path: string) => PlistDocument | undefined,
  ) {
    for (const seeker of seekers) this.found.set(seeker, this.nearest(seeker));
    this.dropShared();
  }

  /** The entitlements files of a seeker: one, the variants of one name, or none. */
  of(seeker: Seeker): readonly string[] {
    return this.found.get(seeker) ?? [];
  }

  /** The entitlements of the nearest folder: the seeker's own, then below it, then above it. */
  private nearest(seeker: Seeker): readonly string[] {
    const { folder } = seeker;
    const own = this.candidates(seeker, (other) => other === folder);
    if (own.length > 0) return this.choose(seeker, own);
    const inner = [...this.seekers.map((other) => other.folder), ...this.taken].filter(
      (other) => other !== folder && isWithin(folder, other),
    );
    const below = this.candidates(
      seeker,
      (other) => other !== folder && isWithin(folder, other) && !inner.some((bundle) => isWithin(bundle, other)),
    );
    if (below.length > 0) return this.choose(seeker, below);
    let up = folder;
    for (let level = 0; level < MAX_LEVELS_UP && up !== "" && up !== "/"; level++) {
      up = dirname(up);
      const here = this.candidates(seeker, (other) => other === up);
      if (here.length > 0) return this.choose(seeker, here);
    }
    return [];
  }

  /** Entitlements in the folders that are not evidently those of the other kind of bundle. */
  private candidates(seeker: Seeker, inFolder: (folder: string) => boolean): string[] {
    return this.entitlements.filter((path) => {
      if (!inFolder(dirname(path))) return false;
      const document = this.plist(path);
      const owner = document ? entitlementsOwner(document) : "unknown";
      if (owner === "unknown" || owner === seeker.kind) return true;
      return document !== undefined && seeker.kind === "dext" && this.isDextsBySite(seeker, path, document);
    });
  }

  /** A file with an app's key beside a dext's Info.plist is the dext's where it bears its name, or claims as a dext does and is alone. */
  private isDextsBySite(seeker: Seeker, path: string, document: PlistDocument): boolean {
    if (
      dirname(path) !== seeker.folder ||
      this.seekers.some((each) => each !== seeker && each.folder === seeker.folder)
    )
      return false;
    if (seeker.names.has(plainName(path))) return true;
    return isMixed(document) && this.entitlements.every((other) => other === path || dirname(other) !== seeker.folder);
  }

  /** One file, or the variants of one name; of several others those whose name fits the bundle. */
  private choose(seeker: Seeker, candidates: readonly string[]): readonly string[] {
    if (areVariants(candidates)) return candidates;
    const fitting = candidates.filter((path) => seeker.names.has(plainName(path)));
    if (fitting.length > 0 && areVariants(fitting)) return fitting;
    const names = candidates.map(basename).join(", ");
    if (seeker.kind === "dext")
      this.notes.push(`${seeker.label}: several entitlements files could belong to it (${names}); none is used.`);
    return [];
  }

  /** A file that several found stays with the one whose name it bears, or in whose folder it lies; otherwise it is used for none. */
  private dropShared(): void {
    for (const path of this.entitlements) {
      const owners = this.seekers.filter((seeker) => this.of(seeker).includes(path));
      if (owners.length < 2) continue;
      const named = owners.filter((seeker) => seeker.names.has(plainName(path)));
      const inside = owners.filter((seeker) => seeker.folder === dirname(path));
      const keeper = named.length === 1 ? named[0] : inside.length === 1 ? inside[0] : undefined;
      for (const seeker of owners) if (seeker !== keeper) this.found.set(seeker, []);
      if (keeper || !owners.some((seeker) => seeker.kind === "dext")) continue;
      const labels = owners.map((seeker) => seeker.label).join(", ");
      this.notes.push(`${path} could belong to each of ${labels}; it is used for none.`);
    }
  }
}

/** Words that tell build configurations and ways of signing apart in file names. */
const VARIANT =
  /[-_. ]?(debug|release|dev|development|dist|distribution|production|prod|adhoc|appstore|developerid|nosip|sip|test|testing|local|ci)(?=$|[-_. ])/gi;

/** The file's name without the words for variants, in lower case: "Driver.Release.entitlements" → "driver". */
export function plainName(path: string): string {
  const stem = stemOf(path);
  const plain = stem.replace(VARIANT, "");
  return (plain === "" ? stem : plain).toLowerCase();
}

/** The words for variants of a file's name: "Driver.Release.entitlements" → "Release"; "" where there are none. */
export function variantOf(path: string): string {
  const words = [...stemOf(path).matchAll(VARIANT)].map((match) => match[1] ?? "");
  return plainName(path) === stemOf(path).toLowerCase() ? "" : words.join(" ");
}

function areVariants(paths: readonly string[]): boolean {
  const [first] = paths;
  if (first === undefined) return false;
  return paths.every((path) => plainName(path) === plainName(first) && dirname(path) === dirname(first));
}
