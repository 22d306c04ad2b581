import assert from "node:assert/strict"
import { test } from "node:test"
import * as pulumi from "@pulumi/pulumi"
import { EnvSchema, secretEnv } from "../../../app/contract/env.ts"
import { bursts } from "../../../app/contract/rates.ts"
import { service } from "../../../app/contract/service.ts"
import { redisInput } from "../../../infra/gateway/redis.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import type { GatewayArgs, ProcessArgs, StackTarget, TargetContext } from "../../../infra/spec/target.ts"
import { AtlasStack } from "../../../infra/stack.ts"
import { deploy } from "../../../infra/targets/local/engine.ts"
import { local } from "../../../infra/targets/local/index.ts"

const spec = { ...defaultSpec("staging"), logLevel: "WARN" as const }
const context: TargetContext = {
  spec,
  values: {},
  names: { project: "atlas", stack: "test", generation: 1 },
  secret: () => undefined,
}

/** A target whose parts only remember what they were given. */
async function build(redisUrl: string | undefined) {
  const calls: string[] = []
  const processes: Record<string, ProcessArgs> = {}
  let gateway: GatewayArgs | undefined
  const target: StackTarget = {
    name: "paper",
    limits: [],
    keys: {},
    check: () => [],
    parts: (given, parent) => {
      assert.equal(given, context)
      return {
        secret: (name) => {
          calls.push(`secret ${name}`)
          return pulumi.secret(`secret-of-${name}`)
        },
        release: () => ({ version: "1.2.3", reference: pulumi.output("atlas@sha256:0") }),
        database: () => {
          calls.push("database")
          return { url: pulumi.secret("postgres://atlas@db/atlas"), ca: pulumi.output("PEM") }
        },
        cache: () => {
          calls.push("cache")
          return { url: pulumi.secret(redisUrl), ca: pulumi.output(undefined) }
        },
        archive: ({ keep }) => {
          calls.push(`archive for ${keep}`)
          return { url: pulumi.output("s3://archive") }
        },
        edge: (_edge, { url }) => {
          calls.push("edge")
          assert.ok(url !== undefined)
          return { url }
        },
        reach: () => ({}),
        gate: (_rollout, process) => {
          calls.push("gate")
          processes.gate = process
          return new pulumi.ComponentResource("test:paper:Gate", "gate", {}, { parent })
        },
        workload: (name, _workload, process, given) => {
          calls.push(name)
          processes[name] = process
          gateway ??= given
          return given === undefined ? {} : { url: pulumi.output("https://atlas.test") }
        },
      }
    },
  }
  const resolved = async (values: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> =>
    new Promise((resolve) => pulumi.output(values).apply(resolve))
  const deployment = await deploy({
    project: "atlas",
    stack: "test",
    config: {},
    create: async () => ({ outputs: {} }),
    program: async () => {
      const { url, keys, operatorKey, cache } = new AtlasStack("atlas", { context, target })
      return { url, keys, operatorKey, cache }
    },
  })
  return { calls, processes, gateway, outputs: deployment.outputs, resources: deployment.resources, resolved }
}

test("data first, then the gate, then what serves", async () => {
  const { calls, processes } = await build("rediss://cache")
  assert.deepEqual(calls, [
    "database",
    "cache",
    "archive for 30 days",
    "secret operator-key",
    "secret web-app-key",
    "secret mobile-app-key",
    "gate",
    "api",
    "worker",
    "edge",
  ])
  assert.deepEqual(processes.gate?.after, [])
  const nameOf = (resource: pulumi.Resource | undefined) => (resource as { __name?: string } | undefined)?.__name
  for (const name of ["api", "worker"]) assert.equal(nameOf(processes[name]?.after[0]), "gate", name)
})

test("every process has its settings by the contract's names, secrets apart", async () => {
  const { processes, resolved } = await build("rediss://cache")
  for (const [name, { settings, secrets }] of Object.entries(processes)) {
    for (const variable of [...Object.keys(settings), ...Object.keys(secrets)]) {
      assert.ok(variable in EnvSchema.properties, `${name}: ${variable}`)
    }
    assert.ok(Object.keys(secrets).every((variable) => (secretEnv as readonly string[]).includes(variable)))
    assert.ok(!Object.keys(settings).some((variable) => (secretEnv as readonly string[]).includes(variable)))
    for (const value of Object.values(secrets)) assert.equal(await pulumi.isSecret(value), true)
  }
  assert.deepEqual(await resolved(processes.api?.settings ?? {}), {
    ENVIRONMENT: "staging",
    ROLES: "optimizer,models,results",
    LOG_LEVEL: "WARN",
    DATABASE_POOL_SIZE: "20",
    AUTH: "gateway",
    CONCURRENCY: String(service.concurrency),
    API_RATE: String(bursts.api.perSecond),
    API_BURST: String(bursts.api.burst),
    OPTIMIZE_RATE: String(bursts.optimize.perSecond),
    OPTIMIZE_BURST: String(bursts.optimize.burst),
    VERSION: "1.2.3",
    DATABASE_CA: "PEM",
    REDIS_CA: undefined,
  })
  assert.deepEqual(await resolved(processes.worker?.secrets ?? {}), {
    DATABASE_URL: "postgres://atlas@db/atlas",
    REDIS_URL: "rediss://cache",
    OPERATOR_KEY: "secret-of-operator-key",
  })
})

test("the gateway travels with the api and knows each consumer's key", async () => {
  const { gateway, resolved, outputs } = await build("rediss://cache")
  assert.ok(gateway)
  assert.equal(gateway.spec, spec.gateway)
  const keys = { "web-app": "secret-of-web-app-key", "mobile-app": "secret-of-mobile-app-key" }
  assert.deepEqual(await resolved(gateway.keys), keys)
  assert.deepEqual(outputs, {
    url: "https://atlas.test",
    keys,
    operatorKey: "secret-of-operator-key",
    cache: "redis",
  })
})

test("without a Redis the stack says that its caches are in-process", async () => {
  const { outputs } = await build(undefined)
  assert.equal(outputs.cache, "in-process")
})

test("every resource descends from the stack's component", async () => {
  const { resources } = await build(undefined)
  const parents = Object.fromEntries(
    resources.map(({ urn, parent }) => [urn.split("::").at(-1), parent?.split("::").at(-1)]),
  )
  assert.deepEqual(parents, { "atlas-test": undefined, atlas: "atlas-test", gate: "atlas" })
})

test("a Redis URL is taken apart for Kong", () => {
  assert.deepEqual(redisInput("redis://:p%40ss@127.0.0.1:6380"), {
    host: "127.0.0.1",
    port: 6380,
    ssl: false,
    password: "p@ss",
  })
  assert.deepEqual(redisInput("rediss://kong@cache.example.com"), {
    host: "cache.example.com",
    port: 6379,
    ssl: true,
    username: "kong",
  })
})

test("Pulumi's engine is refused, because it has no plugin for this target", () => {
  pulumi.runtime.resetOptions("atlas", "dev", -1, "127.0.0.1:1", "127.0.0.1:1", false, "")
  try {
    assert.throws(
      () => local.parts(context, undefined as unknown as pulumi.Resource),
      (error: unknown) => {
        assert.ok(pulumi.RunError.isInstance(error))
        assert.match(
          error.message,
          /^The target "local" needs no Pulumi engine and has no plugin for it: run "npm run up"/,
        )
        return true
      },
    )
  } finally {
    pulumi.runtime.resetOptions("atlas", "dev", -1, "", "", false, "")
  }
})
