// Which version of DriverKit first had a class, a method or a function. Data from availability.json, maintained by hand.
//
// Only what a source says and what is later than 19.0, the first version, is in the table; what is not in it may be of any version.
// "releases": the .iig files of Apple's published sources, release by release. DriverKit's version is the system's Darwin version:
// macOS 10.15.4 has 19.4, 11.0 has 20.0, 12.3 has 21.4, 13.0 has 22.0, 26.0 has 25.0. "documentation": the availability that a
// symbol's page in Apple's documentation states. Of the eight symbols that both sources have six agree; the two methods for proximity
// events, 20.3 by their pages, stand with the 20.2 of the release that published them.
import data from "./availability.json" with { type: "json" };

const introduced: ReadonlyMap<string, string> = new Map(
  [data.releases, data.documentation].flatMap((source) =>
    Object.entries(source).flatMap(([version, names]) => (names as string[]).map((name) => [name, version] as const)),
  ),
);

/** The version of DriverKit, "21.0", that first had a class or a free function; undefined where it is not known to be later than 19.0. */
export function classIntroducedIn(name: string): string | undefined {
  return introduced.get(name);
}

/** The version that first had a method, for the class that declares it. A class that is later itself is not looked at. */
export function methodIntroducedIn(className: string, method: string): string | undefined {
  return introduced.get(`${className}::${method}`);
}

/** The names of all methods and functions in the table, without their classes. */
export const DATED_NAMES: readonly string[] = [
  ...new Set([...introduced.keys()].map((name) => name.slice(name.lastIndexOf(":") + 1))),
].sort();

/** Compares versions such as "20.0" and "20.4.1" number by number, a missing one being 0: negative when the first is the earlier. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".");
  const right = b.split(".");
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = Number(left[i] ?? 0) - Number(right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
