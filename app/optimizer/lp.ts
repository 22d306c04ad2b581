import { faintest } from "./allocate.ts"
import { optimum, relief } from "./certificate.ts"
import { type Channels, channelsOf, responseTo, sum } from "./channels.ts"
import { infeasible } from "./conflicts.ts"
import type { Shape } from "./curves/shape.ts"
import { feasiblePoint, unitOf } from "./feasible.ts"
import { type Goal, goalOf, isMet, surplus, surplusGoal, type Target } from "./goal.ts"
import {
  type ConstraintResult,
  feasibilityTolerance,
  gapTolerance,
  type Means,
  type Problem,
  type Solution,
} from "./problem.ts"
import { recession } from "./recession.ts"
import { type Refined, refine } from "./refine.ts"
import { activity, impliedMax, type Row, rowsOf } from "./rows.ts"
import { largest } from "./schema.ts"
import { unbounded } from "./unbounded.ts"

/**
 * Concave curves with any linear constraints and any goal, by refined linear programs (`refine`), certified by duality
 * on the true curves. The problem must have concave curves.
 */
export function solveLp(problem: Problem, means: Means): Solution {
  const canMeet = (other: Problem) => canBeMet(modelOf(other, means))
  const model = modelOf(problem, means)
  const { channels, goal, rows } = model
  if (!feasiblePoint({ ...channels, rows }, means.solver)) return infeasible(problem, canMeet)
  const rising = recession(channels, goal, rows, means.solver)
  if (rising.length > 0) return unbounded(problem, rising)
  const best = bestWithin(model)
  if (best === "infeasible") return infeasible(problem, canMeet)
  if (best === "failed")
    return {
      status: "not-solvable",
      detail: "The linear-programming solver broke down on this problem: scale its numbers.",
    }
  const found = priced(model, best)
  const beyond = Array.from(found.spends.keys()).filter(
    (i) => channels.max[i] === Infinity && (found.spends[i] as number) > largest / 2,
  )
  if (beyond.length > 0) return unbounded(problem, beyond)
  return optimum(
    goal,
    { ...channels, max: model.userMax },
    {
      method: "lp",
      spends: found.spends,
      multipliers: found.multipliers,
      totalShadowPrice: rows.reduce((price, row, r) => (row.isTotal ? (found.duals.rows[r] as number) : price), 0),
      constraints: problem.constraints.map(({ name }, r) =>
        constraintResult(name, rows[r] as Row, found.spends, found.duals.rows[r] as number, goal),
      ),
      bound: found.bound,
      iterations: found.programs,
      stopped: means.expired() ? "deadline" : null,
    },
  )
}

/** Concave channels, with the maxes that rows imply, and all that binds them. */
export interface LinearModel {
  readonly channels: Channels
  readonly goal: Goal
  readonly rows: readonly Row[]
  readonly means: Means & { readonly wanted?: number }
}

interface Model extends LinearModel {
  readonly userMax: Float64Array
}

/** The best of concave channels; the goal must have an end. "failed": the solver broke down. */
export function bestWithin(model: LinearModel): Refined | "infeasible" | "failed" {
  const { channels, goal, rows, means } = model
  const start = feasiblePoint({ ...channels, rows }, means.solver)
  if (!start) return "infeasible"
  const { target } = goal
  if (!target) return search(model, goal, start) ?? "failed"
  const most = mostSurplus(model, target, start)
  if (!most || !isMetBy(channels, target, most)) return "infeasible"
  return search(model, goal, most, { ends: endsOf(model, most) }) ?? "failed"
}

/**
 * Where spends stop adding digits to the response, though a surplus over the target on a return is left: the same
 * that kkt stops at. `peak` are the spends of largest surplus.
 */
