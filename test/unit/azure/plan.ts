import type { Plan, PlannedResource } from "../../../infra/plan/resource.ts"
import { azure } from "../../../infra/targets/azure/index.ts"
import * as planned from "../../support/infra/planned.ts"

export { assertBefore, inputs, type TargetPlan } from "../../support/infra/planned.ts"

const subscription = "/subscriptions/11111111-2222-3333-4444-555555555555"
const group = `${subscription}/resourceGroups`

export const ids = {
  subscription,
  vault: `${group}/keys/providers/Microsoft.KeyVault/vaults/our-keys`,
  zone: `${group}/names/providers/Microsoft.Network/dnszones/optimizer.example.com`,
} as const

export const development = {
  "atlas:cloud": "azure",
  "atlas:environment": "development",
  "azure-native:location": "westeurope",
  "azure-native:subscriptionId": "11111111-2222-3333-4444-555555555555",
  "azure-native:tenantId": "66666666-7777-8888-9999-000000000000",
} as const

/** With a certificate in a vault, and a zone for the record. */
export const production = {
  ...development,
  "atlas:environment": "production",
  "atlas:domain": "api.optimizer.example.com",
  "atlas:alertEmail": "oncall@example.com",
  "atlas:previewFeatures": "NGroupsPreview",
  "atlas:operatorCidrs": "203.0.113.0/24,198.51.100.7/32",
  "atlas:certificateSecretId": "https://our-keys.vault.azure.net/secrets/api",
  "atlas:certificateVaultId": ids.vault,
  "atlas:dnsZoneId": ids.zone,
} as const

export const planStack = (config: Readonly<Record<string, string>>, stack?: string): Promise<planned.TargetPlan> =>
  planned.planOn(azure, config, stack)

/** Of a type of Azure, such as "network:Subnet". */
export const find = (plan: Plan, type: string, name?: string): PlannedResource =>
  planned.find(plan, `azure-native:${type}`, name)

export const ofType = (plan: Plan, type: string) => planned.ofType(plan, `azure-native:${type}`)

interface Container {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly environmentVariables: readonly {
    readonly name: string
    readonly value?: string
    readonly secureValue?: string
  }[]
  readonly resources: unknown
}

/** Of a group, or of a profile that groups are made from. */
export const containersOf = ({ inputs }: PlannedResource) => inputs.containers as readonly Container[]

export const variable = ({ environmentVariables }: Container, name: string) =>
  environmentVariables.find((one) => one.name === name)
