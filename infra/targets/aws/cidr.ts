/** Arithmetic on IPv4 address ranges, and the division of the network. */

interface Range {
  readonly first: number
  /** How many addresses it has. */
  readonly size: number
  readonly prefix: number
}

export const isCidr = (text: string): boolean => parse(text) !== undefined

export function overlaps(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)]
  return a.first < b.first + b.size && b.first < a.first + a.size
}

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
  const last = network.first + network.size - size(block)
  const each = (first: number, prefix: number) =>
    Array.from({ length: zones }, (_, index) => `${dotted(first + index * size(prefix))}/${prefix}`)
  return {
    private: each(network.first, block),
    public: each(last, small),
    data: each(last + zones * size(small), small),
  }
}

const size = (prefix: number) => 2 ** (32 - prefix)

function parse(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)
  if (match === null) return undefined
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = match.slice(1).map(Number)
  if ([a, b, c, d].some((part) => part > 255) || prefix > 32) return undefined
  const first = ((a * 256 + b) * 256 + c) * 256 + d
  return first % size(prefix) === 0 ? { first, size: size(prefix), prefix } : undefined
}

function rangeOf(text: string): Range {
  const range = parse(text)
  if (range === undefined) throw new RangeError(`"${text}" is no IPv4 range: write it such as 10.0.0.0/16`)
  return range
}

const dotted = (address: number) => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".")
