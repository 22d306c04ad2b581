import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { readKong } from "../../../infra/gateway/render.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { kubernetes } from "../../../infra/targets/kubernetes/index.ts"
import { type Registered, register } from "./register.ts"
import { certificate, contextOf, image, production, secrets, values } from "./stack.ts"

/** The SDK takes one program at a time, so each stack is run once and its resources are looked at by all tests. */
const full = await register(kubernetes, contextOf())
const small = await register(
  kubernetes,
  contextOf(
    { ...defaultSpec("development"), image: production.image },
    { "atlas:prometheusUrl": "http://prometheus", "atlas:metricsDiscovery": "pod-monitor" },
    { "atlas:databaseUrl": "(encrypted)" },
  ),
)

const shortType = (type: string) => type.split(":").at(-1)
const idOf = ({ type, name }: Registered) => `${shortType(type)} ${name}`
const objects = (stack: typeof full) => stack.registered.filter(({ type }) => type.startsWith("kubernetes:"))
const find = (stack: typeof full, id: string): Registered => {
  const found = stack.registered.find((one) => idOf(one) === id)
  assert.ok(found, `${id} is not registered`)
  return found
}
const nameIn = ({ inputs }: Registered) => (inputs.metadata as { name: string }).name

const before = (stack: typeof full, id: string): string[] =>
  find(stack, id).dependencies.map((urn) => {
    const found = stack.registered.find((one) => one.urn === urn)
    assert.ok(found, urn)
    return idOf(found)
  })

describe("the objects of a production stack", () => {
  test("carry the guide's names", () => {
    assert.deepEqual(
      objects(full)
        .map((one) => `${shortType(one.type)} ${nameIn(one)}`)
        .sort(),
      [
        "ConfigMap atlas-dashboard",
        "ConfigMap optimizer-config",
        "Deployment atlas",
        "Deployment atlas-worker",
        "Ingress optimizer-ingress",
        "Job atlas-gate-0123456789ab",
        "Namespace optimizer",
        "NetworkPolicy clients-to-gateway",
        "NetworkPolicy collectors-to-metrics",
        "NetworkPolicy default-deny",
        "NetworkPolicy to-database",
        "NetworkPolicy to-dns",
        "NetworkPolicy to-https",
        "NetworkPolicy to-redis",
        "PodDisruptionBudget atlas",
        "PodDisruptionBudget atlas-worker",
        "ScaledObject atlas",
        "ScaledObject atlas-worker",
        "Secret optimizer-gateway-SHA",
        "Secret optimizer-secrets",
        "Service optimizer-service",
        "ServiceAccount optimizer-sa",
        "ServiceAccount optimizer-worker-sa",
        "TriggerAuthentication optimizer-queue",
      ].map((one) => one.replace("SHA", nameIn(find(full, "Secret optimizer-gateway")).slice(-12))),
    )
  })

  test("stand in the stack's component, in the namespace, under the stack's labels, each once", () => {
    const [component] = full.registered.filter(({ type }) => type === "atlas:stack:AtlasStack")
    for (const one of objects(full)) {
      assert.equal(one.parent, component?.urn, idOf(one))
      const { namespace, labels } = one.inputs.metadata as { namespace?: string; labels: Record<string, string> }
      assert.equal(namespace, one.name === "optimizer" ? undefined : "optimizer", idOf(one))
      assert.equal(labels["app.kubernetes.io/instance"], "production", idOf(one))
    }
    const urns = full.registered.map(({ urn }) => urn)
    assert.equal(new Set(urns).size, urns.length)
  })

  test("come in order: the ground, secrets and rules, the gate, what serves, what leads to it", () => {
    const rules = objects(full).flatMap((one) => (shortType(one.type) === "NetworkPolicy" ? [idOf(one)] : []))
    assert.equal(rules.length, 7)
    const ground = [
      "Namespace optimizer",
      "ServiceAccount optimizer-sa",
      "ServiceAccount optimizer-worker-sa",
      "ConfigMap optimizer-config",
      "Secret optimizer-secrets",
      ...rules,
    ]
    const missing = (id: string, ...wanted: string[]) => wanted.filter((one) => !before(full, id).includes(one))
    assert.deepEqual(missing("Job atlas-gate", ...ground), [])
    assert.deepEqual(missing("Deployment atlas", ...ground, "Job atlas-gate", "Secret optimizer-gateway"), [])
    assert.deepEqual(missing("Deployment atlas-worker", ...ground, "Job atlas-gate"), [])
    assert.deepEqual(missing("Service optimizer-service", "Deployment atlas"), [])
    assert.deepEqual(missing("Ingress optimizer-ingress", "Service optimizer-service"), [])
    assert.deepEqual(missing("ScaledObject atlas", "Deployment atlas"), [])
    assert.deepEqual(
      missing("ScaledObject atlas-worker", "Deployment atlas-worker", "TriggerAuthentication optimizer-queue"),
      [],
    )
    for (const one of objects(full)) {
      if (one.name !== "optimizer") assert.deepEqual(missing(idOf(one), "Namespace optimizer"), [], idOf(one))
    }
  })

  test("let the gate run to its end, and pods that serve be moved", () => {
    const annotationsOf = (id: string) => {
      const { template } = find(full, id).inputs.spec as { template: { metadata: { annotations: object } } }
      return Object.keys(template.metadata.annotations)
    }
    const undisturbed = ["karpenter.sh/do-not-disrupt", "cluster-autoscaler.kubernetes.io/safe-to-evict"]
    for (const name of undisturbed) {
      assert.ok(annotationsOf("Job atlas-gate").includes(name), name)
      assert.ok(!annotationsOf("Deployment atlas").includes(name), name)
    }
  })

  test("leave the counts to the autoscalers, and the gate its time beside the cluster's", () => {
    assert.deepEqual(find(full, "Deployment atlas").ignoreChanges, ["spec.replicas"])
    assert.deepEqual(find(full, "Deployment atlas-worker").ignoreChanges, ["spec.replicas"])
    assert.equal(find(full, "Job atlas-gate").createTimeout, "720s")
    // Eleven pods, one after the other, a minute each, after ten minutes for nodes and images.
    for (const name of ["atlas", "atlas-worker"]) {
      assert.equal(find(full, `Deployment ${name}`).createTimeout, "1260s")
    }
  })
})

