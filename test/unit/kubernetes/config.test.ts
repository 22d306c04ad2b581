import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { ConfigError, readConfig } from "../../../infra/config.ts"
import { kubernetes } from "../../../infra/targets/kubernetes/index.ts"
import { keys } from "../../../infra/targets/kubernetes/keys.ts"
import { certificate, image } from "./stack.ts"

const good = {
  "atlas:cloud": "kubernetes",
  "atlas:environment": "production",
  "atlas:domain": "api.atlas-optimizer.dev",
  "atlas:image": image,
  "atlas:databaseUrl": "postgres://atlas:secret@db:5432/atlas?sslmode=verify-full",
  "atlas:databaseMaxConnections": "500",
  "atlas:redisUrl": "rediss://:secret@cache:6379",
  "atlas:ingressClass": "traefik",
  "atlas:clusterIssuer": "letsencrypt-prod",
  "atlas:prometheusUrl": "http://prometheus.monitoring:9090",
}

const read = (config: Record<string, string | undefined>) =>
  readConfig(
    Object.fromEntries(Object.entries(config).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
    { kubernetes: { keys: async () => kubernetes.keys, load: async () => kubernetes } },
    {
      project: "atlas",
      stack: "production",
      isSecret: (key) => key === "atlas:databaseUrl" || key === "atlas:redisUrl",
      examples: "refused",
    },
  )

/** The problems of a config, as "key: value". */
async function problemsOf(config: Record<string, string | undefined>): Promise<string[]> {
  const error = await read(config).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ConfigError, "the config was taken")
  return error.problems.map(({ key, value }) => `${key}: ${value ?? "missing"}`)
}

test("a production config with all that a cluster needs is taken, its secrets unread", async () => {
  const { spec, values } = await read(good)
  assert.equal(spec.image.reference, image)
  assert.equal(values["atlas:databaseUrl"], undefined)
  assert.equal(values["atlas:databaseMaxConnections"], 500)
  assert.equal(values["atlas:ingressClass"], "traefik")
})

test("everything that production lacks is said at once", async () => {
  const bare = { "atlas:cloud": "kubernetes", "atlas:environment": "production" }
  assert.deepEqual((await problemsOf(bare)).sort(), [
    "atlas:clusterIssuer: missing",
    "atlas:databaseMaxConnections: missing",
    "atlas:databaseUrl: missing",
    "atlas:domain: missing",
    "atlas:image: missing",
    "atlas:ingressClass: missing",
    "atlas:prometheusUrl: missing",
    "atlas:redisUrl: missing",
  ])
})

test("development may do without Redis, a domain and an ingress, but not without a database and an image", async () => {
  const bare = { "atlas:cloud": "kubernetes", "atlas:environment": "development" }
  assert.deepEqual((await problemsOf(bare)).sort(), [
    "atlas:databaseUrl: missing",
    "atlas:image: missing",
    "atlas:prometheusUrl: missing",
  ])
})

test("beyond development the database's server is verified by KEDA too, whose only word is the URL", async () => {
  const url = (mode: string) => `postgres://atlas:secret@db:5432/atlas${mode}`
  for (const mode of ["", "?sslmode=require", "?sslmode=verify-ca", "?sslmode=disable"]) {
    for (const environment of ["staging", "production"]) {
      const config = { ...good, "atlas:environment": environment, "atlas:databaseUrl": url(mode) }
      assert.deepEqual(await problemsOf(config), ["atlas:databaseUrl: (secret)"], `${environment} ${mode}`)
    }
    await read({ ...good, "atlas:environment": "development", "atlas:databaseUrl": url(mode) })
  }
  const error = await read({ ...good, "atlas:databaseUrl": url("") }).catch(String)
  assert.match(String(error), /allowed: a URL with sslmode=verify-full, by which KEDA too verifies the server\./)
  assert.doesNotMatch(String(error), /:secret@/)
  // What a plan cannot decrypt is taken to be right.
  await read({ ...good, "atlas:databaseUrl": "(encrypted)" })
})

test("a domain needs an ingress class and an issuer in every environment", async () => {
  const staging = {
    ...good,
    "atlas:environment": "staging",
    "atlas:ingressClass": undefined,
    "atlas:clusterIssuer": undefined,
  }
  assert.deepEqual(await problemsOf(staging), ["atlas:ingressClass: missing", "atlas:clusterIssuer: missing"])
})

