import * as aws from "@pulumi/aws"
import * as pulumi from "@pulumi/pulumi"
import type { Policy } from "./policies.ts"
import type { Scope } from "./scope.ts"

export interface BucketArgs {
  /** Names the bucket and all that belongs to it. */
  readonly part: string
  readonly accountId: pulumi.Output<string>
  /** How long an object is kept, in days. */
  readonly days: number
  /** Whether what is overwritten or deleted by mistake can be had back, for as long. */
  readonly versioned: boolean
  /** Who may do what beside the account's own identities, by the ARN of the bucket and the account's number. */
  readonly policy: (bucketArn: string, accountId: string) => Policy
}

export interface Bucket {
  readonly bucket: aws.s3.Bucket
  /** Its policy: who writes by it alone needs it first. */
  readonly access: pulumi.Resource
}

/** A bucket that is closed to the world, encrypted, and lets what lies in it expire. */
export function createBucket(scope: Scope, { part, accountId, days, versioned, policy }: BucketArgs): Bucket {
  const { parent } = scope
  // All accounts share one space of names, so the account's number is part of it.
  const bucket = new aws.s3.Bucket(
    part,
    {
      bucket: pulumi.interpolate`${scope.name("bucket", part)}-${accountId}`,
      forceDestroy: !scope.isProduction,
      tags: scope.tags(part),
    },
    { parent },
  )
  const of = { bucket: bucket.bucket }
  const closed = new aws.s3.BucketPublicAccessBlock(
    `${part}-access`,
    { ...of, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    { parent },
  )
  new aws.s3.BucketOwnershipControls(
    `${part}-ownership`,
    { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } },
    { parent },
  )
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${part}-encryption`,
    { ...of, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    { parent },
  )
  const versions = versioned
    ? [
        new aws.s3.BucketVersioning(
          `${part}-versions`,
          { ...of, versioningConfiguration: { status: "Enabled" } },
          { parent },
        ),
      ]
    : []
  new aws.s3.BucketLifecycleConfiguration(
    `${part}-lifecycle`,
    {
      ...of,
      rules: [
        {
          id: "expire",
          status: "Enabled",
          filter: {},
          expiration: { days },
          ...(versioned ? { noncurrentVersionExpiration: { noncurrentDays: days } } : {}),
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    { parent, dependsOn: versions },
  )
  const document = pulumi.all([bucket.arn, accountId]).apply(([arn, account]) => JSON.stringify(policy(arn, account)))
  // S3 refuses two changes of a bucket's access at the same time.
  const access = new aws.s3.BucketPolicy(`${part}-policy`, { ...of, policy: document }, { parent, dependsOn: [closed] })
  return { bucket, access }
}
