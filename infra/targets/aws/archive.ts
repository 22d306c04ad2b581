import * as aws from "@pulumi/aws"
import * as pulumi from "@pulumi/pulumi"
import type { BackupSpec } from "../../spec/stack-spec.ts"
import { seconds } from "../../spec/units.ts"
import { tlsOnly } from "./policies.ts"
import type { Scope } from "./scope.ts"

const day = 86_400

export interface Archive {
  readonly bucket: aws.s3.Bucket
  readonly url: pulumi.Output<string>
}

/** The bucket of the portable exports. */
export function createArchive(scope: Scope, { keep }: BackupSpec, accountId: pulumi.Output<string>): Archive {
  const { parent } = scope
  // All accounts share one space of names, so the account's number is part of it.
  const bucket = new aws.s3.Bucket(
    "archive",
    {
      bucket: pulumi.interpolate`${scope.name("bucket", "archive")}-${accountId}`,
      forceDestroy: !scope.isProduction,
      tags: scope.tags("archive"),
    },
    { parent },
  )
  const of = { bucket: bucket.bucket }
  const closed = new aws.s3.BucketPublicAccessBlock(
    "archive-access",
    { ...of, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    { parent },
  )
  new aws.s3.BucketOwnershipControls(
    "archive-ownership",
    { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } },
    { parent },
  )
  new aws.s3.BucketServerSideEncryptionConfiguration(
    "archive-encryption",
    { ...of, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    { parent },
  )
  // An export that is overwritten or deleted by mistake can be had back.
  const versions = new aws.s3.BucketVersioning(
    "archive-versions",
    { ...of, versioningConfiguration: { status: "Enabled" } },
    { parent },
  )
  const days = seconds(keep) / day
  new aws.s3.BucketLifecycleConfiguration(
    "archive-lifecycle",
    {
      ...of,
      rules: [
        {
          id: "expire",
          status: "Enabled",
          filter: {},
          expiration: { days },
          noncurrentVersionExpiration: { noncurrentDays: days },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    { parent, dependsOn: [versions] },
  )
  // S3 refuses two changes of a bucket's access at the same time.
  new aws.s3.BucketPolicy(
    "archive-policy",
    { ...of, policy: bucket.arn.apply((arn) => JSON.stringify(tlsOnly(arn))) },
    { parent, dependsOn: [closed] },
  )
  return { bucket, url: pulumi.interpolate`s3://${bucket.bucket}` }
}
