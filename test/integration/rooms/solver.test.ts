import assert from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import type { Problem } from "../../../app/optimizer/problem.ts"
import { ProblemError } from "../../../app/problem.ts"
import { openSolver } from "../../../app/results/solver.ts"

/** Large enough for a thread. */
const problem: Problem = {
  channels: Array.from({ length: 21 }, (_, index) => ({
    name: `c${index}`,
    curve: { type: "linear", slope: 1 },
    today: 1,
    min: 0,
    max: 10,
  })),
  constraints: [],
  objective: { goal: "response" },
  method: "lp",
}

describe("solver on threads", () => {
  it("ends a solution at its deadline, at its signal, and refuses more than may wait", async () => {
    const folder = await mkdtemp(join(tmpdir(), "atlas-thread-"))
    const thread = join(folder, "endless.mjs")
    await writeFile(thread, "export default function () { for (;;) ; }\n")
    const solver = openSolver({ threads: 1, thread })
    try {
      await assert.rejects(solver.solve(problem, { timeoutSeconds: 0.2 }), (error) => {
        assert.ok(error instanceof ProblemError)
        assert.equal(error.code, "deadline-exceeded")
        assert.match(error.message, /in 0\.2 s/)
        return true
      })
      const stop = new AbortController()
      const given = solver.solve(problem, { signal: stop.signal })
      const waiting = Array.from({ length: 40 }, () => solver.solve(problem, { signal: stop.signal }))
      const refused = await Promise.race(waiting.map((one) => one.catch((error: unknown) => error)))
      assert.ok(refused instanceof ProblemError)
      assert.equal(refused.code, "overloaded")
      stop.abort(new Error("cancelled"))
      await assert.rejects(given, /^Error: cancelled$/)
      const outcomes = await Promise.allSettled(waiting)
      assert.ok(outcomes.every(({ status }) => status === "rejected"))
      await assert.rejects(solver.solve(problem, { signal: stop.signal }), /^Error: cancelled$/)
    } finally {
      await solver.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  it("gives the same solution on a thread as without one", async () => {
    const solver = openSolver({ threads: 1 })
    try {
      const onThread = await solver.solve({ ...problem, total: { amount: 50, spend: "exactly" } })
      assert.ok(onThread.status === "optimal")
      assert.equal(onThread.method, "lp")
      assert.ok(Math.abs(onThread.response - 50) < 1e-9)
    } finally {
      await solver.close()
    }
  })
})
