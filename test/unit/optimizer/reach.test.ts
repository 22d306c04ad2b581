import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { relaxing } from "../../../app/optimizer/bnb.ts"
import { responseTo } from "../../../app/optimizer/channels.ts"
import type { Goal } from "../../../app/optimizer/goal.ts"
import { type Problem, solve } from "../../../app/optimizer/index.ts"
import { modelOf } from "../../../app/optimizer/model.ts"
import { searchBest } from "../../../app/optimizer/reach.ts"
import { expectOptimal } from "./expect.ts"

/** Near twins with minimum buys, of which a total lets 6 of 8 be used: 3.58088 is the most they earn. */
const count = 8
const problem = (response: number, constraints: Problem["constraints"] = []): Problem => ({
  channels: Array.from({ length: count }, (_, i) => ({
    name: `c${i}`,
    curve: {
      type: "hill",
      scale: 1 + ((i * 7) % count) * 1e-3,
      halfSaturation: 1 + ((i * 5) % count) * 1e-3,
      slope: 3,
    },
    today: 1,
    min: 0,
    max: 2,
    minIfUsed: 1,
  })),
  total: { amount: 0.85 * count, spend: "at-most" },
  constraints,
  objective: { goal: "least-spend", response },
  method: "auto",
})
const group = { name: "three", coefficients: { c0: 1, c1: 1, c2: 1 }, max: 2.5 }

describe("a target just below what S-shaped curves can earn", () => {
  test("says what was found and what there may be, where its steps do not do", () => {
    const solution = solve(problem(3.58, [group]), { mostNodes: 4 })
    assert.equal(solution.status, "not-solvable")
    const [found = 0, most = 0] =
      /that was found earns ([\d.]+), and no more than ([\d.]+) can be earned/
        .exec("detail" in solution ? solution.detail : "")
        ?.slice(1)
        .map(Number) ?? []
    assert.ok(found > 3.5 && found < 3.58 && most > 3.58088 && most < 3.61, `${found} to ${most}`)
    // It is what may be asked for
    const asked = solve(problem(found - 1e-9, [group]), { mostNodes: 4 })
    assert.ok("allocation" in asked && asked.response >= found - 1e-8, JSON.stringify(asked))
    assert.ok(expectOptimal(solve(problem(3.58, [group]))).response >= 3.58 * (1 - 1e-9))
  })

  test("is met from the spends of most response, where the search for least spend finds none", () => {
    const asked = problem(3.5)
    const model = modelOf(asked)
    assert.ok(model)
    let isWithheld = true
    const withholding = (goal: Goal) => {
      const by = relaxing(asked)(goal)
      if (!goal.target) isWithheld = false
      return {
        ...by,
        relax: (channels: Parameters<typeof by.relax>[0]) => {
          const found = by.relax(channels)
          return found && isWithheld ? { ...found, unmet: true as const } : found
        },
      }
    }
    const found = searchBest(model, withholding, { expired: () => false, mostNodes: 10 })
    assert.ok(!isWithheld && "best" in found && found.best)
    assert.ok(responseTo(model.channels, found.best.spends) >= 3.5 * (1 - 1e-9))
  })
})
