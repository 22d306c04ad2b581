import assert from "node:assert/strict"
import { describe, it, type TestContext } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import pg from "pg"
import type { WorkloadScaling } from "../../../app/contract/scaling.ts"
import { CloudError, type ScaledWorkload } from "../../../app/scaler/cloud.ts"
import { lockName, type ScalerOptions, startScaler } from "../../../app/scaler/loop.ts"
import { scalerObserver } from "../../../app/server/measured.ts"
import { createMetrics } from "../../../app/server/metrics.ts"
import { endLockHolders, withPostgres } from "../../support/postgres.ts"
import { until } from "../../support/scaler/until.ts"
import { type Line, openTestLog } from "../rooms/helpers.ts"

const at = { percentPerMinute: 1000, afterSeconds: 0 }
const scaling: WorkloadScaling = {
  resource: "any",
  min: 1,
  max: 50,
  signals: { queuedJobs: 1, cpuPercent: 50 },
  up: at,
  down: { ...at, percentPerMinute: 100 },
}

/** A workload in memory, whose every call may be made to fail. */
function memoryCloud() {
  const state = {
    count: 1,
    cpu: 50,
    sets: [] as number[],
    fail: {} as { count?: Error; utilization?: Error; set?: Error; change?: Error },
    /** How long a change takes. */
    changeMs: 0,
  }
  const cloud: ScaledWorkload = {
    readers: [
      {
        name: "utilization",
        async read() {
          if (state.fail.utilization) throw state.fail.utilization
          return { cpuPercent: { percent: state.cpu, replicas: state.count } }
        },
      },
    ],
    async readCount() {
      if (state.fail.count) throw state.fail.count
      return {
        value: state.count,
        async set(count, { life }) {
          if (state.fail.set) throw state.fail.set
          state.count = count
          state.sets.push(count)
          const { change } = state.fail
          return {
            done: delay(state.changeMs, undefined, { signal: life }).then(() => {
              if (change) throw change
            }),
          }
        },
      }
    },
  }
  return { state, cloud }
}

