import { cidrOf, rangeOf, sizeOf } from "../../spec/cidr.ts"
import type { StackSpec } from "../../spec/stack-spec.ts"

/**
 * Fixed addresses. Docker's name server lets an answer live for ten minutes and nginx asks only when it starts, so a
 * container that is made anew has to come back where it was.
 */

export const defaultCidr = "172.30.0.0/20"
/** Leaves a subnet for the gateways and one for each of fifteen replicas. */
export const longestPrefix = 20

const subnetPrefix = 24
/** Docker gives addresses from the lowest on; the fixed ones stand above. */
const firstFixed = 100

/** What each replica and the gateways' network may be given. */
export interface Addresses {
  /** The network between nginx and the gateways. */
  readonly gateways: string
  /** The network of one replica, counted from 1. */
  replica(number: number): string
  gatewayOf(number: number): string
  apiOf(number: number): string
}

/** The most replicas that the range has subnets for. */
export const mostReplicas = (cidr: string): number => rangeOf(cidr).size / sizeOf(subnetPrefix) - 1

export function addressesIn(cidr: string): Addresses {
  const { first } = rangeOf(cidr)
  const subnet = (index: number) => first + index * sizeOf(subnetPrefix)
  const address = (number: number) => cidrOf(number, 32).replace("/32", "")
  return {
    gateways: cidrOf(subnet(0), subnetPrefix),
    replica: (number) => cidrOf(subnet(number), subnetPrefix),
    gatewayOf: (number) => address(subnet(0) + firstFixed + number),
    apiOf: (number) => address(subnet(number) + firstFixed),
  }
}

/** The replicas of the api, counted from 1. */
export const replicaNumbers = ({ workloads }: Pick<StackSpec, "workloads">): readonly number[] =>
  Array.from({ length: workloads.api.replicas.min }, (_, index) => index + 1)
