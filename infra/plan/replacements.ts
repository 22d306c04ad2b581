import { azureReplacements } from "./replacements/azure.ts"
import { gcpReplacements } from "./replacements/gcp.ts"
import { type ReplacementRule, rule } from "./replacements/rule.ts"

export type { ReplacementRule } from "./replacements/rule.ts"

const aws = (path: string) => `https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/${path}`
const kubernetes = "https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go"
const random = "https://registry.terraform.io/providers/hashicorp/random/latest/docs"

/**
 * What cannot be known without a provider, for the types where it matters most. A change that is not listed here is
 * shown as "update or replace".
 */
export const replacementRules: readonly ReplacementRule[] = [
  ...gcpReplacements,
  rule(
    "aws:rds/cluster:Cluster",
    aws("rds/cluster.go"),
    [
      "availabilityZones",
      "clusterIdentifier",
      "clusterIdentifierPrefix",
      "clusterScalabilityType",
      "databaseName",
      "dbSubnetGroupName",
      "dbSystemId",
      "engine",
      "engineMode",
      "kmsKeyId",
      "masterUsername",
      "restoreToPointInTime",
      "snapshotIdentifier",
      "sourceRegion",
      "storageEncrypted",
    ],
    "data",
  ),
  rule("aws:rds/clusterInstance:ClusterInstance", aws("rds/cluster_instance.go"), [
    "availabilityZone",
    "clusterIdentifier",
    "customIamInstanceProfile",
    "dbSubnetGroupName",
    "engine",
    "identifier",
    "identifierPrefix",
  ]),
  rule(
    "aws:elasticache/replicationGroup:ReplicationGroup",
    aws("elasticache/replication_group.go"),
    [
      "atRestEncryptionEnabled",
      "dataTieringEnabled",
      "globalReplicationGroupId",
      "kmsKeyId",
      "networkType",
      "port",
      "replicationGroupId",
      "securityGroupNames",
      "snapshotArns",
      "snapshotName",
      "subnetGroupName",
    ],
    "data",
  ),
  rule("aws:s3/bucket:Bucket", aws("s3/bucket.go"), ["bucket", "bucketPrefix"], "data"),
  rule("aws:s3/bucketV2:BucketV2", aws("s3/bucket.go"), ["bucket", "bucketPrefix"], "data"),
  rule("aws:secretsmanager/secret:Secret", aws("secretsmanager/secret.go"), ["name", "namePrefix"], "data"),
  rule("aws:ecr/repository:Repository", aws("ecr/repository.go"), ["encryptionConfigurations", "name"], "data"),
  rule("aws:ec2/vpc:Vpc", aws("ec2/vpc_.go"), ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"]),
  rule("aws:ec2/subnet:Subnet", aws("ec2/vpc_subnet.go"), [
    "availabilityZone",
    "availabilityZoneId",
    "cidrBlock",
    "ipv4IpamPoolId",
    "ipv4NetmaskLength",
    "ipv6IpamPoolId",
    "ipv6Native",
    "ipv6NetmaskLength",
    "outpostArn",
    "vpcId",
  ]),
  rule("aws:eks/cluster:Cluster", aws("eks/cluster.go"), [
    "accessConfig.bootstrapClusterCreatorAdminPermissions",
    "bootstrapSelfManagedAddons",
    "computeConfig.nodeRoleArn",
    "kubernetesNetworkConfig.ipFamily",
    "kubernetesNetworkConfig.serviceIpv4Cidr",
    "name",
    "remoteNetworkConfig",
    "roleArn",
  ]),

  ...azureReplacements,

  rule("kubernetes:", kubernetes, ["metadata.name", "metadata.namespace"]),
  rule("kubernetes:core/v1:Namespace", kubernetes, [], "data"),
  rule("kubernetes:core/v1:PersistentVolumeClaim", kubernetes, ["spec"], "data"),
  rule(
    "kubernetes:core/v1:PersistentVolume",
    kubernetes,
    ["spec.csi", "spec.hostPath", "spec.local", "spec.nfs"],
    "data",
  ),
  rule("kubernetes:core/v1:Service", kubernetes, ["spec.clusterIP"]),
  rule("kubernetes:core/v1:ConfigMap", kubernetes, ["binaryData", "data"]),
  rule("kubernetes:core/v1:Secret", kubernetes, ["data", "stringData", "type"]),
  rule("kubernetes:apps/v1:Deployment", kubernetes, ["spec.selector"]),
  rule(
    "kubernetes:apps/v1:StatefulSet",
    kubernetes,
    [
      "spec.podManagementPolicy",
      "spec.revisionHistoryLimit",
      "spec.selector",
      "spec.serviceName",
      "spec.volumeClaimTemplates",
    ],
    "data",
  ),
  rule("kubernetes:batch/v1:Job", kubernetes, [
    "spec.completions",
    "spec.parallelism",
    "spec.selector",
    "spec.template",
  ]),
  rule("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", kubernetes, ["roleRef"]),
  rule("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", kubernetes, ["roleRef"]),
  rule("kubernetes:storage.k8s.io/v1:StorageClass", kubernetes, ["parameters", "provisioner"]),

  // Every input makes another value: who holds the old password or key is locked out.
  rule("random:index/randomPassword:RandomPassword", `${random}/resources/password`, ["length", "special", "keepers"]),
  rule("random:index/randomId:RandomId", `${random}/resources/id`, ["byteLength", "prefix", "keepers"]),
]

const rulesOf = (type: string): readonly ReplacementRule[] =>
  replacementRules.filter((rule) => rule.type === type || (rule.type.endsWith(":") && type.startsWith(rule.type)))

const covers = (property: string, path: string): boolean =>
  path === property || path.startsWith(`${property}.`) || path.startsWith(`${property}[`)

/** The rule by which a change at this path replaces the resource; undefined where none is known. */
export const forcesReplacement = (type: string, path: string): ReplacementRule | undefined =>
  rulesOf(type).find(({ properties }) => properties.some((property) => covers(property, path)))

/** Whether what is stored in a resource of this type is lost with it. */
export const holdsData = (type: string): boolean => rulesOf(type).some((rule) => rule.holdsData)
