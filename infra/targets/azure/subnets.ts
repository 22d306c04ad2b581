import { cidrOf, rangeOf, sizeOf } from "../../spec/cidr.ts"

/** The division of the network. A subnet lies in all zones of its region. */
export interface SubnetPlan {
  /** The container groups', which may hold nothing else. */
  readonly groups: string
  /** The application gateway's. */
  readonly gateway: string
  /** The database server's. */
  readonly database: string
  /** The cache's private endpoint and the inner load balancer's address. */
  readonly endpoints: string
}

/**
 * Less would not hold the application gateway's instances:
 * https://learn.microsoft.com/azure/application-gateway/configuration-infrastructure#size-of-the-subnet
 */
const smallestPrefix = 26
/** More addresses than these only the container groups need. */
const smallSubnet = 24

/**
 * Divides the network: one half for the container groups, each of which has an address of its own; the others are cut
 * from the second half. Throws a RangeError for a network that is too small.
 */
export function planSubnets(cidr: string): SubnetPlan {
  const network = rangeOf(cidr)
  const half = network.prefix + 1
  const small = Math.max(smallSubnet, half + 2)
  if (small > smallestPrefix) {
    throw new RangeError(
      `${cidr} is too small: its smallest subnets would be /${small}, and Azure needs /${smallestPrefix}`,
    )
  }
  const second = network.first + sizeOf(half)
  const cut = (index: number) => cidrOf(second + index * sizeOf(small), small)
  return { groups: cidrOf(network.first, half), gateway: cut(0), database: cut(1), endpoints: cut(2) }
}

/** Azure keeps the last address of a subnet for itself; the one before it is the last that can be had. */
export function lastAddress(cidr: string): string {
  const { first, size } = rangeOf(cidr)
  return cidrOf(first + size - 2, 32).replace("/32", "")
}
