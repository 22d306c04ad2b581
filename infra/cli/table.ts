/**
 * A Markdown page with one of its tables replaced: the one whose head has these cells. The text around it stays. Throws
 * where there is no such table.
 */
export function withRows(page: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = page.split("\n")
  const start = lines.findIndex((line) => cellsOf(line).join("|") === head.join("|"))
  if (start < 0) throw new Error(`There is no table with the head ${head.join(", ")}: write its first two lines`)
  const after = lines.findIndex((line, index) => index > start && !line.startsWith("|"))
  const table = [head, head.map(() => "---"), ...rows].map(lineOf)
  return [...lines.slice(0, start), ...table, ...lines.slice(after < 0 ? lines.length : after)].join("\n")
}

const cellsOf = (line: string): string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim())

const lineOf = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`

/** A cell that is code. */
export const code = (text: string): string => `\`${text}\``
