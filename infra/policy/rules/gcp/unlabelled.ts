import type { Path } from "../../check.ts"

/**
 * The types that a stack may use and that cannot have labels. Any other type must have them, so that a new one is seen.
 * A test compares each with its arguments in @pulumi/gcp.
 */
export const unlabelled: readonly string[] = [
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
  "gcp:cloudrunv2/workerPoolIamMember:WorkerPoolIamMember",
  "gcp:compute/backendService:BackendService",
  "gcp:compute/firewall:Firewall",
  "gcp:compute/network:Network",
  "gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup",
  "gcp:compute/route:Route",
  "gcp:compute/sSLPolicy:SSLPolicy",
  "gcp:compute/subnetwork:Subnetwork",
  "gcp:compute/targetHttpProxy:TargetHttpProxy",
  "gcp:compute/targetHttpsProxy:TargetHttpsProxy",
  "gcp:compute/uRLMap:URLMap",
  "gcp:dns/recordSet:RecordSet",
  "gcp:logging/projectBucketConfig:ProjectBucketConfig",
  "gcp:logging/projectSink:ProjectSink",
  "gcp:monitoring/dashboard:Dashboard",
  "gcp:projects/iAMCustomRole:IAMCustomRole",
  "gcp:projects/iAMMember:IAMMember",
  "gcp:projects/service:Service",
  "gcp:secretmanager/secretIamMember:SecretIamMember",
  "gcp:secretmanager/secretVersion:SecretVersion",
  "gcp:serviceaccount/account:Account",
  "gcp:serviceaccount/iAMMember:IAMMember",
  "gcp:serviceaccount/key:Key",
  "gcp:servicenetworking/connection:Connection",
  "gcp:sql/database:Database",
  "gcp:sql/user:User",
  "gcp:storage/bucketIAMBinding:BucketIAMBinding",
  "gcp:storage/bucketIAMMember:BucketIAMMember",
]

/** Where a type has its labels; Cloud SQL and Cloud Monitoring call them otherwise. */
export function labelsPath(type: string): Path {
  if (type === "gcp:sql/databaseInstance:DatabaseInstance") return ["settings", "userLabels"]
  return type.startsWith("gcp:monitoring/") ? ["userLabels"] : ["labels"]
}
