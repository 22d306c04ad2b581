import type { PlannedResource } from "../../../../infra/plan/resource.ts"
import { after, answer, owned, resource, roots } from "./resource.ts"

const labelled = (inputs: PlannedResource["inputs"]) => ({ ...inputs, labels: owned })

const image = `europe-docker.pkg.dev/project/atlas/atlas@sha256:${"0".repeat(64)}`

const probes = Object.fromEntries(
  ["startupProbe", "livenessProbe", "readinessProbe"].map((probe) => [
    probe,
    { httpGet: { path: "/alive", port: 9000 } },
  ]),
)

/** Anew for each container: a case changes one of them. */
const resources = () => ({ limits: { cpu: "1", memory: "2Gi" }, cpuIdle: false })

const envs = [
  { name: "LOG_LEVEL", value: "INFO" },
  {
    name: "DATABASE_URL",
    valueSource: { secretKeyRef: { secret: "database-url", version: answer("version.version") } },
  },
  { name: "REDIS_URL", valueSource: { secretKeyRef: { secret: "redis-url", version: "3" } } },
]

const app = { name: "optimizer", image, envs, resources: resources(), ...probes }

const collector = () => ({
  name: "collector",
  image: "us-docker.pkg.dev/cloud-ops-agents-artifacts/cloud-run-gmp-sidecar/cloud-run-gmp-sidecar:1.9.2",
  dependsOns: ["optimizer"],
  resources: resources(),
})

const placed = (name: string) => ({
  serviceAccount: answer(`${name}.email`),
  vpcAccess: { egress: "ALL_TRAFFIC", networkInterfaces: [{ network: answer("network.id") }] },
})

const run: readonly PlannedResource[] = [
  resource(
    "api",
    "gcp:cloudrunv2/service:Service",
    labelled({
      ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
      template: {
        ...placed("api"),
        scaling: { minInstanceCount: 2, maxInstanceCount: 10 },
        containers: [
          {
            name: "kong",
            image: "europe-docker.pkg.dev/project/mirror/library/kong:3.9.3",
            ports: { containerPort: 9001 },
            dependsOns: ["optimizer"],
            resources: resources(),
            ...probes,
          },
          app,
          collector(),
        ],
        volumes: [{ name: "gateway", secret: { secret: "gateway", items: [{ path: "kong.yml", version: "1" }] } }],
      },
    }),
  ),
  resource(
    "worker",
    "gcp:cloudrunv2/workerPool:WorkerPool",
    labelled({ template: { ...placed("worker"), containers: [app, collector()] } }),
  ),
  resource(
    "gate",
    "gcp:cloudrunv2/job:Job",
    labelled({
      runExecutionToken: "0123456789ab",
      template: { template: { ...placed("gate"), maxRetries: 0, containers: [app] } },
    }),
  ),
]

const network: readonly PlannedResource[] = [
  resource("network", "gcp:compute/network:Network", { name: "atlas" }),
  resource("subnet", "gcp:compute/subnetwork:Subnetwork", { network: answer("network.id") }, after("network")),
  ...(["INGRESS", "EGRESS"] as const).map((direction) =>
    resource(
      `deny-${direction.toLowerCase()}`,
      "gcp:compute/firewall:Firewall",
      { network: answer("network.id"), direction, denies: [{ protocol: "all" }], priority: 65534 },
      after("network"),
    ),
  ),
  resource(
    "to-database",
    "gcp:compute/firewall:Firewall",
    {
      network: answer("network.id"),
      direction: "EGRESS",
      allows: [{ protocol: "tcp", ports: ["5432"] }],
      destinationRanges: ["10.0.128.0/17"],
    },
    after("network"),
  ),
  resource(
    "from-inside",
    "gcp:compute/firewall:Firewall",
    {
      network: answer("network.id"),
      allows: [{ protocol: "tcp", ports: ["443"] }],
      sourceRanges: ["10.0.0.0/16"],
    },
    after("network"),
  ),
]

const data: readonly PlannedResource[] = [
  resource("database", "gcp:sql/databaseInstance:DatabaseInstance", {
    deletionProtection: true,
    settings: {
      availabilityType: "REGIONAL",
      deletionProtectionEnabled: true,
      ipConfiguration: {
        ipv4Enabled: false,
        sslMode: "ENCRYPTED_ONLY",
        serverCaMode: "GOOGLE_MANAGED_CAS_CA",
      },
      backupConfiguration: { pointInTimeRecoveryEnabled: true, transactionLogRetentionDays: 30 },
      finalBackupConfig: { enabled: true },
      userLabels: owned,
    },
  }),
  resource(
    "cache",
    "gcp:redis/instance:Instance",
    labelled({ tier: "STANDARD_HA", authEnabled: true, transitEncryptionMode: "SERVER_AUTHENTICATION" }),
  ),
  resource(
    "archive",
    "gcp:storage/bucket:Bucket",
    labelled({
      publicAccessPrevention: "enforced",
      uniformBucketLevelAccess: true,
      lifecycleRules: [{ action: { type: "Delete" }, condition: { age: 30 } }],
    }),
  ),
]

const identity: readonly PlannedResource[] = [
  resource("project-grant", "gcp:projects/iAMMember:IAMMember", {
    role: "roles/monitoring.metricWriter",
    member: answer("api.member"),
  }),
  resource("bucket-grant", "gcp:storage/bucketIAMMember:BucketIAMMember", {
    role: "roles/storage.objectCreator",
    member: answer("worker.member"),
  }),
  resource("bucket-binding", "gcp:storage/bucketIAMBinding:BucketIAMBinding", {
    role: "roles/storage.objectViewer",
    members: [answer("worker.member")],
  }),
]

const platform: readonly PlannedResource[] = [
  resource(
    "registry",
    "gcp:artifactregistry/repository:Repository",
    labelled({
      dockerConfig: { immutableTags: true },
      vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
    }),
  ),
  resource(
    "mirror",
    "gcp:artifactregistry/repository:Repository",
    labelled({ mode: "REMOTE_REPOSITORY", vulnerabilityScanningConfig: { enablementConfig: "INHERITED" } }),
  ),
  resource("logs", "gcp:logging/projectBucketConfig:ProjectBucketConfig", { retentionDays: 30 }),
  resource("alert", "gcp:monitoring/alertPolicy:AlertPolicy", {
    notificationChannels: [answer("mail.id")],
    userLabels: owned,
  }),
  resource("service-run", "gcp:projects/service:Service", { service: "run.googleapis.com", disableOnDestroy: false }),
  resource("edge-tls", "gcp:compute/sSLPolicy:SSLPolicy", { minTlsVersion: "TLS_1_2" }),
  resource("edge-https", "gcp:compute/targetHttpsProxy:TargetHttpsProxy", { sslPolicy: answer("edge-tls.id") }),
  resource("edge-redirect", "gcp:compute/uRLMap:URLMap", { defaultUrlRedirect: { httpsRedirect: true } }),
  resource(
    "edge-http",
    "gcp:compute/targetHttpProxy:TargetHttpProxy",
    { urlMap: answer("edge-redirect.id") },
    after("edge-redirect"),
  ),
]

/** Google Cloud's side of a stack. */
export const project: readonly PlannedResource[] = [...roots, ...run, ...network, ...data, ...identity, ...platform]
