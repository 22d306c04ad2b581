import { upperBound } from "./certificate.ts"
import { type Channels, responseTo, sum } from "./channels.ts"
import { type Duals, multipliersOf, spendsOf } from "./dual.ts"
import { type Goal, surplus } from "./goal.ts"
import { activity, type Row } from "./rows.ts"
import { findCrossing } from "./search.ts"

/** Rounds over all rows: what is not settled by then zigzags, and Newton's method takes over. */
const mostRounds = 12

/** A round that lowers the bound by no more than this share of it is the last. */
const settled = 1e-12

interface Dual {
  readonly goal: Goal
  readonly channels: Channels
  readonly rows: readonly Row[]
}

/**
 * Lower duals, one after the other: each where the spends that the duals ask for just meet its row, which is where the
 * bound is least along it. Needs no linear program, and so no tolerance beside which a small dual is none: spends that lie a
 * billion times apart in one row are no matter. Duals of no higher bound than
 * `from`'s, but for rounding.
 */
export function descend(dual: Dual, from: Duals, expired: () => boolean): Duals {
  const { rows, goal } = dual
  let best = from
  let bound = boundOf(dual, from)
  for (let round = 0; round < mostRounds && !expired(); round++) {
    let at = best
    rows.forEach((row, r) => {
      at = withRow(at, r, settle(row, rowAlong(dual, at, r), at.rows[r] as number))
    })
    if (goal.target) at = { ...at, target: settleTarget(dual, at) }
    const found = boundOf(dual, at)
    // As low will do as well: the spends asked for are others
    if (!(found <= bound + settled * Math.abs(bound))) break
    const isLast = !(bound - found > settled * Math.abs(found))
    best = at
    bound = found
    if (isLast) break
  }
  return best
}

const boundOf = (dual: Dual, duals: Duals): number =>
  upperBound(dual.channels, multipliersOf(dual, duals).multipliers).value

const withRow = (duals: Duals, r: number, value: number): Duals => ({ ...duals, rows: duals.rows.with(r, value) })

const spendsAt = (dual: Dual, duals: Duals): Float64Array =>
  spendsOf(dual.channels, multipliersOf(dual, duals).multipliers)

/** The row's activity at the spends asked for, as its dual changes: it never rises. */
const rowAlong = (dual: Dual, at: Duals, r: number) => (value: number) =>
  activity(dual.rows[r] as Row, spendsAt(dual, withRow(at, r, value)))

/** The dual at which a row is just met: 0 where it is met anyway. */
function settle({ min, max }: Row, along: (dual: number) => number, before: number): number {
  const free = along(0)
  const unit = Math.abs(before)
  if (free > max) return crossing((dual) => along(dual) - max, unit, max)
  if (free < min) return -crossing((dual) => min - along(-dual), unit, min)
  return 0
}

function settleTarget(dual: Dual, at: Duals): number {
  const { target } = dual.goal
  if (!target) return 0
  const short = (value: number) => {
    const spends = spendsAt(dual, { ...at, target: value })
    return -surplus(target, responseTo(dual.channels, spends), sum(spends))
  }
  return short(0) > 0 ? crossing(short, at.target, target.least) : 0
}

/** Duals are looked for from this up to its inverse, by such steps. */
const least = 1e-60
const step = 1e3

/** Where a function that never rises, and is above 0 at 0, comes down to it; 0 where it never does. */
function crossing(value: (dual: number) => number, unit: number, scale: number): number {
  const clamped = (dual: number) => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value(dual)))
  let high = unit > 0 ? unit : 1
  while (clamped(high) > 0) {
    high *= step
    if (high > 1 / least) return 0
  }
  let low = high / step
  while (clamped(low) <= 0) {
    // Where curves are flat any dual above 0 meets the row
    if (low < least) return high
    high = low
    low /= step
  }
  return findCrossing(clamped, low, high, Math.abs(scale)).high
}
