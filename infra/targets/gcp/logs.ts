import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import { seconds } from "../../spec/units.ts"
import type { Scope } from "./scope.ts"

const day = 86_400

/** What a bucket of logs can keep, in days: https://cloud.google.com/logging/docs/buckets#custom-retention */
export const logDays = { least: 1, most: 3650 } as const

/**
 * The stack's own lines, kept as long as the spec says. The project's bucket _Default takes a copy for its 30 days, as it
 * does of everything; it is not the stack's to change.
 */
export function createLogs(scope: Scope, names: readonly string[]): gcp.logging.ProjectBucketConfig {
  const bucket = new gcp.logging.ProjectBucketConfig(
    "logs",
    {
      project: scope.project,
      location: scope.region,
      bucketId: scope.name("logs", "logs"),
      description: "Lines of one stack",
      retentionDays: seconds(scope.context.spec.logs.keep) / day,
    },
    scope.inside(),
  )
  new gcp.logging.ProjectSink(
    "logs-sink",
    {
      name: scope.name("logs", "logs"),
      description: "Lines of one stack",
      destination: pulumi.interpolate`logging.googleapis.com/${bucket.id}`,
      filter: logFilter(names, scope.name("database", "database"), scope.project),
      uniqueWriterIdentity: true,
    },
    scope.inside(),
  )
  return bucket
}

/** What Cloud Run's parts and the database write, by their names. */
export function logFilter(names: readonly string[], database: string, project: string): string {
  const any = `(${names.map((name) => `"${name}"`).join(" OR ")})`
  const labels = ["service_name", "worker_pool_name", "job_name"].map((label) => `resource.labels.${label}=${any}`)
  return [...labels, `resource.labels.database_id="${project}:${database}"`].join(" OR ")
}
