import * as gcp from "@pulumi/gcp"
import type * as pulumi from "@pulumi/pulumi"
import { rangeOf } from "../../spec/cidr.ts"
import type { StackSpec } from "../../spec/stack-spec.ts"
import { processesOf } from "./capacity.ts"
import { allowTraffic } from "./firewall.ts"
import { reachGoogle } from "./google.ts"
import { planRanges, type RangePlan } from "./ranges.ts"
import type { Scope } from "./scope.ts"

export interface Network {
  readonly network: gcp.compute.Network
  readonly subnet: gcp.compute.Subnetwork
  /** The range in which database and cache are given their addresses. */
  readonly dataRange: gcp.compute.GlobalAddress
  /** The peering through which they are reached: what has an address in the range comes after it. */
  readonly peering: pulumi.Resource
  readonly ranges: RangePlan
  /** Rules, routes and names that instances find when they start. */
  readonly ways: readonly pulumi.Resource[]
}

/** The scaler and the gate beside the workloads. */
const otherInstances = 2

/** The ranges of a stack. Throws a RangeError for a network that is too small. */
export const rangesOf = (spec: StackSpec): RangePlan =>
  planRanges(spec.network.cidr, processesOf(spec) + otherInstances)

/**
 * A network without a way to the internet. All that instances send goes through it: to the peered range of the data, and
 * to Google's own services.
 */
export function createNetwork(scope: Scope): Network {
  const ranges = rangesOf(scope.context.spec)
  const network = new gcp.compute.Network(
    "network",
    {
      name: scope.name("compute", ""),
      description: "Workloads and data of one stack",
      autoCreateSubnetworks: false,
      routingMode: "REGIONAL",
      deleteDefaultRoutesOnCreate: true,
    },
    scope.inside(),
  )
  const subnet = new gcp.compute.Subnetwork(
    "subnet",
    {
      name: scope.name("compute", "workloads"),
      description: "Instances of Cloud Run",
      network: network.id,
      region: scope.region,
      ipCidrRange: ranges.workloads,
      privateIpGoogleAccess: true,
    },
    scope.inside(),
  )
  const { dataRange, peering } = createPeering(scope, network, ranges.data)
  const ways = [...reachGoogle(scope, network), ...allowTraffic(scope, network, ranges)]
  return { network, subnet, dataRange, peering, ranges, ways }
}

/**
 * Private services access: https://cloud.google.com/vpc/docs/configure-private-services-access. Google keeps its end of
 * the peering for days after the last instance, and refuses its deletion until then, so it goes with the network.
 */
function createPeering(scope: Scope, network: gcp.compute.Network, range: string) {
  const dataRange = new gcp.compute.GlobalAddress(
    "data-range",
    {
      name: scope.name("compute", "data"),
      purpose: "VPC_PEERING",
      addressType: "INTERNAL",
      address: range.split("/")[0] ?? range,
      prefixLength: rangeOf(range).prefix,
      network: network.id,
      labels: scope.labels,
    },
    scope.inside(),
  )
  const peering = new gcp.servicenetworking.Connection(
    "peering",
    {
      network: network.id,
      service: "servicenetworking.googleapis.com",
      reservedPeeringRanges: [dataRange.name],
      deletionPolicy: "ABANDON",
    },
    scope.inside(),
  )
  return { dataRange, peering }
}
