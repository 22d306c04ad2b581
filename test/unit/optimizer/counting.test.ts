import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { relaxing } from "../../../app/optimizer/bnb.ts"
import { branchAndBound } from "../../../app/optimizer/branch.ts"
import { valueAt } from "../../../app/optimizer/certificate.ts"
import { chosenOf, lowestOf, type Use } from "../../../app/optimizer/counted.ts"
import { tally } from "../../../app/optimizer/counting.ts"
import type { Shape } from "../../../app/optimizer/curves/shape.ts"
import { regionOf, shapesOf } from "../../../app/optimizer/domain.ts"
import type { Domain } from "../../../app/optimizer/envelope.ts"
import { type Problem, solve } from "../../../app/optimizer/index.ts"
import { type Model, modelOf } from "../../../app/optimizer/model.ts"
import { rayThrough, termsAt, thresholdsOf } from "../../../app/optimizer/terms.ts"
import { channel, sigmoid } from "./against.ts"
import { checkOptimum, expectOptimal } from "./expect.ts"
import { nearTwins, runs, shapedProblem } from "./generate.ts"
import { bestOfStarts } from "./multistart.ts"

const searchOf = (problem: Problem, model: Model, countAfter: number) =>
  branchAndBound({
    ...model,
    ...relaxing(problem)(model.goal),
    countAfter,
    mostNodes: 20_000,
    expired: () => false,
  })

const anywhere = { from: -Infinity, to: Infinity }

/** So many S-shaped channels, their numbers up to `spread` apart, and enough for some of them. */
const near = (count: number, spread: number, amount: number, max = 4): Problem => ({
  channels: Array.from({ length: count }, (_, i) => {
    const [scale, halfSaturation] = [
      1 + (spread * ((i * 37) % count)) / count,
      1 + (spread * ((i * 11) % count)) / count,
    ]
    return channel(`c${i}`, { curve: { ...sigmoid, slope: 3, scale, halfSaturation }, max })
  }),
  total: { amount, spend: "exactly" },
  constraints: [],
  objective: { goal: "response" },
  method: "auto",
})

describe("channels that are nearly the same", () => {
  test("are told apart in few nodes, however near and however many", () => {
    for (const count of [20, 100])
      for (const spread of [1e-4, 1e-3, 1e-2, 5e-2]) {
        const problem = near(count, spread, (Math.floor(count / 2) + 0.4) * 1.26)
        const solution = expectOptimal(solve(problem))
        checkOptimum(problem, solution)
        assert.ok(solution.iterations <= 60, `${solution.iterations} nodes for ${count} by ${spread}`)
      }
  })

  test("with a max on the way to their best, which one of them alone may fall short of", () => {
    for (const count of [20, 50])
      for (const share of [0.05, 0.5, 0.95]) {
        const problem = near(count, 0.01, (Math.floor(count / 2) + share) * 1.1, 1.1)
        const solution = expectOptimal(solve(problem))
        checkOptimum(problem, solution)
        assert.ok(solution.iterations <= 100, `${solution.iterations} nodes for ${count} by ${share}`)
      }
  })

  test("earn no less than by the best of 20 local searches, for every goal and minimum buys", () => {
    let hard = 0
    const property = fc.property(nearTwins({ minLength: 8, maxLength: 16 }), fc.nat(), (problem, seed) => {
      const solution = solve(problem, { mostNodes: 300 })
      if (!("bound" in solution)) return
      if (solution.iterations > 32) hard++
      const sign = problem.objective.goal === "least-spend" ? -1 : 1
      assert.ok(sign * (solution.bound - solution.objective) >= 0)
      if (solution.status === "optimal") checkOptimum(problem, solution)
      if (problem.objective.goal !== "response") return
      const local = bestOfStarts(problem, 20, seed)
      assert.ok(solution.bound >= local * (1 - 1e-12), `${local} is above the bound, ${solution.bound}`)
      assert.ok(solution.gap > 1e-6 || solution.response >= local * (1 - 1e-6), `${local} beats ${solution.response}`)
    })
    fc.assert(property, runs(20))
    assert.ok(hard >= 3, `${hard} were counted`)
  })
})

