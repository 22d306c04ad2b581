import assert from "node:assert/strict"
import { test } from "node:test"
import { checkKongConfig } from "../../../infra/gateway/check.ts"
import { kongConfig } from "../../../infra/gateway/kong.ts"
import { gatewayDefaults } from "../../../infra/spec/gateway.ts"

const keys = { "web-app": "web-app-key-of-a-test", "mobile-app": "mobile-app-key-of-a-test" }
const config = () => kongConfig(gatewayDefaults, { upstream: { host: "optimizer", port: 8000 }, keys })

/** The configuration with another value at a path of dots; undefined takes away what is there. */
function changed(path: string, value: unknown): unknown {
  const copy: unknown = structuredClone(config())
  const names = path.split(".")
  const last = names.pop() ?? ""
  const holder = names.reduce((within, name) => (within as Record<string, unknown>)[name], copy) as Record<
    string,
    unknown
  >
  if (value === undefined) delete holder[last]
  else holder[last] = value
  return copy
}

const keyAuth = "services.0.routes.0.plugins.0.config"
const rateLimiting = "services.0.routes.0.plugins.1.config"
const scoped = {
  name: "prometheus",
  route: "no-such-route",
  config: { per_consumer: true, status_code_metrics: true, latency_metrics: true },
}

const refusals: { what: string; path: string; value?: unknown; sentence: string }[] = [
  {
    what: "an unknown plugin",
    path: "services.0.plugins.2",
    value: { name: "bot-detection", config: {} },
    sentence:
      "plugin bot-detection of service optimizer-service cannot be enforced: use one of correlation-id, cors, key-auth, " +
      "request-size-limiting, rate-limiting, request-transformer, response-transformer, prometheus.",
  },
  {
    what: "an unknown field of a plugin",
    path: "services.0.plugins.0.config.private_network",
    value: true,
    sentence: "plugin cors of service optimizer-service, config cannot be enforced with private_network: remove it.",
  },
  {
    what: "a value that cannot be enforced",
    path: `${keyAuth}.key_in_query`,
    value: true,
    sentence: "plugin key-auth of route optimizer-route, config.key_in_query can only be enforced as false.",
  },
  {
    what: "a field left out whose default would be wrong",
    path: `${keyAuth}.key_in_query`,
    sentence:
      "plugin key-auth of route optimizer-route, config lacks key_in_query: Kong's default is not relied on, write it.",
  },
  {
    what: "a plugin that names a route, and stands there twice",
    path: "plugins.3",
    value: scoped,
    sentence:
      "plugin prometheus for everything stands there twice: keep one.\n" +
      "plugin prometheus for everything cannot be enforced with route: remove it.",
  },
  {
    what: "an unknown field of a route",
    path: "services.0.routes.0.methods",
    value: ["GET"],
    sentence: "the gateway's configuration, services.0.routes.0 cannot be enforced with methods: remove it.",
  },
  {
    what: "an unknown kind of entity",
    path: "upstreams",
    value: [],
    sentence: "the gateway's configuration cannot be enforced with upstreams: remove it.",
  },
  {
    what: "less in a longer period",
    path: `${rateLimiting}.hour`,
    value: 59,
    sentence:
      "plugin rate-limiting of route optimizer-route allows less in a longer period than in a shorter one (60, 59): " +
      "raise the longer.",
  },
  {
    what: "shared counters without a store",
    path: `${rateLimiting}.policy`,
    value: "redis",
    sentence: "plugin rate-limiting of route optimizer-route shares its counters but names no redis: add it.",
  },
  {
    what: "a path twice",
    path: "services.0.routes.1.paths.4",
    value: "/api",
    sentence: "path /api stands in the gateway's configuration twice: keep one.",
  },
  {
    what: "an internal path behind a short prefix",
    path: "services.0.routes.1.paths.4",
    value: "/me",
    sentence: "route public-route reaches /metrics, which is internal: route a narrower path.",
  },
  {
    what: "a route on which a client may name itself",
    path: "services.0.routes.1.plugins",
    value: [],
    sentence:
      "route public-route passes on who a client claims to be: give it key-auth, or a request-transformer that removes " +
      "X-Consumer-Username, X-Consumer-ID, X-Consumer-Custom-ID, X-Credential-Identifier, X-Anonymous-Consumer.",
  },
  {
    what: "keys asked for that nobody has",
    path: "consumers",
    value: [],
    sentence: "key-auth asks for a key, but no consumer has one: add a consumer.",
  },
]

for (const { what, path, value, sentence } of refusals) {
  test(`refused: ${what}`, () => assert.equal(checkKongConfig(changed(path, value)).join("\n"), sentence))
}

test("a wrong key is refused without being shown", () => {
  const faults = checkKongConfig(changed("consumers.0.keyauth_credentials.1", { key: 123456789 }))
  assert.deepEqual(faults, ["the gateway's configuration, consumers.0.keyauth_credentials.1.key must be string."])
})
