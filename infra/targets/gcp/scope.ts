import type * as pulumi from "@pulumi/pulumi"
import { ownershipTags, physicalName } from "../../spec/names.ts"
import type { TargetContext } from "../../spec/target.ts"
import type { GcpValues } from "./keys.ts"

/** The longest names that Google Cloud takes, in characters, each with the page that says so. */
export const nameLimits = {
  /** Networks, subnets, firewall rules, addresses and all parts of a load balancer: https://cloud.google.com/compute/docs/naming-resources */
  compute: 63,
  /** A service or worker pool, fewer than 50: https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create */
  run: 49,
  /** With the token of its execution fewer than 63: https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs */
  job: 49,
  /** 98, less a colon and a project's 30: https://cloud.google.com/sql/docs/postgres/instance-settings */
  database: 67,
  /** https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/create */
  cache: 40,
  /** https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create */
  secret: 255,
  /** https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories */
  repository: 63,
  /** 63, less a hyphen and a project's 30: https://cloud.google.com/storage/docs/buckets#naming */
  bucket: 32,
  /** https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create */
  account: 30,
  /** https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles/create */
  role: 64,
  /** A bucket or sink of logs: https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets/create */
  logs: 100,
  /** https://cloud.google.com/dns/docs/reference/rest/v1/managedZones */
  zone: 63,
  /** https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations.certificates/create */
  certificate: 63,
} as const

export type Named = keyof typeof nameLimits

/** What every part of the target is built with. */
export interface Scope {
  readonly context: TargetContext
  readonly values: GcpValues
  readonly project: string
  readonly region: string
  /** The parent of every resource. */
  readonly parent: pulumi.Resource
  readonly isProduction: boolean
  /** Whose a resource is, on everything that takes labels. */
  readonly labels: Readonly<Record<string, string>>
  /** The physical name of a part, cut to what Google Cloud takes. */
  name(kind: Named, part: string): string
  /** The options of a resource: under the stack, and after the services of Google Cloud that it needs. */
  inside(...after: readonly pulumi.Resource[]): { parent: pulumi.Resource; dependsOn: pulumi.Resource[] }
}

/** `services` are what must be enabled before anything else is made. */
export function scopeOf(
  context: TargetContext,
  values: GcpValues,
  parent: pulumi.Resource,
  services: readonly pulumi.Resource[],
): Scope {
  const tags = ownershipTags(context.names, context.spec.environment)
  return {
    context,
    values,
    project: values["gcp:project"],
    region: values["gcp:region"],
    parent,
    isProduction: context.spec.environment === "production",
    labels: Object.fromEntries(Object.entries(tags).map(([tag, value]) => [tag, labelValue(value)])),
    name: (kind, part) => physicalName(context.names, part, nameLimits[kind]),
    inside: (...after) => ({ parent, dependsOn: [...services, ...after] }),
  }
}

/** A text as the value of a label: https://cloud.google.com/resource-manager/docs/labels-overview#requirements */
export const labelValue = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "-")
    .slice(0, 63)
