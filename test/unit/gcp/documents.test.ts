import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { routes } from "../../../app/contract/routes.ts"
import { service } from "../../../app/contract/service.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { monitoringOf } from "../../../infra/targets/gcp/collector.ts"
import { keys } from "../../../infra/targets/gcp/keys.ts"
import { limits } from "../../../infra/targets/gcp/limits.ts"
import { tableRows } from "../../support/rules/documents.ts"

const page = readFileSync(join(import.meta.dirname, "../../../docs/targets/gcp.md"), "utf8")

test("the collector reads the app, and Kong where it is, at the paths where they tell", () => {
  for (const [instance, ports, metadata] of [
    ["service", [service.port, gatewayPorts.status], ["service", "revision", "instance"]],
    ["pool", [service.port], ["revision", "instance"]],
  ] as const) {
    const { kind, spec } = monitoringOf("atlas", instance)
    assert.equal(kind, "RunMonitoring")
    assert.deepEqual(
      spec.endpoints.map(({ port, path }) => [port, path]),
      ports.map((port) => [port, routes.metrics]),
    )
    assert.deepEqual(spec.targetLabels, { metadata })
  }
})

test("every limit has the page that sets it, and the stack's own page names it", () => {
  for (const { source } of limits) {
    assert.match(source, /^https:\/\/cloud\.google\.com\//)
    assert.ok(page.includes(source), source)
  }
  assert.deepEqual(
    tableRows(page, ["facet", "difference", "because"]),
    limits.map(({ facet, difference, reason }) => [facet, difference, reason]),
  )
})

test("the page explains every key of the target", () => {
  assert.deepEqual(
    tableRows(page, ["key", "what it is"]).map(([key]) => key),
    Object.keys(keys),
  )
})
