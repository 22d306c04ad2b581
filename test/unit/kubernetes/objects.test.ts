import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { workloadRoles } from "../../../app/contract/roles.ts"
import { gatewayContainer, gatewaySecretName, gatewayVolumes } from "../../../infra/kubernetes/gateway.ts"
import { namespaceArgs, serviceAccountArgs } from "../../../infra/kubernetes/ground.ts"
import { labelsOf, labelValue } from "../../../infra/kubernetes/labels.ts"
import { oncePod, type PodArgs, servingPod } from "../../../infra/kubernetes/pods.ts"
import { cpuQuantity, memoryQuantity } from "../../../infra/kubernetes/quantities.ts"
import {
  deploymentArgs,
  disruptionBudgetArgs,
  gateArgs,
  gateName,
  serviceArgs,
} from "../../../infra/kubernetes/workloads.ts"
import { contextOf, image, production } from "./stack.ts"

/** The figures are the deployment guide's; where an object differs from its manifests, the test says so. */

const labels = labelsOf(contextOf())
const owned = {
  "app.kubernetes.io/name": "atlas",
  "app.kubernetes.io/part-of": "atlas",
  "app.kubernetes.io/instance": "production",
  "app.kubernetes.io/managed-by": "pulumi",
  environment: "production",
}
const gateway = {
  size: production.gatewaySize,
  logLevel: "INFO",
  trusted: [],
  configuration: { secret: { secretName: "optimizer-gateway-1" } },
  redisCa: false,
} as const
const args: PodArgs = {
  component: "api",
  labels,
  annotations: { "prometheus.io/scrape": "true" },
  serviceAccount: "optimizer-sa",
  command: "serve",
  image,
  environment: [{ name: "LOG_LEVEL", value: "INFO" }],
  size: production.workloads.api.size,
}
const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
}
const nobody = {
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 1000,
  fsGroup: 1000,
  seccompProfile: { type: "RuntimeDefault" },
}

const app = {
  name: "optimizer",
  image,
  imagePullPolicy: "Always",
  args: ["serve"],
  env: [{ name: "LOG_LEVEL", value: "INFO" }],
  resources: { requests: { memory: "1Gi", cpu: "500m" }, limits: { memory: "2Gi", cpu: "1" } },
  securityContext: restricted,
  ports: [{ name: "http", containerPort: 8000, protocol: "TCP" }],
  startupProbe: {
    httpGet: { path: "/health", port: "http" },
    periodSeconds: 2,
    timeoutSeconds: 5,
    failureThreshold: 30,
  },
  livenessProbe: {
    httpGet: { path: "/health", port: "http" },
    initialDelaySeconds: 30,
    periodSeconds: 30,
    timeoutSeconds: 5,
    failureThreshold: 3,
    successThreshold: 1,
  },
  readinessProbe: {
    httpGet: { path: "/ready", port: "http" },
    initialDelaySeconds: 10,
    periodSeconds: 10,
    timeoutSeconds: 5,
    successThreshold: 1,
    failureThreshold: 3,
  },
}

