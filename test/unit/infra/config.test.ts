import assert from "node:assert/strict"
import { test } from "node:test"
import { ConfigError, type ConfigReading, readConfig } from "../../../infra/config.ts"
import { encryptedSecret, oneOf, text } from "../../../infra/spec/config-key.ts"
import type { Limit, StackTarget, TargetEntry } from "../../../infra/spec/target.ts"

const reading: ConfigReading = { project: "atlas", stack: "test", isSecret: () => false, examples: "refused" }

function targetWith(...limits: Limit[]): Record<string, TargetEntry> {
  const target: StackTarget = {
    name: "somewhere",
    limits,
    keys: {
      "sky:region": oneOf(["east", "west"]),
      "atlas:storeUrl": text(/^store:/, "a URL of a store", { secret: true, required: ["production"] }),
    },
    check: ({ database }) =>
      database.pool > 150
        ? [{ key: "atlas:databasePool", value: String(database.pool), allowed: "150", action: "Lower it" }]
        : [],
    parts: () => {
      throw new Error("Reading the config must register nothing")
    },
  }
  const elsewhere = { "atlas:shoreline": oneOf(["north", "south"]) }
  return {
    somewhere: { keys: async () => target.keys, load: async () => target },
    elsewhere: {
      keys: async () => elsewhere,
      load: async () => {
        throw new Error("Only the target that is chosen may be loaded")
      },
    },
  }
}

const good = { "atlas:cloud": "somewhere", "atlas:environment": "staging", "atlas:domain": "api.atlas.dev" }

async function problemsOf(config: Record<string, string>, targets = targetWith(), how = reading) {
  const error = await readConfig(config, targets, how).then(
    () => assert.fail("The config was accepted"),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof ConfigError)
  return error
}

test("a config that asks for nothing gets the guide's figures", async () => {
  const { spec, target } = await readConfig(good, targetWith(), reading)
  assert.equal(target.name, "somewhere")
  assert.equal(spec.environment, "staging")
  assert.equal(spec.logLevel, "INFO")
  assert.deepEqual(spec.workloads.api.replicas, { initial: 3, min: 2, max: 10 })
})

test("what the config asks for is in the spec", async () => {
  const { spec } = await readConfig(
    {
      ...good,
      "atlas:logLevel": "DEBUG",
      "atlas:apiMinReplicas": "4",
      "atlas:apiMaxReplicas": "100",
      "atlas:apiCpu": "2 vCPU",
      "atlas:apiMemory": "3 GiB",
      "atlas:workerMaxReplicas": "2",
      "atlas:databasePool": "10",
      "atlas:cacheMemory": "1 GiB",
      "atlas:origins": "https://a.example.com, http://localhost:3000",
    },
    targetWith(),
    reading,
  )
  assert.equal(spec.logLevel, "DEBUG")
  assert.deepEqual(spec.workloads.api.replicas, { initial: 4, min: 4, max: 100 })
  assert.deepEqual(spec.workloads.api.size, {
    request: { cpu: "1 vCPU", memory: "1536 MiB" },
    limit: { cpu: "2 vCPU", memory: "3 GiB" },
  })
  assert.deepEqual(spec.workloads.worker.replicas, { initial: 1, min: 1, max: 2 })
  assert.equal(spec.database.pool, 10)
  assert.equal(spec.cache.memory, "1 GiB")
  assert.deepEqual(spec.gateway.cors.origins, ["https://a.example.com", "http://localhost:3000"])
})

test("all problems come in one error, each with key, value, what is allowed and what to do", async () => {
  const error = await problemsOf({
    "atlas:cloud": "nowhere",
    "atlas:logLevel": "info",
    "atlas:apiMinReplicas": "0",
    "atlas:databasePool": "20.5",
    "atlas:apiMemory": "2GB",
    "atlas:apiCpu": "9 vCPU",
    "atlas:origins": "https://a.example.com/path",
    "atlas:replicas": "3",
  })
  assert.deepEqual(
    error.problems.map(({ key, value }) => [key, value]),
    [
      ["atlas:cloud", "nowhere"],
      ["atlas:logLevel", "info"],
      ["atlas:apiMinReplicas", "0"],
      ["atlas:databasePool", "20.5"],
      ["atlas:apiMemory", "2GB"],
      ["atlas:apiCpu", "9 vCPU"],
      ["atlas:origins", "https://a.example.com/path"],
      ["atlas:replicas", "3"],
      ["atlas:environment", undefined],
    ],
  )
  const lines = error.message.split("\n")
  assert.equal(lines[0], "The config has 9 problems:")
  assert.equal(
    lines[1],
    '  atlas:cloud: "nowhere" cannot be used; allowed: somewhere, elsewhere. Set it: pulumi config set atlas:cloud somewhere.',
  )
  assert.equal(
    lines[4],
    '  atlas:databasePool: "20.5" cannot be used; allowed: a whole number from 2 to 200. ' +
      "Set it: pulumi config set atlas:databasePool VALUE.",
  )
  assert.match(
    lines[8] ?? "",
    /^ {2}atlas:replicas: "3" cannot be used; allowed: the keys atlas:cloud, atlas:environment, .*origins\. Remove it: pulumi config rm atlas:replicas\.$/,
  )
  assert.match(lines[9] ?? "", /^ {2}atlas:environment: is missing; allowed: development, staging, production\./)
})

