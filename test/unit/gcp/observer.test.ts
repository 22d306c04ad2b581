import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { observeGcp } from "../../../infra/plan/observers/gcp.ts"
import type { PlannedResource } from "../../../infra/plan/resource.ts"
import { development, planStack, production, type TargetPlan } from "./plan.ts"

/**
 * A facet with a limit is not compared with what is expected, so the suites of all targets pass over it. What can be
 * told of it all the same is held here.
 */
describe("what the resources of Google Cloud tell of facets that have a limit", () => {
  let plan: TargetPlan
  before(async () => {
    plan = await planStack(production)
  })

  /** The observation after the members of a name are set, in the resources of a kind; undefined drops them. */
  const after = (kind: RegExp, name: string, value: unknown) =>
    observeGcp(
      plan.resources.map((resource) =>
        kind.test(resource.type)
          ? (JSON.parse(JSON.stringify(resource, (key, old) => (key === name ? value : old))) as PlannedResource)
          : resource,
      ),
    )

  test("a database is a machine of one size", async () => {
    const whole = {
      version: 17,
      private: true,
      encrypted: true,
      tlsForced: true,
      capacity: { min: 8, max: 8 },
      pointInTime: 30 * 86_400,
      deletionProtection: true,
    }
    assert.deepEqual(observeGcp(plan.resources).database, whole)
    const database = (name: string, value: unknown) => after(/:DatabaseInstance$/, name, value).database
    assert.deepEqual(database("ipv4Enabled", true), { ...whole, private: false })
    assert.deepEqual(database("sslMode", "ALLOW_UNENCRYPTED_AND_ENCRYPTED"), { ...whole, tlsForced: false })
    assert.deepEqual(database("transactionLogRetentionDays", 7), { ...whole, pointInTime: 7 * 86_400 })
    assert.deepEqual(database("pointInTimeRecoveryEnabled", false), { ...whole, pointInTime: 0 })
    assert.deepEqual(database("deletionProtectionEnabled", false), { ...whole, deletionProtection: false })
    assert.deepEqual(database("databaseVersion", "POSTGRES_16"), { ...whole, version: 16 })
    assert.deepEqual(database("tier", "db-perf-optimized-N-4")?.capacity, { min: 16, max: 16 })
    const { resources } = await planStack({ ...development, "atlas:databasePool": "4" }, "dev")
    assert.deepEqual(observeGcp(resources).database?.capacity, { min: 1.875, max: 1.875 })
  })

  test("concurrency is told only where Cloud Run sends as many as the app takes", () => {
    assert.equal(observeGcp(plan.resources).concurrency, 100)
    assert.equal(after(/:Service$/, "maxInstanceRequestConcurrency", 80).concurrency, undefined)
  })

  test("the api follows its processor, and the workers all that they are told", () => {
    const { scaling } = observeGcp(plan.resources)
    assert.deepEqual(scaling, {
      cpuPercent: 70,
      memoryPercent: Number.NaN,
      requestsPerSecond: Number.NaN,
      queuedJobs: 10,
      up: { percentPerMinute: 50, after: 60 },
      down: { percentPerMinute: 10, after: 300 },
    })
    assert.equal(after(/:Service$/, "cpuUtilization", 0.58).scaling?.cpuPercent, 58)
  })

  test("what is promised is what is allowed, and a ready probe begins at once", () => {
    const gibibyte = 2 ** 30
    const both = (cpu: number, memory: number) => ({ request: { cpu, memory }, limit: { cpu, memory } })
    const { size, readiness } = observeGcp(plan.resources)
    assert.deepEqual(size, {
      api: both(1, 2 * gibibyte),
      worker: both(1, 2 * gibibyte),
      gateway: both(0.5, gibibyte),
    })
    assert.deepEqual(readiness, {
      path: "/ready",
      initialDelaySeconds: 0,
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    })
  })

  test("the network is what its parts lie in, and closed while both rules are there", () => {
    const { network } = observeGcp(plan.resources)
    assert.deepEqual(network, { cidr: "10.0.0.0/16", zones: Number.NaN, defaultDeny: true })
    for (const name of ["deny-in", "deny-out"]) {
      const open = observeGcp(plan.resources.filter((one) => one.name !== name)).network
      assert.equal(open?.defaultDeny, false, name)
    }
    assert.equal(after(/:Subnetwork$/, "ipCidrRange", "10.1.0.0/17").network?.cidr, "10.0.0.0/15")
  })

  test("nothing is told of what is not there", () => {
    assert.deepEqual(observeGcp([]), {})
    const { timeout, edge, cache } = observeGcp(
      plan.resources.filter(({ type }) => !/^gcp:(?:compute|redis)/.test(type)),
    )
    assert.deepEqual([timeout, edge, cache], [300, undefined, undefined])
  })
})
