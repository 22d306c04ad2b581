import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { before, describe, it, type TestContext } from "node:test"
import { fileURLToPath } from "node:url"
import { openQueue, type Queue } from "../../../app/jobs/queue.ts"
import { seedExamples } from "../../../app/models/examples.ts"
import { lockName } from "../../../app/scaler/loop.ts"
import { type GoogleDouble, startGoogleDouble } from "../../support/scaler/google-double.ts"
import { startQueue } from "../../support/scaler/start-queue.ts"
import { until } from "../../support/scaler/until.ts"
import { alice, openTestLog, withDatabase } from "../rooms/helpers.ts"

const name = "projects/shop/locations/europe-west1/workerPools/worker"
const token = "a-token-of-google"

interface Contender {
  readonly child: ChildProcess
  /** The counts that it has set, in order. */
  readonly sets: number[]
  /** Whether it holds the lock, by its own word. */
  holds(): boolean
  /** Whether it has got as far as to contend. */
  started(): boolean
}

describe("two processes with the role scaler", { timeout: 120_000 }, () => {
  const room = withDatabase(20)
  before(() => seedExamples(room.db, openTestLog()))

  /** How many sessions held the lock, each time that it was looked. */
  const seen: number[] = []

  function start(t: TestContext, double: GoogleDouble): Contender {
    const file = fileURLToPath(new URL("process.ts", import.meta.url))
    const child = spawn(process.execPath, [file, room.url, double.url, token, name], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    t.after(() => child.kill("SIGKILL"))
    const sets: number[] = []
    let [holds, started] = [false, false]
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = JSON.parse(text)
      if (line.message === "The count is set") sets.push(line.to)
      if (line.event_type === "started") started = true
      if (line.event_type === "lock") holds = line.message === "This process holds the lock"
    })
    return { child, sets, holds: () => holds, started: () => started }
  }

  /** Waits until it is so, and watches the while that no two sessions hold the lock. */
  const watched = (isSo: () => boolean) =>
    until(isSo, async () => {
      const holders = await room.db.query(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND (classid::bigint << 32 | objid::bigint) = hashtextextended($1, 0)`,
        [lockName],
      )
      seen.push(holders.length)
      assert.ok(holders.length <= 1, "two sessions hold the lock")
    })

  async function addJobs(queue: Queue, count: number): Promise<void> {
    for (let job = 0; job < count; job += 1) await queue.submit({ budget: { tv: 100, digital: 200 } }, alice)
  }

  /** Two contenders for one pool, the one that holds the lock first. */
  async function startTwo(
    t: TestContext,
  ): Promise<{ double: GoogleDouble; queue: Queue; one: Contender; two: Contender }> {
    const double = await startGoogleDouble(name, token)
    t.after(() => double.close())
    const queue = openQueue({ database: room.db, log: openTestLog() })
    await startQueue(queue)
    t.after(() => queue.stop())
    await room.db.query("DELETE FROM pgboss.job")
    const both = [start(t, double), start(t, double)]
    await watched(() => both.some(({ holds }) => holds()) && both.every(({ started }) => started()))
    const [one, two] = both.sort((a, b) => Number(b.holds()) - Number(a.holds()))
    assert.ok(one && two)
    return { double, queue, one, two }
  }

  it("one sets the count of waiting jobs; killed with -9, the other takes over", async (t) => {
    const { double, queue, one, two } = await startTwo(t)
    await addJobs(queue, 4)
    await watched(() => one.sets.at(-1) === 4)
    assert.equal(double.pool.count, 4)
    assert.deepEqual(two.sets, [])
    const before = one.sets.length
    one.child.kill("SIGKILL")
    await once(one.child, "exit")
    await addJobs(queue, 3)
    await watched(() => two.sets.at(-1) === 7)
    assert.equal(double.pool.count, 7)
    assert.equal(one.sets.length, before)
    two.child.kill("SIGTERM")
    assert.deepEqual(await once(two.child, "exit"), [0, null])
    assert.deepEqual(double.violations, [])
  })

  it("one that hangs loses the lock, and sets nothing when it goes on", async (t) => {
    const { double, queue, one, two } = await startTwo(t)
    await addJobs(queue, 2)
    await watched(() => one.sets.at(-1) === 2)
    one.child.kill("SIGSTOP")
    await addJobs(queue, 3)
    await watched(() => two.sets.at(-1) === 5)
    const before = one.sets.length
    one.child.kill("SIGCONT")
    await watched(() => !one.holds())
    await addJobs(queue, 1)
    await watched(() => two.sets.at(-1) === 6)
    assert.equal(double.pool.count, 6)
    assert.equal(one.sets.length, before)
    one.child.kill("SIGTERM")
    two.child.kill("SIGTERM")
    await Promise.all([once(one.child, "exit"), once(two.child, "exit")])
    assert.ok(seen.includes(1), "the watch sees the lock")
  })
})
