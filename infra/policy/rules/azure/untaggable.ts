/**
 * The types that a stack may use and that cannot have tags. Any other type must have them, so that a new one is seen.
 * A test compares each with its arguments in @pulumi/azure-native.
 */
export const untaggable: readonly string[] = [
  "azure-native:authorization:ManagementLockByScope",
  "azure-native:authorization:RoleAssignment",
  "azure-native:authorization:RoleDefinition",
  "azure-native:dashboard:DashboardDefinition",
  "azure-native:dbforpostgresql:Configuration",
  "azure-native:dbforpostgresql:Database",
  "azure-native:dns:RecordSet",
  "azure-native:features:SubscriptionFeatureRegistration",
  "azure-native:managedidentity:FederatedIdentityCredential",
  "azure-native:monitor:DiagnosticSetting",
  "azure-native:network:LoadBalancerBackendAddressPool",
  "azure-native:network:PrivateDnsZoneGroup",
  "azure-native:network:SecurityRule",
  "azure-native:network:Subnet",
  "azure-native:redisenterprise:Database",
  "azure-native:storage:BlobContainer",
  "azure-native:storage:BlobServiceProperties",
  "azure-native:storage:ManagementPolicy",
]
