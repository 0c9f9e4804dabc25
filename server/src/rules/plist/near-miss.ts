// What a name that is nearly a known one was meant to be.
import { distanceOf } from "../../base/spelling.ts";

/**
 * The known name that differs in case only, or by at most two letters in a long word; undefined for a short word, a known one, or where two
 * known names are as near as each other. Names that differ in a number are different names.
 */
export function nearMiss(word: string, known: readonly string[]): string | undefined {
  if (word.length < 6 || word.length > 100 || known.includes(word)) return undefined;
  const allowed = word.length < 10 ? 1 : 2;
  const [best, second] = known
    .filter((candidate) => Math.abs(candidate.length - word.length) <= allowed)
    .map((candidate) => ({ candidate, distance: distanceOf(candidate.toLowerCase(), word.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= allowed && !differsInNumber(candidate, word))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance !== second?.distance ? best.candidate : undefined;
}

function differsInNumber(a: string, b: string): boolean {
  const digits = /\d+/g;
  return a.replace(digits, "") === b.replace(digits, "") && a !== b;
}
