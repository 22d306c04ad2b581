import type { Observation } from "../observation.ts"
import type { PlannedResource } from "../resource.ts"
import { observeKubernetes } from "./kubernetes.ts"
import { Value } from "./values.ts"
import { groupsOf, prometheusRules } from "./watched.ts"

const DAY = 86_400

/** What stands beside the cluster's objects: the load balancer, the data stores, the network, the archive and the logs. */
export function observeAws(resources: readonly PlannedResource[]): Observation {
  const all = (type: string) => resources.filter((one) => one.type === type).map(({ inputs }) => new Value(inputs))
  const first = (type: string) => all(type)[0] ?? new Value(undefined)
  const { edge: _ingress, ...objects } = observeKubernetes(resources, gatewayText(all))
  return {
    ...objects,
    ...given("timeout", first("aws:lb/loadBalancer:LoadBalancer").at("idleTimeout").number),
    ...given("edge", edge(all("aws:lb/listener:Listener"))),
    ...given("database", database(all, first)),
    ...given("cache", cache(first("aws:elasticache/replicationGroup:ReplicationGroup"))),
    secrets: secrets(resources, all),
    identity: { perWorkload: separateRoles(all("aws:eks/podIdentityAssociation:PodIdentityAssociation")) },
    ...given("network", network(resources, all, first)),
    ...given("backups", keep(archiveRule(all, first))),
    ...given("alerts", alerts(all, first)),
    ...given("logs", longestKept(all("aws:cloudwatch/logGroup:LogGroup"))),
  }
}

/** Pods mount what a provider class names in the store. A Secret of the cluster would be a copy. */
function secrets(resources: readonly PlannedResource[], all: All): NonNullable<Observation["secrets"]> {
  const stored = all("aws:secretsmanager/secretVersion:SecretVersion")
  const classes = resources.filter(({ type }) => type.endsWith(":SecretProviderClass")).map(({ inputs }) => inputs)
  return {
    inStore: stored.length > 0,
    byReference:
      classes.length > 0 &&
      classes.every((one) => new Value(one).at("spec", "parameters", "objects").text?.includes("objectVersion")) &&
      all("kubernetes:core/v1:Secret").length === 0,
  }
}

/** Kong's configuration, among what the store keeps. */
const gatewayText = (all: All): string | undefined =>
  all("aws:secretsmanager/secretVersion:SecretVersion")
    .map((version) => version.at("secretString").text)
    .find((text) => text?.includes("_format_version"))

type All = (type: string) => readonly Value[]
type First = (type: string) => Value

function given<Name extends keyof Observation>(name: Name, value: Observation[Name]): Observation {
  return value === undefined ? {} : { [name]: value }
}

/** The least version of TLS that a policy of the load balancer takes stands in its name: …-1-2-… or …-1-3-…. */
function edge(listeners: readonly Value[]): Observation["edge"] {
  const secure = listeners.find((one) => one.at("protocol").text === "HTTPS")
  const plain = listeners.find((one) => one.at("protocol").text === "HTTP")
  const [, major, minor] = /TLS(?:13)?-(\d)-(\d)/.exec(secure?.at("sslPolicy").text ?? "") ?? []
  if (secure === undefined || major === undefined || minor === undefined) return undefined
  return {
    minimumTls: `${major}.${minor}`,
    redirect: plain?.at("defaultActions", 0, "redirect", "protocol").text === "HTTPS",
  }
}

