import { adstockWeights, carryOver } from "../adstock.ts"
import { flat, type Shape } from "../curves/shape.ts"
import { shapeOf } from "../curves.ts"
import type { PeriodsChannel, PeriodsProblem } from "./problem.ts"

/**
 * What works in one period in one channel: `past` + Σ weights[k] · spend of columns[k]. In units of spend: a spend held
 * constant for as long as the adstock lasts is its own exposure, so the curve of a spend held constant is the curve of it.
 */
export interface Exposure {
  readonly channel: number
  /** From 0; from the horizon's length on, after it. */
  readonly period: number
  /** Indices of the spends: channel · periods + period. */
  readonly columns: readonly number[]
  readonly weights: readonly number[]
  readonly past: number
  /** The channel's curve times the period's seasonality. */
  readonly shape: Shape
}

/** What of a problem its exposures are made of. */
export interface Carrying extends Pick<PeriodsProblem, "seasonality" | "afterHorizon"> {
  readonly channels: readonly Pick<PeriodsChannel, "curve" | "today" | "past">[]
}

/** All exposures, by channel and then by period. Those of no weight at all are kept: they have no columns. */
export function exposuresOf({ channels, seasonality, afterHorizon }: Carrying): Exposure[] {
  const count = seasonality.length
  return channels.flatMap((channel, c) => {
    const shape = shapeOf(channel.curve)
    const after = afterHorizon === "counted" ? (memoryOf(channel) ?? 1) - 1 : 0
    const periods = Array.from({ length: count + after }, (_, t) => t)
    const weights = weightsOf(channel, periods.length + (channel.past?.length ?? 0))
    return periods.map((period): Exposure => {
      const spends = Array.from({ length: Math.min(count, period + 1) }, (_, t) => t)
      const works = spends.filter((t) => (weights[period - t] ?? 0) > 0)
      return {
        channel: c,
        period,
        columns: works.map((t) => c * count + t),
        weights: works.map((t) => weights[period - t] as number),
        past: pastExposure(channel, weights, period),
        shape: seasonal(shape, seasonality[period] ?? 1),
      }
    })
  })
}

/** For how many periods a channel's spend works; undefined if without end. */
export function memoryOf({ curve }: Pick<PeriodsChannel, "curve">): number | undefined {
  const adstock = curve.exposure?.adstock
  return adstock ? adstock.periods : 1
}

/** The first `count` weights, as shares of what all of them add up to. */
function weightsOf({ curve }: Pick<PeriodsChannel, "curve">, count: number): number[] {
  const adstock = curve.exposure?.adstock
  if (!adstock) return [1]
  const all = carryOver(adstock)
  return adstockWeights(adstock, count).map((weight) => weight / all)
}

function pastExposure(
  { past, today }: Pick<PeriodsChannel, "past" | "today">,
  weights: readonly number[],
  period: number,
): number {
  if (past) return past.reduce((sum, spend, k) => sum + spend * (weights[period + past.length - k] ?? 0), 0)
  let left = 1
  for (let lag = 0; lag <= period; lag++) left -= weights[lag] ?? 0
  // A share of 1 that is left by rounding is none
  return left > 1e-15 ? today * left : 0
}

/** The exposure that some spends make. */
export function exposureAt({ columns, weights, past }: Exposure, spends: ArrayLike<number>): number {
  let sum = past
  for (let k = 0; k < columns.length; k++) sum += (weights[k] as number) * (spends[columns[k] as number] as number)
  return sum
}

/** `factor` times a curve. */
export function seasonal(shape: Shape, factor: number): Shape {
  if (factor === 1) return shape
  if (factor === 0) return flat
  return {
    response: (spend) => factor * shape.response(spend),
    marginal: (spend) => factor * shape.marginal(spend),
    marginalBefore: (spend) => factor * shape.marginalBefore(spend),
    spendAt: (marginal) => shape.spendAt(marginal / factor),
    inflection: shape.inflection,
    ...(shape.corners
      ? { corners: shape.corners.map(({ spend, response }) => ({ spend, response: factor * response })) }
      : {}),
    finalMarginal: factor * shape.finalMarginal,
    endless: shape.endless,
  }
}
