import { type Channels, sum } from "../channels.ts"
import { domainOf } from "../domain.ts"
import type { Domain } from "../envelope.ts"
import type { Polytope } from "../feasible.ts"
import { type Goal, goalOf } from "../goal.ts"
import type { Channel, Problem } from "../problem.ts"
import { impliedMax, type Row, rowsOf } from "../rows.ts"
import { largest } from "../schema.ts"
import { type Exposure, exposureAt, exposuresOf } from "./exposures.ts"
import { type PeriodsProblem, spendName } from "./problem.ts"
import { mostReturning } from "./returning.ts"

/**
 * A problem as its solvers see it: most of goal.weight · Σ curve(exposure) − goal.price · Σ spend within the polytope,
 * among what meets the goal's target.
 */
export interface PeriodsModel {
  readonly goal: Goal
  /** Of the spends, by channel and then period, with finite maxes. */
  readonly polytope: Polytope
  /** The spends' own bounds, by the same index. */
  readonly spends: readonly Pick<Channel, "min" | "max" | "minIfUsed">[]
  readonly exposures: readonly Exposure[]
  /** The curves of the exposures, and between what the polytope allows of each. */
  readonly channels: Channels
}

/** The same demands as a problem whose channels are the spends of each period: what is feasible, and what conflicts. */
export function flatProblem({ channels, seasonality, total, constraints, objective }: PeriodsProblem): Problem {
  const every = seasonality.map((_, t) => t)
  return {
    channels: channels.flatMap(({ name, curve, today, min, max, minIfUsed }) =>
      every.map((t) => ({
        name: spendName(name, t),
        curve,
        today,
        min: min[t] as number,
        max: max[t] as number,
        ...(minIfUsed === undefined ? {} : { minIfUsed }),
      })),
    ),
    ...(total ? { total } : {}),
    constraints: constraints.map(({ coefficients, periods = every, ...rest }) => ({
      ...rest,
      coefficients: Object.fromEntries(
        Object.entries(coefficients).flatMap(([name, value]) => periods.map((t) => [spendName(name, t), value])),
      ),
    })),
    objective,
    method: "auto",
  }
}

/**
 * Bounds and rows of a flat problem, with the maxes that rows imply; Infinity where they imply none. Where a min leaves no
 * way not to use a channel, its minimum buy is its min.
 */
export function polytopeOf(flat: Problem): Polytope {
  const rows = rowsOf(flat)
  const min = Float64Array.from(flat.channels, (channel) => domainOf(channel)?.low ?? channel.min)
  const max = Float64Array.from(flat.channels, (channel) => channel.max)
  return { min, max: impliedMax(rows, min, max), rows }
}

/**
 * The model of a problem within the bounds, constraints and objective of `flat`, which may be fewer than its own; or the
 * spends (by index) that could grow without end for all that is known. Nothing of it spends more than `mostSpend`.
 */
export function periodsModel(
  problem: Pick<PeriodsProblem, "channels" | "seasonality" | "afterHorizon">,
  flat: Problem,
  mostSpend = Infinity,
): PeriodsModel | { readonly open: number[] } {
  const goal = goalOf(flat.objective)
  const given = polytopeOf(flat)
  const exposures = exposuresOf(problem)
  const whole = Math.min(mostSpend, goal.target ? mostReturning(goal.target, exposures) : Infinity)
  const spare = Math.max(0, whole - sum(given.min))
  const max = given.max.map((most, j) => {
    const least = Math.min(most, (given.min[j] as number) + spare)
    return least < Infinity
      ? least
      : Math.max(worthwhileMax(j, goal, exposures, given), flat.channels[j]?.minIfUsed ?? 0)
  })
  const open = Array.from(max.keys()).filter((j) => max[j] === Infinity)
  if (open.length > 0) return { open }
  const polytope = { ...given, max }
  const all = Array.from(max.keys())
  const budget: Row = { channels: all, coefficients: all.map(() => 1), min: -Infinity, max: whole, isTotal: false }
  const budgets = { ...polytope, rows: [...given.rows, budget] }
  // A hair wider, or rounding would put feasible spends outside
  const hair = 1e-12
  return {
    goal,
    polytope,
    spends: flat.channels,
    exposures,
    channels: {
      shapes: exposures.map(({ shape }) => shape),
      min: Float64Array.from(exposures, (exposure) => exposureAt(exposure, given.min) * (1 - hair)),
      max: Float64Array.from(exposures, (exposure) => mostExposure(exposure, budgets) * (1 + hair)),
    },
  }
}