describe("a search that counts from the start", () => {
  test("finds what one that never counts does, and neither's bound is below what the other found", () => {
    let both = 0
    const problems = fc.oneof(shapedProblem({ minLength: 1, maxLength: 8 }), nearTwins({ minLength: 2, maxLength: 6 }))
    const property = fc.property(problems, (problem) => {
      const model = modelOf(problem)
      if (!model) return
      const [plain, counted] = [searchOf(problem, model, Infinity), searchOf(problem, model, 1)]
      if (!plain.best || !counted.best) return assert.equal(plain.best, counted.best)
      const [a, b] = [plain, counted].map(({ best }) => best && valueAt(model.goal, model.channels, best.spends))
      const size = Math.max(plain.bound.size, counted.bound.size)
      assert.ok((b ?? 0) <= plain.bound.value + 1e-9 * size, `${b} is above ${plain.bound.value}`)
      assert.ok((a ?? 0) <= counted.bound.value + 1e-9 * size, `${a} is above ${counted.bound.value}`)
      if (plain.stopped === null && plain.nodes > 1) {
        assert.equal(counted.stopped, null, `${plain.nodes} nodes without counting`)
        both++
      }
    })
    fc.assert(property, runs(600))
    assert.ok(both > 100, `${both} took more than a node`)
  })
})

/** What a count is asked of, with the points of a grid that are feasible, where there are both. */
function countingOf(problem: Problem) {
  const model = modelOf(problem)
  if (!model || model.goal.target) return undefined
  const { channels, domains, goal } = model
  const branching = { ...model, ...relaxing(problem)(goal), mostNodes: 1, expired: () => false }
  const region = regionOf(channels.shapes, domains)
  const relaxed = branching.relax(shapesOf(region))
  if (!relaxed) return undefined
  const thresholds = thresholdsOf(channels.shapes, domains)
  const points = Array.from(gridOf(problem, domains, 12), (spends) => {
    const isUsed = spends.map((spend, i) => spend >= (thresholds[i] as number))
    const between = spends.filter((spend, i) => {
      const { low, used, high } = domains[i] as Domain
      const { corners, inflection } = channels.shapes[i] as Shape
      return !corners && low < high && spend > low && spend > used && spend < Math.min(high, inflection)
    })
    const count = isUsed.filter(Boolean).length
    return { spends, count, between, value: valueAt(goal, channels, Float64Array.from(spends)) }
  })
  return { branching, region, relaxed, thresholds, points }
}

const threeChannels = fc.oneof(nearTwins({ minLength: 3, maxLength: 3 }), shapedProblem({ minLength: 3, maxLength: 3 }))
const share = fc.double({ min: 0, max: 1, noNaN: true })

describe("the bound of a count", () => {
  test("is above every point of a grid with so many channels used, and at most one between", () => {
    let used = 0
    const property = fc.property(threeChannels, share, share, (problem, along, cut) => {
      const asked = countingOf(problem)
      if (!asked) return
      const { branching, region, relaxed, thresholds, points } = asked
      const { channels, domains, goal } = branching
      const counting = { curves: channels.shapes, region, thresholds }
      const ray = branching.rayOf?.(relaxed.multipliers) ?? rayThrough(goal, relaxed.multipliers)
      const at = Math.max(ray.least, ray.start + (4 * along - 2) * ray.unit)
      const split = cut * Math.max(...domains.map(({ high }) => Math.min(high, 1e15)))
      for (const { spends, count, between, value } of points) {
        const uses: Use[] = [{ count, between: undefined }]
        const [lone] = between
        if (between.length <= 1) uses.push({ count, between: anywhere })
        if (between.length === 1 && lone !== undefined)
          uses.push({ count, between: lone <= split ? { ...anywhere, to: split } : { ...anywhere, from: split } })
        for (const use of uses) {
          const bounds = [
            chosenOf(termsAt(counting, ray, at, use.between), use),
            lowestOf(counting, ray, use, -Infinity)?.best,
          ]
          for (const bound of bounds)
            assert.ok(
              bound && bound.bound.value >= value - 1e-9 * bound.bound.size,
              `${value} at ${spends} is above ${bound?.bound.value}, the bound of ${JSON.stringify(use)}`,
            )
        }
        used++
      }
    })
    fc.assert(property, runs(120))
    assert.ok(used > 1000, `${used} points`)
  })

  test("and the parts that it leaves hold every such point that is better than what is sought", () => {
    let [better, narrowed] = [0, 0]
    const property = fc.property(threeChannels, share, (problem, rank) => {
      const asked = countingOf(problem)
      if (!asked) return
      const { branching, region, relaxed, thresholds, points } = asked
      const values = points.map(({ value }) => value).sort((a, b) => a - b)
      const value = values.at(-2 - Math.floor(20 * rank))
      if (value === undefined) return
      const found = tally(branching, thresholds, region, relaxed, { value, enough: value }, undefined)
      if (!found?.parts) return
      narrowed += found.parts.filter(({ changes }) => changes.size > 0).length
      for (const point of points) {
        if (point.between.length > 1 || point.value <= value + 1e-9 * relaxed.bound.size) continue
        better++
        assert.ok(
          found.parts.some(
            ({ changes, use }) =>
              use?.count === point.count &&
              point.spends.every((spend, i) => allows(changes.get(i) ?? (branching.domains[i] as Domain), spend)),
          ),
          `${point.spends} earns ${point.value} and is in no part`,
        )
      }
    })
    fc.assert(property, runs(600))
    assert.ok(better > 500 && narrowed > 100, `${better} points, ${narrowed} parts were narrowed`)
  })
})

