import type { Observation } from "../observation.ts"
import type { PlannedResource } from "../resource.ts"
import { Value } from "./values.ts"
import { ownQuery, panelsOf, rulesOf } from "./watched.ts"

const DAY = 86_400

/** What stands around Cloud Run: the load balancer, the data stores, the network, the archive and the logs. */
export function observeGround(resources: readonly PlannedResource[]): Observation {
  const all: All = (type) => resources.filter((one) => one.type === type).map(({ inputs }) => new Value(inputs))
  const first = (type: string) => all(type)[0] ?? new Value(undefined)
  return {
    ...given("edge", edge(resources)),
    ...given("database", database(first("gcp:sql/databaseInstance:DatabaseInstance"))),
    ...given("cache", cache(first("gcp:redis/instance:Instance"))),
    ...given("network", network(all)),
    ...given("backups", keep(first("gcp:storage/bucket:Bucket"))),
    ...given("dashboards", dashboards(first("gcp:monitoring/dashboard:Dashboard"))),
    ...given("alerts", alerts(all)),
    ...given("logs", logs(first("gcp:logging/projectBucketConfig:ProjectBucketConfig"))),
  }
}

type All = (type: string) => readonly Value[]

/** A member of the observation only where there is something to tell. */
export function given<Name extends keyof Observation>(name: Name, value: Observation[Name]): Observation {
  return value === undefined ? {} : { [name]: value }
}

/** The policy of the proxy that takes TLS, and whether the one that takes none only sends clients on. */
function edge(resources: readonly PlannedResource[]): Observation["edge"] {
  const of = (type: string) => resources.filter((one) => one.type === `gcp:compute/${type}`)
  const under = (proxy: PlannedResource, type: string) =>
    of(type).find(({ urn }) => proxy.dependencies.includes(urn))?.inputs
  const secure = of("targetHttpsProxy:TargetHttpsProxy")[0]
  if (secure?.inputs.sslPolicy === undefined) return undefined
  const policy = new Value(under(secure, "sSLPolicy:SSLPolicy"))
  const [, major, minor] = /^TLS_(\d)_(\d)$/.exec(policy.at("minTlsVersion").text ?? "") ?? []
  if (major === undefined || minor === undefined) return undefined
  const plain = of("targetHttpProxy:TargetHttpProxy")
  const redirects = (proxy: PlannedResource) =>
    new Value(under(proxy, "uRLMap:URLMap")).at("defaultUrlRedirect", "httpsRedirect").isTrue
  return { minimumTls: `${major}.${minor}`, redirect: plain.length > 0 && plain.every(redirects) }
}

/** Cloud SQL encrypts all that it stores. A unit is about 2 GiB; a machine has as many as it has, always. */
function database(instance: Value): Observation["database"] {
  if (!instance.exists) return undefined
  const settings = instance.at("settings")
  const network = settings.at("ipConfiguration")
  const backup = settings.at("backupConfiguration")
  const units = (gibibytesOf(settings.at("tier").text ?? "") ?? Number.NaN) / 2
  return {
    version: Number(/^POSTGRES_(\d+)$/.exec(instance.at("databaseVersion").text ?? "")?.[1]),
    private: network.at("ipv4Enabled").raw === false && network.at("privateNetwork").exists,
    encrypted: true,
    tlsForced: ["ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"].includes(network.at("sslMode").text ?? ""),
    capacity: { min: units, max: units },
    pointInTime: backup.at("pointInTimeRecoveryEnabled").isTrue
      ? (backup.at("transactionLogRetentionDays").number ?? Number.NaN) * DAY
      : 0,
    deletionProtection: instance.at("deletionProtection").isTrue && settings.at("deletionProtectionEnabled").isTrue,
  }
}

/** db-custom-4-15360 has its MiB in its name; db-perf-optimized-N-8 has 8 GiB for each processor up to 80 of them. */
function gibibytesOf(tier: string): number | undefined {
  const [, mebibytes] = /^db-custom-\d+-(\d+)$/.exec(tier) ?? []
  const [, cpus] = /^db-perf-optimized-N-(\d+)$/.exec(tier) ?? []
  if (mebibytes !== undefined) return Number(mebibytes) / 1024
  return cpus === undefined ? undefined : Number(cpus) * 8
}

