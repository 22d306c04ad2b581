import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { routes } from "../../../../app/contract/routes.ts"
import type { KongInputs } from "../../../../infra/gateway/kong.ts"
import { findRedis, type RunningRedis, startRedis } from "../redis.ts"
import { configFor, otherWebKey, type RunningGateway, type Subject, webKey, withPlugin } from "../subject.ts"
import { closedPort } from "../upstream.ts"
import { assertOwn, limitHeaders, withinWindow, withKey, words } from "./asks.ts"

const hour = 3600
const path = `${routes.v1}/models`
const get = (url: string, key = webKey) => withKey(url, path, {}, key)

const executable = findRedis()
const limits = { minute: undefined, hour: 3, day: 1000 }

/** Counters that replicas share, and what happens while the store is away. */
export function redisCases(subject: Subject, upstream: () => KongInputs["upstream"]): void {
  const skip = subject.fixed ?? (executable === undefined ? "redis-server is not on PATH" : false)

  const config = (port: number, more: { fault_tolerant?: boolean } = {}) => {
    const redis = { host: "127.0.0.1", port, ssl: false }
    return withPlugin(configFor(upstream(), {}, redis), "rate-limiting", { ...limits, ...more })
  }
  async function together(
    work: (gateways: RunningGateway[]) => Promise<void>,
    ...configs: ReturnType<typeof config>[]
  ) {
    const gateways = await Promise.all(configs.map((each) => subject.start(each)))
    try {
      await work(gateways)
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.stop()))
    }
  }

  describe("counters in Redis", () => {
    test("replicas share them, and refused requests count too", { skip }, () =>
      withinWindow(hour, async () => {
        const redis = await startRedis(executable ?? "")
        try {
          await together(
            async ([one, other]) => {
              assert.ok(one && other)
              const left: unknown[] = []
              for (const [url, key] of [
                [one.url, webKey],
                [other.url, otherWebKey],
                [one.url, otherWebKey],
              ] as const) {
                left.push((await get(url, key)).headers["x-ratelimit-remaining-hour"])
              }
              assert.deepEqual(left, ["2", "1", "0"])
              const refused = [await get(other.url), await get(one.url)]
              assert.deepEqual(
                refused.map(({ status, headers: told }) => [status, told["x-ratelimit-remaining-day"]]),
                [
                  [429, "997"],
                  [429, "996"],
                ],
              )
            },
            config(redis.port),
            config(redis.port),
          )
        } finally {
          await redis.stop()
        }
      }),
    )

    test("Redis goes: requests pass uncounted; it comes back: they are counted again", { skip }, () =>
      withinWindow(hour, async () => {
        let redis: RunningRedis | undefined = await startRedis(executable ?? "")
        const { port } = redis
        try {
          await together(async ([gateway]) => {
            assert.ok(gateway)
            assert.equal((await get(gateway.url)).headers["x-ratelimit-remaining-hour"], "2")
            await redis?.stop()
            redis = undefined
            const passed = await get(gateway.url)
            assert.equal(passed.status, 200)
            assert.deepEqual(limitHeaders(passed), [])
            redis = await startRedis(executable ?? "", port)
            let told: unknown
            while (told === undefined) told = (await get(gateway.url)).headers["x-ratelimit-remaining-hour"]
            assert.equal(told, "2")
          }, config(port))
        } finally {
          await redis?.stop()
        }
      }),
    )

    test("without Redis from the start, a strict gateway fails and a tolerant one does not", {
      skip: subject.fixed ?? false,
    }, async () => {
      const port = await closedPort()
      await together(
        async ([strict, tolerant]) => {
          assert.ok(strict && tolerant)
          assertOwn(await get(strict.url), words.unexpected)
          assert.equal((await get(tolerant.url)).status, 200)
        },
        config(port, { fault_tolerant: false }),
        config(port),
      )
    })
  })
}
