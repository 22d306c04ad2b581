import type { Summary } from "./statistics.ts"

/** A Markdown table. Cells are texts without a bar. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")
}

/** Three significant digits, thousands apart: 0.00321, 4.56, 12.3, 21,760. */
export function number(value: number): string {
  if (value === 0) return "0"
  const size = Math.floor(Math.log10(Math.abs(value)))
  if (size < -4) return value.toExponential(1)
  return value.toLocaleString("en-US", { maximumFractionDigits: Math.max(0, 2 - size) })
}

/** A share that is near 0 for a good answer: in powers of ten, and 0 where only the last bits of a double are left. */
export const share = (value: number): string => (Math.abs(value) < 1e-14 ? "0" : value.toExponential(1))

/** "median (min to max)", with a unit that is put after each. */
export function range(summary: Summary | undefined, unit = ""): string {
  if (!summary) return "–"
  return `${number(summary.median)}${unit} (${number(summary.min)} to ${number(summary.max)})`
}

export const times = (summary: Summary | undefined): string => range(summary, " ×")

/** The headings of a page, the heads of its tables and the first cells of their rows: all but what was measured. */
export function shapeOf(markdown: string): string[] {
  const lines = markdown.split("\n")
  return lines.flatMap((line, i) => {
    if (line.startsWith("#")) return [line]
    if (!line.startsWith("| ") || line.startsWith("| --- ")) return []
    return [lines[i + 1]?.startsWith("| --- ") ? line : (line.split(" | ")[0]?.slice(2) ?? "")]
  })
}
