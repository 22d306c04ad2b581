import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { routes } from "../../../../app/contract/routes.ts"
import type { KongConfig } from "../../../../infra/gateway/schema.ts"
import { ask } from "../ask.ts"
import {
  configFor,
  mobileKey,
  otherWebKey,
  type RunningGateway,
  type Subject,
  suiteSpec,
  webKey,
  withPlugin,
} from "../subject.ts"
import { drop } from "../upstream.ts"
import { assertOwn, type Deployed, fresh, limitHeaders, withinWindow, withKey, words } from "./asks.ts"

const hour = 3600
const minute = 60
const path = `${routes.v1}/models`

/** How many requests a consumer may make: with the suite's own limits, of which mobile-app uses up a whole minute's. */
export function limitCases(deployed: () => Deployed): void {
  const { limits } = suiteSpec
  const mobile = (more: Parameters<typeof withKey>[2] = {}) => withKey(deployed().url, path, more, mobileKey)

  describe("limits", () => {
    test("every answer to a consumer says what is left in each window, and of the tightest when it ends", async () => {
      for (const [at, status] of [
        [fresh(), 200],
        [`${fresh()}/${drop}`, 502],
      ] as const) {
        const answer = await withKey(deployed().url, at, { method: "POST" })
        assert.equal(answer.status, status)
        const told = (name: string) => Number(answer.headers[name])
        assert.equal(told("x-ratelimit-limit-minute"), limits.minute)
        assert.equal(told("x-ratelimit-limit-hour"), limits.hour)
        assert.ok(told("x-ratelimit-remaining-minute") < limits.minute)
        assert.ok(told("x-ratelimit-remaining-hour") < limits.hour)
        assert.equal(told("ratelimit-limit"), limits.minute)
        assert.equal(told("ratelimit-remaining"), told("x-ratelimit-remaining-minute"))
        // Windows begin on the clock's minute, whenever the first request comes.
        const left = minute - (Math.floor(Date.now() / 1000) % minute)
        assert.ok(
          Math.abs(told("ratelimit-reset") - left) % (minute - 2) <= 2,
          `${told("ratelimit-reset")}, not ${left}`,
        )
        assert.equal(answer.headers["retry-after"], undefined)
      }
      assert.deepEqual(limitHeaders(await ask(deployed().url, { path: routes.health })), [])
    })

    test("with the minute's last request the next is refused until the minute ends, and others are not", () =>
      withinWindow(minute, async () => {
        let left = Number((await mobile()).headers["x-ratelimit-remaining-minute"])
        assert.ok(left >= 0 && left < limits.minute, `${left} left`)
        while (left > 0) {
          const { status, headers: told } = await mobile()
          assert.equal(status, 200)
          assert.equal(told["x-ratelimit-remaining-minute"], String(left - 1))
          left -= 1
        }
        const refused = await mobile({ method: "POST", body: "{}" })
        assertOwn(refused, words.tooMany)
        assert.equal(refused.headers["x-ratelimit-remaining-minute"], "0")
        assert.equal(refused.headers["ratelimit-remaining"], "0")
        assert.equal(refused.headers["retry-after"], refused.headers["ratelimit-reset"])
        const wait = Number(refused.headers["retry-after"])
        assert.ok(wait >= 1 && wait <= minute, `Retry-After is ${wait}`)
        assert.equal(refused.headers["x-frame-options"], "DENY")
        assert.equal((await withKey(deployed().url, path)).status, 200)
      }))
  })
}

/** What only a gateway with limits of its own shows. */
export function windowCases(
  subject: Subject,
  using: (config: KongConfig, work: (gateway: RunningGateway) => Promise<void>) => Promise<void>,
  upstream: () => { host: string; port: number },
): void {
  const skip = subject.fixed ?? false

  test("so many pass in an hour for a consumer over all its keys, and a refused one takes nothing", { skip }, () =>
    withinWindow(hour, () => {
      const limits = { minute: undefined, hour: 3, day: 1000 }
      return using(withPlugin(configFor(upstream()), "rate-limiting", limits), async ({ url }) => {
        for (const [index, key] of [webKey, otherWebKey, webKey].entries()) {
          const { status, headers: told } = await withKey(url, path, {}, key)
          assert.equal(status, 200)
          assert.equal(told["x-ratelimit-limit-hour"], "3")
          assert.equal(told["x-ratelimit-remaining-hour"], String(2 - index))
          assert.equal(told["x-ratelimit-limit-day"], "1000")
          assert.equal(told["x-ratelimit-remaining-day"], String(999 - index))
          assert.equal(told["ratelimit-limit"], "3")
        }
        for (const key of [webKey, otherWebKey]) {
          const refused = await withKey(url, path, {}, key)
          assertOwn(refused, words.tooMany)
          // Refused requests are not counted where a gateway counts for itself.
          assert.equal(refused.headers["x-ratelimit-remaining-day"], "997")
        }
        assert.equal((await withKey(url, path, {}, mobileKey)).headers["x-ratelimit-remaining-hour"], "2")
      })
    }),
  )

  test("where the app verifies tokens, each address has its limits and nobody a name", { skip }, () =>
    withinWindow(hour, () => {
      const limits = { minute: undefined, hour: 1, day: 1000 }
      const config = withPlugin(configFor(upstream(), { authentication: "app" }), "rate-limiting", limits)
      return using(config, async ({ url }) => {
        const headers = { Authorization: "Bearer x", "X-Consumer-Username": "me" }
        const passed = await ask(url, { path, headers })
        assert.equal(passed.status, 200)
        const seen = passed.json() as { headers: Record<string, string> }
        assert.equal(seen.headers.authorization, "Bearer x")
        assert.equal(seen.headers["x-consumer-username"], undefined)
        assert.equal((await ask(url, { path, headers })).status, 429)
      })
    }),
  )
}
