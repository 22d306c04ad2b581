import assert from "node:assert/strict"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { type Cache, openCache } from "../../../app/data/cache.ts"
import { freePort } from "../../support/ports.ts"
import { openTestLog } from "./helpers.ts"

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0

describe("cache in Redis", { skip: hasRedis ? false : "redis-server is not on PATH" }, () => {
  it("misses while Redis is away, says so once, and finds it again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "atlas-redis-"))
    const port = await freePort()
    const log = openTestLog()
    let redis = await startRedis(folder, port)
    const cache = openCache({ url: `redis://127.0.0.1:${port}`, log })
    try {
      assert.equal(cache.kind, "redis")
      while (!(await cache.ping())) await delay(5)
      await cache.set("a", "1", 60)
      assert.equal(await cache.get("a"), "1")
      assert.equal(await cache.redis?.ttl("a"), 60)
      assert.equal(await cache.get("none"), undefined)

      await killed(redis)
      while (await cache.ping()) await delay(5)
      assert.equal(await cache.get("a"), undefined)
      await cache.set("b", "2", 60)
      // It goes on trying, and does not repeat itself.
      for (let attempt = 0; attempt < 2; attempt += 1) await reconnecting(cache)
      assert.equal(log.lines.filter(({ level }) => level === "warn").length, 1)

      redis = await startRedis(folder, port)
      while (!(await cache.ping())) await delay(5)
      await cache.set("c", "3", 60)
      assert.equal(await cache.get("c"), "3")
      assert.deepEqual(
        log.lines.map(({ level }) => level),
        ["warn", "info"],
      )
    } finally {
      await cache.close()
      await killed(redis)
      await rm(folder, { recursive: true, force: true })
    }
  })

  it("opens while nobody listens", async () => {
    const cache = openCache({ url: "redis://127.0.0.1:1", log: openTestLog() })
    assert.equal(await cache.get("a"), undefined)
    assert.equal(await cache.ping(), false)
    await cache.close()
  })
})

/** `once` would reject by the "error" that comes before it. */
function reconnecting({ redis }: Cache): Promise<void> {
  return new Promise((resolve) => redis?.once("reconnecting", () => resolve()))
}

async function startRedis(folder: string, port: number): Promise<ChildProcess> {
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
  const child = spawn("redis-server", options, { stdio: ["ignore", "pipe", "ignore"] })
  for await (const chunk of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    if (String(chunk).includes("Ready to accept connections")) break
  }
  child.stdout.resume()
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, "exit")
  child.kill("SIGKILL")
  await exited
}
