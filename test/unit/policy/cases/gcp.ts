import { answer, resource, urn } from "../sample/resource.ts"
import { add, all, broken, type Case, drop, put, set, sound } from "./case.ts"

const mustBe = (path: string, value: unknown, allowed: string) =>
  `${path} is ${JSON.stringify(value) ?? "missing"}; it must be ${allowed}`

/** The keys of a path such as template.containers[1].image. */
const keysOf = (path: string): (string | number)[] =>
  path
    .split(/[.[\]]+/)
    .filter((part) => part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))

/** One property of one resource that must hold a value. */
const property = (rule: string, name: string, path: string, value: unknown, allowed: string): Case =>
  broken(rule, put(name, keysOf(path), value), name, path, mustBe(path, value, allowed))

const network = "settings.ipConfiguration"
const backup = "settings.backupConfiguration"
const cas = "GOOGLE_MANAGED_CAS_CA or CUSTOMER_MANAGED_CAS_CA"
const encrypted = "ENCRYPTED_ONLY or TRUSTED_CLIENT_CERTIFICATE_REQUIRED"

const data: readonly Case[] = [
  property("database-private", "database", `${network}.ipv4Enabled`, true, "false, with a privateNetwork"),
  property("database-private", "database", `${network}.ipv4Enabled`, undefined, "false, with a privateNetwork"),
  property("database-tls", "database", `${network}.sslMode`, undefined, encrypted),
  property("database-tls", "database", `${network}.sslMode`, "ALLOW_UNENCRYPTED_AND_ENCRYPTED", encrypted),
  property("database-certificate-named", "database", `${network}.serverCaMode`, undefined, cas),
  property("database-certificate-named", "database", `${network}.serverCaMode`, "GOOGLE_MANAGED_INTERNAL_CA", cas),
  property("database-backups", "database", `${backup}.transactionLogRetentionDays`, 29, "30 days or more"),
  property("database-backups", "database", `${backup}.pointInTimeRecoveryEnabled`, undefined, "true"),
  sound("database-backups", put("database", keysOf(`${backup}.transactionLogRetentionDays`), 7), "staging"),
  property("database-deletion-protection", "database", "deletionProtection", false, "true"),
  property("database-deletion-protection", "database", "settings.deletionProtectionEnabled", undefined, "true"),
  sound("database-deletion-protection", put("database", ["deletionProtection"], false), "development"),
  property("database-final-snapshot", "database", "settings.finalBackupConfig.enabled", false, "true"),
  sound("database-final-snapshot", put("database", ["settings", "finalBackupConfig"], undefined), "staging"),
  property("production-zones", "database", "settings.availabilityType", "ZONAL", "REGIONAL"),
  sound("production-zones", put("database", ["settings", "availabilityType"], "ZONAL"), "development"),
  property("cache-encrypted", "cache", "transitEncryptionMode", "DISABLED", "SERVER_AUTHENTICATION"),
  property("cache-authenticated", "cache", "authEnabled", undefined, "true"),
  property("cache-failover", "cache", "tier", "BASIC", "STANDARD_HA"),
  property("bucket-private", "archive", "publicAccessPrevention", "inherited", "enforced"),
  property("bucket-private", "archive", "uniformBucketLevelAccess", undefined, "true"),
  property(
    "bucket-lifecycle",
    "archive",
    "lifecycleRules",
    [{ action: { type: "SetStorageClass" }, condition: { age: 30 } }],
    'a list with {action: {type: "Delete"}, condition: {age: …}}',
  ),
]

const container = (place: number) => `template.containers[${place}]`
/** A member of the app's container in the service; its message tells the path from the container on. */
const inApp = (rule: string, path: string, value: unknown, allowed: string, place = 1): Case => {
  const whole = `${container(place)}.${path}`
  return broken(rule, put("api", keysOf(whole), value), "api", whole, mustBe(path, value, allowed))
}

const byDigest = "an image by digest, such as registry/name@sha256:…"
const pinned = "the number of a version"
const ofItsOwn = "a service account of the workload's own"
const sizes = "set, such as 500m of cpu or 1Gi of memory"
const variable = (value: Readonly<Record<string, unknown>>) => put("api", keysOf(`${container(1)}.envs[0]`), value)
const plain = (name: string, reason: string) => `${name} holds ${reason}; take it from Secret Manager by secretKeyRef`

