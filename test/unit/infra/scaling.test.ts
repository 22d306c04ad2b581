import assert from "node:assert/strict"
import { test } from "node:test"
import { ScalingSchema } from "../../../app/contract/scaling.ts"
import { checker } from "../../../app/validation.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { scalingText } from "../../../infra/spec/scaling.ts"

const { workloads } = defaultSpec("production")

test("the scaler is told the contract's bounds and rates, and what the app accepts", () => {
  const text = scalingText(workloads, {
    api: { resource: "groups/api", requestsFrom: "gateways/edge" },
    worker: { resource: "groups/worker" },
  })
  assert.ok(checker(ScalingSchema, "strict")(JSON.parse(text)).ok)
  assert.deepEqual(JSON.parse(text), {
    api: {
      resource: "groups/api",
      requestsFrom: "gateways/edge",
      min: 2,
      max: 10,
      signals: { cpuPercent: 70, memoryPercent: 80, requestsPerSecond: 100 },
      up: { percentPerMinute: 50, afterSeconds: 60 },
      down: { percentPerMinute: 10, afterSeconds: 300 },
    },
    worker: {
      resource: "groups/worker",
      min: 1,
      max: 10,
      signals: { queuedJobs: 10 },
      up: { percentPerMinute: 50, afterSeconds: 60 },
      down: { percentPerMinute: 10, afterSeconds: 300 },
    },
  })
})

test("a workload that its cloud scales by itself is left out", () => {
  assert.deepEqual(Object.keys(JSON.parse(scalingText(workloads, { worker: { resource: "pool" } }))), ["worker"])
})
