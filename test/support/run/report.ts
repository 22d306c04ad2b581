import type { Coverage } from "./coverage.ts"
import type { Outcome } from "./outcome.ts"

/** The run's last line: machines read it. */
export function lastLine(outcomes: readonly Outcome[]): string {
  const count = (result: Outcome["result"]) => outcomes.filter((outcome) => outcome.result === result).length
  return `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`
}

/** What was found in one file, in a few words: `12 passed, 1 failed`. */
export function tally(outcomes: readonly Outcome[]): string {
  const results = ["passed", "failed", "skipped"] as const
  const counts = results.map((result) => [outcomes.filter((outcome) => outcome.result === result).length, result])
  return counts
    .filter(([count]) => count !== 0)
    .map((pair) => pair.join(" "))
    .join(", ")
}

/** Every failure with its file and message; node's own frames are left out of stacks. */
export function failureLines(outcomes: readonly Outcome[]): string[] {
  return outcomes
    .filter(({ result }) => result === "failed")
    .flatMap(({ file, name, message }) => [`  ${file}: ${name}`, ...indent(message ?? "", 6), ""])
}

/** What could not be run here, by reason, with the names of the tests. */
export function skipLines(outcomes: readonly Outcome[]): string[] {
  const skipped = outcomes.filter(({ result }) => result === "skipped")
  const reasons = [...new Set(skipped.map(({ message }) => message ?? ""))].sort()
  return reasons.flatMap((reason) => {
    const ofReason = skipped.filter(({ message }) => (message ?? "") === reason)
    return [`  ${reason}`, ...ofReason.map(({ file, name }) => `      ${file}: ${name}`)]
  })
}

/** The files in which most lines are not covered, as many as `count`. */
export function weakestLines({ files }: Coverage, count: number): string[] {
  return files
    .filter(({ total, covered }) => covered < total)
    .slice(0, count)
    .map(({ file, total, covered }) => {
      const percent = `${Math.floor((100 * covered) / total)} %`.padStart(6)
      return `${percent}  ${String(total - covered).padStart(4)} lines not covered  ${file}`
    })
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

function indent(text: string, columns: number): string[] {
  const lines = text.split("\n").filter((line) => !/^\s+at .*(?:\(?node:|\(<anonymous>\))/.test(line))
  return lines.map((line) => `${" ".repeat(columns)}${line}`.trimEnd())
}