test("names that every object has are no keys and no clouds", async () => {
  const error = await problemsOf({ ...good, "atlas:cloud": "constructor", "atlas:toString": "1" })
  assert.deepEqual(
    error.problems.map(({ key }) => key),
    ["atlas:cloud", "atlas:toString"],
  )
})

test("a minimum above the maximum is a problem of the key that was set", async () => {
  const error = await problemsOf({ ...good, "atlas:workerMinReplicas": "11" })
  assert.deepEqual(
    error.problems.map(({ key, value, allowed }) => [key, value, allowed]),
    [["atlas:workerMinReplicas", "11", "a minimum (11) no greater than the maximum (10)"]],
  )
})

test("what the target cannot do is refused when the config asks for it, and only then", async () => {
  const targets = targetWith({
    facet: "replicas",
    difference: "one replica",
    reason: "it is small",
    source: "infra/targets/somewhere",
    refuses: ["apiMaxReplicas"],
  })
  const error = await problemsOf({ ...good, "atlas:apiMaxReplicas": "5" }, targets)
  assert.deepEqual(
    error.problems.map(({ key, allowed }) => [key, allowed]),
    [["atlas:apiMaxReplicas", "nothing on somewhere: one replica, because it is small"]],
  )
  const { spec } = await readConfig(good, targets, reading)
  assert.equal(spec.workloads.api.replicas.max, 10)
})

test("a target's own keys are read and checked, and keys of other namespaces are none of its business", async () => {
  const config = { ...good, "sky:region": "east", "gcp:region": "anything", "atlas:shoreline": "any" }
  const { values } = await readConfig(config, targetWith(), reading)
  assert.deepEqual(values, { "sky:region": "east", "atlas:storeUrl": undefined })
  const error = await problemsOf({ ...good, "sky:region": "south", "atlas:databasePool": "200" })
  assert.deepEqual(
    error.problems.map(({ key, value, allowed }) => [key, value, allowed]),
    [
      ["sky:region", "south", "east, west"],
      ["atlas:databasePool", "200", "150"],
    ],
  )
})

test("a secret must be encrypted, is never repeated, and may be one that nobody here can decrypt", async () => {
  const clear = await problemsOf({ ...good, "atlas:storeUrl": "store:hunter2" })
  assert.match(clear.message, /atlas:storeUrl: "\(secret\)" cannot be used; allowed: an encrypted value\. Encrypt it: /)
  assert.equal(clear.message.includes("hunter2"), false)
  const encrypted = { ...reading, isSecret: () => true }
  const wrong = await problemsOf({ ...good, "atlas:storeUrl": "hunter2" }, targetWith(), encrypted)
  assert.equal(wrong.message.includes("hunter2"), false)
  const { values } = await readConfig({ ...good, "atlas:storeUrl": encryptedSecret }, targetWith(), encrypted)
  assert.equal(values["atlas:storeUrl"], undefined)
})

test("only development goes without a domain, production needs the target's own keys, and no deployment takes an example", async () => {
  const { "atlas:domain": _, ...bare } = good
  const keysOf = async (environment: string) =>
    (await problemsOf({ ...bare, "atlas:environment": environment })).problems.map(({ key }) => key)
  assert.deepEqual(await keysOf("staging"), ["atlas:domain"])
  await readConfig({ ...bare, "atlas:environment": "development" }, targetWith(), reading)
  const missing = await problemsOf({ ...bare, "atlas:environment": "production" })
  assert.deepEqual(
    missing.problems.map(({ key, value }) => [key, value]),
    [
      ["atlas:domain", undefined],
      ["atlas:alertEmail", undefined],
      ["atlas:storeUrl", undefined],
    ],
  )
  const named = { ...good, "atlas:domain": "api.optimizer.example.com" }
  const refused = await problemsOf(named)
  assert.match(refused.message, /api\.optimizer\.example\.com is an example: put your own in its place/)
  const { spec } = await readConfig(named, targetWith(), { ...reading, examples: "allowed" })
  assert.equal(spec.edge.domain, "api.optimizer.example.com")
})
