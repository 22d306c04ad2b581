import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { type Held, withLock } from "../../../app/data/lock.ts"
import { endLockHolders, startServer, withPostgres } from "../../support/postgres.ts"
import { until } from "../../support/scaler/until.ts"
import { openTestLog } from "../rooms/helpers.ts"

const beatMs = 100

/** One who wants a lock: when it has it, it keeps it until it loses it or is ended. */
function contender(url: string, name = "test", beat = beatMs) {
  const ending = new AbortController()
  const log = openTestLog()
  const state = { turns: 0, held: undefined as Held | undefined }
  const done = withLock({ url, name, log, beatMs: beat }, ending.signal, async (held) => {
    state.turns += 1
    state.held = held
    const over = AbortSignal.any([held.lost, ending.signal])
    await delay(60_000, undefined, { signal: over }).catch(() => undefined)
    state.held = undefined
  })
  return {
    log,
    state,
    done,
    async end() {
      ending.abort()
      await done
    },
  }
}

describe("a lock that one process holds", { timeout: 60_000 }, () => {
  const postgres = withPostgres()

  it("is held by one of many, and goes on to another when that one ends", async () => {
    const all = [contender(postgres.url()), contender(postgres.url()), contender(postgres.url())]
    const holders = () => all.filter(({ state }) => state.held !== undefined)
    await until(() => holders().length > 0)
    await delay(beatMs * 4)
    assert.equal(holders().length, 1)
    const [first] = holders()
    assert.equal(await first?.state.held?.confirm(), true)
    const other = contender(postgres.url(), "another name")
    await until(() => other.state.held !== undefined)
    await first?.end()
    await until(() => holders().length > 0)
    assert.equal(holders().length, 1)
    assert.notEqual(holders()[0], first)
    await Promise.all([...all, other].map((one) => one.end()))
  })

  it("is lost with its connection, at once for whoever asks, and had again afterwards", async () => {
    const one = contender(postgres.url())
    await until(() => one.state.held !== undefined)
    const held = one.state.held
    await endLockHolders(postgres.url())
    assert.equal(await held?.confirm(), false)
    assert.equal(held?.lost.aborted, true)
    await until(() => one.state.turns === 2)
    assert.equal(await one.state.held?.confirm(), true)
    await one.end()
  })

  it("tells its holder at once, not at the next beat", async () => {
    const one = contender(postgres.url(), "test", 30_000)
    await until(() => one.state.held !== undefined)
    const { lost } = one.state.held ?? {}
    await endLockHolders(postgres.url())
    const begun = performance.now()
    await until(() => lost?.aborted === true)
    assert.ok(performance.now() - begun < 10_000)
    await one.end()
  })

  it("hands on what the work throws, and frees the lock", async () => {
    const options = { url: postgres.url(), name: "test", log: openTestLog(), beatMs }
    const failure = new Error("a mistake in the work")
    await assert.rejects(
      withLock(options, new AbortController().signal, async () => {
        throw failure
      }),
      failure,
    )
    const next = contender(postgres.url())
    await until(() => next.state.held !== undefined)
    await next.end()
  })
})

describe("a lock while the database is away", { timeout: 60_000 }, () => {
  it("is waited for, said once, and had when the database is back", async () => {
    const server = await startServer()
    try {
      const one = contender(server.url)
      await until(() => one.state.held !== undefined)
      const held = one.state.held
      await server.stop()
      await until(() => held?.lost.aborted === true)
      await delay(beatMs * 5)
      assert.equal(one.state.held, undefined)
      const tried = one.log.lines.filter(({ message }) => message.startsWith("The lock could not be asked for"))
      assert.equal(tried.length, 1)
      await server.start()
      await until(() => one.state.turns === 2)
      await one.end()
    } finally {
      await server.close()
    }
  })
})
