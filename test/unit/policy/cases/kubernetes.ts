import { cluster } from "../sample/kubernetes.ts"
import { answer, resource, urn } from "../sample/resource.ts"
import { add, all, broken, type Case, type Change, drop, put, set, sound } from "./case.ts"

const pod = ["spec", "template", "spec"]
const app = [...pod, "containers", 0]
const appPath = "spec.template.spec.containers[0]"

const mustBe = (path: string, value: unknown, allowed: string) =>
  `${path} is ${JSON.stringify(value) ?? "missing"}; it must be ${allowed}`

/** The api's first container with one member changed. */
const inContainer = (rule: string, path: string, value: unknown, allowed: string): Case =>
  broken(
    rule,
    put("api", [...app, ...path.split(".")], value),
    "api",
    `${appPath}.${path}`,
    mustBe(path, value, allowed),
  )

/** Something that the pod says for all its containers is not said: each of them breaks the rule. */
const inPod = (rule: string, path: string, value: unknown, allowed: string): Case => ({
  rule,
  change: put("api", [...pod, ...path.split(".")], value),
  finds: ["initContainers[0]", "containers[0]", "containers[1]"].map((container) => [
    "api",
    `spec.template.spec.${container}.${path}`,
    mustBe(path, value, allowed),
  ]),
})

const image = (name: string): Change => put("api", [...app, "image"], name)
const byDigest = "an image by digest, such as registry/name@sha256:…"

const containers: readonly Case[] = [
  ...["atlas:latest", "atlas", "registry.example.com/atlas:1.0.0", `${answer("registry.url")}:latest`].map((name) =>
    inContainer("image-by-digest", "image", name, byDigest),
  ),
  sound("image-by-digest", image(answer("image.ref"))),
  sound("image-by-digest", image("[secret]")),
  inContainer("image-vendor-version", "image", "kong:3.9", "an official image by its whole version"),
  sound("image-vendor-version", image("kong:3.9.3")),
  inPod("container-non-root", "securityContext.runAsNonRoot", undefined, "true"),
  inPod("container-non-root", "securityContext.runAsUser", 0, "a user other than 0"),
  inContainer("container-non-root", "securityContext.runAsUser", 0, "a user other than 0"),
  inContainer("container-read-only-root", "securityContext.readOnlyRootFilesystem", undefined, "true"),
  inContainer("container-no-escalation", "securityContext.allowPrivilegeEscalation", undefined, "false"),
  inContainer("container-no-escalation", "securityContext.allowPrivilegeEscalation", true, "false"),
  inContainer("container-capabilities", "securityContext.capabilities.drop", ["NET_RAW"], '["ALL"]'),
  inContainer("container-capabilities", "securityContext.capabilities.add", ["SYS_ADMIN"], "empty"),
  inPod("container-seccomp", "securityContext.seccompProfile.type", "Unconfined", "RuntimeDefault or Localhost"),
  sound("container-seccomp", put("api", [...pod, "securityContext", "seccompProfile"], { type: "Localhost" })),
  ...["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"].map((amount) =>
    inContainer("container-resources", `resources.${amount}`, undefined, "set, such as 500m of cpu or 1Gi of memory"),
  ),
  ...["livenessProbe", "readinessProbe"].map((probe) =>
    inContainer("container-probes", probe, undefined, "set: an httpGet or exec probe of this container"),
  ),
  sound("container-probes", put("api", [...pod, "initContainers", 0, "livenessProbe"], undefined)),
  inContainer("pod-apart-from-host", "securityContext.privileged", true, "false"),
  broken(
    "pod-apart-from-host",
    put("api", [...app, "ports", 0, "hostPort"], 443),
    "api",
    `${appPath}.ports[0].hostPort`,
    mustBe("ports[0].hostPort", 443, "left out"),
  ),
  ...["hostNetwork", "hostPID", "hostIPC"].map((name) =>
    broken(
      "pod-apart-from-host",
      put("api", [...pod, name], true),
      "api",
      `spec.template.spec.${name}`,
      mustBe(`spec.template.spec.${name}`, true, "false"),
    ),
  ),
  broken(
    "pod-apart-from-host",
    put("api", [...pod, "volumes", 0], { name: "node", hostPath: { path: "/var/run" } }),
    "api",
    "spec.template.spec.volumes[0].hostPath",
    '"/var/run" of the node is mounted; use an emptyDir, Secret or ConfigMap',
  ),
  ...[undefined, "default"].map((account) =>
    broken(
      "workload-identity",
      put("gate", [...pod, "serviceAccountName"], account),
      "gate",
      "spec.template.spec.serviceAccountName",
      mustBe("spec.template.spec.serviceAccountName", account, "a ServiceAccount of the workload's own"),
    ),
  ),
  broken(
    "workload-token",
    put("api", [...pod, "automountServiceAccountToken"], undefined),
    "api",
    "spec.template.spec.automountServiceAccountToken",
    mustBe("spec.template.spec.automountServiceAccountToken", undefined, "false"),
  ),
]

