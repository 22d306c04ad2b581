import assert from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { describe, it } from "node:test"
import { newId } from "../../../app/data/id.ts"
import { solve } from "../../../app/optimizer/index.ts"
import type { PeriodsProblem } from "../../../app/optimizer/periods/problem.ts"
import type { Problem } from "../../../app/optimizer/problem.ts"
import { loadSolver } from "../../../app/optimizer/solvers.ts"
import { ProblemError } from "../../../app/problem.ts"
import { reportTask } from "../../../app/results/report-task.ts"
import { sweepTask } from "../../../app/results/scenario-task.ts"
import { openSolver, solveInline } from "../../../app/results/solver.ts"

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

const shaped = (count: number, amount: number): Problem => ({
  channels: Array.from({ length: count }, (_, index) => ({
    name: `c${index}`,
    curve: { type: "hill", scale: 1 + ((index * 37) % 101) / 100, halfSaturation: 1, slope: 2 + (index % 3) },
    today: 1,
    min: 0,
    max: 3,
  })),
  total: { amount, spend: "exactly" },
  constraints: [],
  objective: { goal: "response" },
  method: "auto",
})

/**
 * Buys of whole even sums, of which no choice comes to an odd total, though the bound says so until all are looked into:
 * more choices than anybody can try.
 */
const wholeBuys = (count: number, amount: number): Problem => ({
  channels: Array.from({ length: count }, (_, index) => {
    const sum = 100 + 2 * ((index * 37) % 50)
    return {
      name: `c${index}`,
      curve: { type: "linear", slope: 1 },
      today: 1,
      min: 0,
      max: sum,
      minIfUsed: sum,
    }
  }),
  total: { amount, spend: "at-most" },
  constraints: [],
  objective: { goal: "response" },
  method: "auto",
})
const endless = wholeBuys(100, 6001)

describe("solver on threads", () => {
  it("ends a solution at its deadline, at its signal, and refuses more than may wait", async () => {
    const folder = await mkdtemp(join(tmpdir(), "atlas-thread-"))
    const thread = join(folder, "endless.mjs")
    await writeFile(thread, "export default function () { for (;;) ; }\n")
    const solver = openSolver({ threads: 1, thread })
    try {
      await assert.rejects(solver.solve(problem, { timeoutSeconds: 0.2000004 }), (error) => {
        assert.ok(error instanceof ProblemError)
        assert.equal(error.code, "deadline-exceeded")
        assert.match(error.message, /in 0\.2000004 s/)
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

  it("ends a search shortly before its deadline, with what it has and by how much that may be off", async () => {
    const solver = openSolver({ threads: 1 })
    try {
      // Starts the thread, which takes longer than the deadline below
      await solver.solve(problem)
      const solution = await solver.solve(endless, { timeoutSeconds: 2 })
      assert.ok(solution.status === "feasible" && solution.stopped === "deadline", JSON.stringify(solution))
      assert.ok(solution.gap > 1e-6 && solution.gap < 0.1)
    } finally {
      await solver.close()
    }
  })

  it("ends a search that nobody waits for any more", async () => {
    const solver = openSolver({ threads: 1 })
    try {
      const stop = new AbortController()
      const given = solver.solve(endless, { signal: stop.signal })
      setTimeout(() => stop.abort(new Error("cancelled")), 100)
      await assert.rejects(given, /^Error: cancelled$/)
      assert.equal((await solver.solve(problem)).status, "optimal")
    } finally {
      await solver.close()
    }
  })

  it("keeps the event loop free while S-shaped curves of 1,000 channels are solved, and solves as without threads", async () => {
    const solver = openSolver({ threads: 1 })
    const delay = monitorEventLoopDelay({ resolution: 5 })
    try {
      await solver.solve(problem)
      const large = shaped(1000, 700)
      delay.enable()
      const onThread = await solver.solve(large)
      delay.disable()
      assert.ok(onThread.status === "optimal" && onThread.method === "bnb")
      assert.deepEqual(onThread, solve(large))
      // Of the order of what handing the problem over takes, far below a solution
      assert.ok(delay.percentile(99) / 1e6 < 100, `${delay.percentile(99) / 1e6} ms`)
    } finally {
      delay.disable()
      await solver.close()
    }
  })

  it("solves what is small at once, and never begins what may be long", async () => {
    const linear = await loadSolver("glpk")
    assert.deepEqual(solveInline(shaped(20, 13), linear), solve(shaped(20, 13)))
    assert.equal(solveInline(shaped(21, 13), linear), undefined)
    assert.equal(solveInline({ ...shaped(5, 3), method: "mip" }, linear), undefined)
    const hard = wholeBuys(10, 601)
    assert.equal(solve(hard).status, "optimal")
    assert.equal(solveInline(hard, linear), undefined)
    assert.equal(solveInline(problem, linear), undefined)
  })

  it("gives up at once, for a thread, a linear program that takes long", async () => {
    const linear = await loadSolver("glpk")
    const small: Problem = { ...problem, channels: problem.channels.slice(0, 5) }
    const asked: (number | undefined)[] = []
    const cycling: typeof linear = (program) => {
      asked.push(program.limitSeconds)
      return asked.length === 1 ? linear(program) : { ...linear(program), status: "failed" }
    }
    assert.equal(solveInline(small, cycling), undefined)
    assert.equal(asked.length, 2)
    assert.ok(asked.every((seconds) => seconds !== undefined && seconds <= 0.1))
    assert.deepEqual(solveInline(small, linear), solve(small))
  })

  it("solves by HiGHS, inline and on a thread", async () => {
    const solver = openSolver({ threads: 1, solver: "highs" })
    try {
      const few = { ...problem, channels: problem.channels.slice(0, 3) }
      const [inline, onThread] = await Promise.all([solver.solve(few), solver.solve(problem)])
      assert.deepEqual(
        [inline, onThread].map((solution) => "response" in solution && Math.round(solution.response)),
        [30, 210],
      )
    } finally {
      await solver.close()
    }
  })

  it("sweeps totals and writes reports on a thread as without one, and hands over what is refused", async () => {
    const solver = openSolver({ threads: 1 })
    const curve = { type: "hill", scale: 100, halfSaturation: 50, slope: 2 } as const
    const request = { budget: { a: 60, b: 40 }, curves: { a: curve, b: curve } }
    const asked = { request: JSON.stringify(request), models: [] }
    try {
      const totals = [50, 100]
      const solveAny = (problem: Problem | PeriodsProblem) => {
        assert.ok(!("seasonality" in problem))
        return solve(problem)
      }
      const { seconds, ...swept } = await solver.sweep({ ...asked, totals })
      const { seconds: _, ...here } = sweepTask({ ...asked, totals: totals.slice(0, swept.count) }, solveAny)
      assert.deepEqual(swept, here)
      assert.ok(seconds > 0)
      const { json } = await solver.answer({
        ...asked,
        kept: undefined,
        circumstances: { id: newId(), createdAt: new Date(0).toISOString(), stored: true },
        begun: Date.now(),
      })
      const report = { ...asked, answer: json, points: 20, format: "json" } as const
      assert.equal(Buffer.from(await solver.report(report)).toString(), reportTask(report))
      const unknown = { request: JSON.stringify({ budget: { c: 1 } }), models: [undefined], totals }
      await assert.rejects(
        solver.sweep(unknown),
        (error) => error instanceof ProblemError && error.code === "unknown-model",
      )
    } finally {
      await solver.close()
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
