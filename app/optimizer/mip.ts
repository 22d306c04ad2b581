import type { Branching, Relaxed } from "./branching.ts"
import { optimum, upperBound } from "./certificate.ts"
import type { Channels } from "./channels.ts"
import { infeasible } from "./conflicts.ts"
import { patience } from "./counting.ts"
import { multipliersOf, spendsOf } from "./dual.ts"
import { finished } from "./finish.ts"
import type { Goal } from "./goal.ts"
import { bestWithin, constraintResult } from "./lp.ts"
import { canBeMet } from "./meetable.ts"
import { modelOf, usedOf } from "./model.ts"
import type { Means, Problem, Solution } from "./problem.ts"
import { searchBest } from "./reach.ts"
import { recession } from "./recession.ts"
import type { Refined } from "./refine.ts"
import { impliedMax, type Row } from "./rows.ts"
import { largest } from "./schema.ts"
import { unbounded } from "./unbounded.ts"

/**
 * Curves of any shape and minimum buys with any linear constraints: branch and bound whose nodes are solved as by lp, on
 * the concave envelopes of the curves. A binary variable a piece, as mixed-integer programs have it, would bound the
 * pieces and not the curves; here each node's bound is a bound on the true curves by duality.
 */
export function solveMip(problem: Problem, means: Means): Solution {
  const canMeet = (other: Problem) => canMeetByMip(other, means)
  const model = modelOf(problem)
  if (!model) return infeasible(problem, canMeet)
  const { channels, goal, rows } = model
  const open = { ...channels, max: impliedMax(rows, channels.min, channels.max) }
  const rising = recession(open, goal, rows, means.solver)
  if (rising.length > 0) return canMeet(problem) ? unbounded(problem, rising) : infeasible(problem, canMeet)
  const found = searchBest(model, relaxing(rows, means, { isNode: true }), means)
  if ("status" in found) return found
  if (!found.best) return infeasible(problem, canMeet)
  const best = finished(problem, model, found.best, relaxing(rows, means, { gap: exact })(goal).relax)
  const beyond = Array.from(best.spends.keys()).filter(
    (i) => open.max[i] === Infinity && (best.spends[i] as number) > largest / 2,
  )
  if (beyond.length > 0) return unbounded(problem, beyond)
  return optimum(goal, channels, {
    ...best,
    method: "mip",
    bound: found.bound,
    constraints: problem.constraints.map(({ name }, r) =>
      constraintResult(name, rows[r] as Row, best.spends, best.duals?.[r] ?? 0, goal),
    ),
    iterations: found.nodes,
    stopped: found.stopped,
    used: usedOf(problem),
  })
}

/** Whether all demands of a problem with minimum buys can be met together, its target among them. */
export function canMeetByMip(problem: Problem, means: Means): boolean {
  const model = modelOf(problem)
  return canBeMet(model, relaxing(model?.rows ?? [], means, { isNode: true }), means)
}

function priced(found: Refined, rows: readonly Row[]): Relaxed {
  const total = rows.findIndex(({ isTotal }) => isTotal)
  return { ...found, duals: found.duals.rows, totalShadowPrice: found.duals.rows[total] ?? 0 }
}

/** A node need not be solved as far as the gap that is wanted of all of them together; prices want more digits. */
const wanted = 1e-8
const exact = 1e-10

/**
 * In a node, its rows may leave channels less than their domains do: nothing at all, where one that is not used must be the
 * most. No finite price of a row says as much of a curve that starts upright. Prices are of the rows, so not for these.
 */
const relaxing =
  (rows: readonly Row[], means: Means, { gap = wanted, isNode = false }) =>
  (goal: Goal): Pick<Branching, "relax" | "mayShift" | "countAfter"> => ({
    mayShift: false,
    countAfter: patience,
    relax(channels: Channels): Relaxed | undefined {
      const { min, max } = channels
      const within = isNode ? { ...channels, max: impliedMax(rows, min, max) } : channels
      const found = bestWithin({ channels: within, goal, rows, means: { ...means, wanted: gap } })
      if (found === "infeasible") return undefined
      if (found === "failed") return unsolved(within, goal, rows)
      return priced(found, rows)
    },
  })

/** What is known of channels without a solver: the best that each would do by itself. */
function unsolved(channels: Channels, goal: Goal, rows: readonly Row[]): Relaxed {
  const free = { rows: new Float64Array(rows.length), target: 0 }
  const { multipliers } = multipliersOf({ goal, channels, rows }, free)
  const bound = upperBound(channels, multipliers)
  const spends = spendsOf(channels, multipliers)
  return { spends, multipliers, totalShadowPrice: 0, duals: free.rows, bound, unmet: true }
}