function endsOf({ channels, goal }: LinearModel, peak: Float64Array): Float64Array {
  const marginal = goal.weight > 0 ? faintest(channels, peak) : 0
  return channels.max.map((most, i) => {
    if (!(marginal > 0)) return most
    const end = (channels.shapes[i] as Shape).spendAt(marginal)
    return Math.min(most, Math.max(peak[i] as number, end))
  })
}

/** A spend within this share of a max counts as at it. */
const near = 1e-9

/**
 * The best with the prices of its rows: where a channel is at a max that a row implies, that max has taken the row's price,
 * and all is solved once more with room above it.
 */
function priced(model: Model, best: Refined): Refined {
  const { channels, userMax, rows } = model
  const isHeld = (spend: number, i: number) => {
    const cap = channels.max[i] as number
    return cap < (userMax[i] as number) && spend >= cap * (1 - near)
  }
  if (!best.spends.some(isHeld)) return best
  const room = Math.max(...best.spends, unitOf(rows))
  const max = channels.max.map((cap, i) => Math.min(userMax[i] as number, cap + room))
  const found = bestWithin({ ...model, channels: { ...channels, max } })
  return typeof found === "object" && found.gap <= Math.max(gapTolerance, best.gap) ? found : best
}

function modelOf(problem: Problem, means: Means): Model {
  const channels = channelsOf(problem.channels)
  const rows = rowsOf(problem)
  return {
    channels: { ...channels, max: impliedMax(rows, channels.min, channels.max) },
    userMax: channels.max,
    goal: goalOf(problem.objective),
    rows,
    means,
  }
}

/**
 * Refines within finite maxes. Where a channel has none, it is given one, and a larger one as long as it is of any
 * use: a solution inside it is one without it, because the goal is concave.
 */
function search(
  { channels, rows, means }: LinearModel,
  goal: Goal,
  inside: Float64Array,
  { ends = channels.max, enough }: { ends?: Float64Array; enough?: (spends: Float64Array) => boolean } = {},
): Refined | undefined {
  let reach = 10 * (Math.max(...inside, ...channels.min, ...channels.max.filter(Number.isFinite)) || unitOf(rows))
  for (;;) {
    const within = ends.map((end) => Math.min(end, reach))
    const found = refine({ ...means, goal, channels, rows, within, inside })
    const touches = found?.spends.some((spend, i) => spend > reach / 2 && channels.max[i] === Infinity)
    if (!found || !touches || reach >= largest || enough?.(found.spends)) return found
    reach = Math.min(reach * 1e3, largest)
  }
}

/** The spends of most surplus over a target; where that has no end, some of surplus above 0. */
function mostSurplus({ means, ...rest }: LinearModel, target: Target, start: Float64Array): Float64Array | undefined {
  const { wanted: _, ...exact } = means
  const enough = (spends: Float64Array) => surplus(target, responseTo(rest.channels, spends), sum(spends)) > 0
  return search({ ...rest, means: exact }, surplusGoal(target), start, { enough })?.spends
}

const isMetBy = (channels: Channels, target: Target, spends: Float64Array): boolean =>
  isMet(target, responseTo(channels, spends), sum(spends))

/** Whether all of the model's demands can be met together. */
function canBeMet(model: Model): boolean {
  const start = feasiblePoint({ ...model.channels, rows: model.rows }, model.means.solver)
  const { target } = model.goal
  if (!start || !target) return start !== undefined
  const most = mostSurplus(model, target, start)
  return most !== undefined && isMetBy(model.channels, target, most)
}

export function constraintResult(
  name: string,
  row: Row,
  spends: Float64Array,
  dual: number,
  goal: Goal,
): ConstraintResult {
  const value = activity(row, spends)
  const near = (bound: number) =>
    Number.isFinite(bound) && Math.abs(value - bound) <= feasibilityTolerance * Math.abs(bound)
  const binding = dual > 0 || (dual === 0 && near(row.max)) ? "max" : dual < 0 || near(row.min) ? "min" : null
  return { name, value, binding, shadowPrice: relief(goal, Math.abs(dual)) }
}
