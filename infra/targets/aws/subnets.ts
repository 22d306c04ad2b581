import { cidrOf, rangeOf, sizeOf } from "../../spec/cidr.ts"

/** The division of the network. */

/** One subnet of each kind in every zone, in the order of the zones. */
export interface SubnetPlan {
  /** The load balancer's and the NAT gateways'. */
  readonly public: readonly string[]
  /** The nodes' and pods': they reach out through NAT. */
  readonly private: readonly string[]
  /** The database's and the cache's: no way out. */
  readonly data: readonly string[]
}

/** AWS's smallest for a load balancer: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html */
const smallestPrefix = 27
/** More addresses than these the public and the data subnets do not need. */
const smallSubnet = 24

/**
 * Divides the network. Every pod has an address of its own, so the private subnets share all but the last of the equal
 * blocks, of which there is a power of two; the others are cut from that last one.
 * Throws a RangeError for a network that is too small.
 */
export function planSubnets(cidr: string, zones: number): SubnetPlan {
  const network = rangeOf(cidr)
  const block = network.prefix + Math.ceil(Math.log2(zones + 1))
  const small = Math.max(smallSubnet, block + Math.ceil(Math.log2(2 * zones)))
  if (small > smallestPrefix) {
    throw new RangeError(`${cidr} is too small for ${zones} zones: their smallest subnets would be /${small}`)
  }
  const last = network.first + network.size - sizeOf(block)
  const each = (first: number, prefix: number) =>
    Array.from({ length: zones }, (_, index) => cidrOf(first + index * sizeOf(prefix), prefix))
  return {
    private: each(network.first, block),
    public: each(last, small),
    data: each(last + zones * sizeOf(small), small),
  }
}