function cache(instance: Value): Observation["cache"] {
  if (!instance.exists) return undefined
  return {
    nodes: (instance.at("replicaCount").number ?? Number.NaN) + 1,
    failover: instance.at("tier").text === "STANDARD_HA",
    tls: instance.at("transitEncryptionMode").text === "SERVER_AUTHENTICATION",
    password: instance.at("authEnabled").isTrue,
    private: instance.at("connectMode").exists && instance.at("authorizedNetwork").exists,
  }
}

/** Zones have no names there. The network itself has no range: it is what its parts lie in. */
function network(all: All): Observation["network"] {
  const subnets = all("gcp:compute/subnetwork:Subnetwork").map((one) => one.at("ipCidrRange").text)
  const peered = all("gcp:compute/globalAddress:GlobalAddress")
    .filter((one) => one.at("purpose").text === "VPC_PEERING")
    .map((one) => `${one.at("address").text}/${one.at("prefixLength").number}`)
  const cidr = around([...subnets.filter((range) => range !== undefined), ...peered])
  if (cidr === undefined) return undefined
  const rules = all("gcp:compute/firewall:Firewall")
  const isClosed = (direction: string) =>
    rules.some((rule) => rule.at("direction").text === direction && rule.at("denies", 0, "protocol").text === "all")
  return { cidr, zones: Number.NaN, defaultDeny: isClosed("INGRESS") && isClosed("EGRESS") }
}

/** The smallest range that holds all of these. */
function around(ranges: readonly string[]): string | undefined {
  const bounds = ranges.map((range) => {
    const [address = "", prefix] = range.split("/")
    const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0)
    return { first, last: first + 2 ** (32 - Number(prefix)) - 1 }
  })
  if (bounds.length === 0) return undefined
  const [first, last] = [Math.min(...bounds.map((one) => one.first)), Math.max(...bounds.map((one) => one.last))]
  let prefix = 32
  while (prefix > 0 && Math.floor(first / 2 ** (32 - prefix)) !== Math.floor(last / 2 ** (32 - prefix))) prefix--
  const start = Math.floor(first / 2 ** (32 - prefix)) * 2 ** (32 - prefix)
  return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${prefix}`
}

function keep(bucket: Value): Observation["backups"] {
  const age = bucket
    .at("lifecycleRules")
    .items.filter((rule) => rule.at("action", "type").text === "Delete")
    .map((rule) => rule.at("condition", "age").number)
    .find((days) => days !== undefined)
  return age === undefined ? undefined : { keep: age * DAY }
}

function dashboards(dashboard: Value): Observation["dashboards"] {
  const json = dashboard.at("dashboardJson").text
  if (json === undefined) return undefined
  const widgets = new Value(JSON.parse(json)).at("mosaicLayout", "tiles").items.map((tile) => tile.at("widget"))
  const queries = (widget: Value) =>
    widget.at("xyChart", "dataSets").items.map((one) => one.at("timeSeriesQuery", "prometheusQuery"))
  return { panels: panelsOf(widgets.map((widget) => [widget.at("title"), queries(widget)])), shown: true }
}

const severities: Readonly<Record<string, string>> = { CRITICAL: "page", WARNING: "ticket" }

/** A policy for each alert; who is told are the channels that every one of them names. */
function alerts(all: All): Observation["alerts"] {
  const policies = all("gcp:monitoring/alertPolicy:AlertPolicy")
  if (policies.length === 0) return undefined
  const rules = policies.map((policy) => {
    const condition = policy.at("conditions", 0, "conditionPrometheusQueryLanguage")
    return {
      name: condition.at("alertRule").text,
      promql: ownQuery(condition.at("query").text),
      after: Number(/^(\d+)s$/.exec(condition.at("duration").text ?? "")?.[1]),
      severity: severities[policy.at("severity").text ?? ""] ?? "none",
    }
  })
  const channels = policies.every((policy) => policy.at("notificationChannels").items.length > 0)
    ? all("gcp:monitoring/notificationChannel:NotificationChannel")
    : []
  return { rules: rulesOf(rules), mail: channels.flatMap((one) => one.at("labels", "email_address").text ?? []) }
}

function logs(bucket: Value): Observation["logs"] {
  const days = bucket.at("retentionDays").number
  return days === undefined ? undefined : { keep: days * DAY }
}