/**
 * The same with room beyond the maxes that constraints imply, where the spends' own allow it: else those would take over
 * the constraints' prices.
 */
export function loosened(model: PeriodsModel): PeriodsModel {
  const { polytope, spends, exposures, channels } = model
  const twice = (min: Float64Array, max: Float64Array) => max.map((most, i) => 2 * most - (min[i] as number))
  const wide = twice(polytope.min, polytope.max).map((most, j) => Math.min(spends[j]?.max ?? Infinity, most))
  const max = twice(channels.min, channels.max).map((most, e) =>
    Math.max(channels.max[e] as number, Math.min(most, exposureAt(exposures[e] as Exposure, wide))),
  )
  return { ...model, polytope: { ...polytope, max: wide }, channels: { ...channels, max } }
}

/** Where each spend may be: within the polytope, and not below its minimum buy if it is used. */
export const spendDomains = ({ polytope: { min, max }, spends }: Pick<PeriodsModel, "polytope" | "spends">): Domain[] =>
  Array.from(min, (low, j): Domain => {
    const high = max[j] as number
    const { minIfUsed = 0 } = spends[j] as (typeof spends)[number]
    return domainOf({ min: low, max: high, minIfUsed }) ?? { low, used: low, high }
  })

/** Whether linear programs solve it. */
export const isConcave = (model: Pick<PeriodsModel, "polytope" | "spends" | "channels">): boolean =>
  model.channels.shapes.every(({ inflection }) => inflection === 0) &&
  spendDomains(model).every(({ low, used }) => low === used)

/**
 * For profit, a spend beyond which each further unit earns less than it costs, whatever else is spent: exposures are at
 * least their share of it, and beyond its inflection a curve earns ever less. Rows that may ask for more than that
 * (those with a min) must be met by the spend alone. Infinity where that says nothing.
 */
function worthwhileMax(j: number, { weight, price }: Goal, exposures: readonly Exposure[], given: Polytope): number {
  if (price === 0) return Infinity
  let needed = given.min[j] as number
  for (const { channels, coefficients, min, max } of given.rows) {
    const at = channels.indexOf(j)
    if (at < 0) continue
    const coefficient = coefficients[at] as number
    // Spending more here makes room for others under a max
    if (coefficient < 0 && max < Infinity) return Infinity
    if (coefficient < 0 || min === -Infinity) continue
    if (coefficients.some((other) => other < 0)) return Infinity
    needed = Math.max(needed, min / coefficient)
  }
  const parts = exposures.flatMap(({ columns, weights, shape }) => {
    const at = columns.indexOf(j)
    return at < 0 ? [] : [{ share: weights[at] as number, shape }]
  })
  let spend = needed
  for (const { share, shape } of parts) spend = Math.max(spend, shape.inflection / share)
  for (const { share, shape } of parts) spend = Math.max(spend, (shape.corners?.at(-1)?.spend ?? 0) / share)
  const earns = (at: number) =>
    weight * parts.reduce((sum, { share, shape }) => sum + share * shape.marginal(share * at), 0)
  while (spend < largest && !(earns(spend) < price)) spend = 2 * Math.max(spend, 1e-9)
  return spend < largest ? spend : Infinity
}

/** The most of one exposure: by its spends' maxes, and by each row that is a budget, filled from the best share down. */
function mostExposure(exposure: Exposure, { min, max, rows }: Polytope): number {
  return rows.reduce((most, row) => Math.min(most, mostWithin(exposure, row, min, max)), exposureAt(exposure, max))
}

function mostWithin(exposure: Exposure, row: Row, min: Float64Array, max: Float64Array): number {
  if (row.max === Infinity || row.coefficients.some((coefficient) => coefficient < 0)) return Infinity
  const costs = new Map(row.channels.map((column, k) => [column, row.coefficients[k] as number]))
  let room = row.max
  for (const [column, cost] of costs) room -= cost * (min[column] as number)
  let sum = exposureAt(exposure, min)
  const parts = exposure.columns.map((column, k) => ({
    weight: exposure.weights[k] as number,
    cost: costs.get(column) ?? 0,
    width: (max[column] as number) - (min[column] as number),
  }))
  parts.sort((a, b) => b.weight * a.cost - a.weight * b.cost)
  for (const { weight, cost, width } of parts) {
    const taken = cost > 0 ? Math.min(width, Math.max(0, room) / cost) : width
    sum += weight * taken
    room -= cost * taken
  }
  return sum
}
