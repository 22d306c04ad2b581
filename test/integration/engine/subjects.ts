import type { StackConfig } from "./engine.ts"

/** A stack of each target, with nobody's names: what an engineer would write into its file. */
export interface Subject {
  readonly config: StackConfig
  /** The providers that its resources need. */
  readonly packages: readonly string[]
  /** Types that stay when the stack goes, because they are not the stack's alone. */
  readonly stays?: readonly string[]
  /** Where counts stand that something beside the engine moves. */
  readonly counts: readonly { readonly type: string; readonly path: readonly string[] }[]
}

export const digest = (character: string): string => `ghcr.io/atlas-test/atlas@sha256:${character.repeat(64)}`

const common = {
  "atlas:environment": "production",
  "atlas:domain": "api.atlas-test.dev",
  "atlas:origins": "https://app.atlas-test.dev",
  "atlas:image": digest("1"),
}

const subscription = "11111111-2222-3333-4444-555555555555"
const ids = {
  subscription,
  tenant: "66666666-7777-8888-9999-000000000000",
  group: `/subscriptions/${subscription}/resourceGroups/atlas-test/providers`,
} as const

/** By the value of `atlas:cloud`. The local target has an engine of its own, and Docker Compose is that of `compose`. */
export const subjects: Readonly<Record<string, Subject>> = {
  kubernetes: {
    config: {
      ...common,
      "atlas:cloud": "kubernetes",
      "atlas:databaseUrl": { secret: "postgres://atlas:word@db.atlas-test.dev/atlas?sslmode=verify-full" },
      "atlas:databaseMaxConnections": "1000",
      "atlas:redisUrl": { secret: "rediss://:word@redis.atlas-test.dev" },
      "atlas:ingressClass": "public",
      "atlas:clusterIssuer": "letsencrypt",
      "atlas:prometheusUrl": "http://prometheus.monitoring:9090",
      "atlas:archiveUrl": "s3://atlas-archive",
    },
    packages: ["kubernetes", "random"],
    counts: [{ type: "kubernetes:apps/v1:Deployment", path: ["spec", "replicas"] }],
  },
  aws: {
    config: {
      ...common,
      "atlas:cloud": "aws",
      "atlas:alertEmail": "oncall@atlas-test.dev",
      "aws:region": "eu-central-1",
      "atlas:apiCidrs": "192.168.7.0/24",
      "atlas:zoneId": "Z0123456789ABCD",
    },
    packages: ["aws", "kubernetes", "random"],
    counts: [{ type: "kubernetes:apps/v1:Deployment", path: ["spec", "replicas"] }],
  },
  gcp: {
    config: {
      ...common,
      "atlas:cloud": "gcp",
      "atlas:alertEmail": "oncall@atlas-test.dev",
      "gcp:project": "atlas-test",
      "gcp:region": "europe-west3",
      "atlas:dnsZone": "atlas-test-dev",
    },
    packages: ["gcp", "random"],
    counts: [{ type: "gcp:cloudrunv2/workerPool:WorkerPool", path: ["scaling", "manualInstanceCount"] }],
  },
  azure: {
    config: {
      ...common,
      "atlas:cloud": "azure",
      "atlas:alertEmail": "oncall@atlas-test.dev",
      "azure-native:location": "westeurope",
      "azure-native:subscriptionId": ids.subscription,
      "azure-native:tenantId": ids.tenant,
      "atlas:previewFeatures": "NGroupsPreview",
      "atlas:operatorCidrs": "192.168.7.0/24",
      "atlas:certificateSecretId": "https://atlas-test-keys.vault.azure.net/secrets/api",
      "atlas:certificateVaultId": `${ids.group}/Microsoft.KeyVault/vaults/atlas-test-keys`,
      "atlas:dnsZoneId": `${ids.group}/Microsoft.Network/dnszones/atlas-test.dev`,
    },
    packages: ["azure-native", "random"],
    stays: ["azure-native:features:SubscriptionFeatureRegistration"],
    counts: [{ type: "azure-native:containerinstance:NGroup", path: ["elasticProfile", "desiredCount"] }],
  },
}
