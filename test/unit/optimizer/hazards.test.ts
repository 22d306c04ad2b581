import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { marginal } from "../../../app/optimizer/curves.ts"
import { solveByGlpk } from "../../../app/optimizer/glpk.ts"
import { solveByHighs } from "../../../app/optimizer/highs.ts"
import { type Objective, type Problem, solve } from "../../../app/optimizer/index.ts"
import type { LinearProgram } from "../../../app/optimizer/linear-program.ts"
import { checkOptimum, expectOptimal } from "./expect.ts"

const curve = { type: "michaelis-menten", scale: 100, halfSaturation: 50 } as const
const channel = (name: string) => ({ name, curve, today: 10, min: 0, max: 100 })
const base: Problem = {
  channels: [channel("tv"), channel("radio")],
  total: { amount: 50, spend: "exactly" },
  constraints: [],
  objective: { goal: "response" },
  method: "auto",
}

/** Most 2 x + y with x ≤ 3 and x + y in a range. */
const program = (min: number, max: number): LinearProgram => ({
  objective: [2, 1],
  lower: [0, 0],
  upper: [3, Infinity],
  rows: [{ columns: [0, 1], coefficients: [1, 1], min, max }],
})

const solvers = [
  ["GLPK", solveByGlpk],
  ["HiGHS", solveByHighs],
] as const

for (const [name, solveBy] of solvers)
  describe(name, () => {
    test("solves, with the dual of the binding side", () => {
      const solution = solveBy(program(-Infinity, 5))
      assert.deepEqual([solution.status, [...solution.values], [...solution.duals]], ["optimal", [3, 2], [1]])
      const least = solveBy({ ...program(1, Infinity), objective: [-2, -1] })
      assert.deepEqual([[...least.values], [...least.duals]], [[0, 1], [-1]])
    })

    test("takes a row whose ends are equal, which GLPK's own ranges refuse", () => {
      const solution = solveBy(program(5, 5))
      assert.deepEqual([solution.status, [...solution.values]], ["optimal", [3, 2]])
    })

    test("calls an infeasible program infeasible and an unbounded one unbounded, not undefined or either", () => {
      assert.equal(solveBy(program(-Infinity, -5)).status, "infeasible")
      assert.equal(solveBy({ ...program(-Infinity, 5), rows: [] }).status, "unbounded")
      const open = { ...program(1, Infinity), upper: [Infinity, Infinity] }
      assert.equal(solveBy(open).status, "unbounded")
    })

    test("takes programs without columns or rows", () => {
      const empty = { objective: [], lower: [], upper: [] }
      assert.equal(solveBy({ ...empty, rows: [] }).status, "optimal")
      assert.equal(
        solveBy({ ...empty, rows: [{ columns: [], coefficients: [], min: 1, max: 2 }] }).status,
        "infeasible",
      )
      assert.deepEqual([...solveBy({ objective: [1], lower: [0], upper: [4], rows: [] }).values], [4])
    })

    test("never sees NaN or an infinite coefficient", () => {
      assert.throws(() => solveBy(program(0, Number.NaN)), /a bound of a linear program is 0 to NaN/)
      assert.throws(() => solveBy(program(6, 5)), /a bound of a linear program is 6 to 5: it must be a range/)
      assert.throws(() => solveBy({ ...program(0, 1), objective: [Number.NaN, 1] }), RangeError)
      const rows = [{ columns: [0], coefficients: [Infinity], min: 0, max: 1 }]
      assert.throws(
        () => solveBy({ ...program(0, 1), rows }),
        /a number of a linear program is Infinity: it must be finite/,
      )
    })

    test("answers or gives up where a coefficient is out of all proportion, and goes on", () => {
      const rows = [{ columns: [0, 1], coefficients: [1, 1e18], min: 1, max: 5 }]
      assert.match(solveBy({ ...program(0, 1), rows }).status, /^(optimal|failed)$/)
      assert.equal(solveBy(program(-Infinity, 5)).status, "optimal")
    })

    test("answers the same again, whatever it solved between", () => {
      const first = solveBy(program(-Infinity, 5))
      solveBy(program(2, 3))
      assert.deepEqual(solveBy(program(-Infinity, 5)), first)
    })

    test("keeps no memory from solve to solve", () => {
      const mix = [{ name: "mix", coefficients: { tv: 1 }, max: 20 }]
      const problem: Problem = { ...base, method: "lp", constraints: mix }
      for (let i = 0; i < 50; i++) solve(problem, { solver: solveBy })
      const before = process.memoryUsage().external
      for (let i = 0; i < 400; i++) solve(problem, { solver: solveBy })
      // A heap that grew would grow by 1 MiB at least
      assert.ok(process.memoryUsage().external - before < 2 ** 20)
    })
  })

