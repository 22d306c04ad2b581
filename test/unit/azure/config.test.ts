import assert from "node:assert/strict"
import { test } from "node:test"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { check } from "../../../infra/targets/azure/check.ts"
import { azure } from "../../../infra/targets/azure/index.ts"
import { nameLimits, scopeOf } from "../../../infra/targets/azure/scope.ts"
import { refusalsOf, refusing } from "../../support/infra/planned.ts"
import { development, ids, production } from "./plan.ts"

type Config = Readonly<Record<string, string>>

/** What a config is refused for. */
const refusals = (config: Config, examples?: "allowed" | "refused") => refusalsOf(azure, config, examples)

const { keysOf } = refusing(azure)

const without = (config: Config, ...keys: readonly string[]): Config =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)))

test("a production and a development stack are taken", async () => {
  assert.deepEqual(await refusals(production), [])
  assert.deepEqual(await refusals(development), [])
})

test("region, subscription and directory are required everywhere", async () => {
  assert.deepEqual(await keysOf({ "atlas:cloud": "azure", "atlas:environment": "development" }), [
    "azure-native:location",
    "azure-native:subscriptionId",
    "azure-native:tenantId",
  ])
})

test("a deployment refuses what stands for an example", async () => {
  const nobody = "00000000-0000-0000-0000-000000000000"
  const example = {
    ...production,
    "azure-native:subscriptionId": nobody,
    "azure-native:tenantId": nobody,
    "atlas:certificateSecretId": "https://example.vault.azure.net/secrets/api",
    "atlas:certificateVaultId": `/subscriptions/${nobody}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/example`,
  }
  assert.deepEqual((await keysOf(example, "refused")).sort(), [
    "atlas:alertEmail",
    "atlas:certificateSecretId",
    "atlas:certificateVaultId",
    "atlas:dnsZoneId",
    "atlas:domain",
    "atlas:operatorCidrs",
    "azure-native:subscriptionId",
    "azure-native:tenantId",
  ])
  assert.deepEqual(await keysOf(example), [])
})

test("malformed values are refused, each by its key", async () => {
  const bad = {
    "azure-native:location": "West Europe",
    "azure-native:subscriptionId": "ours",
    "azure-native:tenantId": "11111111-2222-3333-4444-55555555555G",
    "atlas:previewFeatures": "all",
    "atlas:azureZones": "westeurope-1",
    "atlas:operatorCidrs": "203.0.113.1/24",
    "atlas:certificateSecretId": "http://our-keys.vault.azure.net/secrets/api",
    "atlas:certificateVaultId": "our-keys",
    "atlas:dnsZoneId": ids.vault,
  }
  const found = new Set(await keysOf({ ...production, ...bad }))
  for (const key of Object.keys(bad)) assert.ok(found.has(key), key)
  for (const region of ["chinanorth3", "usgovvirginia", "usdodeast"]) {
    assert.deepEqual(await keysOf({ ...development, "azure-native:location": region }), ["azure-native:location"])
  }
})

test("production must name the preview that it stands on, and no other environment", async () => {
  const [problem, ...others] = await refusals(without(production, "atlas:previewFeatures"))
  assert.deepEqual(others, [])
  assert.deepEqual(problem, {
    key: "atlas:previewFeatures",
    value: undefined,
    allowed: "NGroupsPreview: production stands on a feature that Azure calls a preview, and so must name it",
    action: "Read docs/targets/azure.md, then: pulumi config set atlas:previewFeatures NGroupsPreview",
  })
})

test("a domain needs a certificate, and the vault that it lies in", async () => {
  const bare = without(production, "atlas:certificateSecretId", "atlas:certificateVaultId")
  assert.deepEqual(await keysOf(bare), ["atlas:certificateSecretId", "atlas:certificateVaultId"])
  const other = { ...production, "atlas:certificateSecretId": "https://their-keys.vault.azure.net/secrets/api" }
  const [problem] = await refusals(other)
  assert.deepEqual([problem?.key, problem?.value], ["atlas:certificateVaultId", ids.vault])
  assert.equal(problem?.allowed, "the id of their-keys, the vault of atlas:certificateSecretId")
})

test("the record's zone is one that the domain is in", async () => {
  const [problem] = await refusals({ ...production, "atlas:domain": "api.elsewhere.com" })
  assert.deepEqual([problem?.key, problem?.value], ["atlas:dnsZoneId", ids.zone])
  assert.equal(problem?.allowed, "a zone that api.elsewhere.com is in")
  assert.deepEqual(await keysOf({ ...production, "atlas:domain": "optimizer.example.com" }), [])
})

test("only development goes without a domain", async () => {
  assert.deepEqual(await keysOf({ ...development, "atlas:environment": "staging" }), ["atlas:domain"])
  const bare = { ...development, "atlas:environment": "production", "atlas:previewFeatures": "NGroupsPreview" }
  assert.deepEqual(await keysOf(bare), ["atlas:domain", "atlas:alertEmail"])
})

test("zones are different ones, and enough of them", async () => {
  const zones = (value: string) => keysOf({ ...production, "atlas:azureZones": value })
  for (const good of ["1,2", "3,1", "1,2,3"]) assert.deepEqual(await zones(good), [], good)
  for (const bad of ["1", "2,2", "1,4"]) assert.deepEqual(await zones(bad), ["atlas:azureZones"], bad)
})