const specOf = (stack: typeof full, id: string) =>
  (find(stack, id).inputs.spec as { template: { spec: { containers: Container[] } } }).template.spec
interface Container {
  name: string
  image: string
  args?: string[]
  env: { name: string; value?: string; valueFrom?: Record<string, unknown> }[]
}
const containerOf = (stack: typeof full, id: string): Container => {
  const [first] = specOf(stack, id).containers
  assert.ok(first)
  return first
}

describe("settings and secrets", () => {
  test("reach the process by the contract's names: values, the ConfigMap, the Secret", () => {
    const { env, image: used, args } = containerOf(full, "Deployment atlas")
    assert.equal(used, image)
    assert.deepEqual(args, ["serve"])
    const byName = Object.fromEntries(env.map(({ name, ...rest }) => [name, rest]))
    assert.deepEqual(byName.ENVIRONMENT, { value: "production" })
    assert.deepEqual(byName.ROLES, { value: "optimizer,models,results" })
    assert.deepEqual(byName.LOG_LEVEL, { value: "INFO" })
    assert.deepEqual(byName.VERSION, { value: "sha256:0123456789ab" })
    const config = (key: string) => ({ valueFrom: { configMapKeyRef: { name: "optimizer-config", key } } })
    const secret = (key: string) => ({ valueFrom: { secretKeyRef: { name: "optimizer-secrets", key } } })
    assert.deepEqual(byName.DATABASE_CA, config("database-ca"))
    assert.deepEqual(byName.REDIS_CA, config("redis-ca"))
    assert.deepEqual(byName.DATABASE_URL, secret("database-url"))
    assert.deepEqual(byName.REDIS_URL, secret("redis-url"))
    assert.deepEqual(byName.OPERATOR_KEY, secret("operator-key"))
    assert.deepEqual(find(full, "ConfigMap optimizer-config").inputs.data, {
      "database-ca": certificate,
      "redis-ca": certificate,
    })
    assert.deepEqual(find(full, "Secret optimizer-secrets").inputs.stringData, {
      "database-url": secrets["atlas:databaseUrl"],
      "redis-url": secrets["atlas:redisUrl"],
      "operator-key": "random-of-operator-key",
    })
  })

  test("are the same for gate and worker, but for what each does", () => {
    const without = (one: Container) => one.env.filter(({ name }) => name !== "ROLES")
    const api = containerOf(full, "Deployment atlas")
    const gate = containerOf(full, "Job atlas-gate")
    const worker = containerOf(full, "Deployment atlas-worker")
    assert.deepEqual(gate.args, ["gate"])
    assert.deepEqual(worker.args, ["serve"])
    assert.deepEqual(gate.env, api.env)
    assert.deepEqual(without(worker), without(api))
    assert.equal(worker.env.find(({ name }) => name === "ROLES")?.value, "worker")
    assert.equal(new Set([api.image, gate.image, worker.image]).size, 1)
  })

  test("stand in Secrets and nowhere else", () => {
    const canaries = ["canary-database", "canary-redis", "random-of-operator-key", "random-of-web-app-key"]
    for (const one of full.registered) {
      const { stringData, ...rest } = one.inputs
      for (const canary of canaries) assert.ok(!JSON.stringify(rest).includes(canary), `${idOf(one)}: ${canary}`)
      if (stringData !== undefined) assert.deepEqual(one.secrets, ["stringData"], idOf(one))
    }
  })

  test("Kong's configuration leads to the app in the same pod and shares its counters in Redis", () => {
    const { stringData, immutable } = find(full, "Secret optimizer-gateway").inputs as {
      stringData: Record<string, string>
      immutable: boolean
    }
    assert.equal(immutable, true)
    const config = readKong(stringData["kong.yml"] ?? "")
    assert.equal(config.services[0]?.host, "127.0.0.1")
    assert.equal(config.services[0]?.port, 8000)
    const [limit] = config.services[0]?.routes[0]?.plugins.filter(({ name }) => name === "rate-limiting") ?? []
    assert.ok(limit?.name === "rate-limiting")
    assert.deepEqual(limit.config.redis, {
      host: "cache.internal",
      port: 6380,
      password: "canary-redis",
      database: 0,
      timeout: 2000,
      ssl: true,
      ssl_verify: true,
      server_name: "cache.internal",
    })
    const volumes = (specOf(full, "Deployment atlas") as unknown as { volumes: { name: string; secret?: unknown }[] })
      .volumes
    assert.deepEqual(volumes.find(({ name }) => name === "gateway")?.secret, {
      secretName: nameIn(find(full, "Secret optimizer-gateway")),
      defaultMode: 0o440,
    })
  })

  test("the network leads to the ports that the URLs name", () => {
    const port = (id: string) =>
      (find(full, id).inputs.spec as { egress: { ports: { port: number }[] }[] }).egress[0]?.ports[0]?.port
    assert.equal(port("NetworkPolicy to-database"), 6432)
    assert.equal(port("NetworkPolicy to-redis"), 6380)
  })
})

