// Numbers with their nouns.

/** "1 file", "2 files"; `nouns` where an s is not enough. */
export function plural(count: number | bigint, noun: string, nouns = `${noun}s`): string {
  return `${count} ${Number(count) === 1 ? noun : nouns}`;
}
