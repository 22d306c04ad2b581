import { allow } from "../sample/aws.ts"
import { answer, owned, resource, urn } from "../sample/resource.ts"
import { add, all, broken, type Case, drop, put, set, sound } from "./case.ts"

const mustBe = (path: string, value: string, allowed: string) => `${path} is ${value}; it must be ${allowed}`

/** One property of one resource that must hold a value. */
const property = (rule: string, name: string, path: string, value: unknown, allowed: string): Case =>
  broken(rule, put(name, path.split("."), value), name, path, mustBe(path, JSON.stringify(value) ?? "missing", allowed))

const isMissing = (rule: string, name: string, path: string) => property(rule, name, path, undefined, "true")

const data: readonly Case[] = [
  isMissing("database-encrypted", "database", "storageEncrypted"),
  property("database-encrypted", "database", "storageEncrypted", false, "true"),
  sound("database-encrypted", put("database", ["storageEncrypted"], answer("choice"))),
  property("database-private", "instance", "publiclyAccessible", true, "false"),
  sound("database-private", put("instance", ["publiclyAccessible"], undefined)),
  property(
    "database-tls",
    "database",
    "dbClusterParameterGroupName",
    undefined,
    "set: a parameter group that holds rds.force_ssl = 1",
  ),
  property("database-tls", "parameters", "parameters", [], 'set with {name: "rds.force_ssl", value: "1"}'),
  sound("database-tls", all(put("parameters", ["parameters"], []), put("parameters", ["family"], "valkey8"))),
  property("database-backups", "database", "backupRetentionPeriod", 29, "30 days or more"),
  property("database-backups", "database", "backupRetentionPeriod", undefined, "30 days or more"),
  sound("database-backups", put("database", ["backupRetentionPeriod"], 7), "staging"),
  isMissing("database-deletion-protection", "database", "deletionProtection"),
  sound("database-deletion-protection", put("database", ["deletionProtection"], undefined), "development"),
  property("database-final-snapshot", "database", "skipFinalSnapshot", true, "false, with a finalSnapshotIdentifier"),
  sound("database-final-snapshot", put("database", ["skipFinalSnapshot"], true), "development"),
  isMissing("cache-encrypted", "cache", "transitEncryptionEnabled"),
  property("cache-encrypted", "cache", "atRestEncryptionEnabled", false, "true"),
  property("cache-authenticated", "cache", "authToken", undefined, "set, or userGroupIds in its place"),
  sound("cache-authenticated", all(put("cache", ["authToken"], undefined), put("cache", ["userGroupIds"], ["group"]))),
  isMissing("cache-failover", "cache", "automaticFailoverEnabled"),
  property("cache-failover", "cache", "multiAzEnabled", false, "true"),
  property("cache-failover", "cache", "numCacheClusters", 1, "2 or more"),
  sound(
    "cache-failover",
    all(put("cache", ["numCacheClusters"], undefined), put("cache", ["replicasPerNodeGroup"], 1)),
  ),
]

const noBlock =
  "no BucketPublicAccessBlock of it sets blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets; add one"
const noExpiry = "no BucketLifecycleConfiguration of it has an enabled rule that lets objects expire; add one"
const noTls = "no BucketPolicy of it denies requests whose aws:SecureTransport is false; add one"
const read = allow({ Action: "s3:GetObject", Principal: { AWS: "123456789012" } })

const buckets: readonly Case[] = [
  broken("bucket-private", drop("archive-access"), "archive", "", noBlock),
  broken("bucket-private", put("archive-access", ["blockPublicPolicy"], false), "archive", "", noBlock),
  broken("bucket-private", put("archive-access", ["bucket"], "another"), "archive", "", noBlock),
  broken("bucket-lifecycle", drop("archive-lifecycle"), "archive", "", noExpiry),
  broken("bucket-lifecycle", put("archive-lifecycle", ["rules", 0, "status"], "Disabled"), "archive", "", noExpiry),
  broken("bucket-lifecycle", set("archive-lifecycle", { dependencies: [] }), "archive", "", noExpiry),
  broken("bucket-tls", drop("archive-policy"), "archive", "", noTls),
  broken("bucket-tls", put("archive-policy", ["policy"], read), "archive", "", noTls),
  sound("bucket-tls", put("archive-policy", ["policy"], answer("document.json"))),
]

const anyone = (where: string) => `${where} admits every account; name the account, role or service`
const trust = (statement: Readonly<Record<string, unknown>>) => put("role", ["assumeRolePolicy"], allow(statement))
const grant = (policy: unknown) => put("grant", ["policy"], policy)
const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
const noSubject = "no condition on the issuer's :sub; name who may assume the role"
const federated = { Action: "sts:AssumeRoleWithWebIdentity", Principal: { Federated: answer("forge.arn") } }

