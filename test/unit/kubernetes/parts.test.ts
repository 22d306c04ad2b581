import assert from "node:assert/strict"
import { test } from "node:test"
import * as kubernetes from "@pulumi/kubernetes"
import * as pulumi from "@pulumi/pulumi"
import { kubernetesParts } from "../../../infra/kubernetes/index.ts"
import type { StackTarget } from "../../../infra/spec/target.ts"
import { register } from "./register.ts"
import { contextOf, image } from "./stack.ts"

/** A cloud's cluster: a provider of its own, an add-on, a pool for the workers, a metrics service with signed queries. */
const cloud: StackTarget = {
  name: "cloud",
  limits: [],
  keys: {},
  check: () => [],
  parts: (context, parent) => {
    const provider = new kubernetes.Provider("cluster", { clusterIdentifier: "cluster" }, { parent })
    const addon = new kubernetes.core.v1.ConfigMap("addon", {}, { parent, provider })
    const cluster = kubernetesParts({
      context,
      parent,
      provider,
      podsAfter: [addon],
      absent: ["DATABASE_CA", "REDIS_CA"],
      network: {
        ingress: [],
        collectors: [],
        dns: [],
        database: [],
        redis: [],
        egress: [{ to: [{ ipBlock: { cidr: "169.254.170.23/32" } }] }],
        trusted: ["10.0.0.0/20"],
      },
      metrics: { prometheusUrl: "https://metrics.test", awsRegion: "eu-west-1", discovery: "annotations" },
      serviceAccountAnnotations: { worker: { "example.com/role": "worker" } },
      placement: { worker: { nodeSelector: { pool: "spot" }, tolerations: [{ key: "spot", operator: "Exists" }] } },
    })
    assert.throws(() => cluster.service(), {
      message: "There is no Service yet: the workload with the gateway makes it",
    })
    return {
      secret: (name) => pulumi.secret(`random-secret-of-${name}`),
      release: () => ({ version: "1.2.3", reference: pulumi.output(image) }),
      database: () => ({ url: pulumi.secret("postgres://db/atlas"), ca: pulumi.output(undefined) }),
      cache: () => ({ url: pulumi.secret("rediss://cache"), ca: pulumi.output(undefined) }),
      archive: () => undefined,
      gate: cluster.gate,
      workload: cluster.workload,
      edge: () => ({ url: pulumi.interpolate`https://${cluster.service().metadata.name}` }),
      reach: () => ({}),
    }
  },
}

const { registered, outputs } = await register(cloud, contextOf())
const objects = registered.filter(({ type, name }) => /^kubernetes:/.test(type) && name !== "addon")
const find = (type: string, name: string) => {
  const found = objects.find((one) => one.type.endsWith(`:${type}`) && one.name === name)
  assert.ok(found, `${type} ${name} is not registered`)
  return found.inputs as { metadata: Record<string, unknown>; spec: Record<string, unknown> }
}
const podOf = (name: string) => (find("Deployment", name).spec.template as { spec: Record<string, unknown> }).spec

test("everything goes to the cloud's cluster", () => {
  for (const { type, name, provider } of objects) assert.match(provider, /::cluster::/, `${type} ${name}`)
  assert.equal(outputs.url, "https://optimizer-service")
})

test("pods and the kinds of add-ons come after the add-ons", () => {
  const [addon] = registered.filter(({ name }) => name === "addon")
  assert.ok(addon)
  const after = objects.filter(({ dependencies }) => dependencies.includes(addon.urn))
  assert.deepEqual(after.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort(), [
    "Deployment atlas",
    "Deployment atlas-worker",
    "Job atlas-gate",
    "ScaledObject atlas",
    "ScaledObject atlas-worker",
    "TriggerAuthentication optimizer-metrics",
    "TriggerAuthentication optimizer-queue",
  ])
})

test("identities, places and proxies are the cloud's", () => {
  assert.equal(find("ServiceAccount", "optimizer-sa").metadata.annotations, undefined)
  assert.deepEqual(find("ServiceAccount", "optimizer-worker-sa").metadata.annotations, {
    "example.com/role": "worker",
  })
  assert.equal(podOf("atlas").nodeSelector, undefined)
  assert.deepEqual(podOf("atlas-worker").nodeSelector, { pool: "spot" })
  assert.deepEqual(podOf("atlas-worker").tolerations, [{ key: "spot", operator: "Exists" }])
  const [, kong] = podOf("atlas").containers as { env: { name: string; value: string }[] }[]
  const trusted = kong?.env.find(({ name }) => name === "KONG_TRUSTED_IPS")?.value
  assert.equal(trusted, "10.0.0.0/20")
  assert.ok(find("NetworkPolicy", "to-others"))
})

test("a release's version marks its pods", () => {
  const { labels } = (find("Deployment", "atlas").spec.template as { metadata: { labels: Record<string, string> } })
    .metadata
  assert.equal(labels.version, "1.2.3")
})