describe("the loop of the scaler", { timeout: 60_000 }, () => {
  const postgres = withPostgres()

  async function start(t: TestContext, given: Partial<ScalerOptions> = {}) {
    const { state, cloud } = memoryCloud()
    const log = openTestLog()
    const jobs = { waiting: 1 }
    const pool = { total: 0, idle: 0, waiting: 0, size: 1 }
    const metrics = createMetrics({
      queue: async () => undefined,
      pool: () => pool,
      threads: () => ({}),
      ready: async () => true,
      roles: ["scaler"],
      concurrency: 1,
      memoryLimit: 1,
    })
    const scaler = await startScaler({
      scaling: { worker: scaling },
      database: { url: postgres.url() },
      readQueuedJobs: async () => jobs.waiting,
      observe: scalerObserver(metrics),
      log,
      periodMs: 40,
      beatMs: 60,
      open: async () => cloud,
      ...given,
    })
    t.after(() => scaler.stop())
    const said = (message: string) => log.lines.filter((line) => line.message === message)
    return { state, jobs, metrics, scaler, log, said }
  }

  const fieldsOf = ({ fields }: Line) => fields as Record<string, unknown>

  it("reads, decides and sets, and says each change with its reason", async (t) => {
    const { state, jobs, said, metrics } = await start(t)
    jobs.waiting = 5
    await until(() => state.sets.length === 1)
    await until(() => said("The count is set").length === 1)
    const [line] = said("The count is set")
    assert.ok(line)
    assert.deepEqual(fieldsOf(line), {
      event_type: "scaler",
      workload: "worker",
      from: 1,
      to: 5,
      by: "signals",
      reason: "queuedJobs asks for 5",
    })
    await until(async () => (await metrics.registry.metrics()).includes('scaler_current_replicas{workload="worker"} 5'))
    const text = await metrics.registry.metrics()
    assert.match(text, /^scaler_active 1$/m)
    assert.match(text, /^scaler_desired_replicas\{workload="worker"\} 5$/m)
    assert.match(text, /^scaler_decisions_total\{workload="worker",direction="up"\} 1$/m)
  })

  it("keeps the count while a signal is missing, says so once, and goes on", async (t) => {
    const { state, jobs, said, metrics } = await start(t)
    state.count = 6
    state.fail.utilization = new Error("Azure Monitor is away")
    await until(() => said("The scaler failed; the next round tries again").length === 1)
    await delay(200)
    assert.deepEqual(state.sets, [])
    const failures = said("The scaler failed; the next round tries again")
    assert.equal(failures.length, 1)
    assert.deepEqual(failures[0]?.fields, {
      event_type: "scaler",
      workload: "worker",
      stage: "utilization",
      reason: "Azure Monitor is away",
    })
    assert.match(await metrics.registry.metrics(), /scaler_errors_total\{workload="worker",stage="utilization"\} [3-9]/)
    // The rest may still ask for more.
    jobs.waiting = 9
    await until(() => state.count === 9)
    delete state.fail.utilization
    await until(() => said("The scaler succeeds again").length === 1)
  })

  it("survives a count that cannot be read and a change that is refused or fails", async (t) => {
    const { state, jobs, said } = await start(t)
    state.fail.count = new Error("no count")
    jobs.waiting = 4
    await until(() => said("The scaler failed; the next round tries again").length === 1)
    assert.deepEqual(state.sets, [])
    state.fail = { set: new Error("a conflict") }
    await until(() => said("The scaler failed; the next round tries again").length === 2)
    assert.equal(state.count, 1)
    state.fail = { change: new Error("no quota") }
    await until(() => state.sets.length === 1)
    await until(() => said("The scaler failed; the next round tries again").length === 3)
    const stages = said("The scaler failed; the next round tries again").map((line) => fieldsOf(line).stage)
    assert.deepEqual(stages, ["count", "set", "change"])
    state.fail = {}
    jobs.waiting = 7
    await until(() => state.count === 7)
  })

  it("leaves a cloud alone for as long as it asks, and makes one change at a time", async (t) => {
    const { state, jobs } = await start(t)
    state.fail.set = new CloudError("Too many requests", { retryAfterSeconds: 0.4 })
    jobs.waiting = 3
    await delay(150)
    delete state.fail.set
    const refused = performance.now()
    state.changeMs = 300
    await until(() => state.sets.length === 1)
    assert.ok(performance.now() - refused > 150)
    const begun = performance.now()
    jobs.waiting = 8
    await until(() => state.sets.length === 2)
    assert.ok(performance.now() - begun > 200)
    assert.deepEqual(state.sets, [3, 8])
  })

  it("stops acting when it loses the lock, shows no counts of its own, and goes on when it has it again", async (t) => {
    const { state, jobs, metrics } = await start(t)
    const active = async (is: number) => (await metrics.registry.metrics()).includes(`\nscaler_active ${is}\n`)
    await until(() => active(1))
    const other = new pg.Client({ connectionString: postgres.url() })
    await other.connect()
    try {
      // Waits in the server until the holder's session is ended, and is then the first in the line.
      const taken = other.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [lockName])
      await endLockHolders(postgres.url())
      await taken
      await until(() => active(0))
      assert.equal((await metrics.registry.metrics()).includes("scaler_current_replicas{"), false)
      jobs.waiting = 6
      await delay(200)
      assert.deepEqual(state.sets, [])
    } finally {
      await other.end()
    }
    await until(() => state.count === 6)
  })

  it("ends a round that takes too long", async (t) => {
    const aborted: unknown[] = []
    const hung: ScaledWorkload = {
      readers: [],
      readCount: (abort) =>
        new Promise((_resolve, reject) => {
          abort.addEventListener("abort", () => {
            aborted.push(abort.reason?.name)
            reject(abort.reason)
          })
        }),
    }
    const { said } = await start(t, { open: async () => hung })
    await until(() => aborted.length >= 2)
    assert.deepEqual(aborted.slice(0, 2), ["TimeoutError", "TimeoutError"])
    assert.equal(said("The scaler failed; the next round tries again").length, 1)
  })
})
