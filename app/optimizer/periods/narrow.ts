import { above, below, type Region } from "../domain.ts"
import type { Domain } from "../envelope.ts"
import type { Exposure } from "./exposures.ts"
import type { PeriodsModel } from "./model.ts"

/** min ≤ Σ coefficient · (exposure or spend) ≤ max, by index: exposures first, then spends. */
interface Link {
  readonly columns: readonly number[]
  readonly coefficients: readonly number[]
  readonly min: number
  readonly max: number
}

/**
 * What binds exposures and spends together: each exposure to its spends, to the exposure before (that with as much of it
 * as leaves no weight below 0: for a geometric adstock the spend of the period alone), and the polytope's rows.
 */
export function linksOf({ exposures, polytope }: Pick<PeriodsModel, "exposures" | "polytope">): Link[] {
  const count = exposures.length
  const equal = (columns: number[], coefficients: number[], value: number): Link => ({
    columns,
    coefficients,
    min: value,
    max: value,
  })
  const own = exposures.map(({ columns, weights, past }, e) =>
    equal([e, ...columns.map((j) => count + j)], [1, ...weights.map((weight) => -weight)], past),
  )
  const carried = exposures.flatMap((exposure, e) => {
    const before = exposures[e - 1]
    if (!before || before.channel !== exposure.channel) return []
    const share = keptShare(before, exposure)
    if (!(share > 0)) return []
    const rest = exposure.columns.map((j, k) => weightOf(exposure, k) - share * weightAt(before, j))
    const kept = rest.map((weight) => (weight > 1e-15 ? weight : 0))
    const columns = exposure.columns.flatMap((j, k) => ((kept[k] as number) > 0 ? [count + j] : []))
    const coefficients = kept.filter((weight) => weight > 0).map((weight) => -weight)
    return [equal([e, e - 1, ...columns], [1, -share, ...coefficients], exposure.past - share * before.past)]
  })
  const rows = polytope.rows.map(({ channels, coefficients, min, max }) => ({
    columns: channels.map((j) => count + j),
    coefficients,
    min,
    max,
  }))
  return [...own, ...carried, ...rows]
}

const weightOf = ({ weights }: Exposure, k: number): number => weights[k] as number
const weightAt = ({ columns, weights }: Exposure, j: number): number => weights[columns.indexOf(j)] ?? 0

/** The most of the exposure before that an exposure holds whatever was spent. */
function keptShare(before: Exposure, exposure: Exposure): number {
  let share = Infinity
  before.columns.forEach((j, k) => {
    share = Math.min(share, weightAt(exposure, j) / weightOf(before, k))
  })
  return share < Infinity ? share : 0
}

/** Rounding in a sum, as a share of its terms: what a bound is left too wide. */
const rounding = 1e-13

/** A bound that moves by less than this share of its range is left where it is. */
const worthwhile = 1e-3

const mostPasses = 6

/**
 * The domains with what the links leave of them, where that is noticeably less; undefined where they leave nothing
 * (feasibility-based bound tightening).
 */
export function propagate(links: readonly Link[], { domains }: Region): Map<number, Domain> | undefined {
  const changes = new Map<number, Domain>()
  const low = Float64Array.from(domains, (domain) => domain.low)
  const high = Float64Array.from(domains, (domain) => domain.high)
  for (let pass = 0; pass < mostPasses; pass++) {
    let moved = false
    for (const link of pass % 2 === 0 ? links : links.toReversed()) {
      const result = tighten(link, low, high, (i) => {
        const domain = changes.get(i) ?? (domains[i] as Domain)
        const upper = below(domain, high[i] as number)
        const part = upper && above(upper, low[i] as number)
        if (!part) return false
        changes.set(i, part)
        low[i] = part.low
        high[i] = part.high
        return true
      })
      if (result === "empty") return undefined
      moved ||= result
    }
    if (!moved) break
  }
  return changes
}

function tighten(
  { columns, coefficients, min, max }: Link,
  low: Float64Array,
  high: Float64Array,
  set: (i: number) => boolean,
): boolean | "empty" {
  let least = 0
  let most = 0
  let size = 0
  for (let k = 0; k < columns.length; k++) {
    const coefficient = coefficients[k] as number
    const i = columns[k] as number
    const a = coefficient * (low[i] as number)
    const b = coefficient * (high[i] as number)
    least += Math.min(a, b)
    most += Math.max(a, b)
    size += Math.max(Math.abs(a), Math.abs(b))
  }
  const error = rounding * (size + Math.abs(Number.isFinite(min) ? min : 0) + Math.abs(Number.isFinite(max) ? max : 0))
  if (least > max + 1e3 * error || most < min - 1e3 * error) return "empty"
  if (least >= min - error && most <= max + error) return false
  let moved = false
  for (let k = 0; k < columns.length; k++) {
    const coefficient = coefficients[k] as number
    const i = columns[k] as number
    const [from, to] = [low[i] as number, high[i] as number]
    const [a, b] = coefficient > 0 ? [coefficient * from, coefficient * to] : [coefficient * to, coefficient * from]
    // The term is at most what the max leaves beside the least of the others, and the reverse
    const upper = (max - (least - a) + error) / coefficient
    const lower = (min - (most - b) - error) / coefficient
    const [newLow, newHigh] = coefficient > 0 ? [lower, upper] : [upper, lower]
    const step = worthwhile * (to - from)
    const raises = newLow > from + step
    const lowers = newHigh < to - step
    if (!raises && !lowers) continue
    if (raises) low[i] = Math.min(newLow, to)
    if (lowers) high[i] = Math.max(newHigh, low[i] as number)
    if (!set(i)) return "empty"
    moved = true
    least += (coefficient > 0 ? coefficient * (low[i] as number) : coefficient * (high[i] as number)) - a
    most += (coefficient > 0 ? coefficient * (high[i] as number) : coefficient * (low[i] as number)) - b
  }
  return moved
}
