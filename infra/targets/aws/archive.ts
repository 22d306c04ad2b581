import type * as aws from "@pulumi/aws"
import * as pulumi from "@pulumi/pulumi"
import type { BackupSpec } from "../../spec/stack-spec.ts"
import { seconds } from "../../spec/units.ts"
import { createBucket } from "./bucket.ts"
import { tlsOnly } from "./policies.ts"
import type { Scope } from "./scope.ts"

const day = 86_400

export interface Archive {
  readonly bucket: aws.s3.Bucket
  readonly url: pulumi.Output<string>
}

/** The bucket of the portable exports. */
export function createArchive(scope: Scope, { keep }: BackupSpec, accountId: pulumi.Output<string>): Archive {
  const days = seconds(keep) / day
  const { bucket } = createBucket(scope, { part: "archive", accountId, days, versioned: true, policy: tlsOnly })
  return { bucket, url: pulumi.interpolate`s3://${bucket.bucket}` }
}
