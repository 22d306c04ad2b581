import * as pulumi from "@pulumi/pulumi"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import type { StackSpec } from "../../../infra/spec/stack-spec.ts"
import type { TargetContext } from "../../../infra/spec/target.ts"

export const image = `ghcr.io/you/atlas@sha256:${"0123456789abcdef".repeat(4)}`
export const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

/** A production stack that asks for all there is. */
export const production: StackSpec = {
  ...defaultSpec("production"),
  image: { reference: image, platform: "linux/amd64" },
  edge: { ...defaultSpec("production").edge, domain: "api.optimizer.example.com" },
}

export const values = {
  "atlas:databaseCa": certificate,
  "atlas:databaseMaxConnections": 500,
  "atlas:redisCa": certificate,
  "atlas:archiveUrl": "s3://atlas-archive",
  "atlas:ingressClass": "traefik",
  "atlas:ingressNamespace": "traefik",
  "atlas:clusterIssuer": "letsencrypt-prod",
  "atlas:prometheusUrl": "http://prometheus.monitoring:9090",
}

export const secrets: Readonly<Record<string, string>> = {
  "atlas:databaseUrl": "postgres://atlas:canary-database@db.internal:6432/atlas?sslmode=verify-full",
  "atlas:redisUrl": "rediss://:canary-redis@cache.internal:6380",
}

export const contextOf = (
  spec: StackSpec = production,
  given: Readonly<Record<string, unknown>> = values,
  secret: Readonly<Record<string, string>> = secrets,
): TargetContext => ({
  spec,
  values: given,
  names: { project: "atlas", stack: spec.environment, generation: 1 },
  secret: (key) => (secret[key] === undefined ? undefined : pulumi.secret(secret[key])),
})
