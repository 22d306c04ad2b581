import type { Fit, FitWarningCode } from "./schema.ts"

interface Doubts {
  /** The parameters do different things to the response. */
  readonly identified: boolean
  /** A line explains the history as well. */
  readonly straight: boolean
  /** Response at the largest exposure as a share of the curve's limit; NaN or 0 where it has none. */
  readonly reached: number
}

const count = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 })

/** What the history leaves open of a fit, each with what to do about it. */
export function warningsOf(fit: Omit<Fit, "warnings">, { identified, straight, reached }: Doubts): Fit["warnings"] {
  const { quality, parameters, rows, curve } = fit
  const levels = new Set(rows.map(({ spend }) => spend)).size
  const found: [FitWarningCode, string][] = []
  const warn = (code: FitWarningCode, message: string) => found.push([code, message])
  if (quality.rows < 3 * parameters.length)
    warn(
      "few-rows",
      `There are ${quality.rows} rows for ${parameters.length} parameters: give at least ${3 * parameters.length}.`,
    )
  if (levels <= parameters.length)
    warn("few-levels", `There are ${levels} different spends for ${parameters.length} parameters: vary the spend more.`)
  const bounds = parameters.filter(({ atBound }) => atBound !== null)
  const flat = bounds.find(({ name, atBound }) => atBound === "min" && name === parameters[0]?.name)
  if (flat) warn("no-response", "More spend did not come with more response: the curve is all but flat.")
  else if (straight)
    warn(
      "straight",
      "A straight line fits as well as a curve: the history does not show where returns diminish. Do not spend far beyond it.",
    )
  else if (reached > 0 && reached < 0.5)
    warn(
      "unsaturated",
      `The largest spend earns ${count.format(100 * reached)} % of what the ${curve.type} curve can give: its ceiling is extrapolated.`,
    )
  if (!identified && !flat)
    warn(
      "singular",
      "The history cannot tell parameters apart: different values fit as well, so there are no intervals.",
    )
  for (const { name, interval } of parameters)
    if (interval && name !== "baseline" && name !== "retention" && interval.high >= 10 * interval.low)
      warn("wide", `${name} may lie anywhere from ${count.format(interval.low)} to ${count.format(interval.high)}.`)
  // No baseline and no carry-over are findings, not failures
  for (const { name, atBound, value } of bounds)
    if (!(atBound === "min" && (name === "baseline" || name === "retention")) && name !== flat?.name)
      warn(
        "at-bound",
        `${name} ended at ${count.format(value)}, the ${atBound} of its range: the history asks for more.`,
      )
  if (quality.rSquared !== null && quality.rSquared < 0.5)
    warn(
      "weak",
      `The curve explains ${count.format(Math.max(0, 100 * quality.rSquared))} % of the variance: other things move the response more.`,
    )
  const serial = correlationOf(rows.map(({ residual }) => residual))
  const noise = quality.residualError > 1e-9 * Math.max(...rows.map(({ response }) => response))
  // 1.96 / √rows is where chance alone gets in one case of twenty (Bartlett 1946)
  if (noise && quality.rows >= 20 && serial > 1.96 / Math.sqrt(quality.rows))
    warn(
      "serial",
      `Residuals follow each other (correlation ${count.format(serial)}): something is left out, such as adstock, season or trend.`,
    )
  return found.map(([code, message]) => ({ code, message }))
}

/** Of each value with the one before it. */
function correlationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const centered = values.map((value) => value - mean)
  const all = centered.reduce((sum, value) => sum + value * value, 0)
  return all > 0 ? centered.slice(1).reduce((sum, value, i) => sum + value * (centered[i] ?? 0), 0) / all : 0
}