/** Whatever makes pods is looked into. */
const kinds: readonly Case[] = (
  [
    ["kubernetes:core/v1:Pod", ["spec"]],
    ["kubernetes:batch/v1:CronJob", ["spec", "jobTemplate", "spec", "template", "spec"]],
  ] as const
).map(([type, path]) => {
  const place = `${path.join(".")}.hostNetwork`
  const { metadata, spec } = cluster.find(({ name }) => name === "gate")?.inputs ?? {}
  const gatePod = { ...Object(spec).template.spec, hostNetwork: true }
  const inputs = [...path].reverse().reduce<object>((inner, key) => ({ [key]: inner }), gatePod)
  const change = set("gate", { type, inputs: { metadata, ...inputs } })
  return broken("pod-apart-from-host", change, "gate", place, mustBe(place, true, "false"))
})

const setting = (name: string, value: string): Change => put("api", [...app, "env", 0], { name, value })
const plain = (name: string, value: string, reason: string): Case =>
  broken(
    "secret-not-plain",
    setting(name, value),
    "api",
    `${appPath}.env[0].value`,
    `${name} holds ${reason}; take it from a Secret by secretKeyRef`,
  )
const named = "what its name calls a secret"
const marked = "a value that the program marks as secret"
const keyText = "-----BEGIN RSA PRIVATE KEY-----\nMIIE"

const secrets: readonly Case[] = [
  plain("OPERATOR_KEY", "0123456789abcdef", named),
  plain("DB_PASSWORD", "hunter2", named),
  plain("apiKey", "0123456789abcdef", named),
  plain("JWT_SECRET", "0123456789abcdef", named),
  plain("GITHUB_TOKEN", "0123456789abcdef", named),
  plain("DATABASE_URL", "postgres://atlas:hunter2@database:5432/atlas", "a URL with a password"),
  plain("REDIS_URL", "rediss://:hunter2@cache:6379", "a URL with a password"),
  plain("CERTIFICATE", keyText, "a private key"),
  plain("DATABASE_URL", "[secret]", marked),
  ...[
    ["DATABASE_URL", `postgres://${answer("database.endpoint")}:5432/atlas`],
    ["DATABASE_URL", answer("database.endpoint")],
    ["API_KEY", answer("key.id")],
    ["DB_PASSWORD", "$(FROM_THE_SECRET)"],
    ["KEYBOARD", "qwerty"],
    ["TOKENS_PER_MINUTE", "60"],
    ["API_KEY", ""],
    ["OPERATOR_KEY_FILE", "/etc/keys/operator"],
    ["ORIGIN", "https://app.example.com:8443/a@b"],
  ].map(([name = "", value = ""]) => sound("secret-not-plain", setting(name, value))),
  broken(
    "secret-not-plain",
    put("config", ["data", "tls.pem"], keyText),
    "config",
    'data["tls.pem"]',
    "tls.pem holds a private key; move it to a Secret",
  ),
]

