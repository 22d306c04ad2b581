import type { Answer } from "./answer.ts"

/** Azure answers with the name that it was given, under one property for all types. */
const named =
  (input: string): Answer =>
  ({ inputs }) =>
    inputs[input] === undefined ? {} : { name: inputs[input] }

/** The input that names a resource, for the types whose name the program reads. */
const names: Readonly<Record<string, string>> = {
  "containerinstance:CGProfile": "containerGroupProfileName",
  "containerinstance:ContainerGroup": "containerGroupName",
  "containerinstance:NGroup": "ngroupsName",
  "dashboard:Dashboard": "dashboardName",
  "dbforpostgresql:Database": "databaseName",
  "dbforpostgresql:Server": "serverName",
  "keyvault:Vault": "vaultName",
  "network:PrivateEndpoint": "privateEndpointName",
  "network:VirtualNetwork": "virtualNetworkName",
  "operationalinsights:Workspace": "workspaceName",
  "privatedns:PrivateZone": "privateZoneName",
  "redisenterprise:Database": "databaseName",
  "redisenterprise:RedisEnterprise": "clusterName",
  "resources:ResourceGroup": "resourceGroupName",
  "storage:BlobContainer": "containerName",
  "storage:StorageAccount": "accountName",
}

/** What resources of Azure answer in a plan beside the common texts. */
export const azureAnswers: Readonly<Record<string, Answer>> = {
  ...Object.fromEntries(Object.entries(names).map(([type, input]) => [`azure-native:${type}`, named(input)])),
  "azure-native:monitor:DataCollectionEndpoint": ({ of }) => ({
    metricsIngestion: { endpoint: of("metricsIngestion.endpoint") },
  }),
  "azure-native:containerregistry:Registry": ({ of }) => ({ loginServer: of("loginServer") }),
}
