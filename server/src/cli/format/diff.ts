// Colours a unified diff for the terminal.
import { createColors } from "picocolors";

/** Added lines green, removed ones red, headers bold. */
export function colorDiff(diff: string): string {
  const colors = createColors(true);
  return diff
    .split("\n")
    .map((line) => {
      if (line.startsWith("--- ") || line.startsWith("+++ ")) return colors.bold(line);
      if (line.startsWith("@@")) return colors.cyan(line);
      if (line.startsWith("+")) return colors.green(line);
      return line.startsWith("-") ? colors.red(line) : line;
    })
    .join("\n");
}
