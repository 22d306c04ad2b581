import type { ConfigProblem } from "../../spec/config-key.ts"
import { connectionsNeeded } from "../../spec/defaults.ts"
import type { StackSpec } from "../../spec/stack-spec.ts"
import type { TargetValues } from "../../spec/target.ts"
import { seconds } from "../../spec/units.ts"
import { backupDays, cacheAvailability, cacheSku, serverSize } from "./capacity.ts"
import { collectorSize } from "./collector.ts"
import { nameInZone, zoneOf } from "./dns.ts"
import { groupSizes, isTenths, largestGroup } from "./group-sizes.ts"
import { type AzureValues, keys, previewFeatures } from "./keys.ts"
import { retentionDays } from "./retention.ts"
import { surgeOf } from "./rolling.ts"
import { planSubnets } from "./subnets.ts"

/** The values as they are while the config is checked: a required one may still be missing. */
type Given = Partial<AzureValues>

const day = 86_400
const inSpec = "Change it in infra/spec"

/** What is wrong only together; a key that is missing by itself has been reported already. */
export function check(spec: StackSpec, values: TargetValues): readonly ConfigProblem[] {
  const given = values as Given
  return [
    ...domainProblems(spec, given),
    ...previewProblems(spec, given),
    ...zoneProblems(spec, given),
    ...accessProblems(given),
    ...databaseProblems(spec),
    ...cacheProblems(spec),
    ...sizeProblems(spec),
    ...logProblems(spec),
    ...networkProblems(spec),
  ]
}

const missing = (key: keyof typeof keys, why: string): ConfigProblem => ({
  key,
  value: undefined,
  allowed: `${keys[key].allowed}${why}`,
  action: `Set it: pulumi config set ${key} VALUE`,
})

function domainProblems({ edge: { domain } }: StackSpec, given: Given): ConfigProblem[] {
  const secretId = given["atlas:certificateSecretId"]
  const vaultId = given["atlas:certificateVaultId"]
  const zoneId = given["atlas:dnsZoneId"]
  const problems: ConfigProblem[] = []
  if (domain !== undefined && secretId === undefined)
    problems.push(missing("atlas:certificateSecretId", `, for ${domain}`))
  if (domain !== undefined && vaultId === undefined) {
    problems.push(missing("atlas:certificateVaultId", ", where the gateway is allowed to read the certificate"))
  }
  const vault = secretId === undefined ? undefined : new URL(secretId).hostname.split(".")[0]
  if (vault !== undefined && vaultId !== undefined && vaultId.split("/").at(-1)?.toLowerCase() !== vault) {
    problems.push({
      key: "atlas:certificateVaultId",
      value: vaultId,
      allowed: `the id of ${vault}, the vault of atlas:certificateSecretId`,
      action: `Ask for it: az keyvault show --name ${vault} --query id`,
    })
  }
  const zone = zoneId === undefined ? undefined : zoneOf(zoneId).name
  if (zoneId !== undefined && zone !== undefined && domain !== undefined && nameInZone(domain, zone) === undefined) {
    problems.push({
      key: "atlas:dnsZoneId",
      value: zoneId,
      allowed: `a zone that ${domain} is in`,
      action: "Remove it, and make the record by hand, or name the domain's own zone",
    })
  }
  return problems
}

function previewProblems({ environment }: StackSpec, given: Given): ConfigProblem[] {
  const [feature] = previewFeatures
  if (environment !== "production" || given["atlas:previewFeatures"] === feature) return []
  return [
    {
      key: "atlas:previewFeatures",
      value: given["atlas:previewFeatures"],
      allowed: `${feature}: production stands on a feature that Azure calls a preview, and so must name it`,
      action: `Read docs/targets/azure.md, then: pulumi config set atlas:previewFeatures ${feature}`,
    },
  ]
}

/** Regions with zones have three. */
const mostZones = 3

function zoneProblems({ network }: StackSpec, given: Given): ConfigProblem[] {
  const zones = given["atlas:azureZones"]
  if (zones === undefined) {
    if (network.zones <= mostZones) return []
    const allowed = `at most ${mostZones}, as many as a region has`
    return [{ key: "network.zones", value: String(network.zones), allowed, action: inSpec }]
  }
  if (new Set(zones).size === zones.length && zones.length >= network.zones) return []
  return [
    {
      key: "atlas:azureZones",
      value: zones.join(","),
      allowed: `${network.zones} or more different zones`,
      action: "List them: az vm list-skus --zone --location LOCATION --output table",
    },
  ]
}