const run: readonly Case[] = [
  inApp("image-by-digest", "image", "europe-docker.pkg.dev/project/atlas/atlas:1.0.0", byDigest),
  inApp("image-by-digest", "image", "kong:3.9.3", byDigest, 0),
  sound("image-by-digest", put("api", keysOf(`${container(1)}.image`), answer("image.ref"))),
  inApp(
    "image-vendor-version",
    "image",
    "europe-docker.pkg.dev/project/mirror/library/kong:3.9",
    "a vendor's image by its whole version",
    0,
  ),
  sound("image-vendor-version", put("api", keysOf(`${container(0)}.image`), "docker.io/library/kong:3.9.3")),
  ...["cpu", "memory"].map((unit) => inApp("container-resources", `resources.limits.${unit}`, undefined, sizes)),
  ...["startupProbe", "livenessProbe", "readinessProbe"].flatMap((probe) =>
    [0, 1].map((place) =>
      inApp("container-probes", probe, undefined, "set: an httpGet probe of this container", place),
    ),
  ),
  inApp("processor-between-requests", "resources.cpuIdle", true, "false"),
  inApp("processor-between-requests", "resources.cpuIdle", undefined, "false", 2),
  broken(
    "secret-not-plain",
    variable({ name: "DATABASE_URL", value: "postgres://atlas:hunter2@database/atlas" }),
    "api",
    `${container(1)}.envs[0].value`,
    plain("DATABASE_URL", "a URL with a password"),
  ),
  broken(
    "secret-not-plain",
    put("gate", keysOf("template.template.containers[0].envs[0]"), { name: "OPERATOR_KEY", value: "abc" }),
    "gate",
    "template.template.containers[0].envs[0].value",
    plain("OPERATOR_KEY", "what its name calls a secret"),
  ),
  inApp("secret-version-pinned", "envs[2].valueSource.secretKeyRef.version", "latest", pinned),
  inApp("secret-version-pinned", "envs[2].valueSource.secretKeyRef.version", undefined, pinned),
  broken(
    "secret-version-pinned",
    put("api", keysOf("template.volumes[0].secret.items[0].version"), "latest"),
    "api",
    "template.volumes[0].secret.items[0].version",
    mustBe("volumes[0].secret.items[0].version", "latest", pinned),
  ),
  broken(
    "workload-identity",
    put("worker", ["template", "serviceAccount"], undefined),
    "worker",
    "template.serviceAccount",
    mustBe("serviceAccount", undefined, ofItsOwn),
  ),
  broken(
    "workload-identity",
    put("gate", keysOf("template.template.serviceAccount"), "1-compute@developer.gserviceaccount.com"),
    "gate",
    "template.template.serviceAccount",
    mustBe("serviceAccount", "1-compute@developer.gserviceaccount.com", ofItsOwn),
  ),
  broken(
    "egress-through-network",
    put("worker", keysOf("template.vpcAccess.egress"), "PRIVATE_RANGES_ONLY"),
    "worker",
    "template.vpcAccess.egress",
    mustBe("vpcAccess.egress", "PRIVATE_RANGES_ONLY", "ALL_TRAFFIC"),
  ),
  broken(
    "egress-through-network",
    put("gate", keysOf("template.template.vpcAccess"), undefined),
    "gate",
    "template.template.vpcAccess.egress",
    mustBe("vpcAccess.egress", undefined, "ALL_TRAFFIC"),
  ),
  property(
    "gate-awaited",
    "gate",
    "runExecutionToken",
    undefined,
    "set: the job is ready when its execution has succeeded",
  ),
  property("gate-awaited", "gate", "template.template.maxRetries", 3, "0"),
  property("production-replicas", "api", "template.scaling.minInstanceCount", 1, "2 or more"),
  sound("production-replicas", put("api", keysOf("template.scaling.minInstanceCount"), 0), "development"),
]

const openIngress = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER: clients come by the load balancer"
const everybody = (member: string) => `"${member}" admits everybody; name the account`
const named = "a role that names its permissions"