test("of two that lie between in turn, neither is given what only the other may have", () => {
  const convex = { type: "power", scale: 10.473648523089029, exponent: 1.9492769 } as const
  const hill = (scale: number, halfSaturation: number, slope: number) =>
    ({ type: "hill", scale, halfSaturation, slope }) as const
  const problem: Problem = {
    channels: [
      channel("a", {
        curve: hill(1.0000092103827873, 0.37285536281966475, 5.99991585),
        max: 2.999979,
        minIfUsed: 1.2587055,
      }),
      channel("b", { curve: convex, min: 0.4320945, max: 0.5665455 }),
      channel("c", { curve: hill(99.99631593171473, 0.9665035293144212, 1.0500198), max: 1.063647 }),
      channel("d", {
        curve: {
          type: "hill-sigmoid",
          scale: 1.000027631402856,
          midpoint: 0.25894103262833085,
          rate: 3.8622345398439557,
        },
        max: 1.491897,
      }),
    ],
    total: { amount: 2.79009984043392, spend: "exactly" },
    constraints: [],
    objective: { goal: "profit", valuePerResponse: 0.19571314491001973 },
    method: "auto",
  }
  const model = modelOf(problem)
  assert.ok(model)
  const { best } = searchOf(problem, model, 1)
  best?.spends.forEach((spend, i) => {
    assert.ok(allows(model.domains[i] as Domain, spend), `channel ${i} is given ${spend}`)
  })
  assert.ok(best && Math.abs(valueAt(model.goal, model.channels, best.spends) - 8.301223963890438) <= 1e-6)
})

test("what a search leaves out is no better than its bound", () => {
  const numbers = [
    [1.0119109, 1.02369505, 7.761410978787092],
    [1.02763445, 1.0143673500000001, 7.832781684071357],
    [1.00382235, 1.0370665, 7.661338978744372],
    [1.0394203, 1.03678835, 7.66339436587998],
    [1.01366535, 1.02148755, 7.778183884864774],
    [1.02119915, 1.03452915, 7.680129651252456],
  ] as const
  const problem: Problem = {
    channels: numbers.map(([scale, midpoint, rate], i) =>
      channel(`c${i}`, { curve: { type: "hill-sigmoid", scale, midpoint, rate }, max: 1.4475282 }),
    ),
    total: { amount: 5.869254956806801, spend: "exactly" },
    constraints: [],
    objective: { goal: "profit", valuePerResponse: 0.06864390722350538 },
    method: "auto",
  }
  const spends = [0.07914215680680024, 1.4475282, 0, 1.4475282, 1.4475282, 1.4475282]
  const model = modelOf(problem)
  assert.ok(model)
  const value = valueAt(model.goal, model.channels, Float64Array.from(spends))
  const search = searchOf(problem, model, Infinity)
  assert.ok(search.bound.value >= value - 1e-15, `${value} is above ${search.bound.value}`)
})

/** Feasible spends: of all channels but the last a grid's, with the ends of what each may spend; the last takes the rest. */
function* gridOf({ total }: Problem, domains: Model["domains"], steps: number): Generator<number[]> {
  const amount = total?.amount ?? 0
  const [first = [], second = [], third = []] = domains.map(({ low, used, high }) => [
    low,
    ...Array.from({ length: steps + 1 }, (_, k) => Math.min(high, used + (k / steps) * (high - used))),
  ])
  for (const a of first)
    for (const b of second) {
      const rest = amount - a - b
      const others = total?.spend === "at-most" ? third.filter((spend, k) => spend < rest && k % 4 === 0) : []
      for (const c of [rest, ...others]) if (allows(domains[2] as Domain, c)) yield [a, b, c]
    }
}

const allows = ({ low, used, high }: Domain, spend: number) => spend === low || (spend >= used && spend <= high)
