import type { Problem } from "./problem.ts"

/** A linear constraint by channel index: min ≤ Σ coefficient · spend ≤ max. The total is one, with no constraint's index. */
export interface Row {
  readonly channels: readonly number[]
  readonly coefficients: readonly number[]
  readonly min: number
  readonly max: number
  readonly isTotal: boolean
}

/** The rows of a problem: its constraints in their order, then the total, if there is one. */
export function rowsOf({ channels, constraints, total }: Problem): Row[] {
  const indices = new Map(channels.map((channel, i) => [channel.name, i]))
  const rows: Row[] = constraints.map((constraint) => {
    const entries = Object.entries(constraint.coefficients).filter(([, coefficient]) => coefficient !== 0)
    return {
      channels: entries.map(([name]) => indices.get(name) ?? 0),
      coefficients: entries.map(([, coefficient]) => coefficient),
      min: constraint.min ?? -Infinity,
      max: constraint.max ?? Infinity,
      isTotal: false,
    }
  })
  if (total)
    rows.push({
      channels: channels.map((_, i) => i),
      coefficients: channels.map(() => 1),
      min: total.spend === "exactly" ? total.amount : -Infinity,
      max: total.amount,
      isTotal: true,
    })
  return rows
}

export function activity(row: Row, spends: Float64Array): number {
  let value = 0
  for (let k = 0; k < row.channels.length; k++)
    value += (row.coefficients[k] as number) * (spends[row.channels[k] as number] as number)
  return value
}

/** By how much spends break a row, as a share of the larger of the broken bound and Σ |coefficient · spend|. */
export function violation(row: Row, spends: Float64Array): number {
  const value = activity(row, spends)
  const [over, bound] = value > row.max ? [value - row.max, row.max] : [row.min - value, row.min]
  if (!(over > 0)) return 0
  let size = Math.abs(bound)
  for (let k = 0; k < row.channels.length; k++)
    size = Math.max(size, Math.abs((row.coefficients[k] as number) * (spends[row.channels[k] as number] as number)))
  return size > 0 ? over / size : over
}

export const worstViolation = (rows: readonly Row[], spends: Float64Array): number =>
  rows.reduce((worst, row) => Math.max(worst, violation(row, spends)), 0)

/** Caps that the rows imply are this share looser a term, so that rounding never cuts off what is feasible. */
const slack = 4e-16

/**
 * The maxes, or less where a row, with the other channels at the ends that leave most room, allows no more. Two passes:
 * a cap may imply another.
 */
export function impliedMax(rows: readonly Row[], min: Float64Array, max: Float64Array): Float64Array {
  const caps = Float64Array.from(max)
  for (let pass = 0; pass < 2; pass++)
    for (const row of rows) {
      capBy(row.coefficients, row.max, row.channels, min, caps)
      capBy(
        row.coefficients.map((coefficient) => -coefficient),
        -row.min,
        row.channels,
        min,
        caps,
      )
    }
  return caps
}

function capBy(
  coefficients: readonly number[],
  most: number,
  channels: readonly number[],
  min: Float64Array,
  caps: Float64Array,
): void {
  if (most === Infinity) return
  let least = 0
  let size = Math.abs(most)
  let open = 0
  coefficients.forEach((coefficient, k) => {
    const channel = channels[k] as number
    const term = coefficient * ((coefficient > 0 ? min[channel] : caps[channel]) as number)
    if (Number.isFinite(term)) {
      least += term
      size = Math.max(size, Math.abs(term))
    } else open++
  })
  if (open > 0) return
  // What is left but for rounding is nothing: a curve that starts upright would make much of it
  const rounding = slack * size * coefficients.length
  const room = Math.abs(most - least) <= rounding ? 0 : Math.max(0, most - least + rounding)
  coefficients.forEach((coefficient, k) => {
    if (coefficient <= 0) return
    const channel = channels[k] as number
    const low = min[channel] as number
    const cap = low + room / coefficient
    if (cap < (caps[channel] as number)) caps[channel] = Math.max(low, cap)
  })
}