describe("GLPK alone", () => {
  test("goes on after an abort inside it, which these numbers cause", async () => {
    const huge = 1e308
    const breaking: LinearProgram = {
      objective: [1, 1],
      lower: [0, 0],
      upper: [huge, 5],
      rows: [
        { columns: [0, 1], coefficients: [1e-300, 1], min: -huge, max: huge },
        { columns: [0, 1], coefficients: [1e-300, -1], min: -Infinity, max: 3 },
      ],
    }
    for (let time = 0; time < 3; time++) {
      assert.notEqual(solveByGlpk(breaking).status, "optimal")
      assert.deepEqual([...solveByGlpk(program(-Infinity, 5)).values], [3, 2])
    }
  })

  test("is loaded by the entry that needs no browser", async () => {
    const browser = await import("glpk.js")
    await assert.rejects(async () => browser.default(), /Worker is not defined/)
  })
})

describe("a number that no problem may have is refused, by its field", () => {
  const objective = (value: object) => ({ objective: value as Objective })
  const first = (change: object) => ({ channels: [{ ...channel("tv"), ...change }, channel("radio")] })
  const mix = (change: object) => ({ constraints: [{ name: "mix", coefficients: { tv: 1 }, max: 5, ...change }] })
  const cases: [string, Partial<Problem>, RegExp][] = [
    [
      "a NaN total",
      { total: { amount: Number.NaN, spend: "exactly" } },
      /^total\.amount is NaN: it must be a number from 0 to/,
    ],
    ["a negative total", { total: { amount: -1, spend: "at-most" } }, /^total\.amount is -1/],
    ["an infinite total", { total: { amount: Infinity, spend: "at-most" } }, /^total\.amount is Infinity/],
    ["a text total", { total: { amount: "5" as unknown as number, spend: "at-most" } }, /^total\.amount is 5/],
    ["a NaN min", first({ min: Number.NaN }), /^channels\[0\]\.min is NaN/],
    ["a negative min", first({ min: -1 }), /^channels\[0\]\.min is -1/],
    ["an infinite min", first({ min: Infinity }), /^channels\[0\]\.min is Infinity/],
    ["a NaN max", first({ max: Number.NaN }), /^channels\[0\]\.max is NaN/],
    ["an absurd max", first({ max: 1e16 }), /^channels\[0\]\.max is 10000000000000000: it must be a number from 0 to/],
    ["a NaN today", first({ today: Number.NaN }), /^channels\[0\]\.today is NaN/],
    [
      "a NaN in a curve",
      first({ curve: { ...curve, scale: Number.NaN } }),
      /^channels\[0\]\.curve\.scale of tv: must be number/,
    ],
    [
      "a negative in a curve",
      first({ curve: { ...curve, halfSaturation: -1 } }),
      /^channels\[0\]\.curve\.halfSaturation of tv/,
    ],
    ["an unknown curve", first({ curve: { type: "magic" } }), /^channels\[0\]\.curve\.type of tv: "magic" is no curve/],
    [
      "two channels of one name",
      { channels: [channel("tv"), channel("tv")] },
      /^channels\[1\]\.name "tv" is already taken/,
    ],
    ["no channels", { channels: [] }, /^channels is empty/],
    ["a NaN coefficient", mix({ coefficients: { tv: Number.NaN } }), /^constraints\[0\]\.coefficients\.tv is NaN/],
    [
      "a coefficient of no channel",
      mix({ coefficients: { tw: 1 } }),
      /^constraints\[0\]\.coefficients names "tw", which is no channel/,
    ],
    ["an infinite constraint", mix({ max: Infinity }), /^constraints\[0\]\.max is Infinity/],
    ["a NaN constraint", mix({ min: Number.NaN }), /^constraints\[0\]\.min is NaN/],
    ["a NaN value", objective({ goal: "profit", valuePerResponse: Number.NaN }), /^objective\.valuePerResponse is NaN/],
    [
      "a value of nothing",
      objective({ goal: "profit", valuePerResponse: 0 }),
      /^objective\.valuePerResponse is 0: a response must be worth/,
    ],
    ["a negative target", objective({ goal: "roi", target: -1, valuePerResponse: 1 }), /^objective\.target is -1/],
    [
      "a NaN target",
      objective({ goal: "marginal-roi", target: Number.NaN, valuePerResponse: 1 }),
      /^objective\.target is NaN/,
    ],
    [
      "an infinite response",
      objective({ goal: "least-spend", response: Infinity }),
      /^objective\.response is Infinity/,
    ],
  ]
  for (const [name, change, message] of cases)
    test(name, () => assert.throws(() => solve({ ...base, ...change }), { name: "RangeError", message }))
})

