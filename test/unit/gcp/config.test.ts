import assert from "node:assert/strict"
import { test } from "node:test"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import type { StackSpec } from "../../../infra/spec/stack-spec.ts"
import { check } from "../../../infra/targets/gcp/check.ts"
import { gcp } from "../../../infra/targets/gcp/index.ts"
import { labelValue, nameLimits, scopeOf } from "../../../infra/targets/gcp/scope.ts"
import { refusing } from "../../support/infra/planned.ts"
import { development, production } from "./plan.ts"

const { refusals, keysOf } = refusing(gcp)

test("a production, a staging and a development stack are taken", async () => {
  assert.deepEqual(await refusals(production), [])
  assert.deepEqual(await refusals({ ...production, "atlas:environment": "staging" }), [])
  assert.deepEqual(await refusals(development), [])
})

test("project and region are required everywhere", async () => {
  assert.deepEqual(await keysOf({ "atlas:cloud": "gcp", "atlas:environment": "development" }), [
    "gcp:project",
    "gcp:region",
  ])
})

test("a deployment refuses what stands for an example", async () => {
  assert.deepEqual(await keysOf(production, "refused"), [
    "atlas:domain",
    "atlas:alertEmail",
    "gcp:project",
    "atlas:dnsZone",
  ])
  const own = {
    "atlas:alertEmail": "on@atlas.dev",
    "atlas:domain": "api.atlas.dev",
    "gcp:project": "atlas-12345",
    "atlas:dnsZone": "atlas-dev",
  }
  assert.deepEqual(await refusals({ ...production, ...own }, "refused"), [])
})

test("malformed values are refused, each by its key", async () => {
  for (const project of ["atlas", "Atlas-1234", "1atlas-123", "atlas-", "a".repeat(31)]) {
    assert.deepEqual(await keysOf({ ...production, "gcp:project": project }), ["gcp:project"], project)
  }
  for (const region of ["europe", "europe-west", "europe-west3-a", "eu-central-1"]) {
    assert.deepEqual(await keysOf({ ...production, "gcp:region": region }), ["gcp:region"], region)
  }
  for (const zone of ["optimizer.example.com", "-zone", "Zone"]) {
    assert.deepEqual(await keysOf({ ...production, "atlas:dnsZone": zone }), ["atlas:dnsZone"], zone)
  }
})

test("only development goes without a domain, and then without its zone", async () => {
  assert.deepEqual(await keysOf({ ...development, "atlas:environment": "staging" }), ["atlas:domain"])
  assert.deepEqual(await keysOf({ ...development, "atlas:environment": "production" }), [
    "atlas:domain",
    "atlas:alertEmail",
  ])
  assert.deepEqual(await refusals({ ...development, "atlas:dnsZone": "optimizer-example" }), [
    { key: "atlas:dnsZone", value: "optimizer-example", allowed: "a zone for atlas:domain, which is not set" },
  ])
  const { "atlas:dnsZone": _, ...bare } = production
  assert.deepEqual(await refusals(bare), [])
})

test("processors and memories are those that Cloud Run sells, for a container and for its instance", async () => {
  const size = (name: string, cpu: string, memory: string) =>
    refusals({ ...production, [`atlas:${name}Cpu`]: cpu, [`atlas:${name}Memory`]: memory })
  for (const [cpu, memory] of [
    ["1 vCPU", "4 GiB"],
    ["2 vCPU", "8 GiB"],
    ["4 vCPU", "2 GiB"],
    ["0.5 vCPU", "1 GiB"],
  ] as const) {
    assert.deepEqual(await size("api", cpu, memory), [], `${cpu} ${memory}`)
  }
  assert.deepEqual(await size("api", "1.5 vCPU", "2 GiB"), [
    { key: "atlas:apiCpu", value: "1.5 vCPU, 2 GiB", allowed: "1, 2, 4, 6, 8 vCPU, or a part of one from 0.08" },
  ])
  assert.deepEqual(await size("api", "1 vCPU", "5 GiB"), [
    { key: "atlas:apiCpu", value: "1 vCPU, 5 GiB", allowed: "1 vCPU with at most 4 GiB" },
  ])
  assert.deepEqual(await size("worker", "6 vCPU", "2 GiB"), [
    { key: "atlas:workerCpu", value: "6 vCPU, 2 GiB", allowed: "6 vCPU with 4 to 24 GiB" },
  ])
  assert.deepEqual(await size("worker", "0.5 vCPU", "1 GiB"), [
    {
      key: "atlas:workerCpu",
      value: "0.5 vCPU, 1 GiB",
      allowed: "1 to 8 vCPU and 0.5 to 32 GiB for an instance, whose containers have 0.75 vCPU and 1.5 GiB together",
    },
  ])
  assert.deepEqual(await size("api", "8 vCPU", "8 GiB"), [
    {
      key: "atlas:apiCpu",
      value: "8 vCPU, 8 GiB",
      allowed: "1 to 8 vCPU and 0.5 to 32 GiB for an instance, whose containers have 8.75 vCPU and 9.5 GiB together",
    },
  ])
})

