import { type Bound, gapOf, type Multipliers, upperBound, valueAt } from "./certificate.ts"
import { type Channels, responseTo, sum } from "./channels.ts"
import { descend } from "./descend.ts"
import { type Duals, multipliersOf, spendsOf } from "./dual.ts"
import { mend, type Polytope, rowUnit, scaledRow, scalesOf, snap } from "./feasible.ts"
import type { Goal } from "./goal.ts"
import type { LinearRow, LinearSolution, LinearSolver } from "./linear-program.ts"
import { type Pieces, Tangents } from "./pieces.ts"
import { polish } from "./polish.ts"
import { gapTolerance } from "./problem.ts"
import type { Row } from "./rows.ts"
import { meetsExactly, towards } from "./towards.ts"

export interface Refined {
  readonly spends: Float64Array
  readonly multipliers: Multipliers
  readonly duals: Duals
  readonly bound: Bound
  readonly gap: number
  readonly programs: number
}

export interface Refinement {
  readonly goal: Goal
  /** With the maxes that rows imply: the upper bound is taken within them. */
  readonly channels: Channels
  readonly rows: readonly Row[]
  /** Finite maxes: where the programs look. */
  readonly within: Float64Array
  /** Spends that meet bounds and rows and, where the goal has a target, the target with room to spare. */
  readonly inside: Float64Array
  readonly solver: LinearSolver
  /** Asked between programs: whether to stop with what there is. */
  readonly expired: () => boolean
  /** The gap that is small enough; 1e-10 where none is given, so that prices are good, too. */
  readonly wanted?: number
}

/** Programs are solved until the gap is as small as is wanted, or as long as it still shrinks. */
const mostPrograms = 40

/**
 * Most of a concave goal by linear programs on tangents of the curves. Each program's duals give a marginal per channel;
 * the next has more tangents around the spends of that marginal, ever closer together, and at the program's own spends.
 * What is kept is the best feasible spends by the true curves, and the best bound by duality on the true curves.
 *
 * Undefined where the solver fails before any program is solved.
 */
export function refine(refinement: Refinement): Refined | undefined {
  const { goal, channels, inside, within, solver, wanted = 1e-10 } = refinement
  const { shapes, min } = channels
  const tangents = shapes.map((shape, i) => new Tangents(shape, min[i] as number, within[i] as number))
  for (const [i, tangent] of tangents.entries()) tangent.add(inside[i] as number)
  const polytope: Polytope = { min, max: within, rows: refinement.rows }
  const meets = (spends: Float64Array) => meetsExactly(goal, responseTo(channels, spends), sum(spends))
  let scales = scalesOf(polytope)
  let best: Refined | undefined
  let spread = 0.5
  let stalls = 0
  for (let programs = 1; programs <= mostPrograms; programs++) {
    const pieces = tangents.map((tangent) => tangent.pieces())
    const solved = solveProgram(refinement, pieces, scales)
    if (!solved) break
    const mended = mend(polytope, snap(polytope, solved.spends), scales, solver)
    const spends = mended ? towards(meets, mended, inside) : inside
    let found = keepBest(best, refinement, spends, solved, programs)
    const polished = polish(refinement, found)
    const near = mend(polytope, spendsOf(channels, multipliersOf(refinement, polished).multipliers), scales, solver)
    if (near) found = keepBest(found, refinement, towards(meets, near, inside), polished, programs)
    stalls = best && found.gap > best.gap / 2 ? stalls + 1 : 0
    best = found
    if (found.gap <= wanted || (stalls >= 3 && found.gap <= gapTolerance) || refinement.expired()) break
    for (let i = 0; i < tangents.length; i++) {
      const tangent = tangents[i] as Tangents
      tangent.add(solved.spends[i] as number)
      tangent.add(best.spends[i] as number)
      const marginal = best.multipliers.marginals[i] as number
      if (!(marginal >= 0)) continue
      for (const part of [-1, -1 / 3, 0, 1 / 3, 1]) tangent.add(tangent.spendAt(marginal * (1 + part * spread)))
    }
    spread /= 6
    const asked = spendsOf({ ...channels, max: within }, best.multipliers)
    scales = scales.map((scale, i) => {
      const low = min[i] as number
      const least = 1e-3 * ((within[i] as number) - low)
      // What the duals ask for counts as well: on too small a scale a reduced cost falls below the solver's tolerance
      return Math.max(least, (spends[i] as number) - low, (asked[i] as number) - low) || scale
    })
  }
  if (!best || best.gap <= Math.max(wanted, gapTolerance)) return best
  const lower = polish(refinement, { duals: descend(refinement, best.duals, refinement.expired) })
  const asked = spendsOf(channels, multipliersOf(refinement, lower).multipliers)
  const near = mend(polytope, asked, scales, solver)
  return keepBest(best, refinement, near ? towards(meets, near, inside) : inside, lower, best.programs)
}