describe("what peers are known to get wrong", () => {
  test("an equal split is no answer where curves differ", () => {
    const channels = [channel("tv"), { ...channel("radio"), curve: { ...curve, scale: 400 } }]
    const { allocation } = expectOptimal(solve({ ...base, channels }))
    // (50 + b) / (50 + a) = 2 and a + b = 50: a = 0, b = 50
    assert.ok(Math.abs((allocation[0] ?? 0) - 0) < 1e-9 && Math.abs((allocation[1] ?? 0) - 50) < 1e-9, `${allocation}`)
  })

  test("marginal ROI: value · marginal response is the target, not 1 + marginal response", () => {
    const objective = { goal: "marginal-roi", target: 1.25, valuePerResponse: 2 } as const
    const { total: _, ...open } = base
    for (const method of ["kkt", "lp"] as const) {
      const { allocation } = expectOptimal(solve({ ...open, method, objective }))
      for (const spend of allocation) assert.ok(Math.abs(2 * marginal(curve, spend) - 1.25) < 1e-9, `${spend}`)
    }
  })

  test("the total is spent to the last cent, and scale does not stop the search early", () => {
    for (const unit of [1e-6, 1, 1e6, 1e12]) {
      const channels = Array.from({ length: 50 }, (_, i) => ({
        name: `c${i}`,
        curve: { type: "logistic" as const, scale: 1 + (i % 7), rate: (1 + (i % 5)) / unit },
        today: unit,
        min: 0,
        max: 3 * unit,
      }))
      const problem: Problem = { ...base, channels, total: { amount: 31.7 * unit, spend: "exactly" } }
      const solution = expectOptimal(solve(problem))
      checkOptimum(problem, solution)
      const spent = solution.allocation.reduce((sum, spend) => sum + spend, 0)
      assert.ok(Math.abs(spent - 31.7 * unit) <= 1e-15 * 31.7 * unit, `${spent}`)
      assert.ok(solution.gap <= 1e-14)
    }
  })

  test("names that are keys of every object, or too long for GLPK, are names like others", () => {
    const names = ["__proto__", "constructor", "x1", "r0", "n".repeat(300)]
    const channels = names.map(channel)
    const coefficients = Object.fromEntries(names.map((name) => [name, 1]))
    const constraints = [{ name: "__proto__", coefficients, max: 100 }]
    const { total: _, ...open } = base
    const solution = expectOptimal(solve({ ...open, channels, constraints }))
    for (const spend of solution.allocation) assert.ok(Math.abs(spend - 20) < 1e-6, `${solution.allocation}`)
    assert.deepEqual([solution.constraints[0]?.name, solution.constraints[0]?.binding], ["__proto__", "max"])
  })
})