test("all processes together need no more connections than Cloud SQL grants", async () => {
  const many = { "atlas:databasePool": "24" }
  assert.deepEqual(await refusals({ ...production, ...many }), [
    {
      key: "atlas:databasePool",
      value: "24",
      allowed:
        "a pool with which 20 processes and the scaler need at most the 500 connections that Cloud SQL grants with 16 GiB; this one needs 517",
    },
  ])
  assert.deepEqual(await refusals({ ...production, "atlas:databasePool": "23" }), [])
  const larger = { ...many, "atlas:databaseMaxCapacity": "16" }
  assert.deepEqual(await refusals({ ...production, ...larger }), [])
  // A development stack's machine grows with what is needed, and no further than the most that may be paid for.
  const small = { ...development, "atlas:databaseMaxCapacity": "4" }
  assert.deepEqual(await keysOf(small), ["atlas:databasePool"])
  assert.deepEqual(await refusals({ ...small, "atlas:databasePool": "18" }), [])
})

test("what the spec asks beyond Google's ranges is refused", () => {
  const problems = (spec: StackSpec, change: Partial<StackSpec>) =>
    check({ ...spec, ...change }, {}).map(({ key, allowed }) => [key, allowed])
  const spec = defaultSpec("development")
  const { database, network, edge, cache, logs, backups, workloads } = spec
  const first = (change: Partial<StackSpec>) => problems(spec, change)[0]
  assert.deepEqual(problems(spec, {}), [])
  assert.deepEqual(first({ database: { ...database, pointInTime: "36 days" } }), [
    "database.pointInTime",
    "whole days from 1 to 35",
  ])
  assert.deepEqual(first({ database: { ...database, version: 9 } }), [
    "database.version",
    "PostgreSQL 9 has no version on Cloud SQL here: 14 to 18",
  ])
  assert.deepEqual(first({ network: { ...network, cidr: "10.0.0.0/23" } }), [
    "network.cidr",
    "a network with room for its halves (10.0.0.0/23 is too small: its halves would be /24, and the database needs a /23)",
  ])
  assert.deepEqual(first({ edge: { ...edge, idleTimeout: "2 hours" } }), ["edge.idleTimeout", "at most 3600 seconds"])
  assert.deepEqual(first({ cache: { ...cache, nodes: 7 } }), [
    "cache",
    "Memorystore has no cache of 7 nodes with 256 MiB: 1 to 6 nodes, at most 300 GiB",
  ])
  assert.deepEqual(first({ logs: { ...logs, keep: "36 hours" } }), ["logs.keep", "whole days from 1 to 3650"])
  assert.equal(first({ backups: { ...backups, keep: "36 hours" } })?.[0], "backups.keep")
  const { api } = workloads
  const signals = { ...api.scaling.signals, cpuPercent: 96 }
  const busy = { ...workloads, api: { ...api, scaling: { ...api.scaling, signals } } }
  assert.deepEqual(first({ workloads: busy }), ["workloads.api.scaling.signals.cpuPercent", "from 10 to 95 percent"])
  const large = { ...defaultSpec("production"), edge: { ...edge, domain: "api.example.com" } }
  assert.deepEqual(problems(large, { database: { ...database, capacity: { min: 2, max: 400 } } })[0], [
    "atlas:databaseMaxCapacity",
    "units of 2 GiB that a machine has (No machine of Cloud SQL has 800 GiB)",
  ])
})

test("names fit what Google Cloud takes, and stay apart when they are cut", () => {
  const scope = (stack: string) =>
    scopeOf(
      {
        spec: defaultSpec("staging"),
        values: {},
        names: { project: "atlas", stack, generation: 2 },
        secret: () => undefined,
      },
      { "gcp:project": "atlas-example", "gcp:region": "europe-west3" },
      undefined as never,
      [],
    )
  const long = "a-stack-with-a-very-long-name-of-some-team-in-some-department"
  const [one, other] = [scope(`${long}-1`), scope(`${long}-2`)]
  for (const [kind, longest] of Object.entries(nameLimits) as [keyof typeof nameLimits, number][]) {
    const [first, second] = [one.name(kind, "database"), other.name(kind, "database")]
    assert.ok(first.length <= longest && second.length <= longest, kind)
    assert.match(first, /^[a-z](?:-?[a-z0-9])*$/)
    assert.notEqual(first, second, kind)
  }
  assert.equal(scope("dev").name("database", "database"), "atlas-dev-g2-database")
  assert.deepEqual(scope("Dev.1").labels, {
    project: "atlas",
    stack: "dev-1",
    environment: "staging",
    "managed-by": "pulumi",
  })
  assert.equal(labelValue("x".repeat(70)).length, 63)
})