/** Storage takes no ranges of two addresses: https://learn.microsoft.com/azure/storage/common/storage-network-security */
function accessProblems(given: Given): ConfigProblem[] {
  const refused = given["atlas:operatorCidrs"]?.find((cidr) => /\/(0|31)$/.test(cidr))
  if (refused === undefined) return []
  const allowed = "ranges of one address (/32), or of four and more (/30 to /1)"
  return [{ key: "atlas:operatorCidrs", value: refused, allowed, action: "Name the networks from which you operate" }]
}

function databaseProblems({ database, workloads, scaler, environment }: StackSpec): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const { pool, capacity } = database
  const processes = Object.values(workloads).reduce((sum, { replicas: { max } }) => sum + max + surgeOf(max), 0)
  const needed = connectionsNeeded(pool, processes, scaler)
  const { name, connections } = serverSize(capacity, environment === "production")
  if (needed > connections) {
    problems.push({
      key: "atlas:databasePool",
      value: String(pool),
      allowed: `a pool with which ${processes} processes and the scaler need at most the ${connections} connections that ${name} grants; this one needs ${needed}`,
      action: "Lower the pool or the replicas, or raise atlas:databaseMaxCapacity",
    })
  }
  const days = seconds(database.pointInTime) / day
  if (!Number.isInteger(days) || days < backupDays.least || days > backupDays.most) {
    const allowed = `whole days from ${backupDays.least} to ${backupDays.most}`
    problems.push({ key: "database.pointInTime", value: database.pointInTime, allowed, action: inSpec })
  }
  return problems
}

/** What a function finds wrong, as a sentence. */
function faultOf(decide: () => unknown): string | undefined {
  try {
    decide()
    return undefined
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

function cacheProblems({ cache }: StackSpec): ConfigProblem[] {
  const [size, nodes] = [faultOf(() => cacheSku(cache)), faultOf(() => cacheAvailability(cache))]
  return [
    ...(size === undefined
      ? []
      : [{ key: "atlas:cacheMemory", value: cache.memory, allowed: `what a cache has (${size})`, action: "Lower it" }]),
    ...(nodes === undefined
      ? []
      : [{ key: "cache.nodes", value: String(cache.nodes), allowed: `1 or 2 (${nodes})`, action: inSpec }]),
  ]
}

/** The sizes as the groups will have them: each amount with one decimal place, and no group larger than Azure's. */
function sizeProblems({ workloads, gatewaySize }: StackSpec): ConfigProblem[] {
  const groups = {
    api: [workloads.api.size, collectorSize, gatewaySize],
    worker: [workloads.worker.size, collectorSize],
  } as const
  return Object.entries(groups).flatMap(([name, [main, ...others]]) => {
    const sizes = groupSizes(main, ...others)
    const units = { Cpu: "cpu", Memory: "memoryInGB" } as const
    return Object.entries(units).flatMap(([word, unit]) => {
      const amounts = sizes.flatMap(({ requests, limits }) => [requests[unit], limits[unit]])
      const whole = sizes.reduce((sum, { requests }) => sum + requests[unit], 0)
      if (amounts.every(isTenths) && whole <= largestGroup[unit]) return []
      const value = word === "Cpu" ? main.limit.cpu : main.limit.memory
      const allowed = `a size that Azure sells: tenths, whose half are tenths too, and at most ${largestGroup[unit]} a group; this one gives ${amounts.join(", ")}`
      return [{ key: `atlas:${name}${word}`, value, allowed, action: "Choose another, such as 1 vCPU and 2 GiB" }]
    })
  })
}

function logProblems({ logs }: StackSpec): ConfigProblem[] {
  const days = seconds(logs.keep) / day
  if (Number.isInteger(days) && days >= retentionDays.least && days <= retentionDays.most) return []
  const allowed = `whole days from ${retentionDays.least} to ${retentionDays.most}`
  return [{ key: "logs.keep", value: logs.keep, allowed, action: inSpec }]
}

function networkProblems({ network: { cidr } }: StackSpec): ConfigProblem[] {
  const fault = faultOf(() => planSubnets(cidr))
  if (fault === undefined) return []
  const allowed = `a network with room for its subnets (${fault})`
  return [{ key: "network.cidr", value: cidr, allowed, action: inSpec }]
}
