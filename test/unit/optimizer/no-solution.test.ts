import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { infeasible } from "../../../app/optimizer/conflicts.ts"
import { type Problem, type Solution, solve } from "../../../app/optimizer/index.ts"
import { constrainedProblem, runs, shapedProblem, simpleProblem } from "./generate.ts"

const curve = { type: "michaelis-menten", scale: 100, halfSaturation: 50 } as const
const channel = (name: string, min = 0, max = 100) => ({ name, curve, today: 10, min, max })
const base: Problem = {
  channels: [channel("tv"), channel("radio"), channel("search")],
  constraints: [],
  objective: { goal: "response" },
  method: "auto",
}
const conflicts = (problem: Partial<Problem>): string[] => {
  const solution = solve({ ...base, ...problem })
  assert.equal(solution.status, "infeasible", JSON.stringify(solution))
  return solution.status === "infeasible" ? solution.conflicts : []
}
const exactly = (amount: number) => ({ amount, spend: "exactly" as const })
const atMost = (amount: number) => ({ amount, spend: "at-most" as const })

describe("an infeasible problem names a smallest set of demands that conflict", () => {
  const mins = [channel("tv", 60), channel("radio", 5), channel("search", 50)]
  const cases: [string, Partial<Problem>, string[]][] = [
    [
      "more mins than the total",
      { channels: mins, total: atMost(100) },
      ["total", "channels.tv.min", "channels.search.min"],
    ],
    [
      "more total than maxes",
      { total: exactly(301) },
      ["total", "channels.tv.max", "channels.radio.max", "channels.search.max"],
    ],
    [
      "a min above its max",
      { channels: [channel("tv", 70, 60), channel("radio")] },
      ["channels.tv.min", "channels.tv.max"],
    ],
    [
      "a response beyond the maxes",
      { objective: { goal: "least-spend", response: 201 } },
      ["objective.response", "channels.tv.max", "channels.radio.max", "channels.search.max"],
    ],
    [
      "a response beyond the total",
      { objective: { goal: "least-spend", response: 100 }, total: atMost(20) },
      ["total", "objective.response"],
    ],
    [
      "a response beyond what the curves can give",
      {
        objective: { goal: "least-spend", response: 301 },
        channels: [channel("tv", 0, Infinity), channel("radio", 0, Infinity), channel("search")],
      },
      ["objective.response"],
    ],
    [
      "a return that a min spoils",
      {
        channels: [channel("tv", 90), channel("radio", 1)],
        objective: { goal: "roi", target: 2, valuePerResponse: 1 },
      },
      ["objective.target", "channels.tv.min"],
    ],
    [
      "a return that the total spoils",
      { objective: { goal: "roi", target: 1.5, valuePerResponse: 1 }, total: exactly(250) },
      ["total", "objective.target"],
    ],
    [
      "a group above the total",
      { total: exactly(50), constraints: [{ name: "offline", coefficients: { tv: 1, radio: 1 }, min: 60 }] },
      ["total", "offline"],
    ],
    [
      "a group above its maxes",
      { constraints: [{ name: "offline", coefficients: { tv: 1, radio: 1 }, min: 201 }] },
      ["offline", "channels.tv.max", "channels.radio.max"],
    ],
    [
      "two constraints against each other",
      {
        constraints: [
          { name: "idle", coefficients: { search: 1 }, max: 50 },
          { name: "over", coefficients: { tv: 1, radio: -1 }, min: 10 },
          { name: "under", coefficients: { tv: 1, radio: -1 }, max: 9 },
        ],
      },
      ["over", "under"],
    ],
    [
      "a constraint against itself",
      { constraints: [{ name: "odd", coefficients: { tv: 1 }, min: 10, max: 9 }] },
      ["odd"],
    ],
    [
      "a constraint that no spend meets",
      { constraints: [{ name: "below", coefficients: { tv: 1 }, max: -5 }] },
      ["below"],
    ],
    ["a constraint without channels", { constraints: [{ name: "empty", coefficients: {}, min: 1 }] }, ["empty"]],
    [
      "a response that a constraint keeps out of reach",
      {
        constraints: [{ name: "cap", coefficients: { tv: 1, radio: 1, search: 1 }, max: 30 }],
        objective: { goal: "least-spend", response: 100 },
      },
      ["objective.response", "cap"],
    ],
  ]
  for (const [name, problem, expected] of cases)
    test(name, () => {
      assert.deepEqual(conflicts(problem), expected)
      if (!problem.constraints) assert.deepEqual(conflicts({ ...problem, method: "lp" }), expected)
    })

  test("says what they are", () => {
    const solution = solve({ ...base, channels: mins, total: atMost(100) })
    assert.deepEqual(
      "detail" in solution && solution.detail,
      "These cannot be met together: the total of at most 100; the min of 60 of channel tv; the min of 50 of channel search. Relax one of them.",
    )
  })

  test("of which each can be spared alone, on generated problems", () => {
    let found = 0
    const shaped = shapedProblem({ minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(fc.oneof(simpleProblem(), constrainedProblem, shaped), (problem) => {
        const solution = solve(problem)
        if (solution.status !== "infeasible") return
        found++
        assert.equal(new Set(solution.conflicts).size, solution.conflicts.length)
        for (const name of solution.conflicts) {
          const relaxed = solve(without(problem, name))
          // Other conflicts may remain, but not this one
          if (relaxed.status === "infeasible") assert.notDeepEqual(relaxed.conflicts, solution.conflicts)
        }
        const only = solution.conflicts.reduce<Problem>((rest, _) => rest, keeping(problem, solution.conflicts))
        assert.equal(solve(only).status, "infeasible", "the conflict holds by itself")
        for (const name of solution.conflicts) assert.notEqual(solve(without(only, name)).status, "infeasible", name)
      }),
      runs(300),
    )
    assert.ok(found > 40, `${found} were infeasible`)
  })
})

/** The problem without one demand. */
function without(problem: Problem, name: string): Problem {
  const { total, ...rest } = problem
  if (name === "total") return rest
  if (name.startsWith("objective.")) return { ...problem, objective: { goal: "response" } }
  return {
    ...problem,
    constraints: problem.constraints.filter((constraint) => constraint.name !== name),
    channels: problem.channels.map((channel) => ({
      ...channel,
      min: name === `channels.${channel.name}.min` ? 0 : channel.min,
      max: name === `channels.${channel.name}.max` ? Infinity : channel.max,
      minIfUsed: name === `channels.${channel.name}.minIfUsed` ? 0 : (channel.minIfUsed ?? 0),
    })),
    ...(total ? { total } : {}),
  }
}

/** The problem with none but these demands. */
function keeping(problem: Problem, names: readonly string[]): Problem {
  const all = [
    "total",
    "objective.response",
    "objective.target",
    ...problem.constraints.map(({ name }) => name),
    ...problem.channels.flatMap(({ name }) => ["min", "max", "minIfUsed"].map((side) => `channels.${name}.${side}`)),
  ]
  const applicable = (name: string) =>
    !name.startsWith("objective.") || "target" in problem.objective === name.endsWith("target")
  return all.filter((name) => applicable(name) && !names.includes(name)).reduce(without, problem)
}

const detailOf = (solution: Solution, status: Solution["status"]) => {
  assert.equal(solution.status, status, JSON.stringify(solution))
  return "detail" in solution ? solution.detail : ""
}

describe("bounds that leave a total or a constraint no room are added up, not tried one by one", () => {
  const many = (min: (i: number) => number, max = 100) =>
    Array.from({ length: 1000 }, (_, i) => ({ ...channel(`c${i}`, min(i), max), name: `c${i}` }))
  const all = (channels: Problem["channels"], coefficient: number) =>
    Object.fromEntries(channels.map(({ name }) => [name, coefficient]))
  const rising = many((i) => 1 + i / 1000)

  test("a min on each of 1,000 channels, by the kkt oracle asked once", () => {
    let asked = 0
    const problem = { ...base, channels: rising, total: atMost(1400) }
    const found = infeasible(problem, () => ++asked > 0)
    assert.equal(asked, 1)
    // The largest first: Σ (2 − k / 1000) passes 1,400 with k = 905
    assert.deepEqual(found.conflicts.slice(0, 3), ["total", "channels.c999.min", "channels.c998.min"])
    const mins = found.conflicts.slice(1).map((name) => rising[Number(name.split(".")[1]?.slice(1))]?.min ?? 0)
    const sum = mins.reduce((total, min) => total + min, 0)
    assert.ok(sum > 1400 && sum - (mins.at(-1) ?? 0) <= 1400, "none of them can be spared")
    assert.equal(mins.length, 905)
    assert.match(
      found.detail,
      /^These cannot be met together: the total of at most 1400; the min of 1\.999 of channel c999; .* of channel c991; and 896 more\. Relax one of them\.$/,
    )
    assert.ok(found.detail.length < 500, `${found.detail.length} characters`)
    assert.deepEqual(conflicts(problem), found.conflicts)
  })

  test("of a group, of a share, and of maxes below what must be spent", () => {
    const named = (constraint: Omit<Problem["constraints"][number], "name">, channels = rising) =>
      infeasible({ ...base, channels, constraints: [{ name: "row", ...constraint }] }, () => true).conflicts
    assert.equal(named({ coefficients: all(rising, 2), max: 2800 }).length, 906)
    // −100 + 1.002 + 1.003
    const share = { c1: -1, c2: 1, c3: 1 }
    const mins = ["channels.c3.min", "channels.c2.min"]
    assert.deepEqual(named({ coefficients: share, max: -98.5 }), ["row", ...mins, "channels.c1.max"])
    assert.deepEqual(named({ coefficients: share, max: -98.999 }), ["row", "channels.c3.min", "channels.c1.max"])
    assert.equal(named({ coefficients: all(rising, 1), min: 100_001 }).length, 1001)
    assert.equal(conflicts({ channels: many(() => 0), total: exactly(100_001) }).length, 1001)
  })

  test("but total, target and constraints are named before bounds, where they alone conflict", () => {
    const objective = { goal: "least-spend", response: 1e6 } as const
    assert.deepEqual(conflicts({ channels: rising, total: atMost(1400), objective }), ["objective.response"])
  })
})

describe("an unbounded problem names the channel", () => {
  const linear = { name: "line", curve: { type: "linear", slope: 2 } as const, today: 0, min: 0, max: Infinity }
  for (const method of ["kkt", "lp"] as const) {
    test(`response without total or max, by ${method}`, () => {
      const problem = { ...base, method, channels: [channel("tv"), channel("radio", 0, Infinity)] }
      assert.match(detailOf(solve(problem), "unbounded"), /in channel radio always serves the objective \(response\)/)
    })
    test(`profit with a line that earns more than it costs, by ${method}`, () => {
      const at = (valuePerResponse: number) =>
        solve({ ...base, method, channels: [channel("tv"), linear], objective: { goal: "profit", valuePerResponse } })
      assert.match(detailOf(at(0.51), "unbounded"), /channel line/)
      assert.equal(at(0.49).status, "optimal")
      assert.equal(at(0.5).status, "optimal")
    })
    test(`return on a line that earns more than the target, by ${method}`, () => {
      const objective = { goal: "roi", target: 1, valuePerResponse: 0.6 } as const
      assert.match(
        detailOf(solve({ ...base, method, channels: [linear, channel("tv")], objective }), "unbounded"),
        /line/,
      )
    })
    test(`but not a curve that ends, a curve that stops paying, or the least spend, by ${method}`, () => {
      const points = [{ spend: 10, response: 5 }]
      const flat = { name: "flat", curve: { type: "piecewise" as const, points }, today: 0, min: 0, max: Infinity }
      const ending = solve({ ...base, method, channels: [flat] })
      assert.deepEqual(ending.status === "optimal" && ending.allocation, [10])
      const open = [channel("tv", 0, Infinity), channel("radio", 0, Infinity)]
      const paying = solve({ ...base, method, channels: open, objective: { goal: "profit", valuePerResponse: 1 } })
      // 100 · 50 / (50 + x)² = 1
      const each = Math.sqrt(5000) - 50
      assert.ok(paying.status === "optimal" && Math.abs((paying.allocation[0] ?? 0) - each) < 1e-6)
      assert.equal(
        solve({ ...base, method, channels: open, objective: { goal: "least-spend", response: 150 } }).status,
        "optimal",
      )
    })
  }

  test("a direction that constraints leave open, and none that they close", () => {
    const open = [channel("tv", 0, Infinity), channel("radio", 0, Infinity)]
    const even = { name: "even", coefficients: { tv: 1, radio: -1 }, min: 0, max: 0 }
    assert.match(
      detailOf(solve({ ...base, channels: open, constraints: [even] }), "unbounded"),
      /channels tv, radio together/,
    )
    const cap = { name: "cap", coefficients: { radio: 1 }, max: 30 }
    const solution = solve({ ...base, channels: open, constraints: [even, cap] })
    assert.ok(solution.status === "optimal" && Math.abs((solution.allocation[0] ?? 0) - 30) < 1e-9)
  })
})

describe("a problem that no method solves says why", () => {
  test("kkt and lp with S-shaped curves or minimum buys", () => {
    const shaped = { ...channel("tv"), curve: { type: "hill", scale: 1, halfSaturation: 1, slope: 2 } as const }
    const buy = { ...channel("tv"), minIfUsed: 5 }
    for (const method of ["kkt", "lp"] as const)
      for (const one of [shaped, buy])
        assert.match(
          detailOf(solve({ ...base, method, channels: [one, channel("radio")] }), "not-solvable"),
          /^Method (kkt|lp) is exact on concave curves without minIfUsed only, and tv has an S-shaped or convex curve/,
        )
  })

  test("kkt and bnb with linear constraints", () => {
    const constraints = [{ name: "mix", coefficients: { tv: 1 }, max: 5 }]
    for (const method of ["kkt", "bnb"] as const)
      assert.match(
        detailOf(solve({ ...base, method, constraints }), "not-solvable"),
        /no further linear constraints, and there is mix: use method auto/,
      )
  })
})
