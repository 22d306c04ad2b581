import type { PlannedResource } from "../../../../infra/plan/resource.ts"
import { answer, owned, resource, roots } from "./resource.ts"

const metadata = (name: string) => ({ name, namespace: "optimizer", labels: owned })
const labels = { app: "optimizer" }

const container = (name: string, image: string) => ({
  name,
  image,
  env: [
    { name: "LOG_LEVEL", value: "INFO" },
    { name: "DATABASE_URL", valueFrom: { secretKeyRef: { name: "optimizer-secrets", key: "database-url" } } },
    { name: "REDIS_CA_FILE", value: "/etc/authorities/redis" },
    { name: "CACHE_URL", value: "rediss://$(CACHE_USER):$(CACHE_PASSWORD)@cache" },
  ],
  ports: [{ containerPort: 9000 }],
  resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "1", memory: "2Gi" } },
  livenessProbe: { httpGet: { path: "/alive", port: 9000 } },
  readinessProbe: { httpGet: { path: "/able", port: 9000 } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
})

const image = `registry.example.com/atlas@sha256:${"0".repeat(64)}`

const pod = {
  metadata: { labels },
  spec: {
    serviceAccountName: "optimizer-sa",
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    initContainers: [container("init", answer("image.ref"))],
    containers: [container("optimizer", image), container("kong", `kong@sha256:${"1".repeat(64)}`)],
    topologySpreadConstraints: [{ topologyKey: "topology.kubernetes.io/zone", maxSkew: 1 }],
    volumes: [{ name: "tmp", emptyDir: {} }],
  },
}

const {
  livenessProbe: _,
  readinessProbe: __,
  ...once
} = container("gate", `registry.example.com/atlas@${answer("image.digest")}`)

export const cluster: readonly PlannedResource[] = [
  ...roots,
  resource("namespace", "kubernetes:core/v1:Namespace", {
    metadata: {
      name: "optimizer",
      labels: {
        "app.kubernetes.io/part-of": "atlas",
        "app.kubernetes.io/instance": "production",
        "app.kubernetes.io/managed-by": "pulumi",
        environment: "production",
        "pod-security.kubernetes.io/enforce": "restricted",
      },
    },
  }),
  resource("deny", "kubernetes:networking.k8s.io/v1:NetworkPolicy", {
    metadata: metadata("default-deny"),
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  }),
  resource("config", "kubernetes:core/v1:ConfigMap", {
    metadata: metadata("optimizer-config"),
    data: {
      "database-ca": "-----BEGIN CERTIFICATE-----",
      url: "https://api.example.com",
      endpoint: answer("database.endpoint"),
    },
  }),
  resource("secrets", "kubernetes:core/v1:Secret", {
    metadata: metadata("optimizer-secrets"),
    stringData: { "database-url": "[secret]" },
  }),
  resource("gate", "kubernetes:batch/v1:Job", {
    metadata: metadata("gate"),
    spec: { template: { ...pod, spec: { ...pod.spec, containers: [once] } } },
  }),
  resource("api", "kubernetes:apps/v1:Deployment", {
    metadata: metadata("api"),
    spec: { replicas: 3, template: pod },
  }),
  resource("budget", "kubernetes:policy/v1:PodDisruptionBudget", {
    metadata: metadata("api"),
    spec: { selector: { matchLabels: labels } },
  }),
  resource("scaler", "kubernetes:keda.sh/v1alpha1:ScaledObject", {
    metadata: metadata("api"),
    spec: { scaleTargetRef: { name: "api" }, minReplicaCount: 2 },
  }),
  resource("service", "kubernetes:core/v1:Service", { metadata: metadata("api"), spec: { selector: labels } }),
  resource("ingress", "kubernetes:networking.k8s.io/v1:Ingress", {
    metadata: metadata("api"),
    spec: { tls: [{ hosts: ["api.example.com"], secretName: "optimizer-tls" }] },
  }),
]
