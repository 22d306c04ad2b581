import { overlaps } from "../../spec/cidr.ts"
import type { ConfigProblem } from "../../spec/config-key.ts"
import { connectionsNeeded } from "../../spec/defaults.ts"
import type { StackSpec } from "../../spec/stack-spec.ts"
import type { TargetValues } from "../../spec/target.ts"
import { seconds } from "../../spec/units.ts"
import { maxConnections, pauseSeconds, retentionDays } from "./capacity.ts"
import { serviceCidr } from "./cluster.ts"
import { type AwsValues, keys } from "./keys.ts"
import { retentions } from "./logs.ts"
import { planSubnets } from "./subnets.ts"
import { databaseAuthorities } from "./trust.ts"
import { isZoneId, isZoneOf, knownZones } from "./zones.ts"

const day = 86_400

/** The values as they are while the config is checked: a required one may still be missing. */
type Given = Partial<AwsValues>

/** What is wrong only together; a key that is missing by itself has been reported already. */
export function check(spec: StackSpec, values: TargetValues): readonly ConfigProblem[] {
  const given = values as Given
  return [
    ...domainProblems(spec, given),
    ...zoneProblems(spec, given),
    ...accessProblems(spec, given),
    ...databaseProblems(spec),
    ...retentionProblems(spec),
    ...trustProblems(given),
    ...networkProblems(spec, given),
  ]
}

function domainProblems({ edge: { domain } }: StackSpec, given: Given): ConfigProblem[] {
  const { "aws:region": region, "atlas:zoneId": zoneId, "atlas:certificateArn": certificate } = given
  const problems: ConfigProblem[] = []
  if (domain !== undefined && zoneId === undefined && certificate === undefined) {
    problems.push({
      key: "atlas:zoneId",
      value: undefined,
      allowed: `${keys["atlas:zoneId"].allowed}, or atlas:certificateArn in its place, for ${domain}`,
      action: "Set either: pulumi config set atlas:zoneId VALUE",
    })
  }
  if (certificate !== undefined && region !== undefined && certificate.split(":")[3] !== region) {
    problems.push({
      key: "atlas:certificateArn",
      value: certificate,
      allowed: `a certificate of the stack's region, ${region}`,
      action: "Request one there",
    })
  }
  return problems
}

/** A load balancer and a database stand in two zones or more. */
const fewestZones = 2

function zoneProblems({ network }: StackSpec, given: Given): ConfigProblem[] {
  const { "aws:region": region, "atlas:zones": zones } = given
  const count = Math.max(network.zones, fewestZones)
  const action = "List them: aws ec2 describe-availability-zones"
  if (zones === undefined) {
    const known = region === undefined ? undefined : knownZones(region).length
    if (known === undefined || known >= count) return []
    const allowed = `${count} or more different zones of ${region}, of which this program knows ${known}`
    return [{ key: "atlas:zones", value: undefined, allowed, action }]
  }
  const isOwn = region === undefined || zones.every((zone) => isZoneOf(region, zone))
  // An id and a letter may be the same zone.
  const isOneKind = new Set(zones.map(isZoneId)).size === 1
  if (isOwn && isOneKind && new Set(zones).size === zones.length && zones.length >= count) return []
  const allowed = `${count} or more different zones of ${region ?? "the stack's region"}, all by id or all by letter`
  return [{ key: "atlas:zones", value: zones.join(","), allowed, action }]
}

function accessProblems({ environment }: StackSpec, given: Given): ConfigProblem[] {
  const open = given["atlas:apiCidrs"]?.find((cidr) => cidr.endsWith("/0"))
  if (open === undefined || environment !== "production") return []
  return [
    {
      key: "atlas:apiCidrs",
      value: open,
      allowed: "in production, ranges that are not the whole internet",
      action: "Name the networks from which you deploy",
    },
  ]
}

function databaseProblems({ database, workloads }: StackSpec): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const { pool, capacity } = database
  const processes = workloads.api.replicas.max + workloads.worker.replicas.max
  const [needed, granted] = [connectionsNeeded(pool, processes), maxConnections(capacity)]
  if (needed > granted) {
    problems.push({
      key: "atlas:databasePool",
      value: String(pool),
      allowed: `a pool with which ${processes} processes need at most the ${granted} connections that Aurora grants at ${capacity.max} units; this one needs ${needed}`,
      action: "Lower the pool or the replicas, or raise atlas:databaseMaxCapacity",
    })
  }
  const days = seconds(database.pointInTime) / day
  if (!Number.isInteger(days) || days < retentionDays.least || days > retentionDays.most) {
    problems.push({
      key: "database.pointInTime",
      value: database.pointInTime,
      allowed: `whole days from ${retentionDays.least} to ${retentionDays.most}`,
      action: "Change it in infra/spec",
    })
  }
  const pause = seconds(database.pauseAfter)
  if (capacity.min === 0 && (pause < pauseSeconds.least || pause > pauseSeconds.most)) {
    problems.push({
      key: "database.pauseAfter",
      value: database.pauseAfter,
      allowed: `from ${pauseSeconds.least} to ${pauseSeconds.most} seconds`,
      action: "Change it in infra/spec",
    })
  }
  return problems
}

/** Of logs and of what lies in buckets. */
function retentionProblems({ logs, backups }: StackSpec): ConfigProblem[] {
  const problem = (key: string, value: string, allowed: string) => ({
    key,
    value,
    allowed,
    action: "Change it in infra/spec",
  })
  return [
    ...(retentions.some((days) => days === seconds(logs.keep) / day)
      ? []
      : [problem("logs.keep", logs.keep, `what CloudWatch can keep: ${retentions.join(", ")} days`)]),
    ...(Number.isInteger(seconds(backups.keep) / day)
      ? []
      : [problem("backups.keep", backups.keep, "whole days, by which S3 counts")]),
  ]
}

function trustProblems(given: Given): ConfigProblem[] {
  const { "aws:region": region, "atlas:databaseCa": bundle } = given
  if (region === undefined || bundle !== undefined || databaseAuthorities(region) !== undefined) return []
  return [
    {
      key: "atlas:databaseCa",
      value: undefined,
      allowed: `${keys["atlas:databaseCa"].allowed}: ${region} is younger than the certificates that come with this program`,
      action: `Set it: pulumi config set atlas:databaseCa -- "$(curl -sf https://truststore.pki.rds.amazonaws.com/${region}/${region}-bundle.pem)"`,
    },
  ]
}

function networkProblems({ network: { cidr, zones } }: StackSpec, given: Given): ConfigProblem[] {
  const problem = (allowed: string) => ({
    key: "network.cidr",
    value: cidr,
    allowed,
    action: "Change it in infra/spec",
  })
  try {
    planSubnets(cidr, given["atlas:zones"]?.length ?? zones)
  } catch (error) {
    return [problem(`a network with room for its subnets (${error instanceof Error ? error.message : error})`)]
  }
  return overlaps(cidr, serviceCidr) ? [problem(`a network apart from the cluster's Services, ${serviceCidr}`)] : []
}