const identity: readonly Case[] = [
  broken(
    "identity-no-wildcard-action",
    grant(allow({ Action: ["s3:GetObject", "s3:*"], Resource: "*" })),
    "grant",
    "policy.Statement[0].Action",
    '"s3:*" grants whole services; name the actions',
  ),
  broken(
    "identity-no-wildcard-action",
    grant({ Statement: { Effect: "Allow", Action: "*", Resource: "*" } }),
    "grant",
    "policy.Statement.Action",
    '"*" grants whole services; name the actions',
  ),
  broken(
    "identity-no-wildcard-action",
    grant(allow({ NotAction: "iam:CreateUser", Resource: "*" })),
    "grant",
    "policy.Statement[0].NotAction",
    "NotAction grants all but what it lists; name the actions by Action",
  ),
  broken(
    "identity-no-wildcard-action",
    put("role", ["inlinePolicies", 0, "policy"], allow({ Action: "kms:*", Resource: "*" })),
    "role",
    "inlinePolicies[0].policy.Statement[0].Action",
    '"kms:*" grants whole services; name the actions',
  ),
  property("identity-no-wildcard-action", "attachment", "policyArn", administrator, "a policy that names its actions"),
  broken(
    "identity-no-wildcard-action",
    put("role", ["managedPolicyArns", 0], "arn:aws:iam::aws:policy/AmazonS3FullAccess"),
    "role",
    "managedPolicyArns[0]",
    mustBe("managedPolicyArns[0]", '"arn:aws:iam::aws:policy/AmazonS3FullAccess"', "a policy that names its actions"),
  ),
  sound("identity-no-wildcard-action", grant(allow({ Action: "s3:Get*", Resource: "*" }))),
  sound("identity-no-wildcard-action", grant(JSON.stringify({ Statement: { Effect: "Deny", Action: "*" } }))),
  sound("identity-no-wildcard-action", grant("[secret]")),
  sound("identity-no-wildcard-action", put("attachment", ["policyArn"], answer("policy.arn"))),
  broken(
    "identity-no-wildcard-principal",
    trust({ Action: "sts:AssumeRole", Principal: { AWS: ["arn:aws:iam::123456789012:root", "*"] } }),
    "role",
    "assumeRolePolicy.Statement[0].Principal",
    anyone('"*"'),
  ),
  broken(
    "identity-no-wildcard-principal",
    add(resource("access", "aws:ecr/repositoryPolicy:RepositoryPolicy", { policy: allow({ Principal: "*" }) })),
    "access",
    "policy.Statement[0].Principal",
    anyone('"*"'),
  ),
  broken(
    "identity-no-wildcard-principal",
    trust({ Action: "sts:AssumeRole", NotPrincipal: { AWS: "123456789012" } }),
    "role",
    "assumeRolePolicy.Statement[0].NotPrincipal",
    "NotPrincipal admits all but whom it lists; name them by Principal",
  ),
  broken("identity-federation-bound", trust(federated), "role", "assumeRolePolicy.Statement[0].Condition", noSubject),
  broken(
    "identity-federation-bound",
    trust({ ...federated, Condition: { StringLike: { "token.example.com:sub": "*" } } }),
    "role",
    "assumeRolePolicy.Statement[0].Condition",
    noSubject,
  ),
]

const open = (ports: string, source: string) => `ports ${ports} are open to ${source}; only 80 and 443 may be`
const beside = (port: number, source: string) =>
  `port ${port} is open to ${source} beside the load balancer; name who may reach it`

const openGroup = { tags: owned, ingress: [{ fromPort: 443, toPort: 443, ipv6CidrBlocks: ["::/0"] }] }

const noRecord = "no FlowLog of it has the trafficType ALL; add one"

