import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { Scaling } from "../../../app/contract/scaling.ts"
import { cloudOf, readScaling } from "../../../app/scaler/scaling.ts"
import { readSettings, SettingsError } from "../../../app/server/settings.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { scalingText } from "../../../infra/spec/scaling.ts"

const pool = "projects/p/locations/europe-west1/workerPools/worker"
const group = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerInstance"
const gateway = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/applicationGateways/edge"
const { workloads } = defaultSpec("production")

const google = JSON.parse(scalingText(workloads, { worker: { resource: pool } }))
const azure = JSON.parse(
  scalingText(workloads, {
    api: { resource: `${group}/NGroups/api`, requestsFrom: gateway },
    worker: { resource: `${group}/NGroups/worker` },
  }),
)

/** What is wrong with a value that is like `azure` but for its api. */
function problemsOf(api: object): readonly string[] {
  const read = readScaling(JSON.stringify({ ...azure, api: { ...azure.api, ...api } }))
  return read.ok ? [] : read.problems
}

describe("what the scaler is told", () => {
  test("is taken as infra writes it for either cloud", () => {
    assert.deepEqual(readScaling(JSON.stringify(google)), { ok: true, scaling: google as Scaling })
    assert.deepEqual(readScaling(JSON.stringify(azure)), { ok: true, scaling: azure as Scaling })
    assert.equal(cloudOf(pool), "google")
    assert.equal(cloudOf(`${group.toUpperCase()}/ngroups/api`), "azure")
    assert.equal(cloudOf(`${group}/containerGroups/api`), undefined)
    assert.equal(cloudOf(`${pool}/revisions/1`), undefined)
  })

  test("is refused with what is wrong and what is allowed", () => {
    assert.deepEqual(readScaling("{}"), { ok: false, problems: ["names no workload. Name api, worker or both."] })
    assert.deepEqual(problemsOf({ min: 11 }), [
      "/api/min 11 is above /max 10. Give a least that is not above the most.",
    ])
    assert.deepEqual(problemsOf({ signals: {} }), [
      "/api/signals names none. Name at least one, or leave the workload out.",
    ])
    assert.deepEqual(problemsOf({ min: 0, signals: { cpuPercent: 70 } }), [
      "/api/min 0 needs queuedJobs or requestsPerSecond: without replicas nothing reports its use.",
    ])
    assert.deepEqual(problemsOf({ resource: "arn:aws:eks" }), [
      `/api/resource "arn:aws:eks" has no known form. Allowed: projects/PROJECT/locations/REGION/workerPools/NAME or /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.ContainerInstance/NGroups/NAME.`,
    ])
    assert.deepEqual(problemsOf({ resource: pool }), [
      `/api/signals/cpuPercent cannot be read for ${pool}. Allowed there: queuedJobs.`,
      `/api/signals/memoryPercent cannot be read for ${pool}. Allowed there: queuedJobs.`,
      `/api/signals/requestsPerSecond cannot be read for ${pool}. Allowed there: queuedJobs.`,
    ])
    assert.deepEqual(problemsOf({ requestsFrom: undefined }), [
      "/api/requestsFrom is missing: requestsPerSecond is counted at a gateway.",
    ])
    assert.deepEqual(problemsOf({ requestsFrom: "edge" }), [
      `/api/requestsFrom "edge" is no gateway's id. Allowed: /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.Network/applicationGateways/NAME.`,
    ])
    assert.deepEqual(problemsOf({ max: "ten", more: 1 }).length, 2)
  })
})

describe("a process with the role scaler", () => {
  const environment = { DATABASE_URL: "postgres://localhost/atlas", ROLES: "scaler" }

  function problems(more: Record<string, string>): readonly string[] {
    try {
      readSettings({ ...environment, ...more })
    } catch (error) {
      assert.ok(error instanceof SettingsError)
      return error.problems
    }
    return []
  }

  test("is given its scaling, checked", () => {
    const settings = readSettings({ ...environment, SCALING: JSON.stringify(google), SCALING_IDENTITY: "client" })
    assert.deepEqual([settings.roles, settings.scaling], [["scaler"], google])
    assert.equal(settings.SCALING_IDENTITY, "client")
    assert.equal("SCALING" in settings, false)
    assert.equal(readSettings({ ...environment, ROLES: "worker" }).scaling, undefined)
  })

  test("refuses to start without it, and on one that is wrong, naming it", () => {
    assert.deepEqual(problems({}), [
      "SCALING: the role scaler needs it. Set what it scales and by which rules, as JSON.",
    ])
    const [text] = problems({ SCALING: "{worker}" })
    assert.match(String(text), /^SCALING: is not JSON: /)
    assert.deepEqual(problems({ SCALING: JSON.stringify({ web: google.worker }) }), [
      "SCALING: /web is not known here.",
    ])
    const worker = { ...google.worker, min: -1 }
    assert.deepEqual(problems({ SCALING: JSON.stringify({ worker }) }), ["SCALING: /worker/min must be >= 0."])
    assert.deepEqual(problems({ SCALING: "{}", AUTH: "jwt", ROLES: "worker" }), [
      "JWT_SECRET: AUTH=jwt needs it. Set a secret of 32 characters or more.",
      "SCALING: names no workload. Name api, worker or both.",
    ])
  })
})
