import assert from "node:assert/strict"
import { test } from "node:test"
import { kongConfig } from "../../../infra/gateway/kong.ts"
import { type KongConfig, pluginNames } from "../../../infra/gateway/schema.ts"
import { gatewayDefaults } from "../../../infra/spec/gateway.ts"
import { kongFaults } from "../../support/gateway/kong-format.ts"

const upstream = { host: "optimizer", port: 8000 }
const keys = { "web-app": "web-app-key-of-a-test", "mobile-app": ["mobile-app-key-of-a-test", "another-of-mobile-app"] }
const redis = { host: "cache.internal", port: 6380, username: "gateway", password: "secret", ssl: true }
const config = (): KongConfig => kongConfig(gatewayDefaults, { upstream, keys, redis })

test("Kong takes whatever is generated: with keys or tokens, with counters shared or not", () => {
  const shared = config()
  assert.deepEqual(kongFaults(shared), [])
  assert.deepEqual(kongFaults(kongConfig(gatewayDefaults, { upstream, keys })), [])
  const tokens = kongConfig({ ...gatewayDefaults, authentication: "app" }, { upstream, keys: {}, redis })
  assert.deepEqual(kongFaults(tokens), [])
  const used = new Set(
    shared.services
      .flatMap((service) => [...service.plugins, ...service.routes.flatMap(({ plugins }) => plugins)])
      .concat(shared.plugins)
      .map(({ name }) => name),
  )
  assert.deepEqual([...used].sort(), [...pluginNames].sort())
})

/** Each is taken by no Kong 3.9; the change is made to a copy. */
const refused: [string, (config: KongConfig) => void, string][] = [
  [
    "a misspelt field",
    ({ services: [service] }) => Object.assign(service ?? {}, { retires: 3 }),
    "/services/0: must not have additional properties",
  ],
  [
    "a plugin that this Kong does not load",
    ({ plugins }) => Object.assign(plugins, { 3: { name: "bot-detection", config: {} } }),
    "/plugins/3/name: must be equal to constant",
  ],
  [
    "a misspelt setting of a plugin",
    ({ plugins: [correlation] }) => Object.assign(correlation?.config ?? {}, { echo: true }),
    "/plugins/correlation-id: must not have additional properties",
  ],
  [
    "a policy that needs a database",
    ({ services: [service] }) => Object.assign(service?.routes[0]?.plugins[1]?.config ?? {}, { policy: "cluster" }),
    "/services/0/routes/0/plugins/rate-limiting/policy: must be equal to constant",
  ],
  [
    "a route that nothing leads to",
    ({ services: [service] }) => Object.assign(service ?? {}, { routes: [{ name: "nowhere" }] }),
    "/services/0/routes/0: must match a schema in anyOf",
  ],
]
for (const [what, change, fault] of refused) {
  test(`Kong refuses ${what}`, () => {
    const copy = structuredClone(config())
    change(copy)
    const faults = kongFaults(copy)
    assert.ok(faults.includes(fault), faults.join("\n"))
  })
}

test("Kong refuses limits that fall, and a plugin that limits nothing", () => {
  const limited = (limits: object) =>
    kongFaults({ _format_version: "3.0", plugins: [{ name: "rate-limiting", config: limits }] })
  assert.deepEqual(limited({ minute: 60, hour: 59 }), ["/plugins/rate-limiting: allows less in a longer period"])
  assert.deepEqual(limited({ limit_by: "ip" }), ["/plugins/rate-limiting: limits nothing"])
  assert.deepEqual(limited({ second: 1, year: 1 }), [])
})
