/** Policies as documents: pure, so that a test can hold each to what it must allow and no more. */

export interface Policy {
  readonly Version: "2012-10-17"
  readonly Statement: readonly Statement[]
}

interface Statement {
  readonly Sid?: string
  readonly Effect: "Allow" | "Deny"
  readonly Principal?: "*" | { readonly Service: string }
  readonly Action: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

const policy = (...statements: Statement[]): Policy => ({ Version: "2012-10-17", Statement: statements })

/** Lets a service of AWS take the role. EKS also marks the session with tags. */
export const trustOf = (service: string, ...further: "sts:TagSession"[]): Policy =>
  policy({ Effect: "Allow", Principal: { Service: service }, Action: ["sts:AssumeRole", ...further] })

/** Takes the role of pods: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
export const podTrust: Policy = trustOf("pods.eks.amazonaws.com", "sts:TagSession")

/** The worker writes and reads exports. It deletes none: the bucket's own rule does, so a broken worker cannot. */
export const archiveAccess = (bucketArn: string): Policy =>
  policy(
    { Effect: "Allow", Action: ["s3:ListBucket"], Resource: bucketArn },
    {
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      Resource: `${bucketArn}/*`,
    },
  )

/** Pods mount secrets with their own role: https://docs.aws.amazon.com/secretsmanager/latest/userguide/ascp-pod-identity-integration.html */
export const secretsRead = (arns: readonly string[]): Policy =>
  policy({
    Effect: "Allow",
    Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
    Resource: arns,
  })

/** KEDA's operator reads the metrics that it scales by. */
export const metricsRead = (workspaceArn: string): Policy =>
  policy({ Effect: "Allow", Action: ["aps:QueryMetrics", "aps:GetMetricMetadata"], Resource: workspaceArn })

/** The workspace's alert manager writes to the topic: https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-alertmanager-receiver-AMPpermission.html */
export const alertsPublish = (topicArn: string, workspaceArn: string): Policy =>
  policy({
    Effect: "Allow",
    Principal: { Service: "aps.amazonaws.com" },
    Action: ["sns:Publish", "sns:GetTopicAttributes"],
    Resource: topicArn,
    Condition: { ArnEquals: { "aws:SourceArn": workspaceArn } },
  })

/** Nobody reaches the bucket without TLS, or with an old one. */
export const tlsOnly = (bucketArn: string): Policy => {
  const everything = { Principal: "*", Action: "s3:*", Resource: [bucketArn, `${bucketArn}/*`] } as const
  return policy(
    { Sid: "NoPlainHttp", Effect: "Deny", ...everything, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "NoOldTls", Effect: "Deny", ...everything, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
  )
}

/**
 * The load balancer's log service writes below the account's own folder, in every region by this name:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export const loadBalancerLogs = (bucketArn: string, accountId: string): Policy =>
  policy(...tlsOnly(bucketArn).Statement, {
    Sid: "LoadBalancerLogs",
    Effect: "Allow",
    Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `${bucketArn}/AWSLogs/${accountId}/*`,
  })

/** The network's log service, for flow logs of this account and region alone. */
export const flowLogTrust = (accountId: string, region: string): Policy =>
  policy({
    Effect: "Allow",
    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
    Action: ["sts:AssumeRole"],
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `arn:aws:ec2:${region}:${accountId}:vpc-flow-log/*` },
    },
  })

/**
 * It writes to the group that is there, and makes none: a late record would bring back a group that was just deleted.
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
 */
export const flowLogWrite = (groupArn: string): Policy =>
  policy({
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
    Resource: `${groupArn}:*`,
  })

/** How many images the registry keeps: enough to go back, few enough to pay for. */
const keptImages = 30

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html */
export const imageLifecycle = {
  rules: [
    {
      rulePriority: 1,
      description: `Keep the newest ${keptImages} images`,
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: keptImages },
      action: { type: "expire" },
    },
  ],
} as const
