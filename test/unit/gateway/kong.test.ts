import assert from "node:assert/strict"
import { test } from "node:test"
import { headers } from "../../../app/contract/headers.ts"
import { access } from "../../../app/contract/routes.ts"
import { effectivePlugins } from "../../../infra/gateway/effective.ts"
import { identityHeaders } from "../../../infra/gateway/identity.ts"
import { kongConfig } from "../../../infra/gateway/kong.ts"
import { matchRoute } from "../../../infra/gateway/paths.ts"
import { readKong, renderKong } from "../../../infra/gateway/render.ts"
import { gatewayDefaults } from "../../../infra/spec/gateway.ts"

const keys = { "web-app": "web-app-key-of-a-test", "mobile-app": "mobile-app-key-of-a-test" }
const inputs = { upstream: { host: "optimizer", port: 8000 }, keys }
const config = () => kongConfig(gatewayDefaults, inputs)

const removesIdentity = {
  name: "request-transformer",
  config: {
    remove: {
      headers: [
        "X-Consumer-Username",
        "X-Consumer-ID",
        "X-Consumer-Custom-ID",
        "X-Credential-Identifier",
        "X-Anonymous-Consumer",
        "X-API-Key",
      ],
    },
  },
}

test("the guide's gateway, with what the app demands of it", () => {
  assert.deepEqual(config(), {
    _format_version: "3.0",
    services: [
      {
        name: "optimizer-service",
        protocol: "http",
        host: "optimizer",
        port: 8000,
        retries: 3,
        connect_timeout: 60_000,
        read_timeout: 300_000,
        write_timeout: 300_000,
        plugins: [
          {
            name: "cors",
            config: {
              origins: ["https://app.example.com"],
              methods: ["GET", "POST", "PUT", "DELETE"],
              headers: [
                "Accept",
                "Content-Type",
                "Authorization",
                "X-API-Key",
                "Idempotency-Key",
                "X-Request-Id",
                "Prefer",
              ],
              exposed_headers: [
                "X-Request-Id",
                "Location",
                "Retry-After",
                "RateLimit-Limit",
                "RateLimit-Remaining",
                "RateLimit-Reset",
              ],
              credentials: true,
              max_age: 3600,
              preflight_continue: false,
            },
          },
          {
            name: "request-size-limiting",
            config: { allowed_payload_size: 10, size_unit: "megabytes", require_content_length: false },
          },
        ],
        routes: [
          {
            name: "optimizer-route",
            paths: ["/api"],
            strip_path: false,
            preserve_host: false,
            plugins: [
              {
                name: "key-auth",
                config: {
                  key_names: ["X-API-Key"],
                  key_in_header: true,
                  key_in_query: false,
                  key_in_body: false,
                  hide_credentials: true,
                  run_on_preflight: true,
                },
              },
              {
                name: "rate-limiting",
                config: { minute: 60, hour: 1000, limit_by: "consumer", fault_tolerant: true, policy: "local" },
              },
            ],
          },
          {
            name: "public-route",
            paths: ["/docs", "/health", "/static", "~/$"],
            strip_path: false,
            preserve_host: false,
            plugins: [removesIdentity],
          },
        ],
      },
    ],
    consumers: [
      { username: "web-app", keyauth_credentials: [{ key: keys["web-app"] }] },
      { username: "mobile-app", keyauth_credentials: [{ key: keys["mobile-app"] }] },
    ],
    plugins: [
      {
        name: "correlation-id",
        config: { header_name: "X-Request-Id", generator: "uuid", echo_downstream: true },
      },
      { name: "prometheus", config: { per_consumer: true, status_code_metrics: true, latency_metrics: true } },
      {
        name: "response-transformer",
        config: {
          add: {
            headers: [
              "Strict-Transport-Security:max-age=31536000",
              "X-Content-Type-Options:nosniff",
              "X-Frame-Options:DENY",
              "Referrer-Policy:no-referrer",
              "Content-Security-Policy:default-src 'none';frame-ancestors 'none';base-uri 'none'",
            ],
          },
        },
      },
    ],
  })
})

test("with Redis the counters are shared, over TLS whose certificate is checked", () => {
  const redis = { host: "cache.internal", port: 6380, username: "gateway", password: "secret", ssl: true }
  const shared = kongConfig(gatewayDefaults, { ...inputs, redis })
  const plugins = effectivePlugins(shared, shared.services[0]?.routes[0])
  assert.deepEqual(plugins["rate-limiting"], {
    minute: 60,
    hour: 1000,
    limit_by: "consumer",
    fault_tolerant: true,
    policy: "redis",
    redis: {
      host: "cache.internal",
      port: 6380,
      username: "gateway",
      password: "secret",
      database: 0,
      timeout: 2000,
      ssl: true,
      ssl_verify: true,
      server_name: "cache.internal",
    },
  })
})

test("where the app verifies tokens, no key is asked for and no client can name itself", () => {
  const { services, consumers } = kongConfig(
    { ...gatewayDefaults, authentication: "app" },
    { upstream: inputs.upstream, keys: {} },
  )
  assert.deepEqual(consumers, [])
  const [keyed] = services[0]?.routes ?? []
  assert.deepEqual(keyed?.plugins, [
    removesIdentity,
    {
      name: "rate-limiting",
      config: { minute: 60, hour: 1000, limit_by: "consumer", fault_tolerant: true, policy: "local" },
    },
  ])
})

test("every path of the contract is reached as its access says, and no other is", () => {
  const routes = config().services.flatMap((service) => service.routes)
  const reached = (path: string) => matchRoute(routes, path)?.name
  const expected = { key: "optimizer-route", public: "public-route", internal: undefined }
  for (const [path, how] of Object.entries(access)) assert.equal(reached(path), expected[how], path)
  assert.equal(reached("/anything"), undefined)
  assert.equal(reached("/api/v1/operations/mode"), "optimizer-route")
})

test("a consumer may hold several keys while one replaces another", () => {
  const both = ["the-old-key-of-web-app", "the-new-key-of-web-app"]
  const { consumers } = kongConfig(gatewayDefaults, { ...inputs, keys: { ...keys, "web-app": both } })
  assert.deepEqual(consumers[0], { username: "web-app", keyauth_credentials: both.map((key) => ({ key })) })
})

test("keys that do not fit the consumers are refused, and never shown", () => {
  const refused = (given: Record<string, string>, sentence: string) =>
    assert.throws(() => kongConfig(gatewayDefaults, { ...inputs, keys: given }), { message: sentence })
  refused({ "web-app": keys["web-app"] }, "Consumer mobile-app has no key: give it one")
  refused(
    { ...keys, desktop: keys["web-app"] },
    "There is a key for desktop, but the consumers are web-app, mobile-app",
  )
  refused({ ...keys, "web-app": "short" }, "A key of consumer web-app is too short: use 16 characters or more")
  refused(
    { "web-app": keys["web-app"], "mobile-app": keys["web-app"] },
    "two credentials have the same key: give each consumer its own.",
  )
})

test("the file is the same text every time, and reads back as what was written", () => {
  const text = renderKong(config())
  assert.equal(text, renderKong(config()))
  assert.deepEqual(readKong(text), config())
  assert.deepEqual(readKong(JSON.stringify(config())), config())
  assert.match(text, /^_format_version: "3\.0"\nservices:\n {2}- name: optimizer-service\n/)
})

test("the headers that are stripped are those that the app may believe", () => {
  const believed: readonly string[] = identityHeaders
  assert.ok(believed.includes(headers.consumer))
})
