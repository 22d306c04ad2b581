import type * as pulumi from "@pulumi/pulumi"
import { labelsOf } from "../../kubernetes/index.ts"
import { ownershipTags, physicalName } from "../../spec/names.ts"
import type { TargetContext } from "../../spec/target.ts"
import type { AwsValues } from "./keys.ts"

/** The longest names that AWS takes, in characters, each with the page that says so. */
export const nameLimits = {
  /** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
  cluster: 100,
  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  role: 64,
  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
  loadBalancer: 32,
  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
  targetGroup: 32,
  /** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html, and of an instance */
  database: 63,
  /** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBClusterParameterGroup.html */
  databaseGroup: 255,
  /** https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html */
  cache: 40,
  /** https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheSubnetGroup.html */
  cacheGroup: 255,
  /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
  securityGroup: 255,
  /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
  repository: 256,
  /** 63, less a hyphen and an account's 12 digits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
  bucket: 50,
  /** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
  secret: 512,
  /** https://docs.aws.amazon.com/prometheus/latest/APIReference/API_CreateWorkspace.html, and of a scraper */
  metrics: 100,
  /** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
  topic: 256,
  /** 512, less the path before it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
  logGroup: 500,
  /** The value of a tag: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html */
  tag: 256,
} as const

export type Named = keyof typeof nameLimits

/** What every part of the target is built with. */
export interface Scope {
  readonly context: TargetContext
  readonly values: AwsValues
  /** The parent of every resource. */
  readonly parent: pulumi.Resource
  readonly isProduction: boolean
  /** The physical name of a part, cut to what AWS takes. */
  name(kind: Named, part: string): string
  /** Tags of a resource: whose it is, and what it is called in AWS's console. */
  tags(part: string): Record<string, string>
  /** Labels of an object in the cluster, which say the same. */
  readonly labels: Readonly<Record<string, string>>
}

export function scopeOf(context: TargetContext, values: AwsValues, parent: pulumi.Resource): Scope {
  const name = (kind: Named, part: string) => physicalName(context.names, part, nameLimits[kind])
  return {
    context,
    values,
    parent,
    isProduction: context.spec.environment === "production",
    name,
    tags: (part) => ({ ...ownershipTags(context.names, context.spec.environment), Name: name("tag", part) }),
    labels: labelsOf(context),
  }
}