const platform: readonly Case[] = [
  broken("network-flow-logs", drop("flow-log"), "vpc", "", noRecord),
  broken("network-flow-logs", put("flow-log", ["trafficType"], "REJECT"), "vpc", "", noRecord),
  broken("network-flow-logs", set("flow-log", { dependencies: [] }), "vpc", "", noRecord),
  sound("network-flow-logs", drop("flow-log"), "staging"),
  property("edge-access-logs", "balancer", "accessLogs.enabled", false, "true, with the bucket that takes them"),
  broken(
    "edge-access-logs",
    put("balancer", ["accessLogs"], undefined),
    "balancer",
    "accessLogs.enabled",
    mustBe("accessLogs.enabled", "missing", "true, with the bucket that takes them"),
  ),
  sound("edge-access-logs", put("balancer", ["accessLogs"], undefined), "staging"),
  sound(
    "edge-access-logs",
    all(put("balancer", ["accessLogs"], undefined), put("balancer", ["loadBalancerType"], "network")),
  ),
  broken(
    "network-closed",
    put("inner-group", ["ingress", 0, "cidrBlocks"], ["0.0.0.0/0"]),
    "inner-group",
    "ingress[0]",
    open("5432 to 5432", "0.0.0.0/0"),
  ),
  broken("network-closed", put("open-http", ["toPort"], 90), "open-http", "", open("80 to 90", "0.0.0.0/0, ::/0")),
  broken(
    "network-closed",
    all(put("open-https", ["fromPort"], undefined), put("open-https", ["toPort"], undefined)),
    "open-https",
    "",
    open("missing to missing", "0.0.0.0/0"),
  ),
  broken(
    "network-closed",
    set("open-https", { dependencies: [urn("inner-group")] }),
    "open-https",
    "",
    beside(443, "0.0.0.0/0"),
  ),
  broken(
    "network-closed",
    set("inner-group", { type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", inputs: openGroup }),
    "inner-group",
    "ingress[0]",
    beside(443, "::/0"),
  ),
  sound("network-closed", all(put("open-http", ["type"], "egress"), put("open-http", ["toPort"], 65_535))),
  sound(
    "network-closed",
    put("edge-group", ["ingress"], [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }]),
  ),
  property(
    "cluster-endpoint-restricted",
    "cluster",
    "vpcConfig.publicAccessCidrs",
    undefined,
    "the operators' address ranges",
  ),
  property(
    "cluster-endpoint-restricted",
    "cluster",
    "vpcConfig.publicAccessCidrs",
    ["192.0.2.0/24", "0.0.0.0/0"],
    "the operators' address ranges",
  ),
  sound("cluster-endpoint-restricted", put("cluster", ["vpcConfig"], { endpointPublicAccess: false })),
  property("cluster-audited", "cluster", "enabledClusterLogTypes", ["api"], 'a list with "audit"'),
  property(
    "edge-tls",
    "https",
    "sslPolicy",
    "ELBSecurityPolicy-TLS13-1-0-2021-06",
    "one with TLS 1.2 or newer, ELBSecurityPolicy-TLS13-1-2-…",
  ),
  property("edge-tls", "https", "sslPolicy", undefined, "one with TLS 1.2 or newer, ELBSecurityPolicy-TLS13-1-2-…"),
  broken(
    "edge-redirect",
    put("http", ["defaultActions", 0], { type: "forward", targetGroupArn: answer("group.arn") }),
    "http",
    "defaultActions[0].type",
    mustBe("defaultActions[0].type", '"forward"', "a redirect to HTTPS"),
  ),
  sound("edge-redirect", put("http", ["defaultActions", 0], { type: "forward" }), "development"),
  property("registry-immutable", "registry", "imageTagMutability", "MUTABLE", "IMMUTABLE"),
  isMissing("registry-scanned", "registry", "imageScanningConfiguration.scanOnPush"),
  property("logs-retention", "logs", "retentionInDays", undefined, "a number of days"),
  property("logs-retention", "logs", "retentionInDays", 0, "a number of days"),
  broken(
    "secret-not-plain",
    put("setting", ["value"], "postgres://atlas:hunter2@database/atlas"),
    "setting",
    "value",
    "it holds a URL with a password; make it a SecureString",
  ),
  sound("secret-not-plain", all(put("setting", ["type"], "SecureString"), put("setting", ["value"], "[secret]"))),
  broken(
    "production-zones",
    put("subnet-b", ["availabilityZone"], answer("zones[0]")),
    "vpc",
    "",
    "its subnets stand in 1 zones; it must be 2 or more",
  ),
  sound("production-zones", drop("subnet-b"), "development"),
  broken(
    "owned",
    put("logs", ["tags"], undefined),
    "logs",
    "tags",
    "project, stack, environment, managed-by missing; tag it with the stack's ownership",
  ),
  broken(
    "owned",
    put("vpc", ["tags", "stack"], undefined),
    "vpc",
    "tags",
    "stack missing; tag it with the stack's ownership",
  ),
  sound("owned", put("logs", ["tags"], answer("tags"))),
  sound(
    "owned",
    all(
      add(
        resource("provider", "pulumi:providers:aws", {
          defaultTags: JSON.stringify({ tags: { project: "", stack: "", environment: "", "managed-by": "" } }),
        }),
      ),
      put("logs", ["tags"], undefined),
      set("logs", { provider: urn("provider") }),
    ),
  ),
]

const watch: readonly Case[] = [
  broken(
    "alert-told",
    drop("alerts-mail"),
    "alert-manager",
    "",
    "no TopicSubscription takes what it publishes; add one",
  ),
  sound("alert-told", drop("alerts-mail"), "staging"),
]

export const awsCases: readonly Case[] = [...data, ...buckets, ...identity, ...platform, ...watch]
