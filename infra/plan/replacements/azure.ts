/** A kind of resource of Azure, and the inputs whose change makes the provider delete it and create another. */
interface Rule {
  readonly type: string
  readonly properties: readonly string[]
  readonly holdsData: boolean
  readonly source: string
}

const provider = "https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/gen"

/** What stands in a resource's address, and what its API marks as set at creation alone, such as the region. */
const address = `${provider}/params.go`
const marked = `${provider}/properties.go`
/** What the provider adds of its own to the APIs' marks. */
const added = `${provider}/replacement.go`

const rule = (type: string, source: string, properties: readonly string[], holdsData = false): Rule => ({
  type: `azure-native:${type}`,
  source,
  properties,
  holdsData,
})

/** What an input that names the resource, its group or its owner replaces, and so does its region. */
const placed = (type: string, names: readonly string[], holds: "data" | "no data" = "no data"): Rule[] => [
  rule(type, address, [...names, "resourceGroupName"], holds === "data"),
]

/** The same for what has a region of its own. */
const located = (type: string, names: readonly string[], holds: "data" | "no data" = "no data"): Rule[] => [
  ...placed(type, names, holds),
  rule(type, marked, ["location"], holds === "data"),
]

/** Of Azure, for the types where it matters most. */
export const azureReplacements: readonly Rule[] = [
  rule("resources:ResourceGroup", address, ["resourceGroupName"], true),
  rule("resources:ResourceGroup", added, ["location"], true),
  ...located("dbforpostgresql:Server", ["serverName"], "data"),
  rule(
    "dbforpostgresql:Server",
    marked,
    ["administratorLogin", "createMode", "pointInTimeUTC", "sourceServerResourceId"],
    true,
  ),
  ...placed("dbforpostgresql:Database", ["databaseName", "serverName"], "data"),
  ...located("redisenterprise:RedisEnterprise", ["clusterName"], "data"),
  ...placed("redisenterprise:Database", ["clusterName", "databaseName"], "data"),
  ...placed("storage:StorageAccount", ["accountName"], "data"),
  rule("storage:StorageAccount", added, ["isHnsEnabled", "location"], true),
  ...placed("storage:BlobContainer", ["accountName", "containerName"], "data"),
  ...placed("keyvault:Vault", ["vaultName"], "data"),
  ...placed("keyvault:Secret", ["secretName", "vaultName"], "data"),
  ...located("containerregistry:Registry", ["registryName"], "data"),
  ...located("operationalinsights:Workspace", ["workspaceName"], "data"),
  ...placed("network:VirtualNetwork", ["virtualNetworkName"]),
  rule("network:VirtualNetwork", added, ["location"]),
  ...placed("network:Subnet", ["subnetName", "virtualNetworkName"]),
  ...placed("network:PublicIPAddress", ["publicIpAddressName"]),
  rule("network:PublicIPAddress", added, ["location", "publicIPAddressVersion", "publicIPPrefix", "sku"]),
  ...placed("network:PrivateEndpoint", ["privateEndpointName"]),
  rule("network:PrivateEndpoint", added, ["subnet"]),
  ...placed("network:ApplicationGateway", ["applicationGatewayName"]),
  ...placed("network:LoadBalancer", ["loadBalancerName"]),
  ...placed("containerinstance:NGroup", ["ngroupsName"]),
  ...placed("containerinstance:CGProfile", ["containerGroupProfileName"]),
  ...placed("containerinstance:ContainerGroup", ["containerGroupName"]),
  ...placed("resources:AzureCliScript", ["scriptName"]),
  ...located("managedidentity:UserAssignedIdentity", ["resourceName"]),
  rule("authorization:RoleAssignment", added, ["principalId", "scope"]),
]