describe("the edge", () => {
  test("is an Ingress of the class, with cert-manager's certificate", () => {
    const { metadata, spec } = find(full, "Ingress optimizer-ingress").inputs as {
      metadata: { annotations: unknown }
      spec: unknown
    }
    assert.deepEqual(metadata.annotations, { "cert-manager.io/cluster-issuer": "letsencrypt-prod" })
    assert.deepEqual(spec, {
      ingressClassName: "traefik",
      tls: [{ hosts: ["api.optimizer.example.com"], secretName: "optimizer-tls" }],
      rules: [
        {
          host: "api.optimizer.example.com",
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: "optimizer-service", port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    })
    assert.equal(full.outputs.url, "https://api.optimizer.example.com")
  })

  test("without a domain is the Service alone, and the command that reaches it", () => {
    assert.ok(!objects(small).some(({ type }) => type.endsWith(":Ingress")))
    assert.equal(small.outputs.url, "http://optimizer-service.optimizer.svc:80")
    assert.equal(
      small.outputs.instructions,
      "No domain is set. From your machine: kubectl port-forward --namespace optimizer service/optimizer-service 8080:80",
    )
  })

  test("operators are told how to reach each part", () => {
    assert.deepEqual(full.outputs.reach, {
      gateway: "kubectl port-forward --namespace optimizer service/optimizer-service 8080:80",
      api: "kubectl logs --namespace optimizer --selector app=optimizer --container optimizer --follow",
      worker: "kubectl logs --namespace optimizer --selector app=optimizer-worker --follow",
      rollout: "kubectl rollout status --namespace optimizer deployment/atlas",
      database: `PGSSLROOTCERT=database-ca.pem psql "${secrets["atlas:databaseUrl"]}"`,
    })
    assert.equal(full.outputs.release, image)
    assert.equal(full.outputs.archive, values["atlas:archiveUrl"])
  })
})

test("a development stack does without Redis and authorities, and a plan without the secrets' values", () => {
  const ids = objects(small).map(idOf)
  assert.ok(!ids.includes("NetworkPolicy to-redis"))
  assert.ok(!ids.includes("ConfigMap optimizer-config"))
  assert.ok(ids.includes("PodMonitor atlas"))
  const names = containerOf(small, "Deployment atlas").env.map(({ name }) => name)
  assert.deepEqual(
    names.filter((name) => /^(DATABASE|REDIS)_(URL|CA)$/.test(name)),
    ["DATABASE_URL"],
  )
  assert.deepEqual(Object.keys(find(small, "Secret optimizer-secrets").inputs.stringData as object), [
    "database-url",
    "operator-key",
  ])
})
