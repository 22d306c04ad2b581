import type { StackConfig } from "./engine.ts"

/** A stack of each target, with nobody's names: what an engineer would write into its file. */
export interface Subject {
  readonly config: StackConfig
  /** The providers that its resources need. */
  readonly packages: readonly string[]
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

/** By the value of `atlas:cloud`. The local target has an engine of its own. */
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
      "aws:region": "eu-central-1",
      "atlas:apiCidrs": "192.168.7.0/24",
      "atlas:zoneId": "Z0123456789ABCD",
    },
    packages: ["aws", "kubernetes", "random"],
    counts: [{ type: "kubernetes:apps/v1:Deployment", path: ["spec", "replicas"] }],
  },
}
