import assert from "node:assert/strict"
import { test } from "node:test"
import { routes } from "../../../app/contract/routes.ts"
import { service } from "../../../app/contract/service.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { monitoringOf } from "../../../infra/targets/gcp/collector.ts"
import { keys } from "../../../infra/targets/gcp/keys.ts"
import { limits } from "../../../infra/targets/gcp/limits.ts"
import { assertTargetPage } from "../../support/rules/documents.ts"

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

test("the page names every limit with its source, and every key", () => {
  assertTargetPage("gcp", limits, keys, "https://cloud.google.com/")
})