describe("kkt at its edges", () => {
  test("a return that only spending nothing meets", () => {
    const objective = { goal: "roi", target: 3, valuePerResponse: 1 } as const
    const { total: _, ...open } = base
    for (const method of ["kkt", "lp"] as const) {
      const solution = expectOptimal(solve({ ...open, method, objective }))
      assert.deepEqual([solution.allocation, solution.response, solution.gap], [[0, 0], 0, 0])
    }
  })

  test("a response that only every max, or only endless spend, earns", () => {
    const { total: _, ...open } = base
    const most = expectOptimal(solve({ ...open, objective: { goal: "least-spend", response: (2 * 100) / 1.5 } }))
    assert.deepEqual(most.allocation, [100, 100])
    const endless = base.channels.map((one) => ({ ...one, max: Infinity }))
    const at = (response: number) => solve({ ...open, channels: endless, objective: { goal: "least-spend", response } })
    assert.equal(at(200).status, "infeasible")
    // 100 x / (50 + x) = 99.9
    for (const spend of expectOptimal(at(199.8)).allocation) assert.ok(Math.abs(spend / 49_950 - 1) < 1e-9, `${spend}`)
  })

  const line = (name: string, slope: number) => ({ ...channel(name), curve: { type: "linear", slope } as const })

  test("lines of one slope share in proportion to the room that the total leaves each", () => {
    const channels = [line("a", 2), { ...line("b", 2), min: 10, max: 60 }, line("c", 1)]
    const { allocation, totalShadowPrice } = expectOptimal(
      solve({ ...base, channels, total: { amount: 70, spend: "exactly" } }),
    )
    // Of the 60 beyond the mins, which would fill 60 of a or 50 of b
    const expected = [(60 * 60) / 110, 10 + (60 * 50) / 110, 0]
    for (const [i, spend] of allocation.entries())
      assert.ok(Math.abs(spend - (expected[i] ?? 0)) < 1e-12, `${allocation}`)
    assert.equal(totalShadowPrice, 2)
  })

  test("slopes that differ in the last digits only do not share", () => {
    const channels = [line("a", 1), line("b", 1 + 1e-12)]
    assert.deepEqual(expectOptimal(solve({ ...base, channels })).allocation, [0, 50])
  })

  test("what earns nothing is left unspent by at-most, and spent by exactly", () => {
    const points = [{ spend: 20, response: 30 }]
    const channels = [{ ...channel("a"), curve: { type: "piecewise" as const, points } }, line("b", 0)]
    const atMost = expectOptimal(solve({ ...base, channels, total: { amount: 110, spend: "at-most" } }))
    assert.deepEqual([atMost.allocation, atMost.totalShadowPrice], [[20, 0], 0])
    const exactly = expectOptimal(solve({ ...base, channels, total: { amount: 110, spend: "exactly" } }))
    assert.equal(exactly.response, 30)
    assert.ok(Math.abs((exactly.allocation[0] ?? 0) - 60) < 1e-9 && Math.abs((exactly.allocation[1] ?? 0) - 50) < 1e-9)
  })

  test("curves that start upright get their first unit", () => {
    const upright = { ...channel("a"), curve: { type: "hill", scale: 1e-3, halfSaturation: 50, slope: 0.5 } as const }
    const power = { ...channel("b"), curve: { type: "power", scale: 1e-3, exponent: 0.5 } as const }
    const problem = { ...base, channels: [upright, power, channel("c")] }
    const solution = expectOptimal(solve(problem))
    checkOptimum(problem, solution)
    for (const spend of solution.allocation) assert.ok(spend > 0)
  })

  test("pinned channels stay, whatever they earn", () => {
    const channels = [{ ...line("a", 9), min: 7, max: 7 }, channel("b"), { ...channel("c"), min: 13, max: 13 }]
    const solution = expectOptimal(solve({ ...base, channels }))
    assert.deepEqual(solution.allocation, [7, 30, 13])
    // c earns more than b at its pin, so it is its max that binds
    assert.deepEqual(solution.channelBounds, ["max", null, "max"])
    const earns = (spend: number) => (100 * 50) / (50 + spend) ** 2
    assert.ok(Math.abs((solution.channelPrices[0] ?? 0) - (9 - earns(30))) < 1e-12)
    assert.ok(Math.abs((solution.channelPrices[2] ?? 0) - (earns(13) - earns(30))) < 1e-12)
  })
})
