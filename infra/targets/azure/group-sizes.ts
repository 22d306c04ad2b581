import type { SizeSpec } from "../../spec/stack-spec.ts"
import { bytes, vcpus } from "../../spec/units.ts"

/** What a container is promised and may take, as Azure counts: processors, and GB of 2^30 bytes. */
export interface ContainerSize {
  readonly requests: Amount
  readonly limits: Amount
}

interface Amount {
  readonly cpu: number
  readonly memoryInGB: number
}

/**
 * A group is given what its containers are promised together, at least one processor and 1 GB, and no container may take
 * more than the group is given:
 * https://learn.microsoft.com/azure/container-instances/container-instances-container-groups#resource-allocation
 */
const leastGroup: Amount = { cpu: 1, memoryInGB: 1 }

/** https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits */
export const largestGroup: Amount = { cpu: 31, memoryInGB: 240 }

/** Amounts have one decimal place: https://learn.microsoft.com/cli/azure/container#az-container-create */
export const isTenths = (value: number): boolean => Math.abs(value * 10 - Math.round(value * 10)) < 1e-9

/** Without the last digits of binary fractions; what is no tenth stays, to be refused by `check`. */
const tenths = (value: number): number => (isTenths(value) ? Math.round(value * 10) / 10 : value)

const amountOf = ({ cpu, memory }: SizeSpec["request"]): Amount => ({
  cpu: vcpus(cpu),
  memoryInGB: tenths(bytes(memory) / 2 ** 30),
})

const units = ["cpu", "memoryInGB"] as const

/** The sizes of a group's containers, in their order. The first is promised more where the group would be too small. */
export function groupSizes(main: SizeSpec, ...others: readonly SizeSpec[]): readonly ContainerSize[] {
  const all = [main, ...others].map(({ request, limit }) => ({ requests: amountOf(request), limits: amountOf(limit) }))
  const missing = (unit: (typeof units)[number]) => {
    const given = all.reduce((sum, { requests }) => sum + requests[unit], 0)
    return tenths(Math.max(0, Math.max(leastGroup[unit], ...all.map(({ limits }) => limits[unit])) - given))
  }
  const more = { cpu: missing("cpu"), memoryInGB: missing("memoryInGB") }
  return all.map(({ requests, limits }, index) => {
    if (index > 0) return { requests, limits }
    const promised = { cpu: tenths(requests.cpu + more.cpu), memoryInGB: tenths(requests.memoryInGB + more.memoryInGB) }
    return {
      requests: promised,
      limits: {
        cpu: Math.max(limits.cpu, promised.cpu),
        memoryInGB: Math.max(limits.memoryInGB, promised.memoryInGB),
      },
    }
  })
}