describe("the pod of the api", () => {
  const pod = servingPod({ ...args, gateway })

  test("is the guide's, with the gateway beside the app and nothing that it does not need", () => {
    const { containers, volumes, ...spec } = pod.spec as unknown as Record<string, unknown[]>
    assert.deepEqual(pod.metadata, {
      labels: { ...owned, app: "optimizer" },
      annotations: { "prometheus.io/scrape": "true" },
    })
    assert.deepEqual(spec, {
      serviceAccountName: "optimizer-sa",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: nobody,
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 100,
              podAffinityTerm: {
                labelSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["optimizer"] }] },
                topologyKey: "kubernetes.io/hostname",
              },
            },
          ],
        },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { app: "optimizer" } },
          matchLabelKeys: ["pod-template-hash"],
        },
      ],
      terminationGracePeriodSeconds: 75,
    })
    assert.deepEqual(containers?.[0], { ...app, lifecycle: { preStop: { sleep: { seconds: 40 } } } })
    assert.deepEqual(containers?.slice(1), [gatewayContainer(gateway)])
    assert.deepEqual(volumes, gatewayVolumes(gateway))
  })

  test("Kong runs restricted, reads its configuration from a Secret and writes only into empty folders", () => {
    const { env, ...kong } = gatewayContainer(gateway)
    assert.deepEqual(kong, {
      name: "kong",
      image: "kong:3.9.3",
      imagePullPolicy: "IfNotPresent",
      ports: [
        { name: "proxy", containerPort: 8080, protocol: "TCP" },
        { name: "status", containerPort: 8100, protocol: "TCP" },
      ],
      resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "500m", memory: "1Gi" } },
      startupProbe: { ...app.startupProbe, httpGet: { path: "/status", port: "status" } },
      livenessProbe: { ...app.livenessProbe, httpGet: { path: "/status", port: "status" } },
      readinessProbe: { ...app.readinessProbe, httpGet: { path: "/status/ready", port: "status" } },
      lifecycle: { preStop: { sleep: { seconds: 10 } } },
      securityContext: restricted,
      volumeMounts: [
        { name: "gateway", mountPath: "/etc/atlas", readOnly: true },
        { name: "kong-prefix", mountPath: "/kong_prefix" },
        { name: "tmp", mountPath: "/tmp" },
      ],
    })
    const variables = Object.fromEntries((env as { name: string; value: string }[]).map((one) => [one.name, one.value]))
    assert.equal(variables.KONG_DECLARATIVE_CONFIG, "/etc/atlas/kong.yml")
    assert.equal(variables.KONG_PREFIX, "/kong_prefix")
    assert.equal(variables.KONG_NGINX_WORKER_PROCESSES, "1")
    assert.equal(variables.KONG_LOG_LEVEL, "notice")
    assert.equal(variables.KONG_LUA_SSL_TRUSTED_CERTIFICATE, "system")
    assert.equal(variables.KONG_TRUSTED_IPS, undefined)
    assert.deepEqual(gatewayVolumes(gateway), [
      { name: "gateway", secret: { secretName: "optimizer-gateway-1" } },
      { name: "kong-prefix", emptyDir: {} },
      { name: "tmp", emptyDir: {} },
    ])
  })

  test("Kong trusts the authority of Redis, and the proxies in front, where there are any", () => {
    const given = { ...gateway, redisCa: true, trusted: ["10.0.0.0/16"], size: { ...args.size } }
    const { env, volumeMounts } = gatewayContainer(given)
    const variables = Object.fromEntries((env as { name: string; value: string }[]).map((one) => [one.name, one.value]))
    assert.equal(variables.KONG_LUA_SSL_TRUSTED_CERTIFICATE, "system,/etc/atlas-authorities/redis-ca")
    assert.equal(variables.KONG_TRUSTED_IPS, "10.0.0.0/16")
    assert.deepEqual((volumeMounts as unknown[])[1], {
      name: "authorities",
      mountPath: "/etc/atlas-authorities",
      readOnly: true,
    })
    assert.deepEqual(gatewayVolumes(given)[1], {
      name: "authorities",
      configMap: { name: "optimizer-config", items: [{ key: "redis-ca", path: "redis-ca" }] },
    })
  })

  test("the Secret of a configuration is named by it", () => {
    assert.equal(gatewaySecretName("a"), "optimizer-gateway-ca978112ca1b")
    assert.notEqual(gatewaySecretName("a"), gatewaySecretName("b"))
  })
})

describe("other pods", () => {
  test("a worker has no gateway, no volume and its own place", () => {
    const placement = { nodeSelector: { pool: "spot" }, tolerations: [{ key: "spot", operator: "Exists" }] }
    const pod = servingPod({ ...args, component: "worker", serviceAccount: "optimizer-worker-sa", placement })
    const { affinity, topologySpreadConstraints, ...spec } = pod.spec as unknown as Record<string, unknown>
    assert.equal((pod.metadata as { labels: { app: string } }).labels.app, "optimizer-worker")
    assert.deepEqual(spec, {
      serviceAccountName: "optimizer-worker-sa",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: nobody,
      containers: [app],
      nodeSelector: { pool: "spot" },
      tolerations: [{ key: "spot", operator: "Exists" }],
      terminationGracePeriodSeconds: 35,
    })
    assert.ok(JSON.stringify([affinity, topologySpreadConstraints]).includes('"optimizer-worker"'))
  })

  test("the gate runs once, as long as it may, without probes or ports", () => {
    const pod = oncePod({ ...args, component: "gate", command: "gate" }, 120)
    const { name, env, resources, securityContext } = app
    assert.deepEqual(pod.spec, {
      serviceAccountName: "optimizer-sa",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: nobody,
      containers: [{ name, image, imagePullPolicy: "Always", args: ["gate"], env, resources, securityContext }],
      restartPolicy: "Never",
      activeDeadlineSeconds: 120,
    })
    assert.deepEqual(gateArgs({ name: "atlas-gate-1", labels, pod }), {
      metadata: { name: "atlas-gate-1", namespace: "optimizer", labels: { ...owned, app: "optimizer-gate" } },
      spec: {
        backoffLimit: 0,
        // A node that is taken away is no verdict on the release.
        podFailurePolicy: {
          rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
        },
        completions: 1,
        parallelism: 1,
        template: pod,
      },
    })
  })

  test("a gate is named by its release, which is an image by digest", () => {
    assert.equal(gateName(image), "atlas-gate-0123456789ab")
    assert.throws(() => gateName("atlas:latest"), {
      message: 'The release "atlas:latest" is no image by digest, so its gate has no name',
    })
  })
})

