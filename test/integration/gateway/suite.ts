import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { headers } from "../../../app/contract/headers.ts"
import { routes } from "../../../app/contract/routes.ts"
import type { KongConfig } from "../../../infra/gateway/schema.ts"
import { type Answer, ask } from "./ask.ts"
import { policySuite } from "./policy.ts"
import { configFor, mobileKey, otherWebKey, type RunningGateway, type Subject, webKey, withPlugin } from "./subject.ts"
import { closedPort, drop, fail, stall, startUpstream, type Upstream } from "./upstream.ts"

const path = `${routes.v1}/models`

const get = (url: string, key: string = webKey, at: string = path, method = "GET", body?: string) =>
  ask(url, { path: at, method, headers: { [headers.apiKey]: key }, ...(body === undefined ? {} : { body }) })

const messageOf = (answer: Answer) => (answer.json() as { message: string }).message

/** An hour's limit is met in less than an hour, unless the hour ends meanwhile: then it is asked once more. */
async function withinOneHour(run: () => Promise<void>): Promise<void> {
  const hour = () => Math.floor(Date.now() / 3_600_000)
  const began = hour()
  try {
    await run()
  } catch (error) {
    if (hour() === began) throw error
    await run()
  }
}

/** What every gateway of the platform must do, in the cases of one that is started for it and of one that fails. */
export function gatewaySuite(subject: Subject): void {
  let upstream: Upstream
  before(async () => {
    upstream = await startUpstream()
  })
  after(() => upstream.stop())

  /** Runs a gateway for as long as the work takes. */
  async function using(config: KongConfig, work: (gateway: RunningGateway) => Promise<void>): Promise<void> {
    const gateway = await subject.start(config)
    try {
      await work(gateway)
    } finally {
      await gateway.stop()
    }
  }
  const here = () => ({ host: "127.0.0.1", port: upstream.port })

  describe(`${subject.name}: the platform's policy`, () => {
    let gateway: RunningGateway
    before(async () => {
      gateway = await subject.start(configFor(here()))
    })
    after(() => gateway.stop())
    policySuite(() => ({ url: gateway.url, key: webKey, otherKey: mobileKey, upstream }))
  })

  describe(`${subject.name}: limits`, () => {
    const limited = () => withPlugin(configFor(here(), { limits: { minute: 3, hour: 3 } }), "rate-limiting", limits)
    const limits = { minute: undefined, hour: 3, day: 1000 }

    test("so many pass in an hour for a consumer over all its keys, each told how many are left", () =>
      withinOneHour(() =>
        using(limited(), async ({ url }) => {
          for (const [index, key] of [webKey, otherWebKey, webKey].entries()) {
            const { status, headers: told } = await get(url, key)
            assert.equal(status, 200)
            assert.equal(told["x-ratelimit-limit-hour"], "3")
            assert.equal(told["x-ratelimit-remaining-hour"], String(2 - index))
            assert.equal(told["x-ratelimit-limit-day"], "1000")
            assert.equal(told["x-ratelimit-remaining-day"], String(999 - index))
            assert.equal(told["ratelimit-limit"], "3")
            assert.equal(told["ratelimit-remaining"], String(2 - index))
            assert.equal(told["retry-after"], undefined)
          }
          for (const key of [webKey, otherWebKey]) {
            const refused = await get(url, key)
            assert.equal(refused.status, 429)
            assert.equal(messageOf(refused), "API rate limit exceeded")
            assert.equal(refused.headers["x-ratelimit-remaining-hour"], "0")
            // Refused requests are not counted where a gateway counts for itself.
            assert.equal(refused.headers["x-ratelimit-remaining-day"], "997")
            assert.equal(refused.headers["retry-after"], refused.headers["ratelimit-reset"])
            const seconds = Number(refused.headers["retry-after"])
            assert.ok(seconds >= 1 && seconds <= 3600, `Retry-After is ${seconds}`)
            assert.equal(refused.headers["x-frame-options"], "DENY")
          }
          const other = await get(url, mobileKey)
          assert.equal(other.status, 200)
          assert.equal(other.headers["x-ratelimit-remaining-hour"], "2")
          assert.equal((await ask(url, { path: routes.health })).headers["x-ratelimit-limit-hour"], undefined)
        }),
      ))
  })

  describe(`${subject.name}: an app that fails`, () => {
    const tries = 3
    const impatient = () =>
      configFor(here(), { retries: tries - 1, readTimeout: "0.5 seconds", writeTimeout: "0.5 seconds" })
    let gateway: RunningGateway
    before(async () => {
      gateway = await subject.start(impatient())
    })
    after(() => gateway.stop())

    const rows: { what: string; end: string; method: string; body?: string; status: number; tries: number }[] = [
      { what: "drops a GET", end: drop, method: "GET", status: 502, tries },
      { what: "drops a PUT", end: drop, method: "PUT", body: "x".repeat(1000), status: 502, tries },
      { what: "drops a DELETE", end: drop, method: "DELETE", status: 502, tries },
      { what: "drops a POST", end: drop, method: "POST", body: "x".repeat(1000), status: 502, tries: 1 },
      { what: "drops a POST without a body", end: drop, method: "POST", status: 502, tries: 1 },
      { what: "keeps a GET waiting", end: stall, method: "GET", status: 504, tries },
      { what: "keeps a POST waiting", end: stall, method: "POST", body: "x", status: 504, tries: 1 },
      { what: "answers a GET with 503", end: fail, method: "GET", status: 503, tries: 1 },
    ]
    const messages: Record<number, string> = {
      502: "An invalid response was received from the upstream server",
      504: "The upstream server is timing out",
    }
    for (const { what, end, method, body, status, tries: expected } of rows) {
      test(`${what}: ${status} after ${expected} ${expected === 1 ? "try" : "tries"}`, async () => {
        const at = `${routes.v1}/${method}-${body?.length ?? 0}/${end}`
        const answer = await get(gateway.url, webKey, at, method, body)
        assert.equal(answer.status, status)
        if (status in messages) assert.equal(messageOf(answer), messages[status])
        const seen = upstream.seen(at)
        assert.equal(seen.length, expected)
        for (const { bytes } of seen) assert.equal(bytes, body?.length ?? 0)
      })
    }

    test("does not listen: 502", async () => {
      await using(configFor({ host: "127.0.0.1", port: await closedPort() }), async ({ url }) => {
        for (const method of ["GET", "POST"]) {
          const answer = await get(url, webKey, path, method, method === "POST" ? "x" : undefined)
          assert.equal(answer.status, 502)
          assert.equal(messageOf(answer), messages[502])
        }
      })
    })

    test("has a name that nobody knows: 503", async () => {
      await using(configFor({ host: "nobody.invalid", port: 80 }), async ({ url }) => {
        const answer = await get(url)
        assert.equal(answer.status, 503)
        assert.equal(messageOf(answer), "name resolution failed")
      })
    })
  })

  test(`${subject.name}: where the app verifies tokens, each address has its limits and nobody a name`, () =>
    withinOneHour(async () => {
      const config = withPlugin(configFor(here(), { authentication: "app" }), "rate-limiting", {
        minute: undefined,
        hour: 1,
        day: 1000,
      })
      await using(config, async ({ url }) => {
        const sent = {
          path: `${routes.v1}/by-token`,
          headers: { Authorization: "Bearer x", "X-Consumer-Username": "me" },
        }
        assert.equal((await ask(url, sent)).status, 200)
        assert.equal((await ask(url, sent)).status, 429)
        const [seen] = upstream.seen(sent.path)
        assert.equal(seen?.headers.authorization, "Bearer x")
        assert.equal(seen?.headers["x-consumer-username"], undefined)
      })
    }))

  test(`${subject.name}: of several origins the one that asks is named, and a foreign one is not`, async () => {
    const config = withPlugin(configFor(here()), "cors", { origins: ["https://one.example", "https://two.example"] })
    await using(config, async ({ url }) => {
      const allowed = async (origin: string) =>
        (await ask(url, { path, headers: { Origin: origin } })).headers["access-control-allow-origin"]
      assert.equal(await allowed("https://two.example"), "https://two.example")
      assert.equal(await allowed("https://two.example:443"), "https://two.example")
      assert.equal(await allowed("http://two.example"), undefined)
      assert.equal(await allowed("null"), undefined)
    })
  })

  test(`${subject.name}: requests are counted per consumer, for those who collect`, async () => {
    await using(configFor(here()), async ({ url, statusUrl }) => {
      await get(url)
      await get(url)
      await get(url, "a-key-that-nobody-has")
      const metrics = await ask(statusUrl, { path: routes.metrics })
      const counted = metrics.text.split("\n").flatMap((line) => {
        const [, labels = "", count] = /^kong_http_requests_total\{(.*)\} (\d+)$/.exec(line) ?? []
        return count === undefined ? [] : [`${labels.split(",").toSorted().join()} ${count}`]
      })
      const at = 'route="optimizer-route",service="optimizer-service"'
      assert.deepEqual(counted.toSorted(), [
        `code="200",consumer="web-app",${at},source="service",workspace="default" 2`,
        `code="401",consumer="",${at},source="kong",workspace="default" 1`,
      ])
      assert.equal((await ask(statusUrl, { path: "/status/ready" })).status, 200)
    })
  })
}
