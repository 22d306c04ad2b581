import assert from "node:assert/strict"
import { test } from "node:test"
import { routes } from "../../../../app/contract/routes.ts"
import type { KongConfig } from "../../../../infra/gateway/schema.ts"
import { ask } from "../ask.ts"
import { configFor, type RunningGateway, type Subject, suiteSpec, withPlugin } from "../subject.ts"
import { stall, type Upstream } from "../upstream.ts"
import { assertOwn, fresh, withKey, words } from "./asks.ts"

/** What needs a gateway with other settings, or one that may be stopped. */
export function settingCases(
  subject: Subject,
  using: (config: KongConfig, work: (gateway: RunningGateway) => Promise<void>) => Promise<void>,
  upstream: () => Upstream,
): void {
  const skip = subject.fixed ?? false
  const here = () => ({ host: "127.0.0.1", port: upstream().port })

  test("of several origins the one that asks is named, and a foreign one is not", { skip }, () => {
    const config = withPlugin(configFor(here()), "cors", { origins: ["https://one.example", "https://two.example"] })
    return using(config, async ({ url }) => {
      const allowed = async (origin: string) =>
        (await ask(url, { path: routes.health, headers: { Origin: origin } })).headers["access-control-allow-origin"]
      assert.equal(await allowed("https://two.example"), "https://two.example")
      assert.equal(await allowed("https://two.example:443"), "https://two.example")
      assert.equal(await allowed("http://two.example"), undefined)
      assert.equal(await allowed("null"), undefined)
    })
  })

  test("told to stop, it finishes the request under way", { skip }, async () => {
    const gateway = await subject.start(configFor(here(), suiteSpec))
    const path = `${fresh()}/${stall}`
    const answering = withKey(gateway.url, path, { method: "POST" })
    while (upstream().begun(path) === 0) await ask(gateway.url, { path: routes.health })
    await gateway.stop()
    assertOwn(await answering, words.slow)
    await assert.rejects(ask(gateway.url, { path: routes.health }), { code: "ECONNREFUSED" })
  })
}
