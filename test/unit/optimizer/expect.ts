import assert from "node:assert/strict"
import { response } from "../../../app/optimizer/curves.ts"
import type { Optimum, Problem, Solution } from "../../../app/optimizer/index.ts"

export function expectOptimal(solution: Solution): Optimum {
  assert.equal(solution.status, "optimal", JSON.stringify(solution))
  return solution as Optimum
}

/** Everything that an answer must hold, whatever found it. */
export function checkOptimum(problem: Problem, solution: Optimum): void {
  const { channels, total, constraints, objective } = problem
  const { allocation } = solution
  assert.equal(allocation.length, channels.length)
  assert.deepEqual([solution.status, solution.stopped], ["optimal", null])
  channels.forEach(({ name, min, max, minIfUsed = 0 }, i) => {
    const spend = allocation[i] ?? Number.NaN
    assert.ok(spend >= min && spend <= max, `${name}: ${spend} is outside ${min} to ${max}`)
    assert.ok(spend === 0 || spend >= minIfUsed, `${name}: ${spend} is less than ${minIfUsed}`)
    const bound = solution.channelBounds[i]
    if (bound) assert.equal(spend, { min, max, minIfUsed }[bound])
    else assert.equal(solution.channelPrices[i], 0)
  })
  const spend = allocation.reduce((sum, value) => sum + value, 0)
  const earned = channels.reduce((sum, { curve }, i) => sum + response(curve, allocation[i] ?? 0), 0)
  assert.ok(Math.abs(solution.response - earned) <= 1e-12 * earned, "response is of the true curves")
  if (total?.spend === "exactly") assert.ok(Math.abs(spend - total.amount) <= 1e-9 * total.amount, `spends ${spend}`)
  if (total) assert.ok(spend <= total.amount * (1 + 1e-9), `spends ${spend} of ${total.amount}`)
  constraints.forEach((constraint, c) => {
    const terms = channels.map(({ name }, i) => (constraint.coefficients[name] ?? 0) * (allocation[i] ?? 0))
    const value = terms.reduce((sum, term) => sum + term, 0)
    const { min = -Infinity, max = Infinity } = constraint
    const size = (bound: number) => Math.max(Math.abs(bound), ...terms.map(Math.abs))
    if (max < Infinity) assert.ok(value <= max + 1e-9 * size(max), `${constraint.name}: ${value} is over ${max}`)
    if (min > -Infinity) assert.ok(value >= min - 1e-9 * size(min), `${constraint.name}: ${value} is under ${min}`)
    assert.equal(solution.constraints[c]?.name, constraint.name)
  })
  if (objective.goal === "least-spend") assert.ok(earned >= objective.response * (1 - 1e-9), `earns ${earned} only`)
  if (objective.goal === "roi")
    assert.ok(
      objective.valuePerResponse * earned >= objective.target * spend * (1 - 1e-9),
      "return is under the target",
    )
  const prices = [...solution.channelPrices, ...solution.constraints.map(({ shadowPrice }) => shadowPrice)]
  const sign = objective.goal === "least-spend" ? -1 : 1
  for (const price of prices) assert.ok(sign * price >= 0, `relaxing never hurts: ${price}`)
  assert.ok(Number.isFinite(solution.totalShadowPrice))
  assert.ok(solution.gap >= 0 && solution.gap <= 1e-6, `gap ${solution.gap}`)
  const over = sign * (solution.bound - solution.objective)
  assert.ok(over >= 0, "the bound is on the far side")
}

/** How far apart two objectives are, as a share of the terms they are made of. */
export function difference(problem: Problem, a: Optimum, b: Optimum): number {
  const value = "valuePerResponse" in problem.objective ? problem.objective.valuePerResponse : 1
  const gross = problem.objective.goal === "least-spend" ? a.objective : value * a.response
  const scale = problem.objective.goal === "roi" || problem.objective.goal === "response" ? a.response : gross
  return scale === 0 ? Math.abs(a.objective - b.objective) : Math.abs(a.objective - b.objective) / scale
}