const platform: readonly Case[] = [
  property("network-closed", "api", "ingress", "INGRESS_TRAFFIC_ALL", openIngress),
  property("network-closed", "api", "ingress", undefined, openIngress),
  sound("network-closed", put("api", ["ingress"], "INGRESS_TRAFFIC_ALL"), "development"),
  broken(
    "network-closed",
    put("from-inside", ["sourceRanges"], ["10.0.0.0/16", "0.0.0.0/0"]),
    "from-inside",
    "sourceRanges",
    "it lets 0.0.0.0/0 in; clients come by the load balancer, which needs no rule",
  ),
  broken("network-default-deny", drop("deny-egress"), "network", "", "no Firewall of it denies all EGRESS; add one"),
  broken(
    "network-default-deny",
    put("deny-ingress", ["denies", 0, "protocol"], "tcp"),
    "network",
    "",
    "no Firewall of it denies all INGRESS; add one",
  ),
  broken(
    "network-default-deny",
    all(set("deny-egress", { dependencies: [] }), put("deny-egress", ["network"], "another")),
    "network",
    "",
    "no Firewall of it denies all EGRESS; add one",
  ),
  property("edge-tls", "edge-tls", "minTlsVersion", "TLS_1_0", "TLS_1_2 or newer"),
  property("edge-tls", "edge-https", "sslPolicy", undefined, "set: without a policy it takes TLS 1.0"),
  broken(
    "edge-redirect",
    put("edge-redirect", ["defaultUrlRedirect"], undefined),
    "edge-http",
    "urlMap",
    "its URLMap sends nobody to HTTPS (missing); set defaultUrlRedirect",
  ),
  sound("edge-redirect", put("edge-redirect", ["defaultUrlRedirect"], undefined), "development"),
  property("identity-no-wildcard-action", "project-grant", "role", "roles/editor", named),
  property("identity-no-wildcard-action", "project-grant", "role", "roles/storage.admin", named),
  sound("identity-no-wildcard-action", put("bucket-grant", ["role"], "roles/storage.objectAdmin")),
  broken(
    "identity-no-wildcard-principal",
    put("bucket-grant", ["member"], "allUsers"),
    "bucket-grant",
    "member",
    everybody("allUsers"),
  ),
  broken(
    "identity-no-wildcard-principal",
    put("bucket-binding", ["members", 0], "allAuthenticatedUsers"),
    "bucket-binding",
    "members[0]",
    everybody("allAuthenticatedUsers"),
  ),
  broken(
    "identity-no-keys",
    add(resource("key", "gcp:serviceaccount/key:Key", { serviceAccountId: answer("account.name") })),
    "key",
    "",
    "it is a key that can be copied; let the workload run as its account",
  ),
  property("registry-immutable", "registry", "dockerConfig.immutableTags", undefined, "true"),
  property("registry-scanned", "mirror", "vulnerabilityScanningConfig.enablementConfig", "DISABLED", "INHERITED"),
  property("logs-retention", "logs", "retentionDays", undefined, "a number of days"),
  property("services-kept-enabled", "service-run", "disableOnDestroy", undefined, "false"),
  broken(
    "owned",
    put("archive", ["labels", "stack"], undefined),
    "archive",
    "labels",
    "stack missing; label it with the stack's ownership",
  ),
  broken(
    "owned",
    put("database", ["settings", "userLabels"], undefined),
    "database",
    "settings.userLabels",
    "project, stack, environment, managed-by missing; label it with the stack's ownership",
  ),
  broken(
    "owned",
    add(resource("topic", "gcp:pubsub/topic:Topic", {}, { parent: urn("atlas") })),
    "topic",
    "labels",
    "project, stack, environment, managed-by missing; label it with the stack's ownership",
  ),
]

const nobodyCollects = "none of the containers collects metrics; add a collector, such as Prometheus"

const watch: readonly Case[] = [
  property("alert-told", "alert", "notificationChannels", [], "a list with a channel"),
  property("alert-told", "alert", "notificationChannels", undefined, "a list with a channel"),
  sound("alert-told", put("alert", ["notificationChannels"], []), "staging"),
  ...["api", "worker"].map((name) =>
    broken(
      "replica-collected",
      put(
        name,
        keysOf(`${container(name === "api" ? 2 : 1)}.image`),
        "us-docker.pkg.dev/cloud-ops-agents-artifacts/other:1.0.0",
      ),
      name,
      "template.containers",
      nobodyCollects,
    ),
  ),
  sound("replica-collected", put("worker", keysOf(`${container(1)}.image`), answer("collector.reference"))),
]

export const gcpCases: readonly Case[] = [...data, ...run, ...platform, ...watch]