describe("what stands around the pods", () => {
  test("deployments start one more before they stop one", () => {
    const pod = servingPod(args)
    assert.deepEqual(deploymentArgs({ name: "api", labels, replicas: 3, pod }), {
      metadata: { name: "atlas", namespace: "optimizer", labels: { ...owned, app: "optimizer" } },
      spec: {
        replicas: 3,
        revisionHistoryLimit: 10,
        selector: { matchLabels: { app: "optimizer" } },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: pod,
      },
    })
    assert.equal(deploymentArgs({ name: "worker", labels, replicas: 1, pod }).metadata.name, "atlas-worker")
  })

  test("a cloud's labels of the namespace take nothing from its own", () => {
    const more = { "cloud.test/gates": "on", "pod-security.kubernetes.io/enforce": "privileged" }
    const own = namespaceArgs(labels).metadata.labels
    assert.deepEqual(namespaceArgs(labels, more).metadata.labels, { ...own, "cloud.test/gates": "on" })
  })

  test("the namespace takes restricted pods only", () => {
    assert.deepEqual(namespaceArgs(labels), {
      metadata: {
        name: "optimizer",
        labels: {
          ...owned,
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/audit": "restricted",
          "pod-security.kubernetes.io/warn": "restricted",
        },
      },
    })
  })

  test("each workload has an identity without a token", () => {
    assert.deepEqual(serviceAccountArgs("api", labels), {
      metadata: { name: "optimizer-sa", namespace: "optimizer", labels: owned },
      automountServiceAccountToken: false,
    })
    assert.deepEqual(serviceAccountArgs("worker", labels, { "example.com/role": "worker" }).metadata, {
      name: "optimizer-worker-sa",
      namespace: "optimizer",
      labels: owned,
      annotations: { "example.com/role": "worker" },
    })
  })

  test("the Service leads to the gateway, where the guide's leads to the app", () => {
    assert.deepEqual(serviceArgs(labels), {
      metadata: { name: "optimizer-service", namespace: "optimizer", labels: { ...owned, app: "optimizer" } },
      spec: {
        type: "ClusterIP",
        selector: { app: "optimizer" },
        ports: [{ name: "http", port: 80, targetPort: "proxy", protocol: "TCP" }],
      },
    })
  })

  test("nodes are emptied one pod at a time", () => {
    assert.deepEqual(disruptionBudgetArgs("worker", labels), {
      metadata: { name: "atlas-worker", namespace: "optimizer", labels: owned },
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: { app: "optimizer-worker" } },
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      },
    })
  })
})

test("quantities are spelled as the API server spells them", () => {
  assert.deepEqual((["0.5 vCPU", "1 vCPU", "1.25 vCPU", "2 vCPU"] as const).map(cpuQuantity), [
    "500m",
    "1",
    "1250m",
    "2",
  ])
  assert.deepEqual((["1 GiB", "512 MiB", "1536 MiB", "2048 MiB"] as const).map(memoryQuantity), [
    "1Gi",
    "512Mi",
    "1536Mi",
    "2Gi",
  ])
})

test("a text becomes the value of a label", () => {
  assert.equal(labelValue("sha256:0123"), "sha256-0123")
  assert.equal(labelValue("-production_1.2-"), "production_1.2")
  assert.equal(labelValue(`${"a".repeat(62)}-b`), "a".repeat(62))
})

test("every workload of the contract has a deployment", () => {
  for (const name of Object.keys(workloadRoles) as (keyof typeof workloadRoles)[]) {
    assert.ok(deploymentArgs({ name, labels, replicas: 1, pod: servingPod(args) }).metadata.name.startsWith("atlas"))
  }
})
