import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { kongConfig } from "../../../infra/gateway/kong.ts"
import { renderKong } from "../../../infra/gateway/render.ts"
import { compareStacks, faults, renderParity } from "../../../infra/plan/compare.ts"
import { expectedObservation } from "../../../infra/plan/expectation.ts"
import { observeKong } from "../../../infra/plan/observers/kong.ts"
import { bytesOf, Value, vcpusOf } from "../../../infra/plan/observers/values.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"

const spec = defaultSpec("production")
const expected = expectedObservation(spec)
const limit = { facet: "database", difference: "one size", reason: "it is small", source: "a page" } as const

describe("the expectation", () => {
  it("holds the guide's figures", () => {
    assert.deepEqual(expected.liveness, {
      path: "/health",
      initialDelaySeconds: 30,
      periodSeconds: 30,
      timeoutSeconds: 5,
      failureThreshold: 3,
    })
    assert.deepEqual(expected.port, { api: 8000, gateway: 8080 })
    assert.deepEqual(expected.replicas.api, { min: 2, max: 10 })
    assert.deepEqual(expected.size.api.limit, { cpu: 1, memory: 2 * 2 ** 30 })
    assert.deepEqual(expected.scaling.down, { percentPerMinute: 10, after: 300 })
    assert.equal(expected.body, 10 * 2 ** 20)
    assert.equal(expected.backups.keep, 30 * 24 * 3600)
  })
})

describe("the observer of Kong's configuration", () => {
  const keys = { "web-app": "a-key-of-the-web-app", "mobile-app": "a-key-of-the-mobile-app" }
  const upstream = { host: "127.0.0.1", port: 8000 }
  const redis = { host: "cache", port: 6379, ssl: true }

  it("reads back what the contract and the spec ask for", () => {
    const { gateway, body, upstreamPort } = observeKong(renderKong(kongConfig(spec.gateway, { upstream, keys, redis })))
    assert.deepEqual(gateway, expected.gateway)
    assert.equal(body, expected.body)
    assert.equal(upstreamPort, expected.port.api)
  })

  it("sees each change", () => {
    const changed = { ...spec.gateway, limits: { minute: 61, hour: 1001 }, retries: 2, consumers: ["web-app"] }
    const { gateway } = observeKong(renderKong(kongConfig(changed, { upstream, keys: { "web-app": keys["web-app"] } })))
    assert.deepEqual([gateway.minute, gateway.hour, gateway.retries], [61, 1001, 2])
    assert.deepEqual(gateway.consumers, ["web-app"])
    assert.equal(gateway.shared, false, "without Redis each replica counts by itself")
  })
})

describe("the comparison", () => {
  const compared = compareStacks([
    { name: "whole", expected, observation: expected, limits: [] },
    {
      name: "limited",
      expected,
      observation: { ...expected, database: { ...expected.database, version: 16 } },
      limits: [limit, { ...limit, difference: "no failover" }],
    },
    { name: "wrong", expected, observation: { ...expected, timeout: 60 }, limits: [limit] },
  ])
  const verdicts = (facet: string) => compared.find((one) => one.facet === facet)?.verdicts ?? {}

  it("is equal, limited with a source, or at fault", () => {
    assert.deepEqual(
      Object.values(verdicts("database")).map(({ kind }) => kind),
      ["equal", "limited", "equal"],
    )
    assert.deepEqual(
      Object.values(verdicts("timeout")).map(({ kind }) => kind),
      ["equal", "equal", "different"],
    )
    assert.deepEqual(faults(compared), ["wrong: timeout is 60, not 300"])
  })

  it("finds a facet that no resource tells of at fault", () => {
    const { edge: _, ...blind } = expected
    const [fault] = faults(compareStacks([{ name: "blind", expected, observation: blind, limits: [] }]))
    assert.match(fault ?? "", /^blind: edge is undefined, not /)
  })

  it("holds each target to what its own stack asks for", () => {
    const small = { ...expected, replicas: { api: { min: 1, max: 2 }, worker: { min: 1, max: 1 } } }
    const targets = [
      { name: "large", expected, observation: expected, limits: [] },
      { name: "small", expected: small, observation: small, limits: [] },
    ]
    assert.deepEqual(faults(compareStacks(targets)), [])
    const swapped = targets.map((target) => ({ ...target, expected: target.name === "small" ? expected : small }))
    assert.equal(faults(compareStacks(swapped)).length, 2)
  })

  it("is a table with its notes", () => {
    const page = renderParity(compared, { dashboards: "not built yet" })
    assert.match(page, /^\| facet \| whole \| limited \| wrong \|$/m)
    assert.match(page, /^\| database \| equal \| limited \[1\] \[2\] \| equal \|$/m)
    assert.match(page, /^\| timeout \| equal \| equal \| \*\*different\*\* \|$/m)
    assert.match(page, /^\| dashboards \| pending \| pending \| pending \|$/m)
    assert.match(page, /^1\. limited, database: one size \(a page\)$/m)
    assert.match(page, /^2\. limited, database: no failover \(a page\)$/m)
    assert.match(page, /^- pending, dashboards: not built yet$/m)
  })
})

describe("values of another program", () => {
  it("are undefined where they are missing, at any depth", () => {
    const value = new Value({ a: [{ name: "x", n: "20" }] })
    assert.equal(value.at("a", 0, "n").number, 20)
    assert.equal(value.at("a").find("name", "x").at("n").text, "20")
    assert.equal(value.at("b", "c", 3).exists, false)
    assert.deepEqual(value.at("a", 0).items, [])
  })

  it("are quantities of Kubernetes", () => {
    assert.deepEqual(["1Gi", "512Mi", "2G", "7"].map(bytesOf), [2 ** 30, 2 ** 29, 2e9, 7])
    assert.deepEqual(["500m", "1", "0.5"].map(vcpusOf), [0.5, 1, 0.5])
    assert.equal(bytesOf("1 Gi"), undefined)
    assert.equal(vcpusOf(undefined), undefined)
  })
})
