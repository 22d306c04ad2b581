import * as storage from "@pulumi/azure-native/storage/index.js"
import * as pulumi from "@pulumi/pulumi"
import type { BackupSpec } from "../../spec/stack-spec.ts"
import { seconds } from "../../spec/units.ts"
import { lock } from "./lock.ts"
import type { Network } from "./network.ts"
import type { Place } from "./place.ts"

const day = 86_400

export interface Archive {
  readonly accountId: pulumi.Output<string>
  readonly url: pulumi.Output<string>
}

/** Storage takes a single address without its prefix: https://learn.microsoft.com/azure/storage/common/storage-network-security */
export const storageAddress = (cidr: string): string => cidr.replace(/\/32$/, "")

/** Where the portable exports lie. Nobody reaches it by a key, and nobody from outside who is not named. */
export function createArchive(place: Place, { keep }: BackupSpec, network: Network): Archive {
  const { parent, isProduction, values } = place
  const account = new storage.StorageAccount(
    "archive",
    {
      ...place.base,
      accountName: place.name("storage", "archive"),
      kind: "StorageV2",
      // Storage is encrypted always; in production it also lies in every zone.
      sku: { name: isProduction ? "Standard_ZRS" : "Standard_LRS" },
      accessTier: "Cool",
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      allowCrossTenantReplication: false,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
      networkRuleSet: {
        bypass: "AzureServices",
        defaultAction: "Deny",
        virtualNetworkRules: [{ virtualNetworkResourceId: network.subnets.groups.id, action: "Allow" }],
        ipRules: (values["atlas:operatorCidrs"] ?? []).map((cidr) => ({
          iPAddressOrRange: storageAddress(cidr),
          action: "Allow",
        })),
      },
    },
    { parent },
  )
  // Azure deletes an account with all that is in it.
  if (isProduction) lock(place, "archive", account.id)
  const of = { resourceGroupName: place.group, accountName: account.name }
  const days = seconds(keep) / day
  // An export that is overwritten or deleted by mistake can be had back.
  const versions = new storage.BlobServiceProperties(
    "archive-versions",
    {
      ...of,
      blobServicesName: "default",
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: 7 },
    },
    { parent },
  )
  const container = new storage.BlobContainer(
    "archive-exports",
    { ...of, containerName: "exports", publicAccess: "None" },
    { parent },
  )
  new storage.ManagementPolicy(
    "archive-lifecycle",
    { ...of, managementPolicyName: "default", policy: { rules: [expiry(days)] } },
    { parent, dependsOn: [versions] },
  )
  return {
    accountId: account.id,
    url: pulumi.interpolate`https://${account.name}.blob.core.windows.net/${container.name}`,
  }
}

/** https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-policy-structure */
export const expiry = (days: number) => ({
  name: "expire",
  type: "Lifecycle",
  enabled: true,
  definition: {
    filters: { blobTypes: ["blockBlob"] },
    actions: {
      baseBlob: { delete: { daysAfterModificationGreaterThan: days } },
      version: { delete: { daysAfterCreationGreaterThan: days } },
    },
  },
})