function database(all: All, first: First): Observation["database"] {
  const cluster = first("aws:rds/cluster:Cluster")
  if (!cluster.exists) return undefined
  const instances = all("aws:rds/clusterInstance:ClusterInstance")
  const forced = first("aws:rds/clusterParameterGroup:ClusterParameterGroup")
    .at("parameters")
    .find("name", "rds.force_ssl")
  const scaling = cluster.at("serverlessv2ScalingConfiguration")
  return {
    version: Math.floor(cluster.at("engineVersion").number ?? Number.NaN),
    private: instances.length > 0 && instances.every((one) => one.at("publiclyAccessible").raw === false),
    encrypted: cluster.at("storageEncrypted").isTrue,
    tlsForced: forced.at("value").text === "1",
    capacity: {
      min: scaling.at("minCapacity").number ?? Number.NaN,
      max: scaling.at("maxCapacity").number ?? Number.NaN,
    },
    pointInTime: (cluster.at("backupRetentionPeriod").number ?? Number.NaN) * DAY,
    deletionProtection: cluster.at("deletionProtection").isTrue,
  }
}

function cache(group: Value): Observation["cache"] {
  if (!group.exists) return undefined
  return {
    nodes: group.at("numCacheClusters").number ?? Number.NaN,
    failover: group.at("automaticFailoverEnabled").isTrue,
    tls: group.at("transitEncryptionEnabled").isTrue && group.at("transitEncryptionMode").text === "required",
    password: group.at("authToken").exists,
    // ElastiCache has no public addresses: it is as private as the subnets that it is put in.
    private: group.at("subnetGroupName").exists,
  }
}

/** Whether each of the cluster's own service accounts has a role that no other has. */
function separateRoles(associations: readonly Value[]): boolean {
  const roles = associations.map((one) => one.at("roleArn").text)
  return roles.length >= 2 && new Set(roles).size === roles.length
}

function network(resources: readonly PlannedResource[], all: All, first: First): Observation["network"] {
  const cidr = first("aws:ec2/vpc:Vpc").at("cidrBlock").text
  if (cidr === undefined) return undefined
  const zoneOf = (subnet: Value) => subnet.at("availabilityZoneId").text ?? subnet.at("availabilityZone").text
  const zones = new Set(all("aws:ec2/subnet:Subnet").map(zoneOf))
  const group = first("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
  const deniesByDefault = resources
    .filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy")
    .map(({ inputs }) => new Value(inputs).at("spec"))
    .some((spec) => spec.at("ingress").items.length === 0 && Object.keys(spec.at("podSelector").raw ?? {}).length === 0)
  const isEmpty = group.exists && group.at("ingress").items.length === 0 && group.at("egress").items.length === 0
  return { cidr, zones: zones.size, defaultDeny: deniesByDefault && isEmpty }
}

/** The workspace judges the rules where it has an alert manager; the topic's subscribers are told. */
function alerts(all: All, first: First): Observation["alerts"] {
  const rules = first("aws:amp/ruleGroupNamespace:RuleGroupNamespace").at("data").text
  if (rules === undefined || !first("aws:amp/alertManagerDefinition:AlertManagerDefinition").exists) return undefined
  const mails = all("aws:sns/topicSubscription:TopicSubscription").filter((one) => one.at("protocol").text === "email")
  return { rules: prometheusRules(groupsOf(rules)), mail: mails.flatMap((one) => one.at("endpoint").text ?? []) }
}

const days = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * DAY)

/** The rule of the bucket that is not the load balancer's. */
function archiveRule(all: All, first: First): Value {
  const logs = first("aws:lb/loadBalancer:LoadBalancer").at("accessLogs", "bucket").text
  const rules = all("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
  return rules.find((rule) => rule.at("bucket").text !== logs) ?? new Value(undefined)
}

function keep(lifecycle: Value): Observation["backups"] {
  const kept = days(lifecycle.at("rules", 0, "expiration", "days").number)
  return kept === undefined || lifecycle.at("rules", 0, "status").text !== "Enabled" ? undefined : { keep: kept }
}

/** How long logs are kept: what all groups have in common; nothing where they differ or one keeps for ever. */
function longestKept(groups: readonly Value[]): Observation["logs"] {
  const kept = new Set(groups.map((group) => days(group.at("retentionInDays").number)))
  const [one] = kept
  return kept.size === 1 && one !== undefined ? { keep: one } : undefined
}
