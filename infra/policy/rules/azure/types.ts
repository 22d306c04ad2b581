/** The types that several tables look at. */
export const types = {
  groupSet: "azure-native:containerinstance:NGroup",
  profile: "azure-native:containerinstance:CGProfile",
  group: "azure-native:containerinstance:ContainerGroup",
  gateway: "azure-native:network:ApplicationGateway",
  subnet: "azure-native:network:Subnet",
  securityGroup: "azure-native:network:NetworkSecurityGroup",
  server: "azure-native:dbforpostgresql:Server",
  account: "azure-native:storage:StorageAccount",
  lock: "azure-native:authorization:ManagementLockByScope",
} as const
