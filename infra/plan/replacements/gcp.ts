import { type ReplacementRule, rule } from "./rule.ts"

/** Pulumi's provider is made from the beta one, whose schemas say ForceNew. */
const google = (path: string) =>
  `https://github.com/hashicorp/terraform-provider-google-beta/blob/main/google-beta/services/${path}`

export const gcpReplacements: readonly ReplacementRule[] = [
  rule(
    "gcp:sql/databaseInstance:DatabaseInstance",
    google("sql/resource_sql_database_instance.go"),
    ["encryptionKeyName", "name", "project", "region", "settings.collation"],
    "data",
  ),
  rule(
    "gcp:sql/database:Database",
    google("sql/resource_sql_database.go"),
    ["charset", "collation", "instance", "name", "project"],
    "data",
  ),
  rule("gcp:sql/user:User", google("sql/resource_sql_user.go"), ["host", "instance", "name", "project", "type"]),
  rule(
    "gcp:redis/instance:Instance",
    google("redis/resource_redis_instance.go"),
    [
      "alternativeLocationId",
      "authorizedNetwork",
      "connectMode",
      "customerManagedKey",
      "locationId",
      "name",
      "project",
      "region",
      "reservedIpRange",
      "tier",
      "transitEncryptionMode",
    ],
    "data",
  ),
  rule(
    "gcp:storage/bucket:Bucket",
    google("storage/resource_storage_bucket.go"),
    [
      "customPlacementConfig.dataLocations",
      "enableObjectRetention",
      "hierarchicalNamespace",
      "location",
      "name",
      "project",
    ],
    "data",
  ),
  rule(
    "gcp:secretmanager/secret:Secret",
    google("secretmanager/resource_secret_manager_secret.go"),
    ["project", "replication", "secretId", "tags"],
    "data",
  ),
  rule(
    "gcp:secretmanager/secretVersion:SecretVersion",
    google("secretmanager/resource_secret_manager_secret_version.go"),
    ["project", "secret", "secretData"],
  ),
  rule(
    "gcp:artifactregistry/repository:Repository",
    google("artifactregistry/resource_artifact_registry_repository.go"),
    ["format", "kmsKeyName", "location", "mode", "project", "remoteRepositoryConfig", "repositoryId"],
    "data",
  ),
  rule("gcp:compute/network:Network", google("compute/resource_compute_network.go"), [
    "autoCreateSubnetworks",
    "description",
    "internalIpv6Range",
    "name",
    "networkProfile",
    "project",
  ]),
  rule("gcp:compute/subnetwork:Subnetwork", google("compute/resource_compute_subnetwork.go"), [
    "name",
    "network",
    "project",
    "region",
  ]),
  rule("gcp:compute/globalAddress:GlobalAddress", google("compute/resource_compute_global_address.go"), [
    "address",
    "addressType",
    "ipVersion",
    "name",
    "network",
    "prefixLength",
    "project",
    "purpose",
  ]),
  rule(
    "gcp:servicenetworking/connection:Connection",
    google("servicenetworking/resource_service_networking_connection.go"),
    ["network", "service"],
  ),
  rule("gcp:cloudrunv2/service:Service", google("cloudrunv2/resource_cloud_run_v2_service.go"), [
    "location",
    "name",
    "project",
  ]),
  rule("gcp:cloudrunv2/workerPool:WorkerPool", google("cloudrunv2/resource_cloud_run_v2_worker_pool.go"), [
    "location",
    "name",
    "project",
  ]),
  rule("gcp:cloudrunv2/job:Job", google("cloudrunv2/resource_cloud_run_v2_job.go"), ["location", "name", "project"]),
  rule("gcp:dns/managedZone:ManagedZone", google("dns/resource_dns_managed_zone.go"), [
    "dnsName",
    "name",
    "project",
    "visibility",
  ]),
  rule(
    "gcp:certificatemanager/certificate:Certificate",
    google("certificatemanager/resource_certificate_manager_certificate.go"),
    ["location", "managed", "name", "project", "scope"],
  ),
]
