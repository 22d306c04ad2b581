import * as keyvault from "@pulumi/azure-native/keyvault/index.js"
import type * as pulumi from "@pulumi/pulumi"
import { randomSecret } from "../../random-secret.ts"
import { type Logs, sendLogs } from "./logs.ts"
import type { Place } from "./place.ts"

/** How many days a deleted vault, and what is in it, can be had back. */
const recoveryDays = { production: 90, elsewhere: 7 } as const

export interface Vault {
  readonly id: pulumi.Output<string>
  readonly name: pulumi.Output<string>
}

/**
 * The stack's own copies of its secrets, for operators: container groups are given the values. They are written through
 * Azure's control plane, so whoever deploys needs no role in the vault, and none in its network.
 */
export function createVault(place: Place, logs: Logs): Vault {
  const { isProduction, values } = place
  const vault = new keyvault.Vault(
    "vault",
    {
      ...place.base,
      vaultName: place.name("vault", ""),
      properties: {
        tenantId: values["azure-native:tenantId"],
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: isProduction ? recoveryDays.production : recoveryDays.elsewhere,
        // It cannot be switched off again, and Azure refuses false.
        ...(isProduction ? { enablePurgeProtection: true } : {}),
        networkAcls: {
          bypass: "AzureServices",
          defaultAction: "Deny",
          ipRules: (values["atlas:operatorCidrs"] ?? []).map((value) => ({ value })),
        },
      },
    },
    { parent: place.parent },
  )
  sendLogs(place, logs, "vault", vault.id, ["AuditEvent"])
  return { id: vault.id, name: vault.name }
}

/** Keeps a value in the vault. */
export function createSecret(place: Place, vault: Vault, part: string, value: pulumi.Output<string>): keyvault.Secret {
  return new keyvault.Secret(
    `${part}-secret`,
    {
      resourceGroupName: place.group,
      vaultName: vault.name,
      secretName: place.name("vaultSecret", part),
      properties: { value },
      tags: place.base.tags,
    },
    { parent: place.parent, additionalSecretOutputs: ["properties"] },
  )
}

/** A random text that both the stack and the vault keep. */
export function keepSecret(place: Place, vault: Vault, name: string): pulumi.Output<string> {
  const value = randomSecret(name, place.parent)
  createSecret(place, vault, name, value)
  return value
}
