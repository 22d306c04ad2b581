import { isCidr } from "../../spec/cidr.ts"
import { type ConfigKey, everywhere, list, oneOf, text } from "../../spec/config-key.ts"
import type { TargetValues } from "../../spec/target.ts"

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The id that nobody has. */
const exampleGuid = /(^|\/)0{8}-0{4}-0{4}-0{4}-0{12}(\/|$)/

/** Names of what somebody else has to make, such as the vault of the certificate. */
const exampleName = /(^|[/.-])example([/.-]|$)/

const anExample = new RegExp(`${exampleGuid.source}|${exampleName.source}`)

/** Addresses that RFC 5737 keeps for documentation. */
const exampleAddress = /(^|,\s*)(192\.0\.2|198\.51\.100|203\.0\.113)\./

/** The id of a resource of a type, such as Microsoft.KeyVault/vaults, in any resource group. */
const idOf = (type: string) =>
  new RegExp(
    `^/subscriptions/${guid.source.slice(1, -1)}/resourceGroups/[\\w.()-]{1,90}/providers/${type.replace(".", "\\.")}/[\\w.-]{1,253}$`,
  )

const idExample = (type: string) => `/subscriptions/…/resourceGroups/…/providers/${type}/…`

/** Preview features without which the target cannot stand; whoever runs production on one has to name it. */
export const previewFeatures = ["NGroupsPreview"] as const

export const keys = {
  "azure-native:location": text(
    /^(?!china|us(gov|dod|nat|sec))[a-z][a-z0-9]{3,29}$/,
    "a region such as westeurope, not of China or the US government",
    { required: everywhere },
  ),
  "azure-native:subscriptionId": text(guid, "the id of a subscription: az account show --query id", {
    required: everywhere,
    example: exampleGuid,
  }),
  "azure-native:tenantId": text(guid, "the id of its directory: az account show --query tenantId", {
    required: everywhere,
    example: exampleGuid,
  }),
  "atlas:previewFeatures": oneOf(previewFeatures),
  "atlas:azureZones": list((zone) => /^[1-3]$/.test(zone), "zones of the region, from 1 to 3, such as 1,2"),
  "atlas:operatorCidrs": list(
    isCidr,
    "IPv4 ranges from which the vault and the archive may be read, such as 198.51.100.0/24",
    { example: exampleAddress },
  ),
  "atlas:certificateSecretId": text(
    /^https:\/\/[a-z][a-z0-9-]{1,22}[a-z0-9]\.vault\.azure\.net\/secrets\/[A-Za-z0-9-]{1,127}(\/[0-9a-f]{32})?$/,
    "a certificate's secret in Key Vault, such as https://your-vault.vault.azure.net/secrets/your-certificate",
    { example: exampleName },
  ),
  "atlas:certificateVaultId": text(
    idOf("Microsoft.KeyVault/vaults"),
    `the id of that vault, ${idExample("Microsoft.KeyVault/vaults")}`,
    { example: anExample },
  ),
  "atlas:dnsZoneId": text(
    idOf("Microsoft.Network/dnszones"),
    `the id of a public DNS zone, ${idExample("Microsoft.Network/dnszones")}`,
    { example: anExample },
  ),
} as const satisfies Record<string, ConfigKey>

type Keys = typeof keys

export type AzureValues = {
  readonly [Key in keyof Keys]?: NonNullable<ReturnType<Keys[Key]["read"]>> | undefined
} & {
  readonly "azure-native:location": string
  readonly "azure-native:subscriptionId": string
  readonly "azure-native:tenantId": string
}

/** The target's values by their types. The config has been read by these very keys, and the required ones are there. */
export const azureValues = (values: TargetValues): AzureValues => values as unknown as AzureValues
