import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { headers } from "../../../app/contract/headers.ts"
import { routes } from "../../../app/contract/routes.ts"
import { ask } from "./ask.ts"
import { localGateway } from "./local-gateway.ts"
import { findRedis, type RunningRedis, startRedis } from "./redis.ts"
import { configFor, otherWebKey, type RunningGateway, webKey, withPlugin } from "./subject.ts"
import { closedPort, startUpstream, type Upstream } from "./upstream.ts"

const path = `${routes.v1}/models`
const get = (url: string, key: string = webKey) => ask(url, { path, headers: { [headers.apiKey]: key } })

const executable = findRedis()
const skip = executable === undefined ? "redis-server is not on PATH" : false

const limits = { minute: undefined, hour: 3, day: 1000 }

describe("counters in Redis", () => {
  let upstream: Upstream
  before(async () => {
    upstream = await startUpstream()
  })
  after(() => upstream.stop())

  const config = (port: number, more: { fault_tolerant?: boolean } = {}) => {
    const redis = { host: "127.0.0.1", port, ssl: false }
    const shared = configFor({ host: "127.0.0.1", port: upstream.port }, {}, redis)
    return withPlugin(shared, "rate-limiting", { ...limits, ...more })
  }
  async function together(
    work: (gateways: RunningGateway[]) => Promise<void>,
    ...configs: ReturnType<typeof config>[]
  ) {
    const gateways = await Promise.all(configs.map((each) => localGateway.start(each)))
    try {
      await work(gateways)
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.stop()))
    }
  }

  test("replicas share them, and refused requests count too", { skip }, async () => {
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
  })

  test("Redis goes: requests pass uncounted; it comes back: they are counted again", { skip }, async () => {
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
        assert.deepEqual(
          Object.keys(passed.headers).filter((name) => name.includes("ratelimit")),
          [],
        )
        redis = await startRedis(executable ?? "", port)
        let told: unknown
        while (told === undefined) told = (await get(gateway.url)).headers["x-ratelimit-remaining-hour"]
        assert.equal(told, "2")
      }, config(port))
    } finally {
      await redis?.stop()
    }
  })

  test("without Redis from the start, a strict gateway fails and a tolerant one does not", async () => {
    const port = await closedPort()
    await together(
      async ([strict, tolerant]) => {
        assert.ok(strict && tolerant)
        const failed = await get(strict.url)
        assert.equal(failed.status, 500)
        assert.equal((failed.json() as { message: string }).message, "An unexpected error occurred")
        assert.equal((await get(tolerant.url)).status, 200)
      },
      config(port, { fault_tolerant: false }),
      config(port),
    )
  })
})
