import assert from "node:assert/strict"
import fc from "fast-check"
import type { Channel, Problem, Solution } from "../../../app/optimizer/index.ts"
import { checkOptimum, expectOptimal } from "./expect.ts"
import { bestOfGrid } from "./multistart.ts"

/** Properties that every method for S-shaped curves has, and the channel that their tests begin with. */

type Runs = fc.Parameters<[Problem]>

export const sigmoid = { type: "hill", scale: 1, halfSaturation: 1, slope: 2 } as const

export const channel = (name: string, change: Partial<Channel> = {}): Channel => ({
  name,
  curve: sigmoid,
  today: 1,
  min: 0,
  max: 10,
  ...change,
})

/** No point of a grid of so many steps beats the optimum, whatever the goal. Answers how many had an optimum. */
export function assertNoGridBeats(
  problems: fc.Arbitrary<Problem>,
  steps: number,
  solve: (problem: Problem) => Solution,
  runs: Runs,
): number {
  let optimal = 0
  const property = fc.property(problems, (problem) => {
    const solution = solve(problem)
    const best = bestOfGrid(problem, steps)
    if (solution.status === "infeasible") return assert.equal(best, undefined, "the grid has a feasible point")
    const found = expectOptimal(solution)
    checkOptimum(problem, found)
    optimal++
    if (!best) return
    const value = problem.objective.goal === "least-spend" ? -found.objective : found.objective
    assert.ok(value >= best.value - 1e-6 * Math.max(best.size, Math.abs(value)), `${best.value} beats ${value}`)
  })
  fc.assert(property, runs)
  return optimal
}

/** The same problem has the same answer to the last bit. */
export function assertRepeats(
  problems: fc.Arbitrary<Problem>,
  solve: (problem: Problem) => Solution,
  runs: Runs,
): void {
  const property = fc.property(problems, (problem) => {
    assert.deepEqual(solve(structuredClone(problem)), solve(problem))
  })
  fc.assert(property, runs)
}
