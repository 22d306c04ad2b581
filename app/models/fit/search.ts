import { adstocked } from "../../optimizer/adstock.ts"
import type { Adstock } from "../../optimizer/adstock-schema.ts"
import { shapeOf } from "../../optimizer/curves.ts"
import type { Curve } from "../../optimizer/schema.ts"
import { type Family, type FitType, familyOf, type Units } from "./families.ts"
import { type Bounds, descend, type Minimum, type Predict, sumOfSquares } from "./least-squares.ts"
import type { FitTask } from "./schema.ts"

/** A type of curve against a history, as a least-squares problem in its search parameters. */
export interface Search {
  readonly family: Family
  readonly units: Units
  /** Rows in units of the largest response. */
  readonly observed: readonly number[]
  readonly predict: Predict
  readonly bounds: Bounds
  /** Names of the search parameters: the family's, then baseline and retention where they are fitted. */
  readonly names: readonly string[]
  /** The curve at a point, of exposure, without its adstock. */
  curveAt(point: readonly number[]): Curve
  /** The adstock at a point. */
  adstockAt(point: readonly number[]): Adstock | undefined
  /** What each row's spend is to the curve. */
  exposuresAt(point: readonly number[]): readonly number[]
}

export interface Found extends Minimum {
  readonly search: Search
}

/** Retention up to this: beyond it a history of any length is one long carry-over. */
const mostRetention = 0.99
const retentionStarts = [0.1, 0.5, 0.8]
/** Searches that are carried to their end, from the best of all starts. */
const descents = 4

export function searchOf(type: FitType, { history, concave = false, baseline = false, adstock }: FitTask): Search {
  const family = familyOf(type, concave)
  const spends = history.map(({ spend }) => spend)
  const toFit = adstock?.type === "geometric" && adstock.retention === "fit" ? adstock : undefined
  const fixed = adstock && toFit === undefined ? (adstock as Adstock) : undefined
  const given = fixed === undefined ? spends : adstocked(spends, fixed)
  const units = { exposure: Math.max(...given), response: Math.max(...history.map(({ response }) => response)) }
  const shared = family.axes.length
  const adstockAt = (point: readonly number[]): Adstock | undefined =>
    toFit === undefined
      ? fixed
      : {
          type: "geometric",
          retention: Math.max(0, point[shared + Number(baseline)] ?? 0),
          ...(toFit.periods === undefined ? {} : { periods: toFit.periods }),
          normalize: true,
        }
  const exposuresAt = (point: readonly number[]) => {
    if (toFit === undefined) return given
    const carried = adstockAt(point)
    return carried === undefined ? given : adstocked(spends, carried)
  }
  const curveAt = (point: readonly number[]) => family.curve(family.members(point, units).map(Math.exp))
  return {
    family,
    units,
    observed: history.map(({ response }) => response / units.response),
    bounds: {
      low: [...family.axes.map(({ low }) => low), ...(baseline ? [0] : []), ...(toFit ? [0] : [])],
      high: [...family.axes.map(({ high }) => high), ...(baseline ? [1] : []), ...(toFit ? [mostRetention] : [])],
    },
    names: [...family.axes.map(({ name }) => name), ...(baseline ? ["baseline"] : []), ...(toFit ? ["retention"] : [])],
    predict(point) {
      const shape = shapeOf(curveAt(point))
      const there = baseline ? (point[shared] ?? 0) : 0
      return exposuresAt(point).map((exposure) => there + shape.response(exposure) / units.response)
    },
    curveAt,
    adstockAt,
    exposuresAt,
  }
}

/** The best of several searches. Deterministic: the starts are a grid, each with its best scale and baseline. */
export function findMinimum(search: Search): Found {
  const { predict, observed, bounds } = search
  const starts = startsOf(search)
    .map((start) => ({ start, squares: sumOfSquares(predict(start), observed) }))
    .sort((a, b) => a.squares - b.squares)
    .slice(0, descents)
  const minima = starts.map(({ start }) => descend(predict, observed, start, bounds))
  const best = minima.reduce((least, minimum) => (minimum.squares < least.squares ? minimum : least))
  return { ...best, search }
}

function startsOf(search: Search): number[][] {
  const { family, names, bounds } = search
  const axes = [
    ...family.axes.slice(1).map(({ starts = [] }) => starts),
    ...(names.includes("baseline") ? [[0]] : []),
    ...(names.includes("retention") ? [retentionStarts] : []),
  ]
  const grid = axes.reduce<number[][]>(
    (points, starts) => points.flatMap((point) => starts.map((at) => [...point, at])),
    [[]],
  )
  return grid.map((rest) => scaled(search, [0, ...rest])).map((point) => clamp(point, bounds))
}

/** A point with the scale, and the baseline where there is one, that fit best beside its other parameters. */
function scaled({ predict, observed, names }: Search, point: readonly number[]): number[] {
  const baseline = names.indexOf("baseline")
  const curve = predict(point)
  const count = observed.length
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const product = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => value * (b[i] ?? 0)))
  const [meanCurve, meanSeen] = baseline < 0 ? [0, 0] : [sum(curve) / count, sum(observed) / count]
  const spread = product(curve, curve) - count * meanCurve ** 2
  const slope = (product(curve, observed) - count * meanCurve * meanSeen) / spread
  const scale = slope > 0 && slope < Infinity ? slope : 1e-3
  return point.map((value, i) =>
    i === 0 ? Math.log(scale) : i === baseline ? Math.max(0, meanSeen - scale * meanCurve) : value,
  )
}

const clamp = (point: readonly number[], { low, high }: Bounds) =>
  point.map((value, i) => Math.min(high[i] ?? value, Math.max(low[i] ?? value, value)))