test("pools that the database cannot grant are refused, with what they would need", async () => {
  // 2 workloads of 10 and one more of each while a release rolls out, and the gate: 23 pools of 20, and 10 operators.
  const few = { ...good, "atlas:databaseMaxConnections": "469" }
  await assert.rejects(read(few), {
    message:
      "The config has 1 problem:\n" +
      '  atlas:databasePool: "20" cannot be used; allowed: a pool with which 22 processes and the gate stay within the ' +
      "server's 469 connections. They need 470: lower it or the replicas, or raise the server's limit and " +
      "atlas:databaseMaxConnections.",
  })
  await read({ ...good, "atlas:databaseMaxConnections": "470" })
})

test("what the given stores decide cannot be asked for", async () => {
  const asked = { ...good, "atlas:cacheMemory": "512 MiB", "atlas:databaseMaxCapacity": "4" }
  assert.deepEqual((await problemsOf(asked)).sort(), ["atlas:cacheMemory: 512 MiB", "atlas:databaseMaxCapacity: 4"])
})

describe("values", () => {
  const allowed: Record<keyof typeof keys, readonly string[]> = {
    "atlas:databaseUrl": ["postgres://a:b@db/atlas", "postgresql://db:5432/atlas?sslmode=verify-full"],
    "atlas:databaseCa": [certificate],
    "atlas:databaseMaxConnections": ["100"],
    "atlas:redisUrl": ["redis://cache", "rediss://:p@cache:6379"],
    "atlas:redisCa": [certificate],
    "atlas:archiveUrl": ["s3://atlas-archive", "s3://atlas-archive/exports"],
    "atlas:ingressClass": ["traefik"],
    "atlas:ingressAnnotations": ['{"example.com/timeout": "300"}', "{}"],
    "atlas:ingressNamespace": ["traefik"],
    "atlas:clusterIssuer": ["letsencrypt-prod"],
    "atlas:trustedProxies": ["10.0.0.0/16", "10.0.0.0/16, 10.1.0.0/16"],
    "atlas:prometheusUrl": ["http://prometheus:9090", "https://prometheus.internal/tenant"],
    "atlas:metricsNamespace": ["monitoring"],
    "atlas:metricsDiscovery": ["annotations", "pod-monitor"],
    "atlas:dataNetworks": ["10.0.8.0/24"],
  }
  const refused: typeof allowed = {
    "atlas:databaseUrl": ["", "mysql://db", "postgres:", "db:5432"],
    "atlas:databaseCa": ["MIIB", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"],
    "atlas:databaseMaxConnections": ["many", "0", "1e3"],
    "atlas:redisUrl": ["", "http://cache", "cache:6379"],
    "atlas:redisCa": ["MIIB"],
    "atlas:archiveUrl": ["atlas-archive", "s3://A"],
    "atlas:ingressClass": ["Traefik", "-a", "a".repeat(64)],
    "atlas:ingressAnnotations": ["", "[]", '{"a": 1}', "null"],
    "atlas:ingressNamespace": ["a b"],
    "atlas:clusterIssuer": ["a/b"],
    "atlas:trustedProxies": ["", "10.0.0.0", "10.0.0.256/16", "10.0.0.0/33"],
    "atlas:prometheusUrl": ["prometheus:9090", "http://"],
    "atlas:metricsNamespace": ["Monitoring"],
    "atlas:metricsDiscovery": ["both"],
    "atlas:dataNetworks": ["db.internal"],
  }
  for (const key of Object.keys(keys) as (keyof typeof keys)[]) {
    test(`of ${key}`, () => {
      for (const text of allowed[key]) assert.notEqual(keys[key].read(text), undefined, text)
      for (const text of refused[key]) assert.equal(keys[key].read(text), undefined, text)
    })
  }
})

test("every limit that is not a decision of this repository names the page that sets it", () => {
  for (const { facet, source } of kubernetes.limits) {
    assert.match(
      source,
      /^(https:\/\/(kubernetes\.io|keda\.sh|prometheus-operator\.dev)\/|infra\/targets\/kubernetes$)/,
      facet,
    )
  }
  assert.equal(new Set(kubernetes.limits.map(({ facet }) => facet)).size, kubernetes.limits.length)
})
