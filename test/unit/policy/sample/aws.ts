import type { PlannedResource } from "../../../../infra/plan/resource.ts"
import { after, answer, owned, resource, roots } from "./resource.ts"

const tagged = (inputs: PlannedResource["inputs"]) => ({ ...inputs, tags: owned })

/** A policy document of one statement that allows. */
export const allow = (statement: PlannedResource["inputs"]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] })

const objects = `${answer("archive.arn")}/*`

const network: readonly PlannedResource[] = [
  resource("vpc", "aws:ec2/vpc:Vpc", tagged({ cidrBlock: "10.0.0.0/16" })),
  resource(
    "flow-log",
    "aws:ec2/flowLog:FlowLog",
    tagged({ vpcId: answer("vpc.id"), trafficType: "ALL", logDestination: answer("logs.arn") }),
    after("vpc"),
  ),
  resource("subnet-a", "aws:ec2/subnet:Subnet", tagged({ availabilityZone: answer("zones[0]") }), after("vpc")),
  resource("subnet-b", "aws:ec2/subnet:Subnet", tagged({ availabilityZone: answer("zones[1]") }), after("vpc")),
  resource("edge-group", "aws:ec2/securityGroup:SecurityGroup", tagged({ vpcId: answer("vpc.id") }), after("vpc")),
  resource(
    "inner-group",
    "aws:ec2/securityGroup:SecurityGroup",
    tagged({ ingress: [{ protocol: "tcp", fromPort: 5432, toPort: 5432, cidrBlocks: ["10.0.0.0/16"] }] }),
  ),
  resource(
    "open-https",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    tagged({ cidrIpv4: "0.0.0.0/0", fromPort: 443, toPort: 443, ipProtocol: "tcp" }),
    after("edge-group"),
  ),
  resource(
    "open-http",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    { type: "ingress", protocol: "tcp", cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"], fromPort: 80, toPort: 80 },
    after("edge-group"),
  ),
]

const data: readonly PlannedResource[] = [
  resource(
    "parameters",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    tagged({ family: "aurora-postgresql17", parameters: [{ name: "rds.force_ssl", value: "1" }] }),
  ),
  resource(
    "database",
    "aws:rds/cluster:Cluster",
    tagged({
      engine: "aurora-postgresql",
      storageEncrypted: true,
      backupRetentionPeriod: 30,
      deletionProtection: true,
      finalSnapshotIdentifier: "atlas-final",
      dbClusterParameterGroupName: answer("parameters.name"),
      masterPassword: "[secret]",
    }),
    after("parameters"),
  ),
  resource(
    "instance",
    "aws:rds/clusterInstance:ClusterInstance",
    tagged({ clusterIdentifier: answer("database.id"), instanceClass: "db.serverless", publiclyAccessible: false }),
    after("database"),
  ),
  resource(
    "cache",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    tagged({
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      transitEncryptionEnabled: true,
      atRestEncryptionEnabled: true,
      authToken: "[secret]",
    }),
  ),
  resource("archive", "aws:s3/bucket:Bucket", tagged({ bucket: "atlas-archive" })),
  resource("archive-access", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
    bucket: "atlas-archive",
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  }),
  resource(
    "archive-lifecycle",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    { bucket: answer("archive.bucket"), rules: [{ id: "expire", status: "Enabled", expiration: { days: 30 } }] },
    after("archive"),
  ),
  resource(
    "archive-policy",
    "aws:s3/bucketPolicy:BucketPolicy",
    {
      bucket: answer("archive.id"),
      policy: JSON.stringify({
        Statement: {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: objects,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      }),
    },
    after("archive"),
  ),
]

const identity: readonly PlannedResource[] = [
  resource(
    "role",
    "aws:iam/role:Role",
    tagged({
      assumeRolePolicy: allow({ Action: "sts:AssumeRole", Principal: { Service: "pods.eks.amazonaws.com" } }),
      inlinePolicies: [{ name: "read", policy: allow({ Action: ["s3:GetObject"], Resource: objects }) }],
      managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"],
    }),
  ),
  resource(
    "deployer",
    "aws:iam/role:Role",
    tagged({
      assumeRolePolicy: allow({
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: answer("forge.arn") },
        Condition: { StringEquals: { "token.example.com:sub": "repo:you/atlas:environment:production" } },
      }),
    }),
  ),
  resource("grant", "aws:iam/rolePolicy:RolePolicy", {
    role: answer("role.id"),
    policy: allow({ Action: "s3:PutObject", Resource: objects }),
  }),
  resource("attachment", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
    role: answer("role.name"),
    policyArn: "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
  }),
]

const platform: readonly PlannedResource[] = [
  resource(
    "registry",
    "aws:ecr/repository:Repository",
    tagged({ imageTagMutability: "IMMUTABLE", imageScanningConfiguration: { scanOnPush: true } }),
  ),
  resource("logs", "aws:cloudwatch/logGroup:LogGroup", tagged({ retentionInDays: 30 })),
  resource("setting", "aws:ssm/parameter:Parameter", tagged({ type: "String", value: "eu-west-1" })),
  resource(
    "cluster",
    "aws:eks/cluster:Cluster",
    tagged({
      enabledClusterLogTypes: ["api", "audit"],
      vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["192.0.2.0/24"] },
    }),
  ),
  resource("alert-manager", "aws:amp/alertManagerDefinition:AlertManagerDefinition", { definition: "route: …" }),
  resource("alerts-mail", "aws:sns/topicSubscription:TopicSubscription", {
    topic: answer("alerts.arn"),
    protocol: "email",
  }),
  resource(
    "balancer",
    "aws:lb/loadBalancer:LoadBalancer",
    tagged({
      securityGroups: [answer("edge-group.id")],
      accessLogs: { enabled: true, bucket: answer("access-logs.bucket") },
    }),
    after("edge-group"),
  ),
  resource(
    "https",
    "aws:lb/listener:Listener",
    tagged({
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      defaultActions: [{ type: "forward", targetGroupArn: answer("group.arn") }],
    }),
  ),
  resource(
    "http",
    "aws:lb/listener:Listener",
    tagged({
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
    }),
  ),
]

/** The cloud's side of a stack. */
export const cloud: readonly PlannedResource[] = [...roots, ...network, ...data, ...identity, ...platform]
