import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import type { BackupSpec } from "../../spec/stack-spec.ts"
import { seconds } from "../../spec/units.ts"
import type { Identity } from "./identity.ts"
import type { Scope } from "./scope.ts"

const day = 86_400

export interface Archive {
  readonly bucket: gcp.storage.Bucket
  readonly url: pulumi.Output<string>
  /** What the worker may do with it. */
  readonly grants: readonly pulumi.Resource[]
}

/**
 * The bucket of the portable exports. Encrypted at rest without being asked:
 * https://cloud.google.com/storage/docs/encryption/default-keys
 */
export function createArchive(scope: Scope, { keep }: BackupSpec, worker: Identity): Archive {
  const age = seconds(keep) / day
  const bucket = new gcp.storage.Bucket(
    "archive",
    {
      // All projects share one space of names, and a project's id is in it once.
      name: `${scope.name("bucket", "archive")}-${scope.project}`,
      location: scope.region,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      // An export that is overwritten or deleted by mistake can be had back.
      versioning: { enabled: true },
      lifecycleRules: [
        { action: { type: "Delete" }, condition: { age } },
        { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: age } },
        { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 1 } },
      ],
      forceDestroy: !scope.isProduction,
      labels: scope.labels,
    },
    scope.inside(),
  )
  // It deletes none: the bucket's own rule does, so a broken worker cannot.
  const grants = ["objectCreator", "objectViewer"].map(
    (role) =>
      new gcp.storage.BucketIAMMember(
        `worker-archive-${role}`,
        { bucket: bucket.name, role: `roles/storage.${role}`, member: worker.member },
        scope.inside(),
      ),
  )
  return { bucket, url: pulumi.interpolate`gs://${bucket.name}`, grants }
}