test("the vault and the archive are never opened to everybody, nor to ranges that storage does not take", async () => {
  for (const bad of ["0.0.0.0/0", "203.0.113.0/24,198.51.100.6/31"]) {
    assert.deepEqual(await keysOf({ ...production, "atlas:operatorCidrs": bad }), ["atlas:operatorCidrs"], bad)
  }
})

test("all processes together, while they are replaced, need no more connections than the server grants", async () => {
  const small = { "atlas:databaseMaxCapacity": "2" }
  assert.deepEqual(
    (await refusals({ ...production, ...small })).map(({ key }) => key),
    [],
    "production has no burstable server, and the smallest of the others grants 844",
  )
  const crowd = { ...small, "atlas:databasePool": "40" }
  assert.deepEqual(await refusals({ ...production, ...crowd }), [
    {
      key: "atlas:databasePool",
      value: "40",
      allowed:
        "a pool with which 28 processes and the scaler need at most the 844 connections that Standard_D2ds_v5 grants; this one needs 1173",
      action: "Lower the pool or the replicas, or raise atlas:databaseMaxCapacity",
    },
  ])
})

test("a least capacity cannot be had, so it is refused", async () => {
  const [problem] = await refusals({ ...production, "atlas:databaseMinCapacity": "2" })
  assert.equal(problem?.key, "atlas:databaseMinCapacity")
  assert.match(problem?.allowed ?? "", /^nothing on azure: one size, /)
})

test("sizes are tenths, and no larger than a group may be", async () => {
  const sizes = (size: Config) => keysOf({ ...development, ...size })
  assert.deepEqual(await sizes({ "atlas:apiCpu": "2 vCPU", "atlas:apiMemory": "4 GiB" }), [])
  assert.deepEqual(await sizes({ "atlas:workerMemory": "2560 MiB" }), [])
  assert.deepEqual(await sizes({ "atlas:apiMemory": "768 MiB" }), ["atlas:apiMemory"])
  assert.deepEqual(await sizes({ "atlas:apiCpu": "0.75 vCPU" }), ["atlas:apiCpu"])
})

test("a cache in one piece has at most 24 GB, of which it keeps a fifth", async () => {
  assert.deepEqual(await keysOf({ ...development, "atlas:cacheMemory": "19 GiB" }), [])
  const [problem] = await refusals({ ...development, "atlas:cacheMemory": "20 GiB" })
  assert.equal(problem?.key, "atlas:cacheMemory")
  assert.match(problem?.allowed ?? "", /the largest has 19\.2/)
})

test("what the spec asks beyond Azure's ranges is refused", () => {
  const spec = defaultSpec("development")
  const keys = (change: Partial<typeof spec>) => check({ ...spec, ...change }, {}).map(({ key }) => key)
  assert.deepEqual(keys({}), [])
  assert.deepEqual(keys({ database: { ...spec.database, pointInTime: "36 days" } }), ["database.pointInTime"])
  assert.deepEqual(keys({ database: { ...spec.database, pointInTime: "6 days" } }), ["database.pointInTime"])
  assert.deepEqual(keys({ cache: { ...spec.cache, nodes: 3 } }), ["cache.nodes"])
  assert.deepEqual(keys({ logs: { keep: "7 days" } }), ["logs.keep"])
  assert.deepEqual(keys({ network: { ...spec.network, zones: 4 } }), ["network.zones"])
  assert.deepEqual(keys({ network: { ...spec.network, cidr: "10.0.0.0/24" } }), ["network.cidr"])
})

test("names fit what Azure takes, and stay apart when they are cut or share one space", () => {
  const scope = (stack: string, subscription = "11111111-2222-3333-4444-555555555555") =>
    scopeOf(
      {
        spec: defaultSpec("staging"),
        values: {},
        names: { project: "atlas", stack, generation: 2 },
        secret: () => undefined,
      },
      {
        "azure-native:location": "westeurope",
        "azure-native:subscriptionId": subscription,
        "azure-native:tenantId": "66666666-7777-8888-9999-000000000000",
      },
      undefined as never,
    )
  const [one, other] = [
    scope("a-stack-with-a-very-long-name-of-some-team-1"),
    scope("a-stack-with-a-very-long-name-of-some-team-2"),
  ]
  for (const [kind, longest] of Object.entries(nameLimits) as [keyof typeof nameLimits, number][]) {
    const [first, second] = [one.name(kind, "database"), other.name(kind, "database")]
    assert.ok(first.length <= longest && second.length <= longest, kind)
    assert.match(first, kind === "registry" || kind === "storage" ? /^[a-z][a-z0-9]+$/ : /^[a-z](?:-?[a-z0-9])*$/, kind)
    assert.notEqual(first, second, kind)
  }
  const elsewhere = scope("dev", "21111111-2222-3333-4444-555555555555")
  for (const kind of ["database", "cache", "vault", "registry", "storage"] as const) {
    assert.notEqual(scope("dev").name(kind, "x"), elsewhere.name(kind, "x"), kind)
  }
  assert.equal(scope("dev").name("network", ""), elsewhere.name("network", ""))
  assert.equal(scope("dev").name("lock", "database"), "atlas-dev-g2-database")
  assert.match(
    scope("dev").guid("role/archive"),
    /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  assert.equal(scope("dev").guid("role/archive"), scope("dev").guid("role/archive"))
  assert.notEqual(scope("dev").guid("role/archive"), scope("test").guid("role/archive"))
  assert.deepEqual(scope("dev").tags, {
    project: "atlas",
    stack: "dev",
    environment: "staging",
    "managed-by": "pulumi",
  })
})