interface Solved extends Duals {
  readonly spends: Float64Array
}

function solveProgram(
  { goal, channels, rows, solver }: Refinement,
  pieces: Pieces[],
  scales: Float64Array,
): Solved | undefined {
  const { min } = channels
  const owners: number[] = []
  const objective: number[] = []
  const upper: number[] = []
  const inTarget: number[] = []
  const columnsOf: number[][] = pieces.map(() => [])
  const { target } = goal
  let start = target ? -target.least : 0
  pieces.forEach(({ widths, slopes, start: height }, i) => {
    if (target) start += target.weight * height - target.price * (min[i] as number)
    widths.forEach((width, k) => {
      const scale = scales[i] as number
      const slope = slopes[k] as number
      columnsOf[i]?.push(owners.length)
      owners.push(i)
      upper.push(width / scale)
      objective.push((goal.weight * slope - goal.price) * scale)
      if (target) inTarget.push((target.weight * slope - target.price) * scale)
    })
  })
  const unit = sizeOf(objective, upper)
  const spread = (row: LinearRow): LinearRow => ({
    ...row,
    columns: Array.from(row.columns).flatMap((i) => columnsOf[i] ?? []),
    coefficients: Array.from(row.columns).flatMap((i, k) =>
      (columnsOf[i] ?? []).map(() => row.coefficients[k] as number),
    ),
  })
  const lpRows = rows.map((row) => spread(scaledRow(row, scales, min, 1)))
  const targetUnit = sizeOf(inTarget, upper)
  if (target)
    lpRows.push({
      columns: owners.map((_, j) => j),
      coefficients: inTarget.map((coefficient) => coefficient / targetUnit),
      min: -start / targetUnit,
      max: Infinity,
    })
  const solution: LinearSolution = solver({
    objective: objective.map((coefficient) => coefficient / unit),
    lower: new Float64Array(owners.length),
    upper,
    rows: lpRows,
  })
  if (solution.status !== "optimal") return undefined
  const spends = Float64Array.from(min)
  owners.forEach((i, j) => {
    const width = upper[j] as number
    spends[i] =
      (spends[i] as number) + Math.min(width, Math.max(0, solution.values[j] as number)) * (scales[i] as number)
  })
  return {
    spends,
    rows: Float64Array.from(rows, (row, r) => ((solution.duals[r] as number) * unit) / rowUnit(row, scales)),
    target: target ? (Math.max(0, -(solution.duals[rows.length] as number)) * unit) / targetUnit : 0,
  }
}

/** The largest that one column adds over its whole width. */
function sizeOf(coefficients: readonly number[], upper: readonly number[]): number {
  return (
    coefficients.reduce((size, value, j) => Math.max(size, Math.abs(value) * Math.min(1, upper[j] as number)), 0) || 1
  )
}

function keepBest(
  best: Refined | undefined,
  refinement: Refinement,
  spends: Float64Array,
  duals: Duals,
  programs: number,
): Refined {
  const { goal, channels } = refinement
  let { multipliers, ...signed } = multipliersOf(refinement, duals)
  let bound = upperBound(channels, multipliers)
  // A line at its price to the last bit: a hair more or less on every dual ends what seems to earn for ever
  for (const hair of [1e-15, -1e-15, 1e-12, -1e-12, 1e-9, -1e-9]) {
    if (bound.value < Infinity) break
    ;({ multipliers, ...signed } = multipliersOf(refinement, {
      rows: duals.rows.map((dual) => dual + hair * Math.abs(dual)),
      target: duals.target * (1 + hair),
    }))
    bound = upperBound(channels, multipliers)
  }
  const tighter = !best || bound.value <= best.bound.value
  const better = !best || valueAt(goal, channels, spends) > valueAt(goal, channels, best.spends)
  const kept = better ? spends : best.spends
  const least = tighter ? bound : best.bound
  return {
    spends: kept,
    multipliers: tighter ? multipliers : best.multipliers,
    duals: tighter ? signed : best.duals,
    bound: least,
    gap: gapOf(goal, least, responseTo(channels, kept), sum(kept)),
    programs,
  }
}