const enforce = ["metadata", "labels", "pod-security.kubernetes.io/enforce"]
const enforcePath = 'metadata.labels["pod-security.kubernetes.io/enforce"]'
const noDeny = "no NetworkPolicy in it denies all; add one with an empty podSelector, both policyTypes and no rules"
const noBudget = "no PodDisruptionBudget selects its pods; add one with its labels"
const one = put("scaler", ["spec", "minReplicaCount"], 1)
const spread = [...pod, "topologySpreadConstraints"]

const objects: readonly Case[] = [
  ...[undefined, "baseline"].map((level) =>
    broken(
      "namespace-restricted",
      put("namespace", enforce, level),
      "namespace",
      enforcePath,
      mustBe(enforcePath, level, "restricted"),
    ),
  ),
  broken("network-default-deny", drop("deny"), "namespace", "", noDeny),
  broken("network-default-deny", put("deny", ["metadata", "namespace"], "other"), "namespace", "", noDeny),
  sound(
    "network-default-deny",
    all(
      put("deny", ["metadata", "namespace"], answer("namespace.metadata.name")),
      set("deny", { dependencies: [urn("namespace")] }),
    ),
  ),
  broken("network-default-deny", put("deny", ["spec", "policyTypes"], ["Ingress"]), "namespace", "", noDeny),
  broken("network-default-deny", put("deny", ["spec", "egress"], [{}]), "namespace", "", noDeny),
  broken(
    "network-default-deny",
    put("deny", ["spec", "podSelector"], { matchLabels: { app: "x" } }),
    "namespace",
    "",
    noDeny,
  ),
  broken("disruption-budget", drop("budget"), "api", "", noBudget),
  broken(
    "disruption-budget",
    put("budget", ["spec", "selector", "matchLabels"], { app: "other" }),
    "api",
    "",
    noBudget,
  ),
  broken("disruption-budget", put("budget", ["spec", "selector"], undefined), "api", "", noBudget),
  sound("disruption-budget", all(drop("budget"), drop("service"), one)),
  broken(
    "workload-spread",
    put("api", spread, undefined),
    "api",
    "spec.template.spec.topologySpreadConstraints",
    mustBe("spec.template.spec.topologySpreadConstraints", [], "one over topology.kubernetes.io/zone"),
  ),
  broken("production-replicas", one, "api", "spec.minReplicaCount", mustBe("spec.minReplicaCount", 1, "2 or more")),
  broken(
    "production-replicas",
    all(drop("scaler"), put("api", ["spec", "replicas"], undefined)),
    "api",
    "spec.replicas",
    mustBe("spec.replicas", 1, "2 or more"),
  ),
  broken(
    "production-replicas",
    all(
      drop("scaler"),
      add(
        resource("hpa", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", {
          metadata: { namespace: "optimizer", labels: { project: "", stack: "", environment: "", "managed-by": "" } },
          spec: { scaleTargetRef: { name: "api" }, minReplicas: 1 },
        }),
      ),
    ),
    "api",
    "spec.minReplicas",
    mustBe("spec.minReplicas", 1, "2 or more"),
  ),
  sound("production-replicas", one, "staging"),
  broken(
    "edge-tls",
    put("ingress", ["spec", "tls"], undefined),
    "ingress",
    "spec.tls",
    mustBe("spec.tls", undefined, "set, with a secret for the certificate"),
  ),
  sound("edge-tls", put("ingress", ["spec", "tls"], undefined), "development"),
  broken(
    "owned",
    put("config", ["metadata", "labels", "project"], undefined),
    "config",
    "metadata.labels",
    "project missing; label it with the stack's ownership",
  ),
  sound("owned", add(resource("chart", "kubernetes:helm.sh/v3:Release", { chart: "keda" }))),
  sound("owned", put("config", ["metadata", "labels"], answer("labels"))),
]

export const kubernetesCases: readonly Case[] = [...containers, ...kinds, ...secrets, ...objects]
