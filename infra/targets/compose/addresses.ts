import { cidrOf, rangeOf, sizeOf } from "../../spec/cidr.ts"
import type { StackSpec } from "../../spec/stack-spec.ts"
import { services } from "./places.ts"

/**
 * Fixed addresses. Docker's name server lets an answer live for ten minutes and nginx asks only when it starts, so a
 * container that is made anew has to come back where it was. It also knows a container only while that runs: asked for
 * another it asks the servers beyond, which nothing in an internal network reaches, and 20 s went by until it said no.
 */

export const defaultCidr = "172.30.0.0/20"
/** Leaves a subnet for the gateways, the database and the cache, and one for each of thirteen replicas. */
export const longestPrefix = 20

const subnetPrefix = 24
/** Docker gives addresses from the lowest on; the fixed ones stand above. */
const firstFixed = 100

/** What the networks are, and who has which place in them. */
export interface Addresses {
  /** The network between nginx and the gateways. */
  readonly gateways: string
  /** The network of one replica, counted from 1. */
  replica(number: number): string
  gatewayOf(number: number): string
  apiOf(number: number): string
  /** The networks of the stores, and the stores in them. */
  readonly database: string
  readonly postgres: string
  readonly cache: string
  readonly redis: string
}

/** The subnets of a range, without those of the gateways, the database and the cache. */
export const mostReplicas = (cidr: string): number => rangeOf(cidr).size / sizeOf(subnetPrefix) - 3

export function addressesIn(cidr: string): Addresses {
  const { first } = rangeOf(cidr)
  const subnet = (index: number) => first + index * sizeOf(subnetPrefix)
  const address = (number: number) => cidrOf(number, 32).replace("/32", "")
  // Behind the replicas, so that one more of them moves nobody.
  const [database, cache] = [subnet(mostReplicas(cidr) + 1), subnet(mostReplicas(cidr) + 2)]
  return {
    gateways: cidrOf(subnet(0), subnetPrefix),
    replica: (number) => cidrOf(subnet(number), subnetPrefix),
    gatewayOf: (number) => address(subnet(0) + firstFixed + number),
    apiOf: (number) => address(subnet(number) + firstFixed),
    database: cidrOf(database, subnetPrefix),
    postgres: address(database + firstFixed),
    cache: cidrOf(cache, subnetPrefix),
    redis: address(cache + firstFixed),
  }
}

/** The replicas of the api, counted from 1. */
export const replicaNumbers = ({ workloads }: Pick<StackSpec, "workloads">): readonly number[] =>
  Array.from({ length: workloads.api.replicas.min }, (_, index) => index + 1)

/** The stores by their names, for whoever asks for them. */
export const storeHosts = ({ postgres, redis }: Addresses) => ({
  [services.postgres]: postgres,
  [services.redis]: redis,
})
