import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { before, describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { openCache } from "../../../app/data/cache.ts"
import { type Database, openDatabase } from "../../../app/data/database.ts"
import { migrate } from "../../../app/data/migrate.ts"
import { type Handler, openQueue, type Queue } from "../../../app/jobs/queue.ts"
import type { Job } from "../../../app/jobs/schema.ts"
import { seedExamples } from "../../../app/models/examples.ts"
import { ProblemError } from "../../../app/problem.ts"
import { computeAnswer } from "../../../app/results/optimize.ts"
import { listResults, readResult } from "../../../app/results/results.ts"
import { openSolver } from "../../../app/results/solver.ts"
import { startServer } from "../../support/postgres.ts"
import { alice, bob, openTestLog, readAudit, withDatabase } from "./helpers.ts"

const body = { budget: { tv: 100, digital: 200 } }
const hasCode = (code: string) => (error: unknown) => error instanceof ProblemError && error.code === code

/** The handler of a real worker. */
function solving(database: Database): Handler {
  const cache = openCache({ log: openTestLog() })
  const solver = openSolver({ threads: 1 })
  return ({ request, signal, timeoutSeconds }) =>
    computeAnswer({ database, cache, solver }, request, { stored: true, signal, timeoutSeconds })
}

async function until(queue: Queue, id: string, context: typeof alice, status: Job["status"]): Promise<Job> {
  for (;;) {
    const job = await queue.read(id, context)
    if (job.status === status) return job
    await delay(50)
  }
}

describe("jobs", () => {
  const room = withDatabase(20)
  before(() => seedExamples(room.db, openTestLog()))

  /** Jobs of one queue go to any worker, so each test has the queue to itself. */
  async function withQueue(use: (queue: Queue) => Promise<void>): Promise<void> {
    const queue = openQueue({ database: room.db, log: openTestLog() })
    try {
      await queue.start()
      await use(queue)
    } finally {
      await queue.stop()
    }
  }

  it("creates its schema safely when many processes start at once", async () => {
    const queues = Array.from({ length: 4 }, () => openQueue({ database: room.db, log: openTestLog() }))
    await Promise.all(queues.flatMap((queue) => [queue.start(), queue.start()]))
    await Promise.all(queues.map((queue) => queue.stop()))
  })

  it("runs a job and stores its result with its completion", () =>
    withQueue(async (queue) => {
      assert.deepEqual(await queue.stats(), { depth: 0, oldestSeconds: 0 })
      const submitted = await queue.submit(body, alice)
      assert.deepEqual(submitted, {
        id: submitted.id,
        status: "queued",
        createdAt: submitted.createdAt,
        startedAt: null,
        finishedAt: null,
        resultId: null,
        problem: null,
      })
      const waiting = await queue.stats()
      assert.equal(waiting.depth, 1)
      assert.ok(waiting.oldestSeconds >= 0 && waiting.oldestSeconds < 60)
      await queue.work(solving(room.db), { concurrency: 2 })
      const job = await until(queue, submitted.id, alice, "succeeded")
      assert.ok(job.startedAt !== null && job.finishedAt !== null && job.resultId !== null)
      const result = await readResult(room.db, job.resultId, alice)
      assert.deepEqual(result.request, body)
      assert.equal(result.totals.optimal.spend, 300)
      assert.deepEqual(await queue.stats(), { depth: 0, oldestSeconds: 0 })
      await assert.rejects(queue.cancel(submitted.id, alice), hasCode("conflict"))
      await assert.rejects(queue.read(submitted.id, bob), hasCode("not-found"))
      await assert.rejects(queue.cancel(submitted.id, bob), hasCode("not-found"))
      await assert.rejects(queue.read("no-uuid", alice), /You have no job "no-uuid"/)
      assert.deepEqual(await readAudit(room.db, "job.submitted"), [
        { actor: "alice", subject: submitted.id, request_id: "request-1" },
      ])
    }))

  it("makes no job of a bad body", () =>
    withQueue(async (queue) => {
      await assert.rejects(queue.submit({ budget: { tv: -1 } }, alice), hasCode("invalid-body"))
      await assert.rejects(queue.submit({ budget: { nothing: 1 } }, alice), hasCode("unknown-model"))
      await assert.rejects(queue.submit({ ...body, store: false }, alice), (error) => {
        assert.ok(error instanceof ProblemError)
        assert.deepEqual(
          error.errors.map(({ path }) => path),
          ["/store"],
        )
        return true
      })
      assert.equal((await queue.stats()).depth, 0)
    }))

  it("fails a job for good whose request has no solution, with the problem", () =>
    withQueue(async (queue) => {
      const { id } = await queue.submit({ ...body, constraints: { total: 5, channels: { tv: { min: 10 } } } }, alice)
      await queue.work(solving(room.db), { concurrency: 1 })
      const { problem, resultId } = await until(queue, id, alice, "failed")
      assert.equal(resultId, null)
      assert.equal(problem?.type, "/problems/infeasible")
      assert.equal(problem?.status, 422)
      assert.deepEqual((problem as { conflicts?: string[] }).conflicts?.toSorted(), [
        "/constraints/channels/tv/min",
        "/constraints/total",
      ])
    }))

  it("tries again what failed for the moment, and what broke", () =>
    withQueue(async (queue) => {
      const failures: Error[] = [new ProblemError("database-unavailable", "away"), new Error("broken")]
      const handler = solving(room.db)
      const { id } = await queue.submit(body, alice)
      await queue.work(
        async (attempt) => {
          const failure = failures.shift()
          if (failure !== undefined) throw failure
          return handler(attempt)
        },
        { concurrency: 1 },
      )
      const job = await until(queue, id, alice, "succeeded")
      assert.notEqual(job.resultId, null)
      assert.equal(failures.length, 0)
    }))

  it("cancels a job that waits and one that runs, whose answer is dropped", () =>
    withQueue(async (queue) => {
      const context = { actor: "canceller", requestId: "r" }
      const waiting = await queue.submit(body, context)
      const cancelled = await queue.cancel(waiting.id, context)
      assert.equal(cancelled.status, "cancelled")
      assert.deepEqual(await queue.cancel(waiting.id, context), cancelled)

      const running = await queue.submit(body, context)
      const begun = Promise.withResolvers<AbortSignal>()
      const finish = Promise.withResolvers<void>()
      const ended = Promise.withResolvers<void>()
      const handler = solving(room.db)
      await queue.work(
        async (attempt) => {
          begun.resolve(attempt.signal)
          await finish.promise
          // A handler that does not heed its signal: the answer must be dropped all the same.
          const answer = await handler({ ...attempt, signal: new AbortController().signal })
          setImmediate(ended.resolve)
          return answer
        },
        { concurrency: 1 },
      )
      const signal = await begun.promise
      assert.equal((await queue.read(running.id, context)).status, "running")
      assert.equal((await queue.cancel(running.id, context)).status, "cancelled")
      // The worker hears of it by its next heartbeat.
      if (!signal.aborted) await once(signal, "abort")
      finish.resolve()
      await ended.promise
      await queue.stop()
      assert.equal((await readAudit(room.db, "job.cancelled")).length, 2)
      assert.deepEqual(await listResults(room.db, context), { items: [], next: null })
    }))

  it("waits for running jobs when it stops", () =>
    withQueue(async (queue) => {
      const begun = Promise.withResolvers<void>()
      const finish = Promise.withResolvers<void>()
      const handler = solving(room.db)
      const { id } = await queue.submit(body, alice)
      await queue.work(
        async (attempt) => {
          begun.resolve()
          await finish.promise
          return handler(attempt)
        },
        { concurrency: 1 },
      )
      await begun.promise
      const stopped = queue.stop()
      finish.resolve()
      await stopped
      await withQueue(async (other) => {
        assert.equal((await other.read(id, alice)).status, "succeeded")
      })
    }))

  it("finishes a job once whose worker was killed", { timeout: 60_000 }, () =>
    withQueue(async (queue) => {
      const context = { actor: "survivor", requestId: "r" }
      const { id } = await queue.submit(body, context)
      const worker = fileURLToPath(new URL("./worker.ts", import.meta.url))
      const child = spawn(process.execPath, [worker, room.url], { stdio: ["ignore", "pipe", "inherit"] })
      const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string]
      assert.equal(line.trim(), id)
      const exited = once(child, "exit")
      child.kill("SIGKILL")
      await exited
      assert.equal((await queue.read(id, context)).status, "running")
      await queue.work(solving(room.db), { concurrency: 2 })
      const job = await until(queue, id, context, "succeeded")
      const { items } = await listResults(room.db, context)
      assert.deepEqual(
        items.map((item) => item.id),
        [job.resultId],
      )
    }),
  )
})

describe("jobs while the database is away", () => {
  it("starts when the database comes, and goes on working after an outage", { timeout: 60_000 }, async () => {
    const server = await startServer()
    const log = openTestLog()
    const db = openDatabase({ url: server.url, poolSize: 5, log })
    const queue = openQueue({ database: db, log })
    try {
      await server.stop()
      await assert.rejects(queue.start(), hasCode("database-unavailable"))
      await server.start()
      await migrate({ url: server.url, log })
      await seedExamples(db, log)
      await queue.start()
      await queue.work(solving(db), { concurrency: 1 })
      const first = await queue.submit(body, alice)
      await until(queue, first.id, alice, "succeeded")
      await server.stop()
      await assert.rejects(queue.submit(body, alice), hasCode("database-unavailable"))
      await assert.rejects(queue.read(first.id, alice), hasCode("database-unavailable"))
      await server.start()
      const second = await queue.submit(body, alice)
      await until(queue, second.id, alice, "succeeded")
    } finally {
      await queue.stop()
      await db.close()
      await server.close()
    }
  })
})
