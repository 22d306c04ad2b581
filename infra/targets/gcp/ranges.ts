import { cidrOf, rangeOf, sizeOf } from "../../spec/cidr.ts"

/** The division of the network. */
export interface RangePlan {
  /** Of the workloads' instances. */
  readonly workloads: string
  /** Of the database and the cache, in a network of Google's that is peered with the stack's. */
  readonly data: string
}

/**
 * What a subnet of Cloud Run must have: at least a /26, and twice the addresses of its instances, of which there are
 * twice as many while revisions take turns. https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#ip-allocation
 */
const smallestSubnet = 26
const addressesPerInstance = 4

/** A /24 for the database and a /28 for the cache: https://cloud.google.com/sql/docs/postgres/configure-private-services-access#range_size */
const smallestData = 23

/** Halves the network. Throws a RangeError for one that is too small for so many instances. */
export function planRanges(cidr: string, instances: number): RangePlan {
  const network = rangeOf(cidr)
  const half = network.prefix + 1
  const needed = instances * addressesPerInstance
  if (half > Math.min(smallestSubnet, smallestData)) {
    throw new RangeError(
      `${cidr} is too small: its halves would be /${half}, and the database needs a /${smallestData}`,
    )
  }
  if (sizeOf(half) < needed) {
    throw new RangeError(`${cidr} is too small: ${instances} instances need ${needed} addresses`)
  }
  return { workloads: cidrOf(network.first, half), data: cidrOf(network.first + sizeOf(half), half) }
}
