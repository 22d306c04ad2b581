/**
 * Zones by their ids, which mean the same place in every account. A letter, such as the one of us-east-1a, does so only
 * in the younger regions and accounts: https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html
 */

/** https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html */
const regions: ReadonlySet<string> = new Set([
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "mx-central-1", "sa-east-1"],
  ...["eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"],
  ...["af-south-1", "il-central-1", "me-central-1", "me-south-1", "ap-east-1", "ap-east-2", "ap-south-1", "ap-south-2"],
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3"],
  ...["ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7"],
])

/** Every region has the zones 1 to 3, and these regions one of them that must not be named. */
const usual = [1, 2, 3]
const unusual: Readonly<Record<string, readonly number[]>> = {
  // use1-az3, usw1-az2 and cac1-az3 take no cluster: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
  "us-east-1": [1, 2, 4],
  "us-west-1": [1, 3],
  "ca-central-1": [1, 2, 4],
  // apne1-az3 takes no newcomers (same page as the regions, "Constrained Availability Zones").
  "ap-northeast-1": [1, 2, 4],
}

/** The beginning of a region's ids: `apse2` for ap-southeast-2. */
export function zonePrefix(region: string): string {
  const [area = "", direction = "", number = ""] = region.split("-")
  return area + direction.replaceAll(/(north|south|east|west|central)/g, ([initial = ""]) => initial) + number
}

/** The ids of the zones that a stack may stand in; none for a region that is younger than this table. */
export const knownZones = (region: string): readonly string[] =>
  regions.has(region) ? (unusual[region] ?? usual).map((number) => `${zonePrefix(region)}-az${number}`) : []

/** Whether a zone is named by its id, and not by a letter. */
export const isZoneId = (zone: string): boolean => /^[a-z]+\d-az\d+$/.test(zone)

/** Whether a zone, named either way, is one of the region's. */
export const isZoneOf = (region: string, zone: string): boolean =>
  isZoneId(zone) ? zone.startsWith(`${zonePrefix(region)}-az`) : zone.slice(0, -1) === region

export interface Placed {
  readonly "aws:region": string
  readonly "atlas:zones"?: readonly string[] | undefined
}

/** The zones of the stack: the given ones, else the region's first. `check` has refused a config that has too few. */
export const zonesOf = (values: Placed, count: number): readonly string[] =>
  values["atlas:zones"] ?? knownZones(values["aws:region"]).slice(0, count)
